#pragma once
/// Reads a source file as blocks of whole lines: plain, gzip or zstd, NDJSON or one JSON array.
///
/// Place: first step of an event's way; ingest and transform read through it.
/// Invariant: every byte of the source is in exactly one line, in an overlong line, or in the torn
/// rest; offsets and line numbers are those of the decompressed text.
/// A source whose first significant byte is `[`, followed by `{`, or that is just `[]`, is one JSON
/// array: its elements come as one line each, byte for byte but for line breaks (see
/// json_array_splitter.h); lines may follow behind its `]`. An element that the end of the text
/// cuts is given as it is.
/// Thread safety: thread-compatible.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// Readable bytes behind every block (zeroed or stale), so that vector loads may run past the end.
inline constexpr std::size_t kLinePadding = 64;

enum class Compression { kNone, kGzip, kZstd };

/// By name: .gz and .zst are taken off; then .json, .ndjson, .jsonl.
Compression compression_of(const std::filesystem::path& path);

struct LineReaderOptions {
  std::size_t max_line_bytes = 1'000'000;  ///< without the line end
  std::size_t block_bytes = 256U << 10;    ///< aimed at; one longer line makes a longer block
  std::size_t kept_of_overlong = 64U << 10;
  bool hash = true;  ///< keep content_hash()
};

/// A line over the limit: skipped without being held, its beginning kept.
struct OverlongLine {
  std::uint64_t offset;  ///< of its first byte
  std::uint64_t line;    ///< 1-based
  std::uint64_t length;  ///< bytes without the line end
  std::string head;      ///< at most kept_of_overlong bytes
};

/// Whole lines, each ended by '\n' (added behind the last one where the file has none). CR before
/// '\n' is still there; a BOM at the file's start is not.
struct LineBlock {
  const char* data = nullptr;
  std::size_t size = 0;
  std::uint64_t offset = 0;      ///< of data[0] in the decompressed text
  std::uint64_t first_line = 1;  ///< 1-based number of the first line
  /// JSON arrays only, else empty: by line of this block, its element's offset and the line it
  /// begins on.
  std::vector<std::uint64_t> element_offsets;
  std::vector<std::uint64_t> element_lines;
  /// Those met while this block was read; a block may hold only these (size 0).
  std::vector<OverlongLine> overlong;
};

/// How the source ended.
struct SourceEnd {
  /// Inside a gzip or zstd stream, or the file became shorter while it was read.
  bool torn = false;
  /// The file became longer while it was read; what was there at the start is taken, but for an
  /// unfinished last line.
  bool grew = false;
  std::string detail;  ///< for the report, where torn or grew
};

class LineReader {
 public:
  /// `path` "-" is standard input (compression by its first bytes: gzip and zstd magic numbers,
  /// also used where a name's suffix is missing or wrong).
  /// Errors: kNotFound, kIo naming the path; kInvalidData, the name says compressed, but the first
  /// bytes are neither that nor text.
  static Result<std::unique_ptr<LineReader>> open(const std::filesystem::path& path,
                                                  const LineReaderOptions& options);
  virtual ~LineReader() = default;

  /// Fills `block` with the next lines, valid until the next call; false at the end. A torn stream
  /// is no error: what came whole is given, then `end()` says so (the cut last line of a torn
  /// stream is not given; the source will be taken again when whole).
  /// Errors: kIo, the device failed; kInvalidData, the compressed data is damaged (not merely cut).
  virtual Result<bool> next(LineBlock* block) = 0;

  virtual SourceEnd end() const = 0;
  /// Bytes read from the source so far (compressed ones).
  virtual std::uint64_t bytes_read() const = 0;
  /// XXH3-128 in hex of the source's bytes as stored; complete when next() returned false.
  virtual std::string content_hash() const = 0;
};

}  // namespace clicklake
