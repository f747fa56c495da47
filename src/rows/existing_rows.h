#pragma once
/// What published files already hold, read through DuckDB when it is needed.
///
/// Place: dedupe of hours that have rows already, and the merge of dimension buckets. A first load
/// never opens DuckDB. Invariant: reads only files of the snapshot that the batch is built on, and
/// the batch's own completed ones. Thread safety: safe; calls take turns.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "catalog/catalog.h"
#include "model/star_schema.h"
#include "sql/literal_folder.h"
#include "sql/session.h"

namespace clicklake {

/// A fact file and the times that it holds.
struct FactFile {
  std::string path;  ///< relative to the lake
  std::int64_t min_us = 0;
  std::int64_t max_us = 0;
  bool of_this_batch = false;
};

/// From the catalog's bounds; a file without bounds counts as holding all times.
FactFile fact_file_of(const DataFile& file, bool of_this_batch);

class ExistingRows {
 public:
  ExistingRows(std::filesystem::path lake, SessionOptions options);

  /// Fact files to look into; replaces the list.
  void set_facts(std::vector<FactFile> files);
  const std::vector<FactFile>& facts() const { return facts_; }
  /// Whether a file may hold rows with min_us <= event_timestamp <= max_us.
  bool may_hold(std::int64_t min_us, std::int64_t max_us) const;

  using IdentityFunction = std::function<void(const EventHash& identity, std::int64_t time_us,
                                              std::int64_t canonical_key)>;
  /// `canonical_key` is the hash of the canonical event: the event_key itself where no event id was
  /// given. Calls `take` for every row of those times; with `only_event_ids`, for those that have
  /// one.
  Status identities(std::int64_t min_us, std::int64_t max_us, bool only_event_ids,
                    const IdentityFunction& take);

  /// Runs `sql` and calls `take` for every chunk.
  Status query(std::string_view sql, const std::function<Status(const Chunk&)>& take);
  /// `read_parquet(['...', ...])` over paths relative to the lake.
  std::string read_parquet(const std::vector<std::string>& paths) const;
  /// The same with all columns of `table`, found by field id: those that a file does not have are
  /// NULL.
  std::string read_table(const TableDefinition& table, const std::vector<std::string>& paths) const;
  /// The fact files that overlap, as read_parquet; "" where none does.
  std::string read_facts(std::int64_t min_us, std::int64_t max_us) const;

 private:
  std::filesystem::path lake_;
  /// The lake by a name that read_parquet takes for no pattern; absent where it can't be opened,
  /// and then reading fails too.
  std::optional<LiteralFolder> folder_;
  SessionOptions options_;
  std::vector<FactFile> facts_;
  std::mutex mutex_;
  std::unique_ptr<Session> session_;
};

}  // namespace clicklake
