#pragma once
/// Raw files to star-schema files, ready to be committed.
///
/// Place: raw -> processed; called by pipeline, which publishes what it returns in one transaction.
/// Invariant: nothing that it writes is visible before that; on an error or collision nothing is to
/// be published. Every event with one identity is there once, over
///   all batches.
/// Thread safety: one call a lake at a time (LakeLock); it runs `threads` workers.
/// Source: docs/architecture.md, "Transform"; ADR-0007.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "format/line_reader.h"
#include "format/parquet_writer.h"
#include "format/quarantine_writer.h"
#include "matching/rule_set.h"
#include "model/lake_schema.h"
#include "outbox/outbox_file.h"
#include "transform/dimension_merge.h"
#include "transform/hour_worker.h"

namespace clicklake {

struct TransformOptions {
  std::filesystem::path lake;
  std::string batch_id;
  int threads = 2;
  std::uint64_t memory_limit =
      0;  ///< bytes for DuckDB, where published rows are read; 0: its default
  std::filesystem::path temp_dir;
  LineReaderOptions lines;
  std::string base_currency = "USD";
  int dimension_buckets = 8;
  LakeSchema schema;
  std::vector<std::string> own_hosts;  ///< the shop's, see ReferrerSites
  std::int64_t dedupe_window_hours = 24;
  ParquetWriterOptions parquet;
  bool count_keys = true;          ///< see TransformResult::key_counts
  const RuleSet* rules = nullptr;  ///< that accepted events meet; null: none
  OutboxWriter* outbox = nullptr;  ///< takes their matches; null without rules
  std::int64_t accepted_us = 0;    ///< of the matches, UTC microseconds
  /// Hours (ascending) that are built anew: their published rows are taken out first, and lines of
  /// other hours are passed over. Empty: rows are only added.
  std::vector<std::int64_t> replaced_hours;
  /// Nothing that is published is read: the inputs are all there is, and take the place of every
  /// table's files.
  bool rebuild = false;
  /// Published fact files that can't be read; their hours are among `replaced_hours`.
  std::vector<std::string> lost_facts;
  /// Every user's totals are computed anew, and members that no fact refers to go.
  bool recompute_users = false;
  std::vector<KeyCollision> denied;  ///< natural keys whose rows go to quarantine as key_collision
};

struct TransformResult {
  RowCounts counts;
  MatchCounts matches;
  std::vector<InputOutcome> outcomes;  ///< by input
  std::vector<TableChange> changes;
  std::vector<SideFile> side_files_added;
  std::vector<std::string> side_files_removed;
  std::vector<std::pair<std::string, std::string>> made_with;  ///< see BatchCommit
  std::vector<KeyCollision>
      collisions;  ///< not empty: publish nothing; call again with these natural keys denied
  std::vector<KeyCount> key_counts;  ///< of the inputs that nobody has validated before
  std::int64_t replaced = 0;         ///< rows of files whose place an event of this batch took
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

/// Reads `inputs` and writes fact and dimension files; bad rows go to `quarantine`.
/// Errors: kIo, kNoSpace, kCorruption; the files written so far stay for the sweep.
Result<TransformResult> transform(Catalog& catalog, const TransformOptions& options,
                                  std::vector<TransformInput> inputs, QuarantineWriter* quarantine,
                                  TransformProgress* progress);

}  // namespace clicklake
