#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace clicklake {

Status for_each_in_parallel(std::size_t count, std::size_t threads,
                            const std::function<Status(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::size_t first_failed = count;
  std::optional<Error> error;
  const auto run = [&] {
    for (std::size_t i = next++; i < count && !failed; i = next++) {
      Status status = work(i);
      if (status) continue;
      failed = true;
      const std::lock_guard lock(mutex);
      if (i > first_failed) continue;
      first_failed = i;
      error = std::move(status).error();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < std::min(threads, count); ++t) others.emplace_back(run);
    run();
  }
  if (error) return *std::move(error);
  return {};
}

}  // namespace clicklake
