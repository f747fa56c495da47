#include "sessions/session_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>

namespace clicklake {
namespace {

class SessionIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    lake_ = std::filesystem::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(lake_);
    std::filesystem::create_directories(lake_);
  }

  SideFile write(const std::string& name, const std::map<std::int64_t, std::int64_t>& places) {
    auto run = SessionIndexWriter::create(lake_, name);
    EXPECT_TRUE(run);
    std::vector<SessionPlace> all;
    all.reserve(places.size());
    for (const auto& [key, started] : places) all.push_back({key, started});
    EXPECT_TRUE(run->append(all));
    auto file = run->finish();
    EXPECT_TRUE(file);
    return *file;
  }

  void expect_refused(const SideFile& run, ErrorCode code, const std::string& text) {
    const auto index = SessionIndex::open(lake_, {run});
    ASSERT_FALSE(index);
    EXPECT_EQ(index.error().code, code);
    EXPECT_NE(index.error().message.find(text), std::string::npos) << index.error().message;
  }

  std::filesystem::path lake_;
};

TEST_F(SessionIndexTest, FindsEveryKeyAndNoOther) {
  std::mt19937_64 random(3);
  std::map<std::int64_t, std::int64_t> places;
  for (int i = 0; i < 20'000; ++i) places[static_cast<std::int64_t>(random())] = i;
  for (std::int64_t i = -50; i < 50; ++i) places[i] = i + 1;  // crafted: all next to each other
  places[std::numeric_limits<std::int64_t>::min()] = 7;
  places[std::numeric_limits<std::int64_t>::max()] = 8;
  const auto index = SessionIndex::open(lake_, {write("a.run", places)});
  ASSERT_TRUE(index);
  for (const auto& [key, started] : places) EXPECT_EQ(index->find(key), started);
  for (int i = 0; i < 20'000; ++i) {
    const auto key = static_cast<std::int64_t>(random());
    EXPECT_EQ(index->find(key).has_value(), places.contains(key));
  }
}

TEST_F(SessionIndexTest, LaterRunHoldsAndMergingKeepsIt) {
  const std::vector<SideFile> runs{write("a.run", {{1, 10}, {2, 20}, {3, 30}}),
                                   write("b.run", {{2, 21}, {3, SessionPlace::kGone}}),
                                   write("c.run", {{3, 32}, {4, 40}, {1, SessionPlace::kGone}})};
  const auto index = SessionIndex::open(lake_, runs);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->find(1), std::nullopt);
  EXPECT_EQ(index->find(2), 21);
  EXPECT_EQ(index->find(3), 32);
  EXPECT_EQ(index->find(5), std::nullopt);
  for (const std::size_t count : {2U, 3U}) {
    auto run = SessionIndexWriter::create(lake_, "m" + std::to_string(count));
    ASSERT_TRUE(run);
    ASSERT_TRUE(index->merge_newest(count, &*run));
    std::vector<SideFile> left(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(count));
    left.push_back(*run->finish());
    // What is gone is forgotten where nothing older could come back.
    EXPECT_EQ(left.back().rows, count == 2 ? 4 : 3);
    const auto merged = SessionIndex::open(lake_, left);
    ASSERT_TRUE(merged);
    for (std::int64_t key = 0; key < 6; ++key) EXPECT_EQ(merged->find(key), index->find(key));
  }
}

TEST_F(SessionIndexTest, RunsGrowWithTheLogarithmOfBatches) {
  std::vector<SideFile> runs;
  std::int64_t written = 0;
  for (int batch = 0; batch < 10'000; ++batch) {
    std::int64_t rows = 1000;
    const std::size_t merged = SessionIndex::runs_to_merge(runs, rows);
    for (std::size_t i = 0; i < merged; ++i) {
      rows += runs.back().rows;
      runs.pop_back();
    }
    written += rows;
    runs.push_back({"session_index", std::to_string(batch), rows, 16 + 16 * rows});
    ASSERT_LT(runs.size(), 60U);
  }
  EXPECT_LT(written, 10'000LL * 1000 * 8) << "an entry is written once for each size";
}

TEST_F(SessionIndexTest, FileThatIsNotAsTheCatalogHasItIsRefused) {
  SideFile run = write("a.run", {{1, 10}, {2, 20}});
  std::filesystem::resize_file(lake_ / "a.run", 40);
  expect_refused(run, ErrorCode::kCorruption, "a.run");
  write("a.run", {{1, 10}, {2, 20}});
  std::fstream(lake_ / "a.run", std::ios::in | std::ios::out) << 'X';
  expect_refused(run, ErrorCode::kCorruption, "verify");
  std::filesystem::remove(lake_ / "a.run");
  expect_refused(run, ErrorCode::kNotFound, "a.run");
}

}  // namespace
}  // namespace clicklake
