#pragma once
/// What a lake holds and how fresh it is.
///
/// Place: the `status` command. Thread safety: a function of the catalog.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace clicklake {

struct LakeStatus {
  std::vector<TableInfo> tables;
  std::int64_t raw_files = 0;
  std::int64_t raw_bytes = 0;
  std::int64_t raw_files_pending = 0;  ///< not transformed yet
  std::optional<BatchInfo> last_batch;
  std::int64_t open_batches = 0;     ///< running now, or cut off: the next run sweeps them
  std::int64_t latest_event_us = 0;  ///< 0: none
  std::int64_t lag_seconds = -1;     ///< now minus the latest event; -1: no event
  std::vector<std::pair<std::string, std::int64_t>> quarantine;
};

/// Errors: the catalog's.
Result<LakeStatus> lake_status(Catalog& catalog, std::int64_t now_us);

}  // namespace clicklake
