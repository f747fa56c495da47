#pragma once
/// Strings and numbers of JSON, byte by byte: the ground under every reader of it.
///
/// Place: under the lines of records and external tables, and events. Invariant: a token ends at
/// the latest at the first control character, so one behind the text bounds every call; up to 16
/// bytes from it on are read. Thread safety: pure functions. Source: RFC 8259, sections 6 and 7.

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace clicklake::json {

/// From inside a string to its next '"', '\\' or control character. `*high` gets a non-zero bit
/// where a byte beyond ASCII may have been passed.
inline const char* scan_string(const char* p, std::uint32_t* high) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1F);
  for (;;) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i stop =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
    const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(stop));
    const auto beyond = static_cast<std::uint32_t>(_mm_movemask_epi8(v));
    if (mask != 0) {
      const int at = __builtin_ctz(mask);
      *high |= beyond & ((1U << at) - 1);
      return p + at;
    }
    *high |= beyond;
    p += 16;
  }
#else
  for (;; ++p) {
    const auto c = static_cast<unsigned char>(*p);
    if (c == '"' || c == '\\' || c < 0x20) return p;
    *high |= c & 0x80U;
  }
#endif
}

/// Past a number that begins at `p` ('-' or a digit); null where it is none.
inline const char* scan_number(const char* p) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (*p == '-') ++p;
  if (!digit(*p)) return nullptr;
  if (*p == '0') {
    ++p;
  } else {
    while (digit(*p)) ++p;
  }
  if (*p == '.') {
    ++p;
    if (!digit(*p)) return nullptr;
    while (digit(*p)) ++p;
  }
  if (*p == 'e' || *p == 'E') {
    ++p;
    if (*p == '+' || *p == '-') ++p;
    if (!digit(*p)) return nullptr;
    while (digit(*p)) ++p;
  }
  return p;
}

}  // namespace clicklake::json
