#pragma once
/// UTC times as microseconds since 1970, and their spellings in events.
///
/// Place: the record parser reads event_timestamp with it; partitions and date keys come from it.
/// Invariant: proleptic Gregorian calendar, years 1970 to 2100, no leap seconds.
/// Thread safety: pure functions.

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace clicklake {

inline constexpr std::int64_t kMicrosPerSecond = 1'000'000;
inline constexpr std::int64_t kMicrosPerHour = 3600 * kMicrosPerSecond;
inline constexpr std::int64_t kMicrosPerDay = 24 * kMicrosPerHour;

struct CivilTime {
  int year, month, day, hour, minute, second;
};

/// Days since 1970-01-01 of a date; any year. Source: H. Hinnant, "chrono-compatible low-level date
/// algorithms".
std::int64_t days_from_civil(int year, int month, int day);
CivilTime civil_from_micros(std::int64_t us);

/// Hours since 1970 of a time >= 0, and back.
inline std::int64_t hour_of(std::int64_t us) { return us / kMicrosPerHour; }
inline std::int64_t hour_start(std::int64_t hour) { return hour * kMicrosPerHour; }

/// The time of a text event_timestamp, in UTC microseconds. Accepts ISO 8601 `YYYY-MM-DD[T
/// ]HH:MM[:SS[.fraction]]` with `Z`, `+HH`, `+HHMM`,
/// `+HH:MM` (or `-`) or no zone (UTC), a date alone, and epoch digits (see below). The fraction is
/// cut at the microsecond. Returns nothing for anything else: zone names, dates that do not exist,
/// second 60, years outside 1970 to 2100. Cost: O(n), about 10 ns for the common forms.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

/// Reads timestamps that mostly lie in the minute of the one before.
class TimestampReader {
 public:
  /// What parse_timestamp() gives, into `*us`; false where it gives nothing. Cost: a third of it
  /// for "YYYY-MM-DDTHH:MM:SS.mmmZ" in the minute of the last one. (Not an optional: its two
  /// halves, written one by one and copied as one, make the processor wait for both.)
  bool parse(std::string_view text, std::int64_t* us) {
    if (text.size() != kSize || !known_ || std::memcmp(text.data(), minute_, sizeof minute_) != 0)
      return parse_other(text, us);
    const char* const p = text.data() + sizeof minute_;
    const auto digit = [&](int i) { return static_cast<unsigned>(p[i]) - unsigned{'0'}; };
    const unsigned tens = digit(1), ones = digit(2), a = digit(4), b = digit(5), c = digit(6);
    if (p[0] != ':' || p[3] != '.' || p[7] != 'Z' || tens > 5 || ones > 9 || a > 9 || b > 9 ||
        c > 9)
      return parse_other(text, us);
    *us = minute_us_ + std::int64_t{tens * 10 + ones} * 1'000'000 +
          std::int64_t{a * 100 + b * 10 + c} * 1'000;
    return true;
  }

 private:
  static constexpr std::size_t kSize = 24;
  bool parse_other(std::string_view text, std::int64_t* us);

  char minute_[16] = {};  ///< "YYYY-MM-DDTHH:MM"
  bool known_ = false;
  std::int64_t minute_us_ = 0;
};

/// The time of a numeric event_timestamp by its JSON text: |n| < 1e11 is seconds, < 1e14
/// milliseconds, else microseconds; a fraction or exponent is taken, cut at the microsecond.
std::optional<std::int64_t> parse_epoch(std::string_view number);

/// "2024-11-04T15:00:00.123456Z" (no fraction when it is zero).
std::string format_timestamp(std::int64_t us);
/// "year=2024/month=11/day=04/hour=15" of hours since 1970.
std::string hour_partition_path(std::int64_t hour);
/// yyyymmdd of a time.
std::int32_t date_key(std::int64_t us);

}  // namespace clicklake
