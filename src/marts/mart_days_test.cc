#include "marts/mart_days.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

TEST(MartDaysTest, APartitionOrAPathNamesItsDay) {
  EXPECT_EQ(day_of_partition("event_timestamp_day=1970-01-02"), 1);
  EXPECT_EQ(day_of_partition("processed/fact_clicks/data/event_timestamp_day=1970-01-03/x.parquet"),
            2);
  EXPECT_EQ(day_of_partition("date=2024-02-29"), 19782);
  EXPECT_EQ(date_text(19782), "2024-02-29");
  for (const char* text : {"", "user_key_bucket_8=3", "event_timestamp_day=null", "day=2024-02-3"})
    EXPECT_EQ(day_of_partition(text), std::nullopt) << text;
}

TEST(MartDaysTest, RangesAreRunsOfDaysUpToALength) {
  EXPECT_TRUE(ranges_of({}, 31).empty());
  const std::vector<DayRange> runs{{1, 3}, {5, 5}};
  EXPECT_EQ(ranges_of({1, 2, 3, 5}, 31), runs);
  const std::vector<DayRange> cut{{1, 2}, {3, 4}, {5, 5}};
  EXPECT_EQ(ranges_of({1, 2, 3, 4, 5}, 2), cut);
}

}  // namespace
}  // namespace clicklake
