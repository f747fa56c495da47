#include "rules/cron_reader.h"

#include <cctype>
#include <charconv>
#include <vector>

namespace clicklake {
namespace {

std::vector<std::string_view> split(std::string_view text, char by, bool skip_empty) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(by);
    const std::string_view part = text.substr(0, at);
    if (!part.empty() || !skip_empty) parts.push_back(part);
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool same_letters(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::toupper(static_cast<unsigned char>(a[i])) != b[i]) return false;
  }
  return true;
}

}  // namespace

Error CronReader::wrong(const Field& field, std::string_view part, std::string_view what) const {
  return {ErrorCode::kInvalidData, "the schedule '" + text_ + "': " + std::string(field.name) +
                                       " '" + std::string(part) + "': " + std::string(what) +
                                       "; for example " + std::string(field.example)};
}

Result<int> CronReader::number(const Field& field, std::string_view part,
                               std::string_view text) const {
  for (std::size_t i = 0; i * 3 < field.names.size(); ++i) {
    if (same_letters(text, field.names.substr(i * 3, 3))) return field.low + static_cast<int>(i);
  }
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size() ||
      value < field.low || value > field.high) {
    return wrong(field, part,
                 "it holds " + std::to_string(field.low) + " to " + std::to_string(field.high));
  }
  return value;
}

template <typename Set>
Status CronReader::values(const Field& field, std::string_view part, const Set& set) const {
  for (const std::string_view item : split(part, ',', false)) {
    const std::size_t slash = item.find('/');
    const std::string_view span = item.substr(0, slash);
    int step = 1;
    if (slash != std::string_view::npos) {
      const std::string_view digits = item.substr(slash + 1);
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), step);
      if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size() ||
          step < 1) {
        return wrong(field, part, "a step is a whole number of at least 1");
      }
    }
    int from = field.low;
    int to = field.high;
    const std::size_t dash = span.find('-');
    if (dash != std::string_view::npos) {
      ASSIGN_OR_RETURN(from, number(field, part, span.substr(0, dash)));
      ASSIGN_OR_RETURN(to, number(field, part, span.substr(dash + 1)));
    } else if (span != "*") {
      ASSIGN_OR_RETURN(from, number(field, part, span));
      if (slash == std::string_view::npos) to = from;
    }
    if (from > to) {  // FRI-MON goes over the end
      for (int value = from; value <= field.high; value += step) set(value);
      from = field.low;
    }
    for (int value = from; value <= to; value += step) set(value);
  }
  return {};
}

Status CronReader::day_of_month(std::string_view text) {
  const Field field{"day-of-month", 1, 31, "", "1, 15W, L, LW, L-3, * or ?"};
  if (text == "?") {
    schedule_->any_day_ = true;
    return {};
  }
  for (const std::string_view item : split(text, ',', false)) {
    if (item == "L") {
      schedule_->last_day_ = true;
    } else if (item == "LW") {
      schedule_->last_weekday_ = true;
    } else if (item.starts_with("L-")) {
      ASSIGN_OR_RETURN(schedule_->last_day_offset_, number(field, text, item.substr(2)));
      if (schedule_->last_day_offset_ > 30) return wrong(field, text, "L-1 to L-30");
      schedule_->last_day_ = true;
    } else if (item.ends_with('W')) {
      ASSIGN_OR_RETURN(const int day, number(field, text, item.substr(0, item.size() - 1)));
      schedule_->nearest_weekday_ |= 1U << day;
    } else {
      RETURN_IF_ERROR(values(field, item, [&](int day) { schedule_->days_ |= 1U << day; }));
    }
  }
  return {};
}

Status CronReader::day_of_week(std::string_view text) {
  const Field field{"day-of-week", 1, 7, "SUNMONTUEWEDTHUFRISAT", "MON-FRI, 6L, 3#2, * or ?"};
  if (text == "?") return {};
  for (const std::string_view item : split(text, ',', false)) {
    const std::size_t hash = item.find('#');
    if (hash != std::string_view::npos) {
      const Field nth{"day-of-week", 1, 5, "", "3#2: the second Tuesday"};
      ASSIGN_OR_RETURN(const int day, number(field, text, item.substr(0, hash)));
      ASSIGN_OR_RETURN(const int n, number(nth, text, item.substr(hash + 1)));
      schedule_->nth_weekdays_[static_cast<std::size_t>(day)] |= 1U << n;
    } else if (item == "L") {
      schedule_->weekdays_ |= 1U << 7;
    } else if (item.size() > 1 && item.ends_with('L')) {
      ASSIGN_OR_RETURN(const int day, number(field, text, item.substr(0, item.size() - 1)));
      schedule_->last_weekdays_ |= 1U << day;
    } else {
      RETURN_IF_ERROR(values(field, item, [&](int day) { schedule_->weekdays_ |= 1U << day; }));
    }
  }
  return {};
}

Status CronReader::read(std::string_view fields) {
  const std::vector<std::string_view> parts = split(fields, ' ', true);
  if (parts.size() != 6) {
    return Error{ErrorCode::kInvalidData,
                 "the schedule '" + text_ + "' has " + std::to_string(parts.size()) +
                     " fields of six: cron(minutes hours day-of-month month day-of-week year), as "
                     "in cron(0 18 ? * MON-FRI *)"};
  }
  if ((parts[2] == "?") == (parts[4] == "?")) {
    return Error{ErrorCode::kInvalidData,
                 "the schedule '" + text_ +
                     "': exactly one of day-of-month and day-of-week is ?, as in cron(0 9 1 * ? *) "
                     "or cron(0 9 ? * MON *)"};
  }
  const Field minutes{"minutes", 0, 59, "", "0, 0/15, 10-20 or *"};
  const Field hours{"hours", 0, 23, "", "18, 8-18 or *"};
  const Field months{"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", "1, JAN-MAR or *"};
  const Field years{"year", 1970, 2199, "", "2026, 2026-2030 or *"};
  RETURN_IF_ERROR(values(minutes, parts[0], [&](int v) { schedule_->minutes_ |= 1ULL << v; }));
  RETURN_IF_ERROR(values(hours, parts[1], [&](int v) { schedule_->hours_ |= 1U << v; }));
  RETURN_IF_ERROR(day_of_month(parts[2]));
  RETURN_IF_ERROR(values(months, parts[3], [&](int v) { schedule_->months_ |= 1U << v; }));
  RETURN_IF_ERROR(day_of_week(parts[4]));
  return values(years, parts[5], [&](int v) {
    const auto year = static_cast<std::size_t>(v - 1970);
    schedule_->years_[year / 64] |= 1ULL << (year % 64);
  });
}

}  // namespace clicklake
