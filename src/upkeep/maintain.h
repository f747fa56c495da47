#pragma once
/// Keeps a lake fast and small: compaction, expiry of snapshots, removal of what nobody reads.
///
/// Place: the command `maintain`, and after a run where the config says so. Invariant: no row
/// changes; readers and writers are never kept waiting for longer than a commit takes; no file goes
/// that a kept snapshot, an open batch, or a reader of the last 24 hours may need. Files are
/// written apart from the tables (`.maintain/`), where no sweep looks, and moved to them under the
/// lake's lock, as a batch like any other. Thread safety: one maintain a lake at a time (a lock of
/// its own); beside any other command. Source: ADR-0021; docs/operations.md, "Keeping a lake fast".

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engines/symlink_manifests.h"
#include "format/parquet_writer.h"

namespace clicklake {

/// Readers that a catalog can't see are given so long, whatever the config says.
inline constexpr std::chrono::hours kLeastKept{24};

struct MaintainOptions {
  std::filesystem::path lake;  ///< absolute
  int threads = 2;
  std::uint64_t memory_limit = 0;  ///< bytes, for DuckDB; 0: its default
  std::filesystem::path temp_dir;
  ParquetWriterOptions parquet;
  bool dry_run = false;  ///< says what it would do, and changes nothing
  bool full = false;     ///< merges whatever can be merged, however little there is to gain
  /// No partition is begun after so long; nothing: until all is done.
  std::optional<std::chrono::milliseconds> budget;
  bool wait = true;  ///< for another maintain, and for the lake's lock
  std::int64_t target_file_bytes = 128'000'000;
  std::chrono::hours keep_snapshots{5 * 24};  ///< after they were the current ones
  std::chrono::hours keep_orphans{24};        ///< files that nothing names
  /// Expiry and removal are left out where they were done so lately; merging is not.
  std::chrono::hours remove_every{0};
  int keep_raw_days = 0;         ///< raw copies of older hours go; 0: none
  int keep_quarantine_days = 0;  ///< quarantine files of older batches go; 0: none
  SymlinkOptions symlinks;
};

struct MaintainReport {
  bool dry_run = false;
  std::int64_t partitions_merged = 0;
  std::int64_t files_merged = 0;
  std::int64_t files_written = 0;
  std::int64_t rows_rewritten = 0;
  std::int64_t bytes_merged = 0;
  std::int64_t bytes_written = 0;
  std::int64_t partitions_left = 0;  ///< for lack of time
  std::string symlink_problem;       ///< why symlink manifests are behind; "" where they are not
  std::vector<std::string>
      conflicts;  ///< partitions that changed meanwhile: their work was dropped
  std::int64_t snapshots_expired = 0;
  std::int64_t data_files_removed = 0;
  std::int64_t metadata_files_removed = 0;
  std::int64_t raw_files_removed = 0;
  std::int64_t quarantine_files_removed = 0;
  std::int64_t bytes_removed = 0;
  double seconds = 0;
};

/// Errors: kBusy without `wait`; kIo, kNoSpace, kCorruption. What was committed before an error
/// stays; the next maintain removes what was not.
Result<MaintainReport> maintain(const MaintainOptions& options);

}  // namespace clicklake
