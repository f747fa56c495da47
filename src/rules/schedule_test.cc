#include "rules/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/time.h"

namespace clicklake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> next_times(std::string_view text, std::string_view after, int count) {
  const auto schedule = Schedule::parse(text);
  EXPECT_TRUE(schedule.has_value()) << (schedule ? "" : schedule.error().message);
  std::vector<std::string> times;
  std::int64_t at = *parse_timestamp(after);
  for (int i = 0; i < count; ++i) {
    const auto next = schedule->next(at);
    if (!next) {
      times.emplace_back("never");
      break;
    }
    EXPECT_GT(*next, at);
    at = *next;
    times.push_back(format_timestamp(at).substr(0, 16));
  }
  return times;
}

TEST(ScheduleTest, ARateFiresAtItsMultiples) {
  EXPECT_THAT(next_times("rate(5 minutes)", "2024-11-04T15:02:10Z", 2),
              ElementsAre("2024-11-04T15:05", "2024-11-04T15:10"));
  EXPECT_THAT(next_times("rate(1 hour)", "2024-11-04T15:00:00Z", 1),
              ElementsAre("2024-11-04T16:00"));
  EXPECT_THAT(next_times("rate(1 day)", "2024-11-04T15:00:00Z", 1),
              ElementsAre("2024-11-05T00:00"));
}

TEST(ScheduleTest, FieldsHoldListsRangesAndSteps) {
  EXPECT_THAT(next_times("cron(0/15 8-9 * * ? *)", "2024-11-04T08:40:00Z", 3),
              ElementsAre("2024-11-04T08:45", "2024-11-04T09:00", "2024-11-04T09:15"));
  EXPECT_THAT(next_times("cron(5,35 14 * * ? *)", "2024-11-04T15:00:00Z", 2),
              ElementsAre("2024-11-05T14:05", "2024-11-05T14:35"));
  EXPECT_THAT(next_times("cron(0 10 ? JAN-MAR,dec MON *)", "2024-04-01T00:00:00Z", 2),
              ElementsAre("2024-12-02T10:00", "2024-12-09T10:00"));
  EXPECT_THAT(next_times("cron(0 0 1/10 * ? *)", "2024-02-12T00:00:00Z", 3),
              ElementsAre("2024-02-21T00:00", "2024-03-01T00:00", "2024-03-11T00:00"));
}

TEST(ScheduleTest, WorkingDaysAreMondayToFriday) {
  // 2024-11-08 is a Friday.
  EXPECT_THAT(next_times("cron(0 18 ? * MON-FRI *)", "2024-11-08T18:00:00Z", 1),
              ElementsAre("2024-11-11T18:00"));
  EXPECT_THAT(next_times("cron(0 18 ? * 2-6 *)", "2024-11-08T18:00:00Z", 1),
              ElementsAre("2024-11-11T18:00"));
  EXPECT_THAT(next_times("cron(0 0 ? * SAT-SUN *)", "2024-11-08T18:00:00Z", 2),
              ElementsAre("2024-11-09T00:00", "2024-11-10T00:00"));
}

TEST(ScheduleTest, LIsTheLastDay) {
  EXPECT_THAT(next_times("cron(0 0 L * ? *)", "2024-02-01T00:00:00Z", 2),
              ElementsAre("2024-02-29T00:00", "2024-03-31T00:00"));
  EXPECT_THAT(next_times("cron(0 0 L-3 * ? *)", "2023-02-01T00:00:00Z", 1),
              ElementsAre("2023-02-25T00:00"));
  EXPECT_THAT(next_times("cron(0 0 ? * 6L *)", "2024-11-01T00:00:00Z", 1),
              ElementsAre("2024-11-29T00:00"));
  EXPECT_THAT(next_times("cron(0 0 ? * L *)", "2024-11-01T00:00:00Z", 1),
              ElementsAre("2024-11-02T00:00"));
}

