#pragma once
/// The dimension members and user activity that one worker met.
///
/// Place: filled by HourWorker, merged by DimensionMerge. Thread safety: thread-compatible.

#include <cstdint>
#include <vector>

#include "base/chunked_vector.h"
#include "transform/dimension_table.h"
#include "transform/user_activity.h"

namespace clicklake {

struct WorkerDimensions {
  DimensionTable users, pages, referrers, campaigns, devices;
  /// By number of `users`; references are numbers of the other tables.
  ChunkedVector<UserActivity<std::uint32_t>> activity;
  /// Date keys (yyyymmdd) of rows that were kept.
  std::vector<std::int32_t> dates;
};

}  // namespace clicklake
