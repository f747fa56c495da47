#include "metastore/date_pattern.h"

#include <algorithm>
#include <array>

#include "model/time.h"

namespace clicklake {
namespace {

constexpr std::array<std::string_view, 8> kUnits{"MILLIS", "SECONDS", "MINUTES", "HOURS",
                                                 "DAYS",   "WEEKS",   "MONTHS",  "YEARS"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_of_month(int year, int month) {
  static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::int64_t floor_mod(std::int64_t value, std::int64_t by) {
  const std::int64_t rest = value % by;
  return rest < 0 ? rest + by : rest;
}

std::optional<DateUnit> unit_of_letter(char letter) {
  switch (letter) {
    case 'y':
    case 'u': return DateUnit::kYears;
    case 'M':
    case 'L': return DateUnit::kMonths;
    case 'd':
    case 'D': return DateUnit::kDays;
    case 'H': return DateUnit::kHours;
    case 'm': return DateUnit::kMinutes;
    case 's': return DateUnit::kSeconds;
    case 'S': return DateUnit::kMillis;
    default: return std::nullopt;
  }
}

Error bad_pattern(std::string_view pattern, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "the date format '" + std::string(pattern) + "': " + why};
}

std::string padded(std::int64_t value, std::size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

/// Text of a month: three letters of it, or all.
std::string_view month_text(int month, std::size_t width) {
  const std::string_view name = kMonths[static_cast<std::size_t>(month - 1)];
  return width == 3 ? name.substr(0, 3) : name;
}

struct Fields {
  int year = 1970, month = 1, day = 1, day_of_year = 0, hour = 0, minute = 0, second = 0;
  std::int64_t fraction_us = 0;

  bool set(char letter, std::size_t width, std::int64_t value) {
    const int small = static_cast<int>(value);
    switch (letter) {
      case 'y':
      case 'u': year = width == 2 ? 2000 + small : small; return year >= 1 && year <= 9999;
      case 'M':
      case 'L': month = small; return month >= 1 && month <= 12;
      case 'd': day = small; return day >= 1 && day <= 31;
      case 'D': day_of_year = small; return small >= 1 && small <= 366;
      case 'H': hour = small; return hour <= 23;
      case 'm': minute = small; return minute <= 59;
      case 's': second = small; return second <= 59;
      default:
        fraction_us = value;
        for (std::size_t i = width; i < 6; ++i) fraction_us *= 10;
        for (std::size_t i = 6; i < width; ++i) fraction_us /= 10;
        return true;
    }
  }

  std::optional<std::int64_t> micros() const {
    if (day_of_year > 365 + (is_leap(year) ? 1 : 0)) return std::nullopt;
    if (day > days_of_month(year, month)) return std::nullopt;
    const std::int64_t days = day_of_year > 0 ? days_from_civil(year, 1, 1) + day_of_year - 1
                                              : days_from_civil(year, month, day);
    return days * kMicrosPerDay + hour * kMicrosPerHour + std::int64_t{minute} * 60'000'000 +
           second * kMicrosPerSecond + fraction_us;
  }
};

}  // namespace

std::optional<DateUnit> date_unit_of(std::string_view text) {
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const std::string_view name = kUnits[i];
    const bool singular = name.ends_with("S") && i > 0 && text == name.substr(0, name.size() - 1);
    if (text == name || singular) return static_cast<DateUnit>(i);
  }
  return std::nullopt;
}

std::optional<std::int64_t> add_units(std::int64_t us, std::int64_t count, DateUnit unit) {
  static constexpr std::array<std::int64_t, 6> kSizes{
      1'000,          kMicrosPerSecond, 60 * kMicrosPerSecond,
      kMicrosPerHour, kMicrosPerDay,    7 * kMicrosPerDay};
  std::int64_t sum = 0;
  if (unit < DateUnit::kMonths) {
    std::int64_t step = 0;
    if (__builtin_mul_overflow(count, kSizes[static_cast<std::size_t>(unit)], &step) ||
        __builtin_add_overflow(us, step, &sum)) {
      return std::nullopt;
    }
  } else {
    if (count > 200'000 || count < -200'000) return std::nullopt;
    const CivilTime time = civil_from_micros(us);
    const std::int64_t months =
        std::int64_t{time.year} * 12 + time.month - 1 + count * (unit == DateUnit::kYears ? 12 : 1);
    if (months < 12) return std::nullopt;
    const int year = static_cast<int>(months / 12);
    const int month = static_cast<int>(months % 12) + 1;
    const int day = std::min(time.day, days_of_month(year, month));
    sum = days_from_civil(year, month, day) * kMicrosPerDay + floor_mod(us, kMicrosPerDay);
  }
  const int year = civil_from_micros(sum).year;
  if (year < 1 || year > 9999) return std::nullopt;
  return sum;
}

Result<DatePattern> DatePattern::parse(std::string_view pattern) {
  DatePattern out;
  bool has_year = false;
  const auto literal = [&](std::string_view text) {
    if (out.parts_.empty() || out.parts_.back().letter != 0) out.parts_.emplace_back();
    out.parts_.back().literal += text;
  };
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\'') {
      // Two in a row are one, inside and outside of quotes.
      std::string quoted;
      std::size_t end = at + 1;
      for (; end < pattern.size(); ++end) {
        if (pattern[end] == '\'' && !pattern.substr(end).starts_with("''")) break;
        if (pattern[end] == '\'') ++end;
        quoted += pattern[end];
      }
      if (end >= pattern.size()) return bad_pattern(pattern, "a quote is not closed");
      literal(quoted.empty() ? "'" : quoted);
      at = end + 1;
      continue;
    }
    if (!is_letter(c)) {
      if (c == '[' || c == ']' || c == '{' || c == '}' || c == '#') {
        return bad_pattern(pattern, std::string("'") + c + "' is not supported");
      }
      literal(pattern.substr(at++, 1));
      continue;
    }
    const std::size_t end = std::min(pattern.find_first_not_of(c, at), pattern.size());
    const std::size_t width = end - at;
    const std::optional<DateUnit> unit = unit_of_letter(c);
    const bool month = unit == DateUnit::kMonths;
    const std::size_t most = unit == DateUnit::kMillis           ? 9
                             : unit == DateUnit::kYears || month ? 4
                             : c == 'D'                          ? 3
                                                                 : 2;
    if (!unit || width > most) {
      return bad_pattern(pattern,
                         "'" + std::string(pattern.substr(at, width)) + "' is not supported");
    }
    has_year = has_year || unit == DateUnit::kYears;
    out.precision_ = std::min(out.precision_, *unit);
    out.parts_.push_back({.letter = c, .width = width, .literal = {}});
    at = end;
  }
  if (!has_year) return bad_pattern(pattern, "there is no year in it");
  return out;
}

