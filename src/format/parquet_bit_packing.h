#pragma once
/// Parquet's RLE / bit-packed hybrid: dictionary indices and definition and repetition levels.
///
/// Place: innermost loops of the row group encoder.
/// Invariant: bit-packed runs hold whole groups of 8 values, only the last of an encoding is
/// padded; no run is longer than 504 values when bit-packed, as parquet-java and Arrow write them.
/// Thread safety: pure functions.
/// Source: apache/parquet-format 2.10, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".

#include <bit>
#include <cstddef>
#include <cstdint>

namespace clicklake {

/// Bits that hold values up to `max`.
inline int bits_for(std::uint32_t max) { return static_cast<int>(std::bit_width(max)); }

/// Bytes that pack_hybrid and pack_hybrid_bits may touch at most for `count` values of `width`
/// bits.
inline std::size_t hybrid_bound(std::size_t count, int width) {
  return count / 8 * (static_cast<std::size_t>(width) + 1) + static_cast<std::size_t>(width) + 96;
}

/// Writes `count` values of `width` (1 to 32) bits at `out`, which has hybrid_bound() bytes;
/// returns the end. Cost: about 0.5 ns a value where runs are rare.
char* pack_hybrid(const std::uint32_t* values, std::size_t count, int width, char* out);

/// The same for bits, value i being bit i % 64 of word i / 64; bits behind the last are ignored.
char* pack_hybrid_bits(const std::uint64_t* words, std::size_t count, char* out);

/// One run of `count` equal values.
char* pack_run(std::uint32_t value, std::size_t count, int width, char* out);

/// Words that hold `count` bits, with one to spare.
inline std::size_t words_for(std::size_t count) { return count / 64 + 2; }

/// What a column's indices hold.
struct IndexCheck {
  bool has_nulls = false;
  bool all_fit = true;  ///< each is a null or below the number of entries
};
/// Cost: memory speed.
IndexCheck check_indices(const std::uint32_t* indices, std::size_t count, std::size_t entries);

/// Moves those that are no null to `out` (room for `count`) and sets their bits in `words`; returns
/// how many.
std::size_t compact_indices(const std::uint32_t* indices, std::size_t count, std::uint32_t* out,
                            std::uint64_t* words);

/// Bits of bytes that are not 0; returns how many are set.
std::size_t bits_of_bytes(const std::uint8_t* bytes, std::size_t count, std::uint64_t* words);

}  // namespace clicklake
