#include "ingest/hour_layout.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

// 2024-11-04T05:00Z
constexpr std::int64_t kHour = 480749;

TEST(HourLayoutTest, KeyedFoldersNameTheHourPaddedOrNot) {
  EXPECT_EQ(hour_of_layout("/lake/year=2024/month=11/day=04/hour=05/part-0.json"), kHour);
  EXPECT_EQ(hour_of_layout("year=2024/month=11/day=4/hour=5/part-0.json"), kHour);
}

TEST(HourLayoutTest, PlainFoldersNameTheHour) {
  EXPECT_EQ(hour_of_layout("/clicks/2024/11/04/05/a.json.gz"), kHour);
  EXPECT_EQ(hour_of_layout("2024/11/04/05/a.json"), kHour);
  EXPECT_EQ(hour_of_layout("/2024/11/04/05//a.json"), kHour);
}

TEST(HourLayoutTest, FirstAndLastHourOfTheYears) {
  EXPECT_EQ(hour_of_layout("1970/01/01/00/a"), 0);
  EXPECT_EQ(hour_of_layout("year=2100/month=12/day=31/hour=23/a"), 1148327);
}

TEST(HourLayoutTest, OtherPathsNameNone) {
  for (const char* path : {
           "a.json",
           "/2024/11/04/a.json",
           "/2024/11/4/05/a.json",
           "/24/11/04/05/a.json",
           "/2024/11/04/05/sub/a.json",
           "/2024/11/04/24/a.json",
           "/2024/13/04/05/a.json",
           "/2024/00/04/05/a.json",
           "/2023/02/29/05/a.json",
           "/2024/11/31/05/a.json",
           "/1969/12/31/23/a.json",
           "/2101/01/01/00/a.json",
           "/year=2024/month=11/day=04/a.json",
           "/year=2024/month=11/day=04/hour=/a.json",
           "/year=2024/month=11/day=04/hour=005/a.json",
           "/year=2024/month=11/day=04/hour=+5/a.json",
           "/year=2024/11/day=04/hour=05/a.json",
           "/2024/11/04/hour=05/a.json",
           "/month=11/year=2024/day=04/hour=05/a.json",
           "/Year=2024/month=11/day=04/hour=05/a.json",
           "year=24/month=11/day=04/hour=05/a.json",
           "",
           "/",
       }) {
    EXPECT_EQ(hour_of_layout(path), std::nullopt) << path;
  }
}

TEST(HourLayoutTest, LeapDayExists) {
  EXPECT_TRUE(hour_of_layout("2024/02/29/05/a.json").has_value());
  EXPECT_FALSE(hour_of_layout("2100/02/29/05/a.json").has_value());
}

}  // namespace
}  // namespace clicklake
