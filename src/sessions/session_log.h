#pragma once
/// Session rows on their way from one step to the next, in partitions.
///
/// Place: between the workers and the merge (by key), and between the merge and the files (by
/// day). What memory has no room for is in a temporary file, so that a batch of any size takes the
/// same. Invariant: a partition gives back what was added to it.
/// Thread safety: add() is safe; read() once nothing is added any more.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "rows/spill_file.h"
#include "rows/text_arena.h"
#include "sessions/session_row.h"

namespace clicklake {

class SessionLog {
 public:
  /// Bytes in memory at most, but for the row that is being added.
  static constexpr std::size_t kHeldBytes = 4U << 20;

  /// kParts: rows to be added to others. kWhole: without what only that needs, which event was
  /// first, last, or named a page or user.
  enum class Rows : std::uint8_t { kParts, kWhole };
  explicit SessionLog(std::filesystem::path temp_dir, Rows kind = Rows::kParts)
      : kind_(kind), spill_(std::move(temp_dir)) {}

  /// Errors: kIo, kNoSpace.
  Status add(std::size_t partition, const SessionRow& row);
  std::size_t partitions() const { return partitions_.size(); }
  std::uint64_t rows() const { return rows_; }

  /// Appends the rows of a partition; their ids are stored in `texts`. Errors: kIo.
  Status read(std::size_t partition, std::vector<SessionRow>* rows, TextArena* texts) const;
  /// Gives the memory of a partition that was read back.
  void forget(std::size_t partition) { partitions_[partition] = {}; }

 private:
  struct Partition {
    std::string held;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> spilled;  ///< offset, size
    std::size_t rows = 0;
  };

  Status add_one(std::size_t partition, const SessionRow& row);
  Status spill();

  Rows kind_;
  mutable std::mutex mutex_;
  std::vector<Partition> partitions_;
  std::size_t held_ = 0;
  std::uint64_t rows_ = 0;
  SpillFile spill_;
};

}  // namespace clicklake
