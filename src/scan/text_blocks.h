#pragma once
/// A text file, or a part of a large plain one, as blocks of whole lines.
///
/// Place: between a file and a RowReader. Plain files are read in ranges, so that several threads
/// share one; gzip and zstd files are read whole.
/// Invariant: of ranges that lie end to end, each line comes from exactly one: the one that holds
/// its first byte. A file that became shorter while it was read is an error, never a fault in
/// memory (which a mapping would make of it). Thread safety: thread-compatible.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "format/text_buffer.h"

namespace clicklake {

/// Whole lines, each ended by '\n' (added behind a last one without), kLinePadding readable bytes
/// behind them.
struct TextBlock {
  const char* data = nullptr;
  std::size_t size = 0;
  std::uint64_t offset = 0;  ///< of data[0] in the decompressed text
};

struct TextBlocksOptions {
  int skip_header_lines = 0;  ///< of the file, whichever range is read
  std::size_t block_bytes = 256U << 10;
  std::size_t max_line_bytes = 256U << 20;
};

/// Bytes of a file.
struct TextRange {
  static constexpr std::uint64_t kToEnd = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t begin = 0;
  std::uint64_t end = kToEnd;
};

class TextBlocks {
 public:
  /// Opens `range` of the file `path`. Whether it is compressed tell its first bytes, else its
  /// name's .gz or .zst; then the range that begins at 0 gives all of it and the others nothing.
  /// Errors: kNotFound, kIo; kInvalidData, it is named as compressed and is not; kUnsupported, it
  /// is named as another compression.
  static Result<std::unique_ptr<TextBlocks>> open(const std::string& path, TextRange range,
                                                  const TextBlocksOptions& options);
  virtual ~TextBlocks() = default;

  /// The next lines, valid until the next call; false at the end. Errors: kIo; kInvalidData naming
  /// the file: damaged, cut, became shorter, or with a line of more than max_line_bytes.
  virtual Result<bool> next(TextBlock* block) = 0;
  /// Bytes as stored of what was given so far; ranges that lie end to end add up to the file's
  /// size.
  virtual std::uint64_t bytes_read() const = 0;
};

/// The ranges of a file of `size` bytes by its listing: one for a compressed name; the last one
/// goes to the end, wherever it is by then.
std::vector<TextRange> split_into_ranges(const std::string& path, std::uint64_t size,
                                         std::uint64_t range_bytes);

/// The 1-based number of the line that the byte at `offset` of the decompressed text is in. Reads
/// the file up to there. Errors: those of TextBlocks.
Result<std::uint64_t> line_number_at(const std::string& path, std::uint64_t offset);

}  // namespace clicklake
