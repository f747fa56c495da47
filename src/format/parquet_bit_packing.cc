#include "format/parquet_bit_packing.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace clicklake {
namespace {

constexpr std::size_t kGroup = 8;
constexpr std::size_t kRunValues = 504;
constexpr std::uint32_t kNull = 0xFFFFFFFFU;

/// Packs `groups` groups of 8 values; touches up to 16 bytes behind the end.
template <int kWidth>
char* pack_groups(const std::uint32_t* v, std::size_t groups, char* out) {
  for (std::size_t g = 0; g < groups; ++g, v += kGroup, out += kWidth) {
    if constexpr (kWidth <= 8) {
      std::uint64_t word = 0;
      for (int i = 0; i < 8; ++i) word |= static_cast<std::uint64_t>(v[i]) << (i * kWidth);
      std::memcpy(out, &word, 8);
    } else if constexpr (kWidth <= 16) {
      std::uint64_t low = 0;
      std::uint64_t high = 0;
      for (int i = 0; i < 4; ++i) low |= static_cast<std::uint64_t>(v[i]) << (i * kWidth);
      for (int i = 0; i < 4; ++i) high |= static_cast<std::uint64_t>(v[i + 4]) << (i * kWidth);
      if constexpr (kWidth < 16) {
        low |= high << (4 * kWidth);
        high >>= 64 - 4 * kWidth;
      }
      std::memcpy(out, &low, 8);
      std::memcpy(out + 8, &high, 8);
    } else {
      std::uint64_t pending = 0;
      int bits = 0;
      char* place = out;
      for (int i = 0; i < 8; ++i) {
        pending |= static_cast<std::uint64_t>(v[i]) << bits;
        bits += kWidth;
        if (bits >= 32) {
          const auto word = static_cast<std::uint32_t>(pending);
          std::memcpy(place, &word, 4);
          place += 4;
          pending >>= 32;
          bits -= 32;
        }
      }
      const auto word = static_cast<std::uint32_t>(pending);
      std::memcpy(place, &word, 4);
    }
  }
  return out;
}

using PackGroups = char* (*)(const std::uint32_t*, std::size_t, char*);

template <std::size_t... kWidths>
constexpr std::array<PackGroups, 33> packers(std::index_sequence<kWidths...>) {
  return {nullptr, pack_groups<static_cast<int>(kWidths) + 1>...};
}
constexpr std::array<PackGroups, 33> kPackers = packers(std::make_index_sequence<32>());

char* put_varint(std::uint64_t value, char* out) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

/// `count` values, bit-packed; the last group is padded with zeros.
char* pack_literals(const std::uint32_t* values, std::size_t count, int width, char* out) {
  const PackGroups pack = kPackers[static_cast<std::size_t>(width)];
  while (count >= kGroup) {
    const std::size_t groups = std::min(count, kRunValues) / kGroup;
    *out++ = static_cast<char>(groups << 1 | 1);
    out = pack(values, groups, out);
    values += groups * kGroup;
    count -= groups * kGroup;
  }
  if (count != 0) {
    std::uint32_t last[kGroup] = {};
    std::copy_n(values, count, last);
    *out++ = 3;
    out = pack(last, 1, out);
  }
  return out;
}

/// The shortest run worth leaving bit-packing for.
constexpr std::size_t shortest_run(int width) {
  if (width == 1) return 64;
  if (width <= 3) return 32;
  return width <= 8 ? 24 : 16;
}

bool all_equal(const std::uint32_t* values, std::size_t count) {
  std::uint32_t differ = 0;
  for (std::size_t i = 1; i < count; ++i) differ |= values[i] ^ values[0];
  return differ == 0;
}

}  // namespace

char* pack_run(std::uint32_t value, std::size_t count, int width, char* out) {
  out = put_varint(static_cast<std::uint64_t>(count) << 1, out);
  for (int bits = 0; bits < width; bits += 8) {
    *out++ = static_cast<char>(value >> bits);
  }
  return out;
}

char* pack_hybrid(const std::uint32_t* values, std::size_t count, int width, char* out) {
  const std::size_t shortest = shortest_run(width);
  std::size_t literals = 0;
  std::size_t i = 0;
  while (i + shortest <= count) {
    if (values[i] != values[i + kGroup - 1] || !all_equal(values + i, shortest)) {
      i += kGroup;
      continue;
    }
    std::size_t end = i + shortest;
    while (end < count && values[end] == values[i]) ++end;
    out = pack_literals(values + literals, i - literals, width, out);
    out = pack_run(values[i], end - i, width, out);
    i = literals = end;
  }
  return pack_literals(values + literals, count - literals, width, out);
}

