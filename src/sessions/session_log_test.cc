#include "sessions/session_log.h"

#include <gtest/gtest.h>

#include <string>

namespace clicklake {
namespace {

SessionRow row_of(std::int64_t key, std::string_view id, std::int64_t salt) {
  SessionRow row{key, id, {}};
  auto& a = row.activity;
  a.see(salt, salt + 1, salt % 3, salt % 2 * 7, salt + 4, salt + 5, salt + 6);
  a.see(salt + 10, salt + 11, salt % 2, salt % 5, salt + 14, salt + 15, salt + 16);
  a.page_views = 1;
  a.revenue = -salt;
  return row;
}

void expect_same(const SessionRow& a, const SessionRow& b) {
  EXPECT_EQ(a.session_key, b.session_key);
  EXPECT_EQ(a.session_id, b.session_id);
  EXPECT_EQ(a.activity.first_time, b.activity.first_time);
  EXPECT_EQ(a.activity.last_time, b.activity.last_time);
  EXPECT_EQ(a.activity.user, b.activity.user);
  EXPECT_EQ(a.activity.entry_page, b.activity.entry_page);
  EXPECT_EQ(a.activity.exit_page, b.activity.exit_page);
  EXPECT_EQ(a.activity.referrer, b.activity.referrer);
  EXPECT_EQ(a.activity.revenue, b.activity.revenue);
  EXPECT_EQ(a.activity.events, b.activity.events);
}

TEST(SessionLogTest, PartitionsGiveBackWhatWasAddedAlsoFromTheFile) {
  SessionLog log(::testing::TempDir() + "/session-log");
  constexpr std::int64_t kRows = 60'000;  // several times what memory holds
  for (std::int64_t i = 0; i < kRows; ++i) {
    const std::string id = i % 3 == 0 ? "" : "session-" + std::to_string(i);
    ASSERT_TRUE(log.add(static_cast<std::size_t>(i % 5), row_of(i % 3 == 0 ? 0 : i, id, i)));
  }
  EXPECT_EQ(log.rows(), static_cast<std::uint64_t>(kRows));
  std::int64_t rows = 0;
  for (std::size_t p = 0; p < log.partitions(); ++p) {
    std::vector<SessionRow> back;
    TextArena texts;
    ASSERT_TRUE(log.read(p, &back, &texts));
    for (std::size_t at = 0; at < back.size(); ++at) {
      const std::int64_t i = static_cast<std::int64_t>(at) * 5 + static_cast<std::int64_t>(p);
      const std::string id = i % 3 == 0 ? "" : "session-" + std::to_string(i);
      const SessionRow wanted = row_of(i % 3 == 0 ? 0 : i, id, i);
      expect_same(back[at], wanted);
      EXPECT_EQ(back[at].activity.entry_time, wanted.activity.entry_time);
      EXPECT_EQ(back[at].activity.exit_event, wanted.activity.exit_event);
      EXPECT_EQ(back[at].activity.user_time, wanted.activity.user_time);
      EXPECT_EQ(back[at].activity.user_event, wanted.activity.user_event);
      ++rows;
    }
  }
  EXPECT_EQ(rows, kRows);
}

TEST(SessionLogTest, WholeRowsKeepWhatTheTableShows) {
  SessionLog log(::testing::TempDir() + "/session-log", SessionLog::Rows::kWhole);
  for (std::int64_t i = 0; i < 100; ++i) ASSERT_TRUE(log.add(2, row_of(7, "id", i)));
  std::vector<SessionRow> back;
  TextArena texts;
  ASSERT_TRUE(log.read(2, &back, &texts));
  ASSERT_TRUE(log.read(0, &back, &texts)) << "a partition without rows";
  ASSERT_EQ(back.size(), 100U);
  for (std::int64_t i = 0; i < 100; ++i)
    expect_same(back[static_cast<std::size_t>(i)], row_of(7, "id", i));
}

}  // namespace
}  // namespace clicklake
