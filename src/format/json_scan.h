#pragma once
/// The lexical level of JSON: strings, numbers, literals and whole values of a line that ends in
/// '\n'.
///
/// Place: under RecordParser. Every function stops at the '\n' behind the line, which no token may
/// hold. Invariant: no read beyond kLinePadding bytes behind the '\n'. Thread safety: pure
/// functions. Source: RFC 8259, sections 2 to 7.

#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace clicklake::json {

inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

inline const char* skip_space(const char* p) {
  while (is_space(*p)) ++p;
  return p;
}

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

/// Whether the text at `p` is `literal`, which must not be followed by another word character.
inline bool is_literal(const char* p, std::string_view literal) {
  return std::memcmp(p, literal.data(), literal.size()) == 0;
}

/// What went wrong, and where.
enum class Fault : std::uint8_t { kNone, kSyntax, kLoneSurrogate, kTooDeep };

/// Reads the escape at `p` (at its backslash) into a code point; returns the place behind it. A
/// surrogate pair is read whole. On kSyntax the returned place is the fault's; on kLoneSurrogate it
/// is behind the escape.
const char* read_escape(const char* p, std::uint32_t* code_point, Fault* fault);

/// Decodes a string whose first byte is at `p` (behind its opening quote) into `out` (room for its
/// source length); returns the place behind the closing quote, sets `*out_end`. On kSyntax: returns
/// the fault's place, which is the '\n' where the line ended inside the string. kLoneSurrogate is
/// set and reading goes on.
const char* decode_string(const char* p, char* out, char** out_end, std::uint32_t* high,
                          Fault* fault);

/// Copies the value at `p` as compact JSON text to `out` (room for its source length): no white
/// space, strings with the fewest escapes. `depth` is the number of containers around it; more than
/// `max_depth` in all is kTooDeep. Returns the place behind the value, or the fault's place. `out`
/// may be null: then it only checks.
const char* copy_compact(const char* p, char* out, char** out_end, int depth, int max_depth,
                         std::uint32_t* high, Fault* fault);

}  // namespace clicklake::json
