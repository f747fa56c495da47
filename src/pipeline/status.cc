#include "pipeline/status.h"

namespace clicklake {

Result<LakeStatus> lake_status(Catalog& catalog, std::int64_t now_us) {
  LakeStatus status;
  ASSIGN_OR_RETURN(status.tables, catalog.tables());
  ASSIGN_OR_RETURN(const std::vector<RawFile> raw, catalog.raw_files(""));
  for (const RawFile& file : raw) {
    ++status.raw_files;
    status.raw_bytes += file.size;
  }
  ASSIGN_OR_RETURN(const std::vector<RawFile> pending, catalog.untransformed_raw_files());
  status.raw_files_pending = static_cast<std::int64_t>(pending.size());
  ASSIGN_OR_RETURN(const std::vector<BatchInfo> recent, catalog.recent_batches(1));
  if (!recent.empty()) status.last_batch = recent.front();
  ASSIGN_OR_RETURN(const std::vector<BatchInfo> open, catalog.open_batches());
  status.open_batches = static_cast<std::int64_t>(open.size());
  ASSIGN_OR_RETURN(status.latest_event_us, catalog.max_event_us());
  if (status.latest_event_us > 0)
    status.lag_seconds = (now_us - status.latest_event_us) / 1'000'000;
  ASSIGN_OR_RETURN(status.quarantine, catalog.quarantine_counts());
  return status;
}

}  // namespace clicklake
