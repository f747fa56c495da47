#pragma once
/// dim_users_history: which traits a user had when.
///
/// Place: after the facts of a batch are written, before its dimensions, which take the current
/// traits from it. Invariant: a user's intervals neither overlap nor leave a gap from the first
/// event that says a trait on, and the last one is open; they follow from the facts alone, so that
/// order of arrival does not show. Thread safety: current_traits() is safe, the rest is not.
/// Source: docs/design.md, "Traits"; slowly changing dimensions, type 2.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "format/parquet_writer.h"
#include "model/lake_schema.h"
#include "rows/existing_rows.h"
#include "rows/text_arena.h"
#include "rows/unsynced_files.h"

namespace clicklake {

struct UserHistoryOptions {
  std::filesystem::path lake;
  std::string batch_id;
  int buckets = 8;
  ParquetWriterOptions parquet;
  UnsyncedFiles* unsynced = nullptr;
  /// Each with the lake's added columns.
  const TableDefinition* history = nullptr;
  const TableDefinition* users = nullptr;
  const TableDefinition* facts = nullptr;
  LakeSchema schema;
};

struct UserHistoryInput {
  std::int64_t snapshot = 0;
  std::vector<DataFile> live;               ///< of dim_users_history
  std::vector<std::string> new_facts;       ///< paths of the batch's own fact files
  std::vector<std::int64_t> changed_users;  ///< lost a row to this batch
  bool rebuild = false;                     ///< the traits are others than those of the live rows
  ExistingRows* existing = nullptr;
  std::function<Status()> load_all_facts;  ///< see DimensionMergeInput
};

/// The values of one added column of dim_users, by member.
struct TraitValues {
  ColumnType type = ColumnType::kString;
  std::vector<std::string_view> texts;  ///< data() == nullptr: null
  std::vector<std::int64_t> values;     ///< of types other than string
  std::vector<std::uint8_t> valid;
};

/// Names the traits and types: what the rows of dim_users_history were made with.
std::string traits_version(const LakeSchema& schema);

class UserHistory {
 public:
  UserHistory(UserHistoryOptions options, UserHistoryInput input);

  /// Finds the users to whom the batch's facts say a trait, computes their versions from all
  /// facts, and writes the buckets that they are in. Without traits configured the table is empty.
  /// Cost: without traits none; else a scan of the batch's metadata, and of the facts of those
  /// users. Errors: kIo, kNoSpace, kCorruption.
  Result<TableChange> merge();

  /// The current traits of users of `bucket`, by place in `keys` (ascending), for the added columns
  /// of dim_users. Texts lie in `arena`.
  Status current_traits(int bucket, std::span<const std::int64_t> keys, TextArena* arena,
                        std::vector<TraitValues>* columns) const;

 private:
  Status find_touched();
  Status compute_versions();
  Status write_bucket(int bucket, const std::vector<std::string>& sources, TableChange* change);
  std::string partition_of(int bucket) const;
  std::vector<std::string> sources_of(int bucket) const;
  /// The rows as they will be, of `sources` and of touched users; with `list` of their columns.
  std::string rows_of(const std::string& list, const std::vector<std::string>& sources,
                      bool current) const;
  const ColumnWish* trait_of(std::string_view column) const;
  std::string value_of(const ColumnWish& trait) const;
  std::string any_trait() const;
  Status execute(const std::string& sql) const;

  UserHistoryOptions options_;
  UserHistoryInput input_;
  bool stale_ = false;    ///< live files of another count of buckets
  bool touched_ = false;  ///< the session has the tables of touched users and their versions
  std::set<int> touched_buckets_;
};

}  // namespace clicklake
