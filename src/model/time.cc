#include "model/time.h"

#include <fmt/format.h>

#include <cstddef>

namespace clicklake {
namespace {

constexpr std::int64_t kMinMicros = 0;                        // 1970-01-01T00:00:00Z
constexpr std::int64_t kEndMicros = 47847LL * kMicrosPerDay;  // 2101-01-01T00:00:00Z

std::optional<std::int64_t> in_range(std::int64_t us) {
  if (us < kMinMicros || us >= kEndMicros) return std::nullopt;
  return us;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads `n` digits at `p`; -1 where one is none.
int digits(const char* p, int n) {
  int v = 0;
  for (int i = 0; i < n; ++i) {
    if (!is_digit(p[i])) return -1;
    v = v * 10 + (p[i] - '0');
  }
  return v;
}

constexpr bool is_leap(int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

constexpr int days_in_month(int y, int m) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return m == 2 && is_leap(y) ? 29 : kDays[m - 1];
}

}  // namespace

std::int64_t days_from_civil(int year, int month, int day) {
  const int y = month <= 2 ? year - 1 : year;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int yoe = y - era * 400;
  const int doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return static_cast<std::int64_t>(era) * 146097 + doe - 719468;
}

CivilTime civil_from_micros(std::int64_t us) {
  std::int64_t days = us / kMicrosPerDay;
  std::int64_t rest = us % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int doe = static_cast<int>(days - era * 146097);
  const int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int mp = (5 * doy + 2) / 153;
  CivilTime t{};
  t.day = doy - (153 * mp + 2) / 5 + 1;
  t.month = mp < 10 ? mp + 3 : mp - 9;
  t.year = static_cast<int>(era * 400) + yoe + (t.month <= 2 ? 1 : 0);
  const int seconds = static_cast<int>(rest / kMicrosPerSecond);
  t.hour = seconds / 3600;
  t.minute = seconds / 60 % 60;
  t.second = seconds % 60;
  return t;
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  if (text.size() < 10 || p[4] != '-')
    return parse_epoch(text.find_first_not_of("0123456789.") == std::string_view::npos ? text : "");
  const int year = digits(p, 4);
  const int month = digits(p + 5, 2);
  const int day = digits(p + 8, 2);
  if (year < 0 || month < 1 || month > 12 || p[7] != '-' || day < 1 ||
      day > days_in_month(year, month))
    return std::nullopt;
  std::int64_t us = days_from_civil(year, month, day) * kMicrosPerDay;
  p += 10;
  if (p == end) return in_range(us);
  if (*p != 'T' && *p != ' ' && *p != 't') return std::nullopt;
  ++p;
  if (end - p < 5 || p[2] != ':') return std::nullopt;
  const int hour = digits(p, 2);
  const int minute = digits(p + 3, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  us += (hour * 60LL + minute) * 60 * kMicrosPerSecond;
  p += 5;
  if (p != end && *p == ':') {
    if (end - p < 3) return std::nullopt;
    const int second = digits(p + 1, 2);
    if (second < 0 || second > 59) return std::nullopt;
    us += second * kMicrosPerSecond;
    p += 3;
    if (p != end && (*p == '.' || *p == ',')) {
      ++p;
      const char* const first = p;
      std::int64_t unit = 100'000;
      for (; p != end && is_digit(*p); ++p) {
        us += (*p - '0') * unit;
        unit /= 10;
      }
      if (p == first) return std::nullopt;
    }
  }
  if (p == end) return in_range(us);
  if (*p == 'Z' || *p == 'z') return p + 1 == end ? in_range(us) : std::nullopt;
  if (*p != '+' && *p != '-') return std::nullopt;
  const int sign = *p == '-' ? -1 : 1;
  ++p;
  const std::ptrdiff_t left = end - p;
  const int zone_hour = left >= 2 ? digits(p, 2) : -1;
  int zone_minute = 0;
  if (left == 4) {
    zone_minute = digits(p + 2, 2);
  } else if (left == 5 && p[2] == ':') {
    zone_minute = digits(p + 3, 2);
  } else if (left != 2) {
    return std::nullopt;
  }
  if (zone_hour < 0 || zone_hour > 23 || zone_minute < 0 || zone_minute > 59) return std::nullopt;
  return in_range(us - sign * (zone_hour * 60LL + zone_minute) * 60 * kMicrosPerSecond);
}

bool TimestampReader::parse_other(std::string_view text, std::int64_t* us) {
  const std::optional<std::int64_t> parsed = parse_timestamp(text);
  if (!parsed) return false;
  *us = *parsed;
  if (text.size() == kSize && text[10] == 'T' && text[13] == ':' && text[16] == ':' &&
      text[19] == '.' && text[23] == 'Z') {
    std::memcpy(minute_, text.data(), sizeof minute_);
    minute_us_ = *us - *us % (60 * kMicrosPerSecond);
    known_ = true;
  }
  return true;
}

std::optional<std::int64_t> parse_epoch(std::string_view number) {
  // A decimal scaled exactly: digits, an optional fraction, an optional exponent.
  const char* p = number.data();
  const char* const end = p + number.size();
  bool negative = false;
  if (p != end && *p == '-') {
    negative = true;
    ++p;
  }
  __int128 mantissa = 0;
  int scale = 0;  // value = mantissa * 10^scale
  int kept = 0;
  const auto take = [&](bool fraction) {  // whether there is a digit
    const char* const first = p;
    for (; p != end && is_digit(*p); ++p) {
      if (kept < 30) {
        mantissa = mantissa * 10 + (*p - '0');
        if (mantissa != 0) ++kept;
        if (fraction) --scale;
      } else if (!fraction) {
        ++scale;
      }
    }
    return p != first;
  };
  if (!take(false)) return std::nullopt;
  if (p != end && *p == '.') {
    ++p;
    if (!take(true)) return std::nullopt;
  }
  if (p != end && (*p == 'e' || *p == 'E')) {
    ++p;
    int sign = 1;
    if (p != end && (*p == '+' || *p == '-')) sign = *p++ == '-' ? -1 : 1;
    if (p == end) return std::nullopt;
    int exponent = 0;
    for (; p != end && is_digit(*p); ++p)
      exponent = exponent < 10'000'000 ? exponent * 10 + (*p - '0') : exponent;
    scale += sign * exponent;
  }
  if (p != end) return std::nullopt;
  if (mantissa == 0) return 0;
  if (negative) return std::nullopt;
  // The unit follows from the size: compare mantissa * 10^scale with 1e11 and 1e14.
  const auto scaled =
      [&](int power) -> std::optional<__int128> {  // floor(mantissa * 10^(scale + power))
    __int128 v = mantissa;
    int s = scale + power;
    for (; s < 0 && v != 0; ++s) v /= 10;
    for (; s > 0; --s) {
      if (v > static_cast<__int128>(1) << 100) return std::nullopt;
      v *= 10;
    }
    return v;
  };
  const auto whole = scaled(0);
  if (!whole || *whole > static_cast<__int128>(1) << 62) return std::nullopt;
  const int power = *whole < 100'000'000'000LL ? 6 : *whole < 100'000'000'000'000LL ? 3 : 0;
  const auto us = scaled(power);
  if (!us || *us >= kEndMicros) return std::nullopt;
  return in_range(static_cast<std::int64_t>(*us));
}

std::string format_timestamp(std::int64_t us) {
  const CivilTime t = civil_from_micros(us);
  std::int64_t fraction = us % kMicrosPerSecond;
  if (fraction < 0) fraction += kMicrosPerSecond;
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year, t.month, t.day,
                                t.hour, t.minute, t.second);
  if (fraction != 0) {
    std::string digits_text = fmt::format(".{:06}", fraction);
    while (digits_text.back() == '0') digits_text.pop_back();
    out += digits_text;
  }
  out.push_back('Z');
  return out;
}

std::string hour_partition_path(std::int64_t hour) {
  const CivilTime t = civil_from_micros(hour_start(hour));
  return fmt::format("year={:04}/month={:02}/day={:02}/hour={:02}", t.year, t.month, t.day, t.hour);
}

std::int32_t date_key(std::int64_t us) {
  const CivilTime t = civil_from_micros(us);
  return t.year * 10000 + t.month * 100 + t.day;
}

}  // namespace clicklake
