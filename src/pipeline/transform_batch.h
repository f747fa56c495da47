#pragma once
/// What a batch builds again, and what it takes back.
///
/// Place: between replay and the transform batch that carries it out. Thread safety: a value.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "pipeline/run.h"

namespace clicklake {

struct ReplayPlan {
  std::vector<std::int64_t> hours;             ///< ascending
  std::vector<RawFile> raw_files;              ///< that may hold lines of these hours, in the order
                                               ///< in which they were published
  std::vector<std::int64_t> withdrawn;         ///< ids of raw files that no longer count
  bool rebuild = false;                        ///< of all raw files; nothing published is read
  std::vector<std::string> lost_facts;         ///< fact files that can't be read
  bool recompute_users = false;                ///< from the facts as they are
  bool rebuild_marts = false;                  ///< every day of them
  std::vector<std::string> marts;              ///< of these; empty: of all
  std::vector<std::string> forgotten_sources;  ///< batches whose sources may be taken again
};

/// Carries out `plan` as one batch; no batch where there is nothing to do. Errors: kConflict, a raw
/// file could not be read whole: nothing was changed.
Result<RunReport> replay_batch(Catalog& catalog, const RunOptions& options, const ReplayPlan& plan,
                               RunProgress* progress);

}  // namespace clicklake
