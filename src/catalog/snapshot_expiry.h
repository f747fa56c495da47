#pragma once
/// Snapshots that nobody needs any more leave the tables' metadata.
///
/// Place: within each commit, by age and number; and maintain, for tables that nobody commits to.
/// Invariant: the current snapshot and those of branches and tags stay, and so does every one that
/// was current within the time that is kept. No file is removed here. Thread safety: functions of
/// their inputs; the caller holds the lake's lock. Source: Iceberg table spec v2, "Snapshot
/// Retention Policy".

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "base/result.h"
#include "iceberg/table_metadata.h"

namespace clicklake {

/// How long snapshots stay after they were current, where the table's property
/// `history.expire.max-snapshot-age-ms` does not say otherwise.
inline constexpr std::chrono::hours kSnapshotsKept{5 * 24};

/// Drops the snapshots that ceased to be current before now - keep, and those more than `most`
/// behind. Returns how many.
std::size_t drop_snapshots(iceberg::TableMetadata& metadata, std::int64_t now_ms,
                           std::chrono::milliseconds keep,
                           std::size_t most = std::numeric_limits<std::size_t>::max());

/// Writes metadata without old snapshots for every table that has some, and points to it, all in
/// one transaction as the batch `batch_id` (a new one). Returns the number of snapshots dropped;
/// with `dry_run` that is all. Fault points "expire.rename", "expire.sync", "folder.sync",
/// "expire.commit". Errors: kConflict, another program committed meanwhile; kCorruption, kIo.
Result<std::int64_t> expire_snapshots(const std::filesystem::path& catalog_file,
                                      const std::string& batch_id, std::int64_t now_us,
                                      std::chrono::milliseconds keep, bool dry_run);

}  // namespace clicklake
