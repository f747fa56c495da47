#include "transform/event_window.h"

#include <gtest/gtest.h>

#include <thread>

#include "model/time.h"

namespace clicklake {
namespace {

IdentifiedRow row(std::uint64_t id, std::int64_t hour, std::int64_t minute, std::uint32_t number,
                  std::int64_t canonical = 1) {
  return {{id, id}, hour_start(hour) + minute * 60 * kMicrosPerSecond, canonical, number};
}

class EventWindowTest : public testing::Test {
 protected:
  ExistingRows existing_{"/nowhere", {}};
  EventWindow window_{&existing_, 24};
  std::vector<std::uint32_t> resolve(std::size_t sequence, std::int64_t hour,
                                     std::vector<IdentifiedRow> rows) {
    return window_.resolve(sequence, hour, std::move(rows)).value();
  }
};

TEST_F(EventWindowTest, TheEarliestOfAnHourStays) {
  EXPECT_EQ(resolve(0, 100, {row(1, 100, 30, 0), row(1, 100, 10, 1), row(2, 100, 5, 2)}),
            (std::vector<std::uint32_t>{0}));
}

TEST_F(EventWindowTest, OnOneTimeTheSmallerCanonicalKeyStays) {
  EXPECT_EQ(resolve(0, 100, {row(1, 100, 10, 0, 9), row(1, 100, 10, 1, 3)}),
            (std::vector<std::uint32_t>{0}));
}

TEST_F(EventWindowTest, HoursWithinTheWindowAreOneAndBeyondItTwo) {
  EXPECT_TRUE(resolve(0, 100, {row(1, 100, 0, 0)}).empty());
  EXPECT_EQ(resolve(1, 124, {row(1, 124, 0, 0)}).size(), 1U);
  EXPECT_TRUE(resolve(2, 125, {row(1, 125, 0, 0)}).empty());
}

TEST_F(EventWindowTest, AnHourWaitsForTheEarlierOnes) {
  std::vector<std::uint32_t> late;
  std::jthread later([&] { late = resolve(1, 101, {row(1, 101, 0, 7)}); });
  EXPECT_TRUE(resolve(0, 100, {row(1, 100, 0, 0)}).empty());
  later.join();
  EXPECT_EQ(late, (std::vector<std::uint32_t>{7}));
}

TEST_F(EventWindowTest, AnHourWithoutIdsLetsTheNextOnesThrough) {
  window_.pass(1);
  window_.pass(0);
  EXPECT_TRUE(resolve(2, 100, {row(1, 100, 0, 0)}).empty());
}

TEST_F(EventWindowTest, CancelWakesThoseWhoWait) {
  Result<std::vector<std::uint32_t>> outcome = std::vector<std::uint32_t>{};
  {
    std::jthread waiting([&] { outcome = window_.resolve(5, 100, {row(1, 100, 0, 0)}); });
    window_.cancel();
  }
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace clicklake
