#pragma once
/// Ctrl-C stops the running statement, not the program.
///
/// Place: around each statement of the `sql` command. Invariant: one at a time in a process.
/// Thread safety: made and dropped by one thread.

#include "query/lake_session.h"

namespace clicklake {

/// While it lives, SIGINT interrupts `session`. The handler before comes back at its end.
class InterruptOnSignal {
 public:
  explicit InterruptOnSignal(LakeSession& session);
  ~InterruptOnSignal();
  InterruptOnSignal(const InterruptOnSignal&) = delete;
  InterruptOnSignal& operator=(const InterruptOnSignal&) = delete;
};

}  // namespace clicklake
