#include "model/decimal.h"

#include <charconv>

namespace clicklake {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<std::int64_t> parse_decimal18_4(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  bool negative = false;
  if (p != end && (*p == '-' || *p == '+')) negative = *p++ == '-';
  // Digits are kept up to 30 places; `point` counts those behind the decimal point.
  __int128 mantissa = 0;
  int kept = 0;
  int point = 0;
  int dropped = 0;  // whole digits beyond the 30 kept
  bool any = false;
  const auto take = [&](bool fraction) {
    for (; p != end && is_digit(*p); ++p) {
      any = true;
      if (kept < 30) {
        mantissa = mantissa * 10 + (*p - '0');
        if (mantissa != 0) ++kept;
        if (fraction) ++point;
      } else if (!fraction) {
        ++dropped;
      }
    }
  };
  take(false);
  if (p != end && *p == '.') {
    ++p;
    const char* const first = p;
    take(true);
    if (p == first) return std::nullopt;
  }
  if (!any) return std::nullopt;
  int exponent = 0;
  if (p != end && (*p == 'e' || *p == 'E')) {
    ++p;
    int sign = 1;
    if (p != end && (*p == '+' || *p == '-')) sign = *p++ == '-' ? -1 : 1;
    if (p == end || !is_digit(*p)) return std::nullopt;
    for (; p != end && is_digit(*p); ++p)
      exponent = exponent < 10000 ? exponent * 10 + (*p - '0') : exponent;
    exponent *= sign;
  }
  if (p != end) return std::nullopt;
  if (mantissa == 0) return 0;
  int shift = 4 - point + dropped + exponent;  // value in ten-thousandths = mantissa * 10^shift
  for (; shift > 0; --shift) {
    mantissa *= 10;
    if (mantissa >= kDecimalLimit) return std::nullopt;
  }
  if (shift < 0) {
    for (; shift < -1 && mantissa != 0; ++shift) mantissa /= 10;
    if (shift < -1) return 0;
    mantissa = (mantissa + 5) / 10;
  }
  if (mantissa >= kDecimalLimit) return std::nullopt;
  const auto value = static_cast<std::int64_t>(mantissa);
  return negative ? -value : value;
}

std::optional<std::int64_t> parse_int64(std::string_view text) {
  std::int64_t value = 0;
  const std::string_view digits = text.substr(text.starts_with("-") ? 1 : 0);
  if (digits.empty() || !is_digit(digits.front())) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int32_t> parse_int32(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 10) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (negative) value = -value;
  if (value < INT32_MIN || value > INT32_MAX) return std::nullopt;
  return static_cast<std::int32_t>(value);
}

std::optional<std::int64_t> multiply_decimal(std::int64_t value, std::int64_t count) {
  const __int128 product = static_cast<__int128>(value) * count;
  if (product >= kDecimalLimit || product <= -static_cast<__int128>(kDecimalLimit))
    return std::nullopt;
  return static_cast<std::int64_t>(product);
}

}  // namespace clicklake
