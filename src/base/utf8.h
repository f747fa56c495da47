#pragma once
/// UTF-8 validity.
///
/// Place: the record parser and whatever decodes text. Thread safety: pure functions.
/// Source: RFC 3629 (no surrogates, no overlong forms, at most U+10FFFF).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace clicklake {

/// Offset of the first byte that is not part of valid UTF-8; npos where all is. Cost: eight bytes a
/// step over ASCII.
std::size_t find_invalid_utf8(std::string_view text);

/// Appends a code point (not a surrogate, at most U+10FFFF) as UTF-8.
void append_utf8(std::string* out, std::uint32_t code_point);

}  // namespace clicklake
