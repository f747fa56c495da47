#include "scan/number_text.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace clicklake {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> read_base(std::string_view digits, int base) {
  const bool plus = digits.starts_with('+');
  if (plus) digits.remove_prefix(1);
  if (digits.empty() || digits[0] == '+' || (plus && digits[0] == '-')) return std::nullopt;
  std::int64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

bool is_hex_digit(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

/// A decimal taken apart: digits without leading zeros; value = digits * 10^-scale.
struct DecimalText {
  bool negative = false;
  std::string digits;
  std::int64_t scale = 0;
};

std::optional<DecimalText> read_decimal_text(std::string_view text) {
  DecimalText out;
  const char* p = text.data();
  const char* const end = p + text.size();
  if (p != end && (*p == '-' || *p == '+')) out.negative = *p++ == '-';
  bool any = false;
  const auto take = [&](bool fraction) {
    for (; p != end && is_digit(*p); ++p) {
      any = true;
      if (!out.digits.empty() || *p != '0') out.digits.push_back(*p);
      if (fraction) ++out.scale;
    }
  };
  take(false);
  if (p != end && *p == '.') {
    ++p;
    take(true);
  }
  if (!any) return std::nullopt;
  if (p != end && (*p == 'e' || *p == 'E')) {
    ++p;
    bool down = false;
    if (p != end && (*p == '-' || *p == '+')) down = *p++ == '-';
    if (p == end) return std::nullopt;
    std::int64_t exponent = 0;
    for (; p != end && is_digit(*p); ++p) {
      exponent = exponent * 10 + (*p - '0');
      if (exponent > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
    }
    out.scale += down ? exponent : -exponent;
  }
  if (p != end) return std::nullopt;
  return out;
}

/// The whole number nearest to digits * 10^-scale * 10^target; nothing beyond 38 digits.
std::optional<__int128> scaled(const DecimalText& decimal, std::int64_t target, bool round) {
  if (decimal.digits.empty()) return __int128{0};
  const auto size = static_cast<std::int64_t>(decimal.digits.size());
  const std::int64_t kept = size - (decimal.scale - target);  // digits before the new point
  if (kept < 0) return __int128{0};
  if (kept > 38) return std::nullopt;
  __int128 value = 0;
  for (std::int64_t i = 0; i < kept; ++i) {
    value = value * 10 + (i < size ? decimal.digits[static_cast<std::size_t>(i)] - '0' : 0);
  }
  if (round && kept < size && decimal.digits[static_cast<std::size_t>(kept)] >= '5') ++value;
  return decimal.negative ? -value : value;
}

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

template <typename T>
std::optional<T> read_floating(std::string_view text) {
  text = trim(text);
  std::string_view number = text;
  bool negative = false;
  if (!number.empty() && (number[0] == '-' || number[0] == '+')) {
    negative = number[0] == '-';
    number.remove_prefix(1);
  }
  const auto with_sign = [&](T value) { return negative ? -value : value; };
  if (number == "NaN") return std::numeric_limits<T>::quiet_NaN();
  if (number == "Infinity") return with_sign(std::numeric_limits<T>::infinity());
  if (number.empty() || !(is_digit(number[0]) || number[0] == '.')) return std::nullopt;
  const char last = static_cast<char>(number.back() | 0x20);
  if (last == 'd' || last == 'f') number.remove_suffix(1);
  T value = 0;
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (stop != end) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // Too large or too small: Java gives infinity or zero.
    const auto decimal = read_decimal_text(number);
    if (!decimal) return std::nullopt;
    const std::int64_t magnitude =
        static_cast<std::int64_t>(decimal->digits.size()) - decimal->scale;
    return with_sign(magnitude > 0 ? std::numeric_limits<T>::infinity() : T{0});
  }
  if (error != std::errc()) return std::nullopt;
  return with_sign(value);
}

}  // namespace

std::optional<std::int64_t> read_long(std::string_view text) { return read_base(text, 10); }

std::optional<std::int64_t> read_radix_long(std::string_view text) {
  if (text.size() >= 3 && text[0] == '0' && (text[1] | 0x20) == 'x' && is_hex_digit(text[2])) {
    return read_base(text.substr(2), 16);
  }
  if (text.size() >= 2 && text[0] == '0' && text[1] >= '0' && text[1] <= '8') {
    return read_base(text.substr(1), 8);
  }
  return read_long(text);
}

std::optional<std::int64_t> read_any_long(std::string_view text) {
  if (const auto value = read_radix_long(text)) return value;
  const auto decimal = read_decimal_text(text);
  if (!decimal) return std::nullopt;
  const auto whole = scaled(*decimal, 0, false);
  if (!whole || *whole > std::numeric_limits<std::int64_t>::max() ||
      *whole < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*whole);
}

std::optional<std::int64_t> read_text_long(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return read_long(text);
  for (const char c : text.substr(point + 1)) {
    if (!is_digit(c)) return std::nullopt;
  }
  std::string_view whole = text.substr(0, point);
  if (whole.empty() || whole == "-" || whole == "+") {
    return text.empty() ? std::nullopt : std::optional<std::int64_t>(0);
  }
  return read_long(whole);
}

std::optional<double> read_double(std::string_view text) { return read_floating<double>(text); }
std::optional<float> read_float(std::string_view text) { return read_floating<float>(text); }

std::optional<__int128> read_decimal(std::string_view text, int precision, int scale) {
  const auto decimal = read_decimal_text(text);
  if (!decimal) return std::nullopt;
  const auto value = scaled(*decimal, scale, true);
  if (!value) return std::nullopt;
  __int128 limit = 1;
  for (int i = 0; i < precision; ++i) limit *= 10;
  if (*value >= limit || *value <= -limit) return std::nullopt;
  return value;
}

std::optional<std::string> canonical_literal(std::string_view text) {
  if (equals_ignoring_case(text, "true")) return "true";
  if (equals_ignoring_case(text, "false")) return "false";
  if (const auto value = read_radix_long(text)) return std::to_string(*value);
  const auto decimal = read_decimal_text(text);
  if (!decimal) return std::nullopt;
  // BigDecimal.toString(): plain where the exponent is not negative in scale and at least -6.
  std::string digits = decimal->digits.empty() ? "0" : decimal->digits;
  std::string out = decimal->negative && !decimal->digits.empty() ? "-" : "";
  const auto size = static_cast<std::int64_t>(digits.size());
  const std::int64_t scale = decimal->scale;
  const std::int64_t adjusted = size - 1 - scale;
  if (scale == 0) return out + digits;
  if (scale > 0 && adjusted >= -6) {
    if (size <= scale) digits.insert(0, static_cast<std::size_t>(scale - size + 1), '0');
    digits.insert(digits.size() - static_cast<std::size_t>(scale), 1, '.');
    return out + digits;
  }
  out.push_back(digits[0]);
  if (size > 1) out.append(".").append(digits, 1);
  if (adjusted != 0) {
    out.append(adjusted > 0 ? "E+" : "E").append(std::to_string(adjusted));
  }
  return out;
}

}  // namespace clicklake
