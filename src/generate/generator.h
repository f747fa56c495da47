#pragma once
/// Generates a clickstream as a shop has it, to try the lake with and to measure it by.
///
/// Place: `clicklake generate`; what it writes is what ingest reads.
/// Invariant: equal options give equal bytes, whatever the number of threads and on any machine; no
/// two clean events are equal. Thread safety: calls into different folders may run at once. Source:
/// the raw schema in docs/design.md; what a record can be in docs/formats/raw.md.

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/result.h"
#include "generate/truth.h"

namespace clicklake {

struct GenerateOptions {
  std::uint64_t events = 0;  ///< clean events in all; up to 10^12
  int hours = 1;             ///< 1 to 500,000
  std::uint64_t seed = 1;
  double dirty = 0.0;         ///< dirty lines on top, as a share of `events`: 0 to 1
  std::filesystem::path out;  ///< made; must be absent or empty, or see `replace`
  bool replace = false;       ///< an `out` that generate filled before is emptied first
  int threads = 2;            ///< 1 to 256
  /// A full UTC hour, by default 2024-11-01T00:00:00Z; all hours lie within 1974 to 2100.
  std::int64_t start_us = 1'730'419'200'000'000;
  std::uint32_t users = 200'000;  ///< 1 to 2^24, visiting by Zipf's law
  std::uint32_t pages = 20'000;   ///< product pages, 1 to 2^24, seen by Zipf's law
  /// Called about once a megabyte with the totals so far, from the threads that write, one call at
  /// a time.
  std::function<void(std::uint64_t events, std::uint64_t bytes)> progress;
};

struct GenerateReport {
  GenerateTruth truth;
  std::uint64_t lines = 0;  ///< of all files: truth.records_read()
  std::uint64_t bytes = 0;  ///< of all files, without _truth.json
  std::uint64_t files = 0;
  double seconds = 0;
};

/// Name of the file in `out` that says what a correct reader makes of the rest. Readers skip names
/// that begin with '_'.
inline constexpr const char* kTruthFileName = "_truth.json";

/// Writes OUT/year=YYYY/month=MM/day=DD/hour=HH/part-0000.json (more parts above 524,288 events an
/// hour) and, last, OUT/_truth.json. A file's modification time is two minutes after its hour's
/// end, so that exactly the late events are late.
///
/// Errors: kInvalidArgument, an option is out of its range; kAlreadyExists, `out` holds something;
/// kIo and kNoSpace name the file, and what was written stays, without _truth.json.
///
/// Cost: about 35 MB of memory a thread at most.
Result<GenerateReport> generate(const GenerateOptions& options);

}  // namespace clicklake
