#include "marts/mart_days.h"

#include <fmt/format.h>

#include "model/time.h"

namespace clicklake {

std::optional<std::int64_t> day_of_partition(std::string_view text) {
  // The last folder that names one; what a lake's own folder is named says nothing.
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || text.size() < equals + 11) return std::nullopt;
  const auto start = parse_timestamp(std::string(text.substr(equals + 1, 10)) + "T00:00:00Z");
  if (!start) return std::nullopt;
  return *start / kMicrosPerDay;
}

std::string date_text(std::int64_t day) {
  const CivilTime date = civil_from_micros(day * kMicrosPerDay);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::vector<DayRange> ranges_of(const DaySet& days, std::int64_t most) {
  std::vector<DayRange> ranges;
  for (const std::int64_t day : days) {
    if (!ranges.empty() && ranges.back().last + 1 == day && day - ranges.back().first < most) {
      ranges.back().last = day;
    } else {
      ranges.push_back({day, day});
    }
  }
  return ranges;
}

}  // namespace clicklake
