#include "generate/traffic_plan.h"

#include <gtest/gtest.h>

namespace clicklake::synthetic {
namespace {

constexpr std::int64_t kFriday = 480'672;  // 2024-11-01T00 in hours since 1970

TEST(TrafficPlanTest, EventsAndDirtyLinesSumUpExactly) {
  for (std::uint64_t events : {0ULL, 1ULL, 7ULL, 1000ULL, 3'000'001ULL}) {
    for (std::uint32_t hours : {1U, 5U, 48U}) {
      TrafficPlan plan(events, kFriday, hours, events / 3);
      std::uint64_t sum = 0, dirty = 0;
      for (const Slice& slice : plan.slices()) {
        EXPECT_EQ(slice.first_dirty, dirty);
        EXPECT_LE(slice.events, kMaxSliceEvents);
        EXPECT_TRUE(slice.events > 0 || slice.dirty == 0);
        sum += slice.events;
        dirty += slice.dirty;
      }
      EXPECT_EQ(sum, events);
      EXPECT_EQ(dirty, events / 3);
      EXPECT_EQ(plan.hours(), hours);
      EXPECT_EQ(plan.first_slice(hours), plan.slices().size());
    }
  }
}

TEST(TrafficPlanTest, NightIsQuieterThanEvening) {
  TrafficPlan plan(100'000, kFriday, 24, 0);
  EXPECT_LT(plan.slices()[4].events * 4, plan.slices()[19].events);
}

TEST(TrafficPlanTest, BusyHourIsSpreadOverFiles) {
  TrafficPlan plan(3 * kMaxSliceEvents, kFriday, 1, 0);
  ASSERT_EQ(plan.slices().size(), 3U);
  EXPECT_EQ(plan.slices()[2].shard, 2U);
  EXPECT_EQ(plan.slices()[2].shards, 3U);
}

}  // namespace
}  // namespace clicklake::synthetic
