#include "format/parquet_compression.h"

// For the compression mode of literals, which the shared library takes as well.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include <algorithm>
#include <cstring>

namespace clicklake {
namespace {

constexpr std::size_t kSmallestTried = 256;
constexpr std::size_t kSampledFrom = 32U << 10;
constexpr std::size_t kSampleBytes = 8U << 10;
constexpr std::size_t kBlockBytes = 128U << 10;
constexpr std::size_t kBlockHeader = 3;
constexpr std::size_t kFrameHeader = 9;

enum class BlockType : std::uint32_t { kRaw = 0, kRle = 1, kCompressed = 2 };

void put_block_header(char* out, BlockType type, std::size_t size) {
  const auto header = static_cast<std::uint32_t>(type) << 1 | static_cast<std::uint32_t>(size) << 3;
  std::memcpy(out, &header, kBlockHeader);
}

/// Bytes of a frame's header, as libzstd wrote it.
std::size_t frame_header_size(const char* frame) {
  static constexpr std::size_t kDictionaryBytes[] = {0, 1, 2, 4};
  static constexpr std::size_t kContentBytes[] = {0, 2, 4, 8};
  const auto descriptor = static_cast<unsigned char>(frame[4]);
  const bool single_segment = (descriptor >> 5 & 1) != 0;
  std::size_t content = kContentBytes[descriptor >> 6];
  if (content == 0 && single_segment) content = 1;
  return 5 + (single_segment ? 0 : 1) + kDictionaryBytes[descriptor & 3] + content;
}

/// Where the last block's header is.
std::size_t find_last_block(std::string_view blocks) {
  for (std::size_t at = 0;;) {
    std::uint32_t header = 0;
    std::memcpy(&header, blocks.data() + at, kBlockHeader);
    if ((header & 1) != 0) return at;
    const bool rle = (header >> 1 & 3) == static_cast<std::uint32_t>(BlockType::kRle);
    at += kBlockHeader + (rle ? 1 : header >> 3);
  }
}

std::size_t raw_blocks_size(std::size_t bytes) {
  return bytes + (bytes + kBlockBytes - 1) / kBlockBytes * kBlockHeader;
}

/// Values that a block of repeated sequences holds at most (128 KiB of them) and at least (so that
/// it is smaller than they are).
constexpr std::size_t kMostBlockValues = kBlockBytes / 8;
constexpr std::size_t kFewestBlockValues = 8;

bool repeats_high_bytes(std::int64_t value, std::int64_t before, int low) {
  return static_cast<std::uint64_t>(value ^ before) >> (8 * low) == 0;
}

/// Writes the raw blocks of `bytes`, none of them the frame's last; returns their end.
char* put_raw_blocks(std::string_view bytes, char* out, char** last_block) {
  for (std::size_t at = 0; at < bytes.size(); at += kBlockBytes) {
    const std::size_t size = std::min(kBlockBytes, bytes.size() - at);
    *last_block = out;
    put_block_header(out, BlockType::kRaw, size);
    std::memcpy(out + kBlockHeader, bytes.data() + at, size);
    out += kBlockHeader + size;
  }
  return out;
}

/// Writes a compressed block of `count` values, each as `low` literal bytes and a match of the
/// other bytes with those of the value before (distance 8), then `trailing` values as literals;
/// returns its end. The block with `names_distance` (of kFewestBlockValues) spells the distance
/// out, later ones repeat it, which takes no bits: literal length, offset and match length then
/// have one symbol each.
char* put_sequence_block(const std::int64_t* values, std::size_t count, std::size_t trailing,
                         int low, bool names_distance, char* out) {
  char* const header = out;
  out += kBlockHeader;
  const std::size_t literals = count * static_cast<std::size_t>(low) + trailing * 8;
  const std::uint32_t literals_header = 3U << 2 | static_cast<std::uint32_t>(literals)
                                                      << 4;  // raw, size in 20 bits
  std::memcpy(out, &literals_header, 3);
  out += 3;
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(out, values + i, 8);
    out += low;
  }
  std::memcpy(out, values + count, trailing * 8);
  out += trailing * 8;
  if (count < 128) {
    *out++ = static_cast<char>(count);
  } else {
    *out++ = static_cast<char>(0x80 | count >> 8);
    *out++ = static_cast<char>(count);
  }
  *out++ = 0x54;                    // all three in RLE mode
  *out++ = static_cast<char>(low);  // code of the literal length
  *out++ = static_cast<char>(
      names_distance ? 3 : 0);  // offset: 8 to 15 by three more bits, or the last one again
  *out++ = static_cast<char>(8 - low - 3);  // code of the match length
  if (names_distance) {
    // Offset 8 is spelled 8 + 3: the extra bits are 011, once a sequence.
    for (const int bits : {0xDB, 0xB6, 0x6D}) *out++ = static_cast<char>(bits);
  }
  *out++ = 1;  // end mark of the bits
  put_block_header(header, BlockType::kCompressed,
                   static_cast<std::size_t>(out - header) - kBlockHeader);
  return out;
}

/// The number of low bytes (1 to 4) that make sequences of `values` smallest, by a sample of
/// neighbours; 0: sequences don't pay.
int choose_low_bytes(std::span<const std::int64_t> values) {
  constexpr std::size_t kSampled = 512;
  constexpr std::size_t kBreakBytes = 24;
  constexpr int kMostLow = 4;
  std::size_t breaks[kMostLow + 1] = {};
  const std::size_t stride = std::max<std::size_t>(1, (values.size() - 1) / kSampled);
  std::size_t seen = 0;
  for (std::size_t i = 1; i < values.size(); i += stride, ++seen) {
    for (int low = 1; low <= kMostLow; ++low) {
      breaks[low] += repeats_high_bytes(values[i], values[i - 1], low) ? 0 : 1;
    }
  }
  int best = 0;
  std::size_t best_size = seen * 6;
  for (int low = 1; low <= kMostLow; ++low) {
    const std::size_t size = seen * static_cast<std::size_t>(low) + breaks[low] * kBreakBytes;
    if (size < best_size) {
      best = low;
      best_size = size;
    }
  }
  return best;
}

}  // namespace

