#pragma once
/// The line that shows how a run goes, on a terminal only.
///
/// Place: ingest, transform and run. Invariant: silent where standard error is no terminal; the
/// line is gone when the meter is. Thread safety: it has a thread of its own that only reads the
/// progress.

#include <thread>

#include "pipeline/run.h"

namespace clicklake {

class ProgressMeter {
 public:
  explicit ProgressMeter(const RunProgress* progress);

 private:
  std::jthread thread_;
};

}  // namespace clicklake
