#pragma once
/// Dates as Java's DateTimeFormatter writes them: "yyyy/MM/dd/HH", "yyyy-MM-dd'T'HH".
///
/// Place: under partition_projection, whose `format` properties are such patterns. Invariant: a
/// text that was written parses to the same time, cut to what the pattern tells. Thread safety:
/// values. Source: java.time.format.DateTimeFormatter; docs of Athena, "Date type".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

enum class DateUnit : std::uint8_t {
  kMillis,
  kSeconds,
  kMinutes,
  kHours,
  kDays,
  kWeeks,
  kMonths,
  kYears
};

/// "DAYS" or "DAY". Nothing for any other text.
std::optional<DateUnit> date_unit_of(std::string_view text);

/// `us` and `count` units more (or less), in the calendar of UTC: a month after 31 January is the
/// last of February. Nothing outside of the years 1 to 9999.
std::optional<std::int64_t> add_units(std::int64_t us, std::int64_t count, DateUnit unit);

class DatePattern {
 public:
  /// Letters y and u (year), M and L (month; three: Nov, four: November), d, D (day of the year),
  /// H, m, s, S (fraction); quoted text and other marks stand for themselves. Errors:
  /// kInvalidArgument: another letter, an open quote, no year.
  static Result<DatePattern> parse(std::string_view pattern);

  /// UTC microseconds; what the pattern does not tell is the least there is. Nothing for a text
  /// that is no such date.
  std::optional<std::int64_t> read(std::string_view text) const;
  std::string write(std::int64_t us) const;
  /// The smallest unit that it tells: kDays of "yyyy/MM/dd".
  DateUnit precision() const { return precision_; }

 private:
  struct Part {
    char letter = 0;  ///< 0: literal
    std::size_t width = 0;
    std::string literal;
  };
  std::vector<Part> parts_;
  DateUnit precision_ = DateUnit::kYears;
};

}  // namespace clicklake
