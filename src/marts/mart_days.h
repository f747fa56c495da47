#pragma once
/// Days that marts are made anew for.
///
/// Place: between what a batch changed and the queries that follow it. Days are since 1970 (UTC).
/// Thread safety: pure functions.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

using DaySet = std::set<std::int64_t>;

/// Both inclusive.
struct DayRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool operator==(const DayRange&) const = default;
};

/// The day that a partition is of: "event_timestamp_day=2024-11-01", or a path with such a folder
/// in it. Nothing where it names none.
std::optional<std::int64_t> day_of_partition(std::string_view text);
/// "2024-11-01".
std::string date_text(std::int64_t day);
/// Runs of days one after the other, none longer than `most` (>= 1), ascending.
std::vector<DayRange> ranges_of(const DaySet& days, std::int64_t most);

}  // namespace clicklake
