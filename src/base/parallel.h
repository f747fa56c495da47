#pragma once
/// Many independent steps at once.
///
/// Place: syncing files and folders, merging the buckets of dimensions.
/// Thread safety: safe; `work` runs on several threads.

#include <cstddef>
#include <functional>

#include "base/result.h"

namespace clicklake {

/// Calls `work(i)` for each i below `count`, on up to `threads` threads (this one among them).
/// After a failure nothing new is begun. Errors: that of the lowest index that failed.
Status for_each_in_parallel(std::size_t count, std::size_t threads,
                            const std::function<Status(std::size_t)>& work);

}  // namespace clicklake
