#pragma once
/// What upkeep finds wrong in a lake, and the way out of it.
///
/// Place: verify lists findings; repair goes by their kind, table and path. Thread safety:
/// Findings is safe, the rest are values.

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

enum class FindingKind : std::uint8_t {
  kFileMissing,
  kFileDamaged,     ///< its size, its bytes or its footer are not what was written
  kRowCount,        ///< a file or table has other rows than the catalog says
  kCounts,          ///< a batch's counts don't add up
  kDuplicateEvent,  ///< one identity, two facts
  kDuplicateKey,    ///< a dimension has a key twice, or one that its natural key does not give
  kOrphanKey,       ///< a fact refers to a member that is not there
  kUnusedMember,    ///< a member that no fact refers to
  kUserTotals,      ///< dim_users says other sums than the facts
  kMartRows,        ///< a mart has other rows than its query gives
  kIceberg,         ///< metadata says something else than the catalog
  kMoved,           ///< metadata names files where the lake lay before
};
/// "file_missing", ...
std::string_view to_string(FindingKind kind);

struct Finding {
  FindingKind kind;
  std::string table;    ///< "" where it is of no table
  std::string path;     ///< of the file, relative to the lake; "" where it is of none
  std::string message;  ///< what is wrong, with byte, line or rows
  std::string way_out;
};

/// Gathers findings of several threads.
class Findings {
 public:
  void add(Finding finding) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(finding));
  }
  std::vector<Finding> take() {
    const std::lock_guard lock(mutex_);
    return std::move(all_);
  }

 private:
  std::mutex mutex_;
  std::vector<Finding> all_;
};

/// How wrong files of each layer are made good.
inline constexpr std::string_view kRepair =
    "run `clicklake verify --repair`: it is built again from raw";
inline constexpr std::string_view kRestore =
    "put the file back from a backup, or from the source that it was made of";

}  // namespace clicklake