BlockCompressor::BlockCompressor(int level, double min_gain)
    : context_(ZSTD_createCCtx()),
      entropy_context_(ZSTD_createCCtx()),
      min_gain_(min_gain),
      sample_(new char[ZSTD_compressBound(kSampleBytes)]) {
  ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(entropy_context_, ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setParameter(entropy_context_, ZSTD_c_targetLength, 63);
  ZSTD_CCtx_setParameter(entropy_context_, ZSTD_c_literalCompressionMode, ZSTD_ps_enable);
}

BlockCompressor::~BlockCompressor() {
  ZSTD_freeCCtx(context_);
  ZSTD_freeCCtx(entropy_context_);
}

bool BlockCompressor::shrinks(std::size_t from, std::size_t to) const {
  return static_cast<double>(to) <= static_cast<double>(from) * (1 - min_gain_);
}

/// The size of a sample of `bytes` (>= kSampledFrom), compressed.
std::size_t BlockCompressor::sample_size(ZSTD_CCtx* context, std::string_view bytes) {
  const std::string_view sample = bytes.substr((bytes.size() - kSampleBytes) / 2, kSampleBytes);
  const std::size_t capacity = ZSTD_compressBound(kSampleBytes);
  return ZSTD_compress2(context, sample_.get(), capacity, sample.data(), sample.size());
}

void BlockCompressor::compress_whole(ZSTD_CCtx* context, PagePart& part, Arena& arena) {
  const std::string_view plain = part.plain;
  const std::size_t capacity = ZSTD_compressBound(plain.size());
  char* const out = arena.allocate(capacity);
  const std::size_t size = ZSTD_compress2(context, out, capacity, plain.data(), plain.size());
  if (ZSTD_isError(size) != 0 || !shrinks(plain.size(), size)) {
    arena.shrink(out, 0);
    return;
  }
  arena.shrink(out, size);
  const std::size_t header = frame_header_size(out);
  part.blocks = {out + header, size - header};
  part.last_block_offset = find_last_block(part.blocks);
}

void BlockCompressor::compress(PagePart& part, Arena& arena) {
  if (part.plain.size() < kSmallestTried) return;
  if (part.plain.size() >= kSampledFrom &&
      !shrinks(kSampleBytes, sample_size(context_, part.plain))) {
    return;
  }
  compress_whole(context_, part, arena);
}

void BlockCompressor::compress_packed(PagePart& part, Arena& arena) {
  if (part.plain.size() < kSampledFrom) return compress(part, arena);
  const std::size_t matched = sample_size(context_, part.plain);
  const std::size_t coded = sample_size(entropy_context_, part.plain);
  if (!shrinks(kSampleBytes, std::min(matched, coded))) return;
  compress_whole(coded <= matched + matched / 64 ? entropy_context_ : context_, part, arena);
}

void BlockCompressor::compress_longs(PagePart& part, std::span<const std::int64_t> values,
                                     Arena& arena) {
  const int low = values.size() < kSmallestTried / 8 ? 0 : choose_low_bytes(values);
  if (low == 0) return compress(part, arena);

  char* const begin = arena.allocate(raw_blocks_size(values.size() * 8) + 64);
  char* out = begin;
  char* last_block = begin;
  bool names_distance = true;
  std::size_t raw = 0;  // values from here to the current one are stored as they are
  for (std::size_t i = 1; i < values.size();) {
    const std::size_t limit =
        std::min(values.size(), i + (names_distance ? kFewestBlockValues : kMostBlockValues - 1));
    std::size_t end = i;
    while (end < limit && repeats_high_bytes(values[end], values[end - 1], low)) ++end;
    if (end - i < kFewestBlockValues) {
      i = end + 1;
      continue;
    }
    out = put_raw_blocks(part.plain.substr(raw * 8, (i - raw) * 8), out, &last_block);
    const std::size_t trailing = !names_distance && end < limit ? 1 : 0;
    last_block = out;
    out = put_sequence_block(values.data() + i, end - i, trailing, low, names_distance, out);
    names_distance = false;
    i = raw = end + trailing;
  }
  out = put_raw_blocks(part.plain.substr(raw * 8), out, &last_block);
  const auto size = static_cast<std::size_t>(out - begin);
  if (size > part.plain.size() * 3 / 4) {
    arena.shrink(begin, 0);
    return compress(part, arena);
  }
  arena.shrink(begin, size);
  part.blocks = {begin, size};
  part.last_block_offset = static_cast<std::size_t>(last_block - begin);
}

std::size_t frame_size(std::span<const PagePart> parts) {
  std::size_t size = kFrameHeader;
  bool any = false;
  for (const PagePart& part : parts) {
    size += part.blocks.empty() ? raw_blocks_size(part.plain.size()) : part.blocks.size();
    any = any || !part.plain.empty();
  }
  return any ? size : size + kBlockHeader;
}

void append_frame(std::span<const PagePart> parts, ByteBuffer& out) {
  std::size_t content = 0;
  for (const PagePart& part : parts) content += part.plain.size();
  char* const begin = out.reserve(frame_size(parts));
  char* place = begin;
  const std::uint32_t magic = 0xFD2FB528U;
  const auto content_size = static_cast<std::uint32_t>(content);
  std::memcpy(place, &magic, 4);
  place[4] = static_cast<char>(0xA0);  // single segment, content size in 4 bytes
  std::memcpy(place + 5, &content_size, 4);
  place += kFrameHeader;
  char* last_block = nullptr;
  for (const PagePart& part : parts) {
    if (part.plain.empty()) continue;
    if (last_block != nullptr) *last_block = static_cast<char>(*last_block & ~1);
    if (!part.blocks.empty()) {
      std::memcpy(place, part.blocks.data(), part.blocks.size());
      last_block = place + part.last_block_offset;
      place += part.blocks.size();
      continue;
    }
    place = put_raw_blocks(part.plain, place, &last_block);
  }
  if (last_block == nullptr) {
    last_block = place;
    put_block_header(place, BlockType::kRaw, 0);
    place += kBlockHeader;
  }
  *last_block = static_cast<char>(*last_block | 1);
  out.advance(static_cast<std::size_t>(place - begin));
}

}  // namespace clicklake
