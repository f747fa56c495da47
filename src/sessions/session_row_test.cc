#include "sessions/session_row.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "rows/text_arena.h"
#include "sessions/session_collector.h"

namespace clicklake {
namespace {

using Activity = SessionActivity<std::int64_t>;

struct Seen {
  std::int64_t time, event, user, page;
};

Activity of(const std::vector<Seen>& events) {
  Activity activity;
  for (const Seen& e : events) activity.see(e.time, e.event, e.user, e.page, e.event, 0, 0);
  return activity;
}

TEST(SessionActivityTest, FirstAndLastAreByTimeThenByEventKey) {
  const Activity a = of({{5, 2, 7, 100}, {5, 1, 8, 101}, {9, 4, 0, 0}, {9, 3, 9, 102}});
  EXPECT_EQ(a.first_event, 1);
  EXPECT_EQ(a.referrer, 1) << "of the first event";
  EXPECT_EQ(a.last_event, 4);
  EXPECT_EQ(a.entry_page, 101);
  EXPECT_EQ(a.exit_page, 102) << "the last event names no page";
  EXPECT_EQ(a.user, 9) << "and no user";
  EXPECT_EQ(a.events, 4U);
}

TEST(SessionActivityTest, SumOfPartsIsTheWholeInAnyOrder) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<Seen> events(2 + random() % 8);
    std::int64_t key = 0;
    const auto any = [&](std::int64_t below) {
      return static_cast<std::int64_t>(random()) % below;
    };
    for (Seen& e : events) {
      ++key;
      e = {any(4), key, any(2) * 5, any(2) * (10 + key)};
    }
    const Activity whole = of(events);
    std::shuffle(events.begin(), events.end(), random);
    Activity sum;
    for (std::size_t begin = 0; begin < events.size();) {
      const std::size_t count = std::min<std::size_t>(1 + random() % 3, events.size() - begin);
      sum.add(of({events.begin() + static_cast<std::ptrdiff_t>(begin),
                  events.begin() + static_cast<std::ptrdiff_t>(begin + count)}));
      begin += count;
    }
    EXPECT_EQ(sum.first_event, whole.first_event);
    EXPECT_EQ(sum.last_event, whole.last_event);
    EXPECT_EQ(sum.entry_page, whole.entry_page);
    EXPECT_EQ(sum.exit_page, whole.exit_page);
    EXPECT_EQ(sum.user, whole.user);
    EXPECT_EQ(sum.referrer, whole.referrer);
    EXPECT_EQ(sum.events, whole.events);
  }
}

TEST(SessionActivityTest, RevenueStopsAtTheLargestDecimal) {
  Activity activity;
  activity.add_revenue(999'999'999'999'999'999);
  activity.add_revenue(5);
  EXPECT_EQ(activity.revenue, 999'999'999'999'999'999);
}

TEST(JoinSessionsTest, TwoIdsUnderOneKeyAreACollision) {
  std::vector<SessionRow> rows(2);
  rows[0].session_key = rows[1].session_key = 5;
  rows[0].session_id = "b";
  rows[1].session_id = "a";
  std::vector<std::string> collisions;
  std::size_t sessions = 0;
  const Status joined = join_sessions(
      rows,
      [&](const SessionRow&) {
        ++sessions;
        return Status{};
      },
      [&](std::string_view id) { collisions.emplace_back(id); });
  EXPECT_TRUE(joined.has_value());
  EXPECT_EQ(sessions, 1U);
  EXPECT_EQ(collisions, std::vector<std::string>{"b"}) << "the later id, whichever came first";
}

TEST(JoinSessionsTest, SilenceOfHalfAnHourJoinsAndMoreDoesNot) {
  std::vector<SessionRow> rows;
  const auto part = [&](std::int64_t user, std::int64_t from, std::int64_t to) {
    SessionRow& row = rows.emplace_back();
    row.activity.user = user;
    row.activity.first_time = from;
    row.activity.last_time = to;
    row.activity.events = 1;
  };
  part(1, 2 * kSessionSilenceUs, 2 * kSessionSilenceUs);
  part(1, 0, kSessionSilenceUs);
  part(1, 3 * kSessionSilenceUs + 1, 3 * kSessionSilenceUs + 1);
  part(2, 0, 0);
  std::vector<std::uint32_t> events;
  const Status joined = join_sessions(
      rows,
      [&](const SessionRow& row) {
        events.push_back(row.activity.events);
        return Status{};
      },
      [](std::string_view) { FAIL(); });
  EXPECT_TRUE(joined.has_value());
  EXPECT_EQ(events, (std::vector<std::uint32_t>{2, 1, 1}));
}

}  // namespace
}  // namespace clicklake
