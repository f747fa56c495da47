#pragma once
/// Writes valid lines, as they came, into the raw table's hour partitions.
///
/// Place: the last step of copying ingest, behind the record parser.
/// Invariant: memory is bounded by the buffer budget, however many hours are open; descriptors by
/// max_open_files; nothing is under a final name before it is synced; without finish(), and after a
/// failed one, nothing stays.
/// Thread safety: append() is safe; finish() is called once, when no append runs.
/// Source: docs/formats/raw.md.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace clicklake {

struct RawWriterOptions {
  std::uint64_t target_file_bytes = 128'000'000;  ///< a file is cut when it has reached this
  std::size_t buffer_bytes = 64U << 20;           ///< of all hours together
  std::size_t hour_buffer_bytes = 256U << 10;  ///< an hour's buffer is written when it holds this
  int max_open_files = 128;                    ///< others are opened anew for each write
  int threads = 2;                             ///< that finish() syncs with
};

class RawWriter {
 public:
  /// Files are named
  /// `<lake>/raw/clickstream/year=YYYY/month=MM/day=DD/hour=HH/<batch_id>-<nnnn>.json`.
  RawWriter(std::filesystem::path lake, std::string batch_id, const RawWriterOptions& options);
  ~RawWriter();
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;

  /// Appends `pieces`, together `records` whole lines with their '\n', to the file of `hour` (since
  /// 1970). `arrived_us`: when their source arrived.
  /// Errors: kIo, kNoSpace.
  Status append(std::int64_t hour, std::span<const std::string_view> pieces, std::int64_t records,
                std::int64_t arrived_us);

  /// Writes what is buffered, syncs and renames every file, then syncs the folders up to the
  /// lake's. Files come by hour, then name, with their paths relative to the lake. Fault points
  /// "raw.sync", "raw.rename", "folder.sync".
  /// Errors: kIo, kNoSpace.
  Result<std::vector<RawFile>> finish();
  /// The files stay, whatever their names: they are published, or another removes them.
  void keep();

  std::uint64_t bytes_written() const;
  /// The highest number of bytes that were buffered.
  std::size_t peak_buffered() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace clicklake
