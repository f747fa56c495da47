#pragma once
/// Runs: sources to published tables, and what they did.
///
/// Place: composes ingest and transform; the cli's `ingest`, `transform` and `run` call it under
/// the lake's lock. Invariant: each batch is published in one catalog transaction or not at all;
/// records_read = accepted + duplicate + quarantined + blank. Thread safety: thread-compatible;
/// RunProgress may be read from any thread. Source: docs/architecture.md; ADR-0007.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "engines/symlink_manifests.h"
#include "format/parquet_writer.h"
#include "ingest/sources.h"
#include "marts/marts.h"
#include "model/lake_schema.h"

namespace clicklake {

struct RunOptions {
  std::filesystem::path lake;  ///< absolute
  bool in_place = false;
  int threads = 2;
  std::uint64_t memory_limit = 0;  ///< bytes, for DuckDB; 0: its default
  std::filesystem::path temp_dir;
  std::uint64_t target_file_bytes = 128'000'000;
  std::size_t max_line_bytes = 1'000'000;
  double max_quarantine_ratio = 1.0;
  std::optional<std::int64_t> arrived_at_us;
  std::string base_currency = "USD";
  int dimension_buckets = 8;
  LakeSchema schema;                   ///< of schema.toml
  std::vector<std::string> own_hosts;  ///< referrers from them and from hosts below are internal
  std::int64_t dedupe_window_hours = 24;
  ParquetWriterOptions parquet;
  bool count_keys = true;   ///< for `drift`
  bool match_rules = true;  ///< accepted events meet the rules in <lake>/rules
  SymlinkOptions symlinks;
  MartOptions marts;
};

struct RunProgress {
  std::atomic<const char*> phase{""};  ///< "ingest", "transform", "publish"
  std::atomic<std::uint64_t> bytes_done{0};
  std::atomic<std::uint64_t> bytes_total{0};  ///< 0: unknown
  std::atomic<std::uint64_t> records{0};
};

/// Records by reason for which they were refused.
using ReasonCounts = std::vector<std::pair<std::string, std::int64_t>>;
/// Adds the counts of `from` to those of `to`.
void add_reasons(const ReasonCounts& from, ReasonCounts* to);

struct RunReport {
  std::string ingest_batch;     ///< "" where none was published
  std::string transform_batch;  ///< "" where none was published
  bool transformed = false;     ///< the accepted and duplicate counts hold; else `valid` does
  std::int64_t records_read = 0;
  std::int64_t accepted = 0;
  std::int64_t duplicate = 0;
  std::int64_t valid = 0;
  std::int64_t quarantined = 0;
  std::int64_t blank = 0;
  std::int64_t replaced = 0;  ///< published rows whose place an event with a smaller time took
  std::int64_t untyped_promoted = 0;       ///< promoted values that stayed in metadata
  std::int64_t matches = 0;                ///< of rules, now in the outbox
  std::vector<std::string> rule_problems;  ///< rules that could not be used, and why
  ReasonCounts quarantined_by_reason;
  std::vector<std::pair<std::string, std::int64_t>> rows;  ///< by table, after the run
  std::vector<SourceProblem> problems;
  std::int64_t sources_taken = 0;
  std::int64_t sources_skipped = 0;        ///< taken before
  std::vector<std::string> mart_problems;  ///< marts that could not be made, and why
  std::string symlink_problem;   ///< why symlink manifests are behind; "" where they are not
  std::int64_t swept_files = 0;  ///< left by a run that was cut off, removed now
  std::int64_t bytes_in = 0;
  std::int64_t bytes_out = 0;
  double seconds = 0;
  std::int64_t peak_memory_bytes = 0;
  bool failed = false;  ///< a source was not taken, or in part: exit code 1
};

/// The report of two runs, one after the other: counts add up, what is there now is the later
/// one's.
void add_up(RunReport from, RunReport* to);

/// Sources to raw.
Result<RunReport> run_ingest(Catalog& catalog, const RunOptions& options, SourceListing listing,
                             RunProgress* progress);
/// Raw batches that no transform has read to star tables.
Result<RunReport> run_transform(Catalog& catalog, const RunOptions& options, RunProgress* progress);
/// Both; in place in one pass and one commit.
Result<RunReport> run_all(Catalog& catalog, const RunOptions& options, SourceListing listing,
                          RunProgress* progress);

}  // namespace clicklake
