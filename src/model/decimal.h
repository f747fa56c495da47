#pragma once
/// Money: DECIMAL(18,4) as a 64-bit integer of ten-thousandths.
///
/// Place: promoted price, revenue. Invariant: |value| < 10^18. Thread safety: pure functions.
/// Source: docs/design.md (read from the JSON text, rounded half up, that is half away from zero).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clicklake {

/// Ten-thousandths of a JSON number's text ("12.50", "1e3", "-0.00005" -> -1); nothing where it is
/// no such number or does not fit. Cost: about 10 ns for short plain numbers.
std::optional<std::int64_t> parse_decimal18_4(std::string_view text);

/// A whole number's text ("3", "-2") as a 64-bit integer; nothing for anything else.
std::optional<std::int64_t> parse_int64(std::string_view text);
/// The same of 32 bits.
std::optional<std::int32_t> parse_int32(std::string_view text);

/// value * count; nothing where it does not fit DECIMAL(18,4).
std::optional<std::int64_t> multiply_decimal(std::int64_t value, std::int64_t count);

inline constexpr std::int64_t kDecimalLimit = 1'000'000'000'000'000'000;

}  // namespace clicklake
