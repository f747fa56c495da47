#pragma once
/// Reads many sources with a few threads; a big one, or a stream, with all of them.
///
/// Place: ingest's engine, between the listing and the judging of lines.
/// Invariant: every block is taken by exactly one worker; within a source blocks come in any order
/// when several workers share it.
/// Thread safety: thread-compatible; it owns its threads.

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "format/line_reader.h"
#include "ingest/sources.h"

namespace clicklake {

/// How the reading of one source went.
struct ReadOutcome {
  bool opened = false;
  std::optional<Error> error;  ///< it could not be opened, or not be read to its end
  SourceEnd end;
  std::uint64_t bytes_read = 0;
  std::string content_hash;  ///< "" where `error` is set
};

struct ReadProgress {
  std::uint64_t bytes_done = 0;   ///< stored ones
  std::uint64_t bytes_total = 0;  ///< of the files; streams are not known
};

/// Called on the thread `worker` (0-based) with a block of `sources[source]`, valid for the call.
/// An error ends everything.
using TakeBlock =
    std::function<Status(std::size_t worker, std::size_t source, const LineBlock& block)>;

struct ParallelReadOptions {
  int threads = 2;
  LineReaderOptions lines;
  std::stop_token stop;
  /// Called on the calling thread, about ten times a second; may be empty.
  std::function<void(const ReadProgress&)> progress;
};

/// Outcomes are in the order of `sources`. A source that can't be read is an outcome; errors: of
/// `take`, and kCancelled when stopped.
Result<std::vector<ReadOutcome>> read_sources(const std::vector<Source>& sources,
                                              const ParallelReadOptions& options,
                                              const TakeBlock& take);

}  // namespace clicklake
