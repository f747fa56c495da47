#pragma once
/// Numbers as text, read as Java reads them: what raw files of other engines hold.
///
/// Place: under the cell readers. Thread safety: pure functions.
/// Source: java.lang.Long, java.lang.Double, java.math.BigDecimal (as specified by their parsing
/// functions); docs/formats/serdes.md.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clicklake {

/// `[+-]digits` within 64 bits.
std::optional<std::int64_t> read_long(std::string_view text);

/// Digits, hexadecimal ones behind 0x, octal ones behind 0.
std::optional<std::int64_t> read_radix_long(std::string_view text);

/// openx: `0x1F`, octal `017`, digits, else any decimal cut to its whole part ("1.9e1" is 19).
std::optional<std::int64_t> read_any_long(std::string_view text);

/// LazySimple: `[+-]digits[.digits]`, the fraction dropped.
std::optional<std::int64_t> read_text_long(std::string_view text);

/// A decimal with an optional exponent; "NaN", "Infinity", a trailing d or f; blanks around it.
std::optional<double> read_double(std::string_view text);
std::optional<float> read_float(std::string_view text);

/// value * 10^scale of a decimal with an optional exponent, rounded half up (away from zero);
/// nothing where the text is none, or the result has more than `precision` digits.
std::optional<__int128> read_decimal(std::string_view text, int precision, int scale);

/// Openx's text of an unquoted value: true and false in lower case, whole numbers plain ("-0" is
/// "0", "0x10" is "16"), decimals as BigDecimal writes them ("1e3" is "1E+3"); nothing for any
/// other word.
std::optional<std::string> canonical_literal(std::string_view text);

}  // namespace clicklake
