#pragma once
/// Takes sources into the lake's raw layer: valid records byte for byte, bad ones into quarantine,
/// as one batch.
///
/// Place: sources -> raw. `run` in copy mode calls it, then transform.
/// Invariant: a batch is published whole, in one catalog transaction after its files and folders
/// are synced, or it leaves nothing: no file, no open batch. records_read = valid + quarantined +
/// blank.
/// Thread safety: thread-compatible; the caller holds the lake's lock.
/// Source: docs/formats/raw.md, docs/formats/quarantine.md.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "ingest/sources.h"

namespace clicklake {

struct IngestOptions {
  std::filesystem::path lake;
  /// Register the files where they lie (they must be in an hour layout) and only count and check
  /// their records.
  bool in_place = false;
  int threads = 2;
  std::uint64_t target_file_bytes = 128'000'000;
  std::size_t max_line_bytes = 1'000'000;
  std::size_t buffer_bytes = 64U << 20;  ///< of all hours together
  /// More quarantined records than this share of those read stop the batch before it is published.
  double max_quarantine_ratio = 1.0;
  /// Instead of each source's modification time (streams: now).
  std::optional<std::int64_t> arrived_at_us;
  bool count_keys = true;  ///< keep in the catalog which keys the records had
  std::stop_token stop;
};

struct IngestProgress {
  std::uint64_t bytes_done = 0;   ///< of the sources, as stored
  std::uint64_t bytes_total = 0;  ///< 0 where only streams are read
  std::uint64_t records = 0;
};

struct IngestReport {
  std::string batch_id;  ///< "" where nothing was published
  std::uint64_t records_read = 0;
  std::uint64_t valid = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t blank = 0;
  std::vector<std::pair<std::string, std::int64_t>> quarantined_by_reason;
  std::uint64_t sources_taken = 0;    ///< also those taken in part
  std::uint64_t skipped_sources = 0;  ///< known already
  std::vector<SourceProblem> problems;
  bool exit_failed = false;  ///< a source was not taken, or in part: the command's exit code is 1
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;  ///< of raw files written
  std::uint64_t raw_files = 0;
  std::string quarantine_file;  ///< relative to the lake, "" without bad rows
  double seconds = 0;
};

/// Takes what of `listing` is new. Without any new source it does nothing at all. `progress` (may
/// be empty) is called on this thread, about ten times a second.
/// Errors (nothing was published): kIo, kNoSpace, in the lake; kInvalidData, max_quarantine_ratio
/// was passed; kConflict, another process took a source meanwhile: run again; kCancelled.
Result<IngestReport> ingest(Catalog& catalog, const IngestOptions& options, SourceListing listing,
                            const std::function<void(const IngestProgress&)>& progress = {});

}  // namespace clicklake
