#pragma once
/// Named places where a test may stop the process, one before and after each durable step.
///
/// Place: every write, sync, rename and commit of a lake passes one. Costs one predicted branch
/// when disarmed. Invariant: disarmed unless `arm_fault_points` was called by main. Thread safety:
/// safe; steps are counted across threads.

#include <atomic>
#include <string_view>

namespace clicklake {

namespace fault_point_internal {
extern std::atomic<bool> armed;
void hit(const char* step);
}  // namespace fault_point_internal

/// Marks the durable step `step` ("raw.fsync", "catalog.commit", ...).
inline void fault_point(const char* step) {
  if (fault_point_internal::armed.load(std::memory_order_relaxed)) [[unlikely]] {
    fault_point_internal::hit(step);
  }
}

/// Arms the points by `spec`: "kill@N" ends the process by SIGKILL at the N-th step (1-based),
/// "kill@STEP#N" at the N-th step of that name;
/// "trace@FILE" appends each step's name to FILE. Anything else is ignored. Called once by main,
/// from $CLICKLAKE_FAULT, before any thread starts.
void arm_fault_points(std::string_view spec);

}  // namespace clicklake