char* pack_hybrid_bits(const std::uint64_t* words, std::size_t count, char* out) {
  const std::size_t whole = count / 64;
  std::size_t literals = 0;
  const auto flush = [&](std::size_t end) {
    while (literals < end) {
      const std::size_t bytes = std::min<std::size_t>((end - literals) * 8, kRunValues / 8);
      // Runs of 7 words: 56 bytes, the most words that one header byte counts.
      const std::size_t taken = std::max<std::size_t>(bytes / 8, 1);
      *out++ = static_cast<char>(taken * 8 << 1 | 1);
      std::memcpy(out, words + literals, taken * 8);
      out += taken * 8;
      literals += taken;
    }
  };
  for (std::size_t w = 0; w < whole;) {
    if (words[w] != 0 && words[w] != ~std::uint64_t{0}) {
      ++w;
      continue;
    }
    std::size_t end = w + 1;
    while (end < whole && words[end] == words[w]) ++end;
    flush(w);
    std::size_t run = (end - w) * 64;
    if (end == whole && count % 64 != 0) {
      const std::uint64_t mask = (std::uint64_t{1} << count % 64) - 1;
      if ((words[end] & mask) == (words[w] & mask)) {
        return pack_run(static_cast<std::uint32_t>(words[w] & 1), run + count % 64, 1, out);
      }
    }
    out = pack_run(static_cast<std::uint32_t>(words[w] & 1), run, 1, out);
    w = literals = end;
  }
  flush(whole);
  if (const std::size_t rest = count % 64; rest != 0) {
    const std::uint64_t mask = (std::uint64_t{1} << rest) - 1;
    const std::uint64_t last = words[whole] & mask;
    if (last == 0 || last == mask)
      return pack_run(static_cast<std::uint32_t>(last & 1), rest, 1, out);
    const std::size_t groups = (rest + 7) / 8;
    *out++ = static_cast<char>(groups << 1 | 1);
    std::memcpy(out, &last, groups);
    out += groups;
  }
  return out;
}

IndexCheck check_indices(const std::uint32_t* indices, std::size_t count, std::size_t entries) {
  constexpr std::uint32_t kSign = 0x80000000U;
  if (entries >= kSign) return {false, false};
  // An index below `entries`, and so below 2^31, becomes negative when these are taken off, and a
  // null stays negative: a few operations a vector, and no comparison of unsigned numbers.
  const auto size = static_cast<std::uint32_t>(entries);
  std::uint32_t nulls = 0;
  std::uint32_t any = 0;
  std::uint32_t every = kSign;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t null_mask = indices[i] == kNull ? ~0U : 0U;
    nulls |= null_mask;
    any |= indices[i] & ~null_mask;
    every &= indices[i] - size;
  }
  return {nulls != 0, (any & kSign) == 0 && (every & kSign) != 0};
}

std::size_t compact_indices(const std::uint32_t* indices, std::size_t count, std::uint32_t* out,
                            std::uint64_t* words) {
  std::size_t present = 0;
  for (std::size_t begin = 0; begin < count; begin += 64) {
    const std::size_t end = std::min(count, begin + 64);
    std::uint64_t word = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const bool is_present = indices[i] != kNull;
      word |= static_cast<std::uint64_t>(is_present) << (i - begin);
      out[present] = indices[i];
      present += is_present ? 1 : 0;
    }
    words[begin / 64] = word;
  }
  return present;
}

std::size_t bits_of_bytes(const std::uint8_t* bytes, std::size_t count, std::uint64_t* words) {
  std::size_t set = 0;
  for (std::size_t begin = 0; begin < count; begin += 64) {
    const std::size_t end = std::min(count, begin + 64);
    std::uint64_t word = 0;
    for (std::size_t i = begin; i < end; ++i) {
      word |= static_cast<std::uint64_t>(bytes[i] != 0) << (i - begin);
    }
    words[begin / 64] = word;
    set += static_cast<std::size_t>(std::popcount(word));
  }
  return set;
}

}  // namespace clicklake
