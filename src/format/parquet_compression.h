#pragma once
/// zstd for pages, put together block by block.
///
/// A page's levels and values are compressed (or stored) apart and joined into one zstd frame, so
/// that nothing is copied to make them contiguous, that columns which share their values share the
/// work, and that what does not shrink costs a copy. Runs of 64-bit integers whose high bytes
/// rarely change (sorted timestamps) are written as blocks of one repeated sequence, without a
/// search for matches.
///
/// Place: between page encoding and the row group's buffer.
/// Invariant: every frame is plain zstd with its content size, single segment, blocks of at most
/// 128 KiB; any decoder reads it. Thread safety: thread-compatible. Source: RFC 8878.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "format/parquet_buffer.h"

struct ZSTD_CCtx_s;

namespace clicklake {

/// Part of a page: its bytes, and their zstd blocks where these are smaller.
struct PagePart {
  std::string_view plain;
  std::string_view blocks;            ///< empty: stored as it is
  std::size_t last_block_offset = 0;  ///< of the last block's header in `blocks`

  std::size_t stored_size() const { return blocks.empty() ? plain.size() : blocks.size(); }
};

class BlockCompressor {
 public:
  /// `min_gain`: the share by which a part must shrink to be taken compressed.
  BlockCompressor(int level, double min_gain);
  ~BlockCompressor();
  BlockCompressor(const BlockCompressor&) = delete;
  BlockCompressor& operator=(const BlockCompressor&) = delete;

  /// Tries to shrink `part`; its blocks lie in `arena`. Large parts are tried by a sample first.
  void compress(PagePart& part, Arena& arena);

  /// The same for bit-packed numbers, in which repeats rarely start at whole bytes: by entropy
  /// coding alone where a sample shows that a search for matches would not pay.
  void compress_packed(PagePart& part, Arena& arena);

  /// The same for a part that holds 64-bit integers, which must be `values`: by repeated sequences
  /// where the high bytes rarely change.
  void compress_longs(PagePart& part, std::span<const std::int64_t> values, Arena& arena);

 private:
  bool shrinks(std::size_t from, std::size_t to) const;
  std::size_t sample_size(ZSTD_CCtx_s* context, std::string_view bytes);
  void compress_whole(ZSTD_CCtx_s* context, PagePart& part, Arena& arena);

  ZSTD_CCtx_s* context_;
  ZSTD_CCtx_s* entropy_context_;  ///< strides so far in its search for matches that few are found
  double min_gain_;
  std::unique_ptr<char[]> sample_;
};

/// Size of the frame that append_frame writes.
std::size_t frame_size(std::span<const PagePart> parts);
/// Appends one frame of the parts in turn.
void append_frame(std::span<const PagePart> parts, ByteBuffer& out);

}  // namespace clicklake