std::optional<std::int64_t> DatePattern::read(std::string_view text) const {
  Fields fields;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (part.letter == 0) {
      if (!text.starts_with(part.literal)) return std::nullopt;
      text.remove_prefix(part.literal.size());
      continue;
    }
    if (unit_of_letter(part.letter) == DateUnit::kMonths && part.width >= 3) {
      int month = 1;
      while (month <= 12 && !text.starts_with(month_text(month, part.width))) ++month;
      if (month > 12) return std::nullopt;
      text.remove_prefix(month_text(month, part.width).size());
      fields.month = month;
      continue;
    }
    // One letter takes what digits there are, several take as many.
    const std::size_t most = part.width > 1                                    ? part.width
                             : unit_of_letter(part.letter) == DateUnit::kYears ? 4
                             : part.letter == 'D'                              ? 3
                             : part.letter == 'S'                              ? 1
                                                                               : 2;
    std::int64_t value = 0;
    std::size_t digits = 0;
    while (digits < most && digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      value = value * 10 + (text[digits++] - '0');
    }
    if (digits == 0 || (part.width > 1 && digits != part.width)) return std::nullopt;
    if (!fields.set(part.letter, part.width, value)) return std::nullopt;
    text.remove_prefix(digits);
  }
  if (!text.empty()) return std::nullopt;
  return fields.micros();
}

std::string DatePattern::write(std::int64_t us) const {
  const CivilTime time = civil_from_micros(us);
  std::string out;
  for (const Part& part : parts_) {
    switch (part.letter) {
      case 0: out += part.literal; break;
      case 'y':
      case 'u': out += padded(part.width == 2 ? time.year % 100 : time.year, part.width); break;
      case 'M':
      case 'L':
        out += part.width >= 3 ? std::string(month_text(time.month, part.width))
                               : padded(time.month, part.width);
        break;
      case 'd': out += padded(time.day, part.width); break;
      case 'D': {
        const std::int64_t first = days_from_civil(time.year, 1, 1);
        out += padded(days_from_civil(time.year, time.month, time.day) - first + 1, part.width);
        break;
      }
      case 'H': out += padded(time.hour, part.width); break;
      case 'm': out += padded(time.minute, part.width); break;
      case 's': out += padded(time.second, part.width); break;
      default: {
        const std::string fraction = padded(floor_mod(us, kMicrosPerSecond), 6) + "000";
        out += fraction.substr(0, part.width);
      }
    }
  }
  return out;
}

}  // namespace clicklake
