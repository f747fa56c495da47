#pragma once
/// Merges what the workers met into the dimensions and rewrites the files that change.
///
/// Place: after the facts of a batch are written, before its commit. Invariant: one row a key;
/// attributes follow from the natural key and the lists alone, user totals from the
///   facts alone; buckets without news keep their files.
/// Thread safety: a function of its inputs; it runs `threads` workers of its own.
/// Source: docs/design.md, "Dimensions".

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "format/parquet_writer.h"
#include "rows/existing_rows.h"
#include "rows/unsynced_files.h"
#include "transform/dimensions.h"
#include "transform/member_classifier.h"
#include "transform/user_history.h"

namespace clicklake {

struct DimensionMergeOptions {
  std::filesystem::path lake;
  std::string batch_id;
  std::string base_currency = "USD";
  int buckets = 8;  ///< of dim_users, dim_pages and dim_referrers
  int threads = 2;
  ParquetWriterOptions parquet;
  MemberClassifier* classifier = nullptr;
  const TableDefinition* users = &dim_users_definition();  ///< with the lake's traits
  const UserHistory* history = nullptr;                    ///< where users have traits
  UnsyncedFiles* unsynced = nullptr;  ///< takes the files written; whoever publishes syncs them
};

/// A natural key whose surrogate key belongs to another one already.
struct KeyCollision {
  std::string table;
  std::string natural_key;
};

struct DimensionMergeInput {
  std::vector<WorkerDimensions*> workers;
  /// Live files and current snapshot by table.
  std::map<std::string, std::pair<std::int64_t, std::vector<DataFile>>> live;
  ExistingRows* existing = nullptr;
  /// Makes `existing` list the fact files as they will be after the commit, for users whose totals
  /// can't be merged.
  std::function<Status()> load_all_facts;
  /// Users that lost a row to this batch: computed anew from the facts.
  std::vector<std::int64_t> changed_users;
  /// By how many sessions users have more, or fewer.
  const boost::unordered_flat_map<std::int64_t, std::int64_t>* session_counts = nullptr;
  bool session_counts_are_totals = false;  ///< and not what is added to the rows'
  /// What the live rows' attributes were made with, by table: see list_versions().
  std::map<std::string, std::string> made_with;
  /// A row left the facts: members that nothing refers to any more go.
  bool rows_removed = false;
  bool rewrite_users = false;  ///< their traits are others
};

struct DimensionMergeOutput {
  std::vector<TableChange> changes;
  /// Of the changed tables that follow a list: (table, its version).
  std::vector<std::pair<std::string, std::string>> made_with;
  std::vector<KeyCollision>
      collisions;  ///< not empty: nothing may be published; deny these natural keys and start again
};

Result<DimensionMergeOutput> merge_dimensions(const DimensionMergeOptions& options,
                                              const DimensionMergeInput& input);

}  // namespace clicklake
