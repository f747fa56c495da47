#pragma once
/// When a rule with a scheduleExpression fires: rate(...), cron(...), at(...).
///
/// Place: compiled from a rule's document; the delivery process asks for the next time.
/// Invariant: all times are UTC and whole minutes, but for at(), which has seconds.
/// Thread safety: immutable once parsed.
/// Source: EventBridge user guide, "Schedule expressions"; EventBridge Scheduler for at().

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake {

class Schedule {
 public:
  /// `rate(5 minutes)`, `cron(0 18 ? * MON-FRI *)`, `at(2026-11-24T09:30:00)`. Errors: kInvalidData
  /// naming the field, what it may hold and an example.
  static Result<Schedule> parse(std::string_view text);

  /// The first time after `after`, both UTC microseconds since 1970; nothing where none comes (a
  /// year in the past, a date that no year has). A rate fires at the multiples of its length since
  /// 1970, so that a restart keeps its beat. Cost: microseconds, at worst a walk over 230 years of
  /// days.
  std::optional<std::int64_t> next(std::int64_t after) const;

  const std::string& text() const { return text_; }

 private:
  friend class CronReader;
  enum class Kind : std::uint8_t { kRate, kCron, kAt };

  bool on_day(int year, int month, int day) const;
  std::optional<std::int64_t> next_of_cron(std::int64_t after) const;

  std::string text_;
  Kind kind_ = Kind::kRate;
  std::int64_t every_us_ = 0;  ///< rate
  std::int64_t at_us_ = 0;     ///< at

  // cron: one bit a value
  std::uint64_t minutes_ = 0;
  std::uint32_t hours_ = 0;
  std::uint32_t months_ = 0;              ///< bit 1: January
  std::array<std::uint64_t, 4> years_{};  ///< bit 0: 1970
  std::uint32_t days_ = 0;                ///< of the month, bit 1: the first
  bool any_day_ = false;                  ///< day-of-month is ?, so that days of the week decide
  bool last_day_ = false;                 ///< L
  bool last_weekday_ = false;             ///< LW
  int last_day_offset_ = 0;               ///< L-3
  std::uint32_t nearest_weekday_ = 0;     ///< 15W, one bit a day
  std::uint32_t weekdays_ = 0;            ///< bit 1: Sunday
  std::uint32_t last_weekdays_ = 0;       ///< 6L: the month's last Friday
  std::array<std::uint32_t, 8> nth_weekdays_{};  ///< 3#2: [3] has bit 2
};

}  // namespace clicklake
