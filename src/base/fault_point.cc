#include "base/fault_point.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

namespace clicklake {
namespace fault_point_internal {

std::atomic<bool> armed{false};

namespace {
std::atomic<long> steps{0};
long kill_at = 0;
std::string kill_step;  ///< only steps of this name count; empty: all do
int trace_fd = -1;
}  // namespace

void hit(const char* step) {
  if (!kill_step.empty() && kill_step != step) return;
  const long n = steps.fetch_add(1) + 1;
  if (trace_fd >= 0) {
    const std::string line = std::string(step) + "\n";
    if (::write(trace_fd, line.data(), line.size()) < 0) std::abort();
  }
  if (n == kill_at) ::kill(::getpid(), SIGKILL);
}

}  // namespace fault_point_internal

void arm_fault_points(std::string_view spec) {
  using namespace fault_point_internal;
  if (spec.starts_with("kill@")) {
    std::string at(spec.substr(5));
    if (const std::size_t hash = at.find('#'); hash != std::string::npos) {
      kill_step = at.substr(0, hash);
      at.erase(0, hash + 1);
    }
    kill_at = std::strtol(at.c_str(), nullptr, 10);
    armed = kill_at > 0;
  } else if (spec.starts_with("trace@")) {
    trace_fd = ::open(std::string(spec.substr(6)).c_str(),
                      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    armed = trace_fd >= 0;
  }
}

}  // namespace clicklake
