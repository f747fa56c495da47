#pragma once
/// A hash of short texts for tables in memory: not stored, not for keys of the lake.
///
/// Place: the rules' index and the key memory. Thread safety: pure functions.
/// Source: multiply and fold, as in wyhash.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace clicklake::events {

inline std::uint64_t fold_hash(std::uint64_t a, std::uint64_t b) {
  const auto wide = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(wide) ^ static_cast<std::uint64_t>(wide >> 64);
}

/// Cost: about 1 ns for 8 bytes.
inline std::uint64_t byte_hash(std::string_view text, std::uint64_t seed) {
  constexpr std::uint64_t kOne = 0xa0761d6478bd642fULL;
  constexpr std::uint64_t kTwo = 0xe7037ed1a0b428dbULL;
  const char* p = text.data();
  std::size_t size = text.size();
  const auto load8 = [](const char* from) {
    std::uint64_t v;
    std::memcpy(&v, from, 8);
    return v;
  };
  std::uint64_t h = seed ^ kOne ^ size;
  while (size > 16) {
    h = fold_hash(load8(p) ^ kOne, load8(p + 8) ^ h);
    p += 16;
    size -= 16;
  }
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (size >= 8) {
    a = load8(p);
    b = load8(p + size - 8);
  } else if (size >= 4) {
    std::uint32_t low;
    std::uint32_t high;
    std::memcpy(&low, p, 4);
    std::memcpy(&high, p + size - 4, 4);
    a = low;
    b = high;
  } else if (size > 0) {
    a = static_cast<unsigned char>(p[0]) |
        static_cast<std::uint64_t>(static_cast<unsigned char>(p[size / 2])) << 8 |
        static_cast<std::uint64_t>(static_cast<unsigned char>(p[size - 1])) << 16;
  }
  return fold_hash(kTwo ^ a, fold_hash(b ^ kOne, h ^ kTwo));
}

}  // namespace clicklake::events
