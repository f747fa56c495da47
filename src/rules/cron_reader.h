#pragma once
/// The six fields of cron(minutes hours day-of-month month day-of-week year).
///
/// Place: under Schedule::parse alone. Invariant: exactly one of the two day fields is `?`.
/// Thread safety: thread-compatible.
/// Source: EventBridge user guide, "Cron expressions".

#include <string>
#include <string_view>

#include "base/result.h"
#include "rules/schedule.h"

namespace clicklake {

class CronReader {
 public:
  /// `text`: the whole expression, for messages.
  CronReader(std::string_view text, Schedule* schedule) : text_(text), schedule_(schedule) {}

  /// Reads the text between the parentheses into the schedule. Errors: kInvalidData naming the
  /// field.
  Status read(std::string_view fields);

 private:
  struct Field {
    std::string_view name;
    int low, high;
    std::string_view names;  ///< "JANFEB...", the first of value `low`
    std::string_view example;
  };
  Error wrong(const Field& field, std::string_view part, std::string_view what) const;
  Result<int> number(const Field& field, std::string_view part, std::string_view text) const;
  /// Calls `set(value)` for each value of a list of numbers, ranges and steps.
  template <typename Set>
  Status values(const Field& field, std::string_view part, const Set& set) const;
  Status day_of_month(std::string_view text);
  Status day_of_week(std::string_view text);

  std::string text_;
  Schedule* schedule_;
};

}  // namespace clicklake
