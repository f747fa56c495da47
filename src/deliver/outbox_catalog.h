#pragma once
/// The published outbox files as the dispatcher numbers and reads them.
///
/// Place: under the dispatcher. Invariant: numbers follow the order in which files were first seen,
///   and stay; a file is removed only when nothing of it is owed.
/// Thread safety: thread-compatible.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "deliver/delivery_store.h"
#include "deliver/lane.h"
#include "outbox/outbox_file.h"

namespace clicklake {

/// Reads lines for one reader at a time; keeps the last file open.
class PlaceReader {
 public:
  /// Errors: kNotFound, kIo, kCorruption. The view lives until the next call.
  Result<std::string_view> line_at(const std::filesystem::path& folder, const std::string& name,
                                   MatchPlace place);
  /// Bytes of the file. Errors: kNotFound, kIo.
  Result<std::int64_t> size_of(const std::filesystem::path& folder, const std::string& name,
                               std::int64_t number);

 private:
  Status open(const std::filesystem::path& folder, const std::string& name, std::int64_t number);

  std::int64_t number_ = -1;
  std::optional<OutboxReader> reader_;
};

class OutboxCatalog {
 public:
  explicit OutboxCatalog(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void restore(const std::vector<OutboxFileRow>& rows);
  /// Takes names that are new; whether there were any. A new one whose file is not there counts as
  /// removed and is told by take_gone(): the progress of an earlier delivery was lost, or the file.
  bool add(const std::vector<std::string>& names);
  /// Names that add() found without a file since the last call.
  std::vector<std::string> take_gone() { return std::exchange(gone_, {}); }
  /// Rows to be stored since the last call.
  std::vector<OutboxFileRow> take_changes();

  /// The first place at or behind `place` that has a line; nothing at the end of all files. Errors:
  /// kNotFound, a published file is not there; kIo.
  Result<std::optional<MatchPlace>> line_from(MatchPlace place, PlaceReader* reader);
  Result<std::string_view> read(MatchPlace place, PlaceReader* reader);
  /// Behind the last line of all files.
  MatchPlace end() const;

  /// Removes files before `first_owed` that were written before `older_than_us`. A file that can't
  /// be removed is left for the next time.
  void remove_done(std::int64_t first_owed, std::int64_t older_than_us);
  /// Forgets removed files that nobody will name again: those that are not among `published`, but
  /// for replays (their names stay taken) and the last (numbers go on from it). The numbers of
  /// their rows, to be deleted.
  std::vector<std::int64_t> forget_removed(const std::vector<std::string>& published);

 private:
  std::filesystem::path folder_;
  std::map<std::int64_t, OutboxFileRow> files_;
  std::set<std::string, std::less<>> names_;
  std::vector<OutboxFileRow> changes_;
  std::vector<std::string> gone_;
};

/// Whether delivery makes files of that name in the outbox (schedules, redrives, replays, letters
/// to queues): they are published by its own state, not by a batch.
bool is_own_outbox_file(std::string_view name);
/// Removes such files that are not `known`: their transaction never came. Young ones stay: a
/// command may be about to publish them.
void sweep_own_files(const std::filesystem::path& folder, const std::vector<std::string>& known,
                     std::int64_t now_us);

}  // namespace clicklake
