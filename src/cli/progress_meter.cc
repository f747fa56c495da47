#include "cli/progress_meter.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string_view>

namespace clicklake {
namespace {

using Clock = std::chrono::steady_clock;

std::string line_of(const RunProgress& progress, double seconds) {
  const double done = static_cast<double>(progress.bytes_done.load());
  const double total = static_cast<double>(progress.bytes_total.load());
  const double records = static_cast<double>(progress.records.load());
  std::string line =
      fmt::format("{:<9} {:7.1f} MB  {:6.1f} MB/s  {:5.2f} M events/s", progress.phase.load(),
                  done / 1e6, done / 1e6 / seconds, records / 1e6 / seconds);
  if (total > 0) {
    const double share = std::min(done / total, 1.0);
    line += fmt::format("  {:3.0f} %", 100 * share);
    if (share > 0.01) line += fmt::format("  {:.0f} s to go", seconds * (1 - share) / share);
  }
  return line;
}

}  // namespace

ProgressMeter::ProgressMeter(const RunProgress* progress) {
  if (::isatty(STDERR_FILENO) == 0) return;
  thread_ = std::jthread([progress](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    std::string_view phase;
    auto begin = Clock::now();
    bool shown = false;
    while (!wake.wait_for(lock, stop, std::chrono::milliseconds(200),
                          [&] { return stop.stop_requested(); })) {
      if (phase != progress->phase.load()) {
        phase = progress->phase.load();
        begin = Clock::now() - std::chrono::milliseconds(100);
      }
      const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      fmt::print(stderr, "\r\033[K{}", line_of(*progress, seconds));
      std::fflush(stderr);
      shown = true;
    }
    if (shown) fmt::print(stderr, "\r\033[K");
  });
}

}  // namespace clicklake
