#include "rules/schedule.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "model/time.h"
#include "rules/cron_reader.h"

namespace clicklake {
namespace {

constexpr std::int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;

Error wrong(std::string_view text, std::string_view what) {
  return {ErrorCode::kInvalidData,
          "the schedule '" + std::string(text) + "': " + std::string(what)};
}

Result<std::int64_t> rate_us(std::string_view text, std::string_view inside) {
  const std::size_t blank = inside.find(' ');
  std::int64_t count = 0;
  const char* const end = inside.data() + std::min(blank, inside.size());
  const auto read = std::from_chars(inside.data(), end, count);
  if (blank == std::string_view::npos || read.ec != std::errc() || read.ptr != end || count < 1) {
    return wrong(text, "a rate is a whole number of at least 1 and a unit, as in rate(5 minutes)");
  }
  const std::string_view unit = inside.substr(blank + 1);
  struct Unit {
    std::string_view one, many;
    std::int64_t us;
  };
  for (const Unit& known :
       {Unit{"minute", "minutes", kMicrosPerMinute}, Unit{"hour", "hours", kMicrosPerHour},
        Unit{"day", "days", kMicrosPerDay}}) {
    if (unit != known.one && unit != known.many) continue;
    if ((count == 1) != (unit == known.one)) {
      return wrong(text, "the unit is singular for 1 and plural for more: rate(1 " +
                             std::string(known.one) + "), rate(2 " + std::string(known.many) + ")");
    }
    if (count > 100'000'000) return wrong(text, "that is longer than a century");
    return count * known.us;
  }
  return wrong(text, "the unit is minute(s), hour(s) or day(s)");
}

}  // namespace

Result<Schedule> Schedule::parse(std::string_view text) {
  Schedule schedule;
  schedule.text_ = text;
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos || !text.ends_with(')')) {
    return wrong(text,
                 "write rate(5 minutes), cron(0 18 ? * MON-FRI *) or at(2026-11-24T09:30:00)");
  }
  const std::string_view what = text.substr(0, open);
  const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
  if (what == "rate") {
    ASSIGN_OR_RETURN(schedule.every_us_, rate_us(text, inside));
  } else if (what == "at") {
    schedule.kind_ = Kind::kAt;
    const auto at =
        inside.size() == 19 && inside[10] == 'T' ? parse_timestamp(inside) : std::nullopt;
    if (!at) return wrong(text, "a time is written yyyy-mm-ddThh:mm:ss, in UTC");
    schedule.at_us_ = *at;
  } else if (what == "cron") {
    schedule.kind_ = Kind::kCron;
    CronReader reader(text, &schedule);
    RETURN_IF_ERROR(reader.read(inside));
  } else {
    return wrong(text, "it is none of rate(...), cron(...), at(...)");
  }
  return schedule;
}

namespace {

int days_in_month(int year, int month) {
  const int next_year = month == 12 ? year + 1 : year;
  const int next_month = month == 12 ? 1 : month + 1;
  return static_cast<int>(days_from_civil(next_year, next_month, 1) -
                          days_from_civil(year, month, 1));
}

/// 1 is Sunday, 7 Saturday.
int weekday_of(int year, int month, int day) {
  return static_cast<int>((days_from_civil(year, month, day) % 7 + 7 + 4) % 7) + 1;
}

/// The working day nearest to `day` within its month.
int nearest_weekday(int year, int month, int day) {
  const int length = days_in_month(year, month);
  day = std::min(day, length);
  const int weekday = weekday_of(year, month, day);
  if (weekday == 7) return day > 1 ? day - 1 : day + 2;
  if (weekday == 1) return day < length ? day + 1 : day - 2;
  return day;
}

}  // namespace

bool Schedule::on_day(int year, int month, int day) const {
  const int length = days_in_month(year, month);
  if (any_day_) {
    const int weekday = weekday_of(year, month, day);
    if ((weekdays_ >> weekday & 1) != 0) return true;
    if ((last_weekdays_ >> weekday & 1) != 0 && day + 7 > length) return true;
    return (nth_weekdays_[static_cast<std::size_t>(weekday)] >> ((day - 1) / 7 + 1) & 1) != 0;
  }
  if ((days_ >> day & 1) != 0) return true;
  if (last_day_ && day == length - last_day_offset_) return true;
  if (last_weekday_ && day == nearest_weekday(year, month, length)) return true;
  for (int wanted = 1; wanted <= length; ++wanted) {
    if ((nearest_weekday_ >> wanted & 1) != 0 && day == nearest_weekday(year, month, wanted)) {
      return true;
    }
  }
  return false;
}

std::optional<std::int64_t> Schedule::next_of_cron(std::int64_t after) const {
  const std::int64_t first = (after / kMicrosPerMinute + 1) * kMicrosPerMinute;
  std::int64_t day = first / kMicrosPerDay;
  std::int64_t minute_of_day = first % kMicrosPerDay / kMicrosPerMinute;
  while (true) {
    const CivilTime date = civil_from_micros(day * kMicrosPerDay);
    if (date.year > 2199) return std::nullopt;
    const auto year = static_cast<std::size_t>(date.year - 1970);
    if ((years_[year / 64] >> (year % 64) & 1) == 0) {
      day = days_from_civil(date.year + 1, 1, 1);
      minute_of_day = 0;
      continue;
    }
    if ((months_ >> date.month & 1) == 0) {
      day += days_in_month(date.year, date.month) - date.day + 1;
      minute_of_day = 0;
      continue;
    }
    if (on_day(date.year, date.month, date.day)) {
      for (std::int64_t m = minute_of_day; m < 24 * 60; ++m) {
        if ((hours_ >> (m / 60) & 1) != 0 && (minutes_ >> (m % 60) & 1) != 0) {
          return day * kMicrosPerDay + m * kMicrosPerMinute;
        }
      }
    }
    ++day;
    minute_of_day = 0;
  }
}

std::optional<std::int64_t> Schedule::next(std::int64_t after) const {
  after = std::max<std::int64_t>(after, 0);
  switch (kind_) {
    case Kind::kRate: return (after / every_us_ + 1) * every_us_;
    case Kind::kAt: return at_us_ > after ? std::optional(at_us_) : std::nullopt;
    case Kind::kCron: break;
  }
  return next_of_cron(after);
}

}  // namespace clicklake
