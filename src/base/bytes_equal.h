#pragma once
/// Comparison of short texts without a call.
///
/// Place: hash tables of the hot path. Reads nothing beyond either text. Thread safety: pure.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace clicklake {

/// Whether `size` bytes at `a` and `b` are the same.
[[gnu::always_inline]] inline bool bytes_equal(const char* a, const char* b, std::size_t size) {
  const auto load8 = [](const char* p) {
    std::uint64_t v;
    std::memcpy(&v, p, sizeof v);
    return v;
  };
  const auto load4 = [](const char* p) {
    std::uint32_t v;
    std::memcpy(&v, p, sizeof v);
    return v;
  };
  if (size >= 8) {
    std::uint64_t different = load8(a + size - 8) ^ load8(b + size - 8);
    std::size_t i = 0;
    for (; i + 16 <= size; i += 16) {
      different |= (load8(a + i) ^ load8(b + i)) | (load8(a + i + 8) ^ load8(b + i + 8));
      if (different != 0) return false;
    }
    if (i + 8 <= size) different |= load8(a + i) ^ load8(b + i);
    return different == 0;
  }
  if (size >= 4) return ((load4(a) ^ load4(b)) | (load4(a + size - 4) ^ load4(b + size - 4))) == 0;
  if (size == 0) return true;
  return a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1];
}

[[gnu::always_inline]] inline bool bytes_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && bytes_equal(a.data(), b.data(), a.size());
}

}  // namespace clicklake
