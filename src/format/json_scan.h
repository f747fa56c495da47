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

#include "base/json_lexing.h"

namespace clicklake::json {

inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

inline const char* skip_space(const char* p) {
  while (is_space(*p)) ++p;
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
