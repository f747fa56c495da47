#pragma once
/// Hours built again from their raw files, and batches taken back.
///
/// Place: the commands `replay`, `backfill` and `rollback`, under the lake's lock. Invariant: after
/// a replay the rows of its hours are those that its raw files make, whatever was there; rows of
/// other hours stay; users' totals and members follow from the facts as they are then. Readers see
/// the hours as before or as after. arrived_at and is_late are those stored with the raw files, so
/// they come out as they were; ingest_batch_id is the replay's. Thread safety: thread-compatible.
/// Source: ADR-0022; docs/operations.md, "Building hours again".

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "pipeline/run.h"

namespace clicklake {

/// Which hours: those within [from, to), and those of the raw files of these batches. All hours
/// where nothing is said.
struct ReplayScope {
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
  std::vector<std::string> batches;  ///< ids of ingest, run or transform batches
};

/// Builds the hours of `scope` again, as one batch. Errors: kNotFound, no such batch; kConflict, a
/// raw file that the hours need is missing, has changed or was retired for its age: nothing is
/// changed.
Result<RunReport> run_replay(Catalog& catalog, const RunOptions& options, const ReplayScope& scope,
                             RunProgress* progress);

/// What is wrong with the tables, as verify found it.
struct Damage {
  std::vector<std::string> lost_facts;  ///< fact files that can't be read
  bool fact_rows = false;               ///< rows of facts contradict each other
  bool dimensions = false;  ///< a dimension's file can't be read, lacks a member or has one twice
  bool users = false;       ///< totals, or members that no fact refers to
  bool marts = false;       ///< rows that their queries do not give, or files that can't be read
};
/// Builds from raw what is damaged, as one batch: the hours of lost files; totals from the facts;
/// all tables where a dimension or facts contradict themselves. What only another engine wrote is
/// not in raw, and goes with what is built again. Errors: as run_replay().
Result<RunReport> run_repair(Catalog& catalog, const RunOptions& options, const Damage& damage,
                             RunProgress* progress);

/// Makes every day of marts anew, as one batch: of `names`, or of all where it is empty. Errors:
/// kNotFound, there is no such mart.
Result<RunReport> run_marts(Catalog& catalog, const RunOptions& options,
                            const std::vector<std::string>& names, RunProgress* progress);

struct BackfillReport {
  RunReport sum;
  std::int64_t steps = 0;    ///< published by this call
  std::int64_t resumed = 0;  ///< done by an earlier one that was cut off
};
/// The same in steps of `hours` hours, each a batch of its own, oldest first; within a step hours
/// are done side by side. One that was cut off goes on where it was when it is called again with
/// the same scope and step.
Result<BackfillReport> run_backfill(Catalog& catalog, const RunOptions& options,
                                    const ReplayScope& scope, std::int64_t hours,
                                    RunProgress* progress);

struct RollbackReport {
  RunReport replay;
  std::int64_t raw_files = 0;  ///< that no longer count
  std::int64_t hours = 0;      ///< built again without them
};
/// Takes back an ingest, run or transform batch: its raw files no longer count and are put away
/// below `withdrawn/`, its hours are built again without them. Its sources are not taken again by
/// themselves, unless `forget_sources`. Errors: kNotFound; kAlreadyExists, it was taken back
/// before; kConflict as run_replay().
Result<RollbackReport> run_rollback(Catalog& catalog, const RunOptions& options,
                                    const std::string& batch_id, bool forget_sources,
                                    RunProgress* progress);

}  // namespace clicklake
