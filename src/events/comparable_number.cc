#include "events/comparable_number.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace clicklake::events {
namespace {

constexpr std::int64_t kFarExponent = 1'000'000;

/// A decimal without zeros at either end of its digits: 0.digits * 10^exponent.
struct Decimal {
  std::string digits;
  std::int64_t exponent = 0;
  bool operator==(const Decimal&) const = default;
};

/// Where the text's significant digits begin and end, how many they are, and the exponent.
struct Shape {
  std::size_t first = std::string_view::npos;  ///< of the first digit that is not 0
  std::size_t last = 0;                        ///< of the last one
  std::size_t count = 0;                       ///< digits between them, with them
  std::int64_t exponent = 0;                   ///< of 0.digits
};

Shape shape_of(std::string_view text) {
  Shape shape;
  std::int64_t before_point = 0;
  std::int64_t leading = 0;  // zeros behind the point, in front of the first digit
  bool behind = false;
  std::size_t since_last = 0;  // zeros behind the last digit seen
  std::size_t i = text.starts_with('-') ? 1 : 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      behind = true;
      continue;
    }
    if (text[i] != '0') {
      if (shape.first == std::string_view::npos) shape.first = i;
      shape.last = i;
      shape.count += since_last + 1;
      since_last = 0;
    } else if (shape.first != std::string_view::npos) {
      ++since_last;
    } else if (behind) {
      ++leading;
    }
    if (!behind && shape.first != std::string_view::npos) ++before_point;
  }
  std::int64_t exponent = 0;
  if (i < text.size()) {
    ++i;
    const bool negative = text[i] == '-';
    if (text[i] == '-' || text[i] == '+') ++i;
    for (; i < text.size(); ++i) {
      if (exponent < kFarExponent) exponent = exponent * 10 + (text[i] - '0');
    }
    if (negative) exponent = -exponent;
  }
  shape.exponent = exponent + (before_point > 0 ? before_point : -leading);
  return shape;
}

Decimal decimal_of(std::string_view text, const Shape& shape) {
  Decimal out;
  out.exponent = shape.exponent;
  for (std::size_t i = shape.first; i <= shape.last; ++i) {
    if (text[i] != '.') out.digits += text[i];
  }
  return out;
}

/// The value of up to 15 digits that a power of ten up to 22 scales: both are exact doubles, so one
/// rounding is all there is.
double small_value(std::string_view text, const Shape& shape) {
  static constexpr double kTens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  std::int64_t digits = 0;
  for (std::size_t i = shape.first; i <= shape.last; ++i) {
    if (text[i] != '.') digits = digits * 10 + (text[i] - '0');
  }
  const std::int64_t scale = shape.exponent - static_cast<std::int64_t>(shape.count);
  const auto value = static_cast<double>(digits);
  return scale < 0 ? value / kTens[-scale] : value * kTens[scale];
}

}  // namespace

std::optional<double> comparable_number(std::string_view text) {
  const Shape shape = shape_of(text);
  if (shape.first == std::string_view::npos) return 0.0;
  const std::int64_t scale = shape.exponent - static_cast<std::int64_t>(shape.count);
  const bool negative = text.starts_with('-');
  if (shape.count <= 15 && scale >= -22 && scale <= 22) {
    const double value = small_value(text, shape);
    return negative ? -value : value;
  }
  if (shape.exponent > 400 || shape.exponent < -400) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  char shortest[40];
  const auto written =
      std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific);
  const std::string_view back(shortest, static_cast<std::size_t>(written.ptr - shortest));
  const Shape back_shape = shape_of(back);
  if (back_shape.first == std::string_view::npos) return std::nullopt;  // too small for a double
  if (decimal_of(back, back_shape) != decimal_of(text, shape)) return std::nullopt;
  return value;
}

}  // namespace clicklake::events
