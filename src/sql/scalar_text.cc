#include "sql/scalar_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "model/time.h"

namespace clicklake {

namespace {

__extension__ using Uint128 = unsigned __int128;

/// Decimal digits of `value`, at least `width` of them.
void append_digits(std::string& out, Uint128 value, int width) {
  std::array<char, 40> digits;
  std::size_t at = digits.size();
  while (value != 0 || at + static_cast<std::size_t>(width) > digits.size()) {
    digits[--at] = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  }
  out.append(digits.data() + at, digits.size() - at);
}

template <typename Float>
void append_shortest(std::string& out, Float value) {
  if (std::isnan(value)) {
    out += "nan";
    return;
  }
  if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
    return;
  }
  std::array<char, 48> text;
  // Plain digits between 1e-4 and 1e16, else with an exponent, as DuckDB has it.
  const Float size = std::fabs(value);
  const bool plain =
      size == 0 || (size >= static_cast<Float>(1e-4) && size < static_cast<Float>(1e16));
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
  out += digits;
  if (plain && digits.find('.') == std::string_view::npos) out += ".0";
}

void append_two(std::string& out, std::int64_t value) {
  append_digits(out, static_cast<Uint128>(value), 2);
}

/// The calendar date of days since 1970, all of the 64-bit microsecond range and DATE's.
struct Date {
  std::int64_t year;
  int month;
  int day;
};

Date date_of(std::int64_t days) {
  // H. Hinnant, "chrono-compatible low-level date algorithms", in 64 bits.
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const auto day_of_era = static_cast<int>(shifted - era * 146097);
  const int year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month_index = (5 * day_of_year + 2) / 153;
  const int month = month_index < 10 ? month_index + 3 : month_index - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * month_index + 2) / 5 + 1};
}

/// Returns whether the year is before 1, so that " (BC)" follows the whole.
bool append_calendar_date(std::string& out, std::int64_t days) {
  const Date date = date_of(days);
  const bool before_christ = date.year <= 0;
  append_digits(out, static_cast<Uint128>(before_christ ? 1 - date.year : date.year), 4);
  out += '-';
  append_two(out, date.month);
  out += '-';
  append_two(out, date.day);
  return before_christ;
}

}  // namespace

void append_unsigned_128(std::string& out, std::uint64_t high, std::uint64_t low) {
  append_digits(out, (static_cast<Uint128>(high) << 64) | low, 1);
}

void append_decimal(std::string& out, std::int64_t high, std::uint64_t low, int scale) {
  Uint128 value = (static_cast<Uint128>(static_cast<std::uint64_t>(high)) << 64) | low;
  if (high < 0) {
    out += '-';
    value = ~value + 1;
  }
  Uint128 divisor = 1;
  for (int i = 0; i < scale; ++i) divisor *= 10;
  append_digits(out, value / divisor, 1);
  if (scale == 0) return;
  out += '.';
  append_digits(out, value % divisor, scale);
}

void append_double(std::string& out, double value) { append_shortest(out, value); }
void append_float(std::string& out, float value) { append_shortest(out, value); }

void append_date(std::string& out, std::int32_t days) {
  if (days == std::numeric_limits<std::int32_t>::max()) {
    out += "infinity";
  } else if (days == -std::numeric_limits<std::int32_t>::max()) {
    out += "-infinity";
  } else if (append_calendar_date(out, days)) {
    out += " (BC)";
  }
}

void append_time(std::string& out, std::int64_t units, std::int64_t units_per_second) {
  const std::int64_t seconds = units / units_per_second;
  append_two(out, seconds / 3600);
  out += ':';
  append_two(out, seconds / 60 % 60);
  out += ':';
  append_two(out, seconds % 60);
  std::int64_t fraction = units % units_per_second;
  if (fraction == 0) return;
  int width = 0;
  for (std::int64_t unit = units_per_second; unit > 1; unit /= 10) ++width;
  while (fraction % 10 == 0) {
    fraction /= 10;
    --width;
  }
  out += '.';
  append_digits(out, static_cast<Uint128>(fraction), width);
}

void append_timestamp(std::string& out, std::int64_t units, std::int64_t units_per_second,
                      char separator, const char* zone) {
  if (units == std::numeric_limits<std::int64_t>::max()) {
    out += "infinity";
    return;
  }
  if (units == -std::numeric_limits<std::int64_t>::max()) {
    out += "-infinity";
    return;
  }
  const std::int64_t a_day = units_per_second * 86400;
  std::int64_t days = units / a_day;
  if (units % a_day < 0) --days;
  const bool before_christ = append_calendar_date(out, days);
  if (before_christ) out += " (BC)";
  out += separator;
  append_time(out, units - days * a_day, units_per_second);
  out += zone;
}

void append_interval(std::string& out, std::int32_t months, std::int32_t days,
                     std::int64_t micros) {
  const std::size_t begin = out.size();
  const auto part = [&](std::int64_t value, std::string_view unit) {
    if (value == 0) return;
    if (out.size() > begin) out += ' ';
    out += std::to_string(value);
    out += ' ';
    out += unit;
    if (value != 1 && value != -1) out += 's';
  };
  part(months / 12, "year");
  part(months % 12, "month");
  part(days, "day");
  if (micros == 0 && out.size() > begin) return;
  if (out.size() > begin) out += ' ';
  if (micros < 0) out += '-';
  const auto size =
      micros < 0 ? ~static_cast<std::uint64_t>(micros) + 1 : static_cast<std::uint64_t>(micros);
  append_time(out, static_cast<std::int64_t>(size), kMicrosPerSecond);
}

void append_time_tz(std::string& out, std::uint64_t bits) {
  // 40 bits of microseconds, 24 bits of an offset that counts down from the largest one.
  constexpr std::int64_t kLargestOffset = 16 * 60 * 60 - 1;
  const std::int64_t offset = kLargestOffset - static_cast<std::int64_t>(bits & 0xFFFFFFU);
  append_time(out, static_cast<std::int64_t>(bits >> 24), kMicrosPerSecond);
  const std::int64_t size = std::llabs(offset);
  out += offset < 0 ? '-' : '+';
  append_two(out, size / 3600);
  if (size % 3600 == 0) return;
  out += ':';
  append_two(out, size / 60 % 60);
  if (size % 60 == 0) return;
  out += ':';
  append_two(out, size % 60);
}

void append_uuid(std::string& out, std::int64_t high, std::uint64_t low) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const std::uint64_t parts[2] = {static_cast<std::uint64_t>(high) ^ (std::uint64_t{1} << 63), low};
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) out += '-';
    out += kHex[(parts[i / 16] >> (60 - 4 * (i % 16))) & 0xFU];
  }
}

}  // namespace clicklake