TEST(ScheduleTest, WIsTheNearestWorkingDayOfTheMonth) {
  // The 15th of June 2024 is a Saturday, the 15th of September a Sunday.
  EXPECT_THAT(next_times("cron(0 0 15W 6 ? 2024)", "2024-06-01T00:00:00Z", 1),
              ElementsAre("2024-06-14T00:00"));
  EXPECT_THAT(next_times("cron(0 0 15W 9 ? 2024)", "2024-09-01T00:00:00Z", 1),
              ElementsAre("2024-09-16T00:00"));
  // The first of June 2024 is a Saturday: the nearest within the month is the third.
  EXPECT_THAT(next_times("cron(0 0 1W 6 ? 2024)", "2024-05-01T00:00:00Z", 1),
              ElementsAre("2024-06-03T00:00"));
  EXPECT_THAT(next_times("cron(0 0 LW * ? *)", "2024-08-01T00:00:00Z", 1),
              ElementsAre("2024-08-30T00:00"));
}

TEST(ScheduleTest, HashIsTheNthWeekdayOfTheMonth) {
  EXPECT_THAT(next_times("cron(0 0 ? * 3#2 *)", "2024-11-01T00:00:00Z", 2),
              ElementsAre("2024-11-12T00:00", "2024-12-10T00:00"));
  EXPECT_THAT(next_times("cron(0 0 ? * SUN#5 *)", "2024-11-01T00:00:00Z", 1),
              ElementsAre("2024-12-29T00:00"));
}

TEST(ScheduleTest, DatesThatNoYearHasNeverCome) {
  EXPECT_THAT(next_times("cron(0 0 30 2 ? *)", "2024-11-01T00:00:00Z", 1), ElementsAre("never"));
  EXPECT_THAT(next_times("cron(0 0 1 1 ? 2020)", "2024-11-01T00:00:00Z", 1), ElementsAre("never"));
  EXPECT_THAT(next_times("cron(0 0 29 2 ? *)", "2024-11-01T00:00:00Z", 1),
              ElementsAre("2028-02-29T00:00"));
}

TEST(ScheduleTest, AtFiresOnce) {
  EXPECT_THAT(next_times("at(2024-11-04T15:30:20)", "2024-11-04T15:00:00Z", 2),
              ElementsAre("2024-11-04T15:30", "never"));
}

TEST(ScheduleTest, ErrorsNameTheFieldAndAnExample) {
  const auto message = [](std::string_view text) {
    const auto schedule = Schedule::parse(text);
    EXPECT_FALSE(schedule.has_value()) << text;
    return schedule ? "" : schedule.error().message;
  };
  EXPECT_THAT(message("rate(0 minutes)"), HasSubstr("at least 1"));
  EXPECT_THAT(message("rate(1 minutes)"), HasSubstr("singular"));
  EXPECT_THAT(message("rate(2 minute)"), HasSubstr("singular"));
  EXPECT_THAT(message("rate(5 seconds)"), HasSubstr("minute(s), hour(s) or day(s)"));
  EXPECT_THAT(message("rate(1.5 hours)"), HasSubstr("whole number"));
  EXPECT_THAT(message("cron(0 18 * * *)"), HasSubstr("5 fields of six"));
  EXPECT_THAT(message("cron(0 18 * * * *)"), HasSubstr("exactly one"));
  EXPECT_THAT(message("cron(0 18 ? * ? *)"), HasSubstr("exactly one"));
  EXPECT_THAT(message("cron(60 18 ? * MON *)"), HasSubstr("minutes '60'"));
  EXPECT_THAT(message("cron(0 18 32 * ? *)"), HasSubstr("day-of-month"));
  EXPECT_THAT(message("cron(0 18 ? * 8 *)"), HasSubstr("day-of-week"));
  EXPECT_THAT(message("cron(0 18 ? * 3#6 *)"), HasSubstr("3#2"));
  EXPECT_THAT(message("cron(0 18 ? XXX MON *)"), HasSubstr("month"));
  EXPECT_THAT(message("cron(0/0 18 ? * MON *)"), HasSubstr("step"));
  EXPECT_THAT(message("at(2024-13-04T15:30:20)"), HasSubstr("yyyy-mm-dd"));
  EXPECT_THAT(message("every day"), HasSubstr("rate(5 minutes)"));
}

}  // namespace
}  // namespace clicklake
