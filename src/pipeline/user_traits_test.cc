// Users' traits do not show in which order, and in which batches, their events came.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "base/uuid.h"
#include "pipeline/run.h"
#include "query/lake_session.h"
#include "sql/chunk.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

struct Said {
  int user;
  int minute;
  std::string plan;   ///< "": not said
  std::string seats;  ///< likewise
};

std::string line(const Said& said, std::size_t number) {
  std::string metadata = fmt::format(R"("n":"{}")", number);
  if (!said.plan.empty()) metadata += fmt::format(R"(,"plan":"{}")", said.plan);
  if (!said.seats.empty()) metadata += fmt::format(R"(,"seats":"{}")", said.seats);
  return fmt::format(
      R"({{"user_id":"u{}","event_type":"view","event_timestamp":"2024-11-{:02}T{:02}:{:02}:00Z","metadata":{{{}}}}})"
      "\n",
      said.user, 1 + said.minute / 1440, said.minute / 60 % 24, said.minute % 60, metadata);
}

class UserTraitsTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("clicklake-traits-" + make_uuid7(0).substr(19));
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  /// The rows of a lake to which `batches` came in this order.
  std::vector<std::string> rows_of(const std::vector<std::vector<std::string>>& batches) {
    const fs::path lake = root_ / fmt::format("lake-{}", ++lakes_);
    fs::create_directories(lake / "raw");
    const auto catalog = Catalog::create(lake / "catalog.db").value();
    RunOptions options;
    options.lake = lake;
    options.temp_dir = root_ / "tmp";
    options.dimension_buckets = 3;
    options.schema.traits = {{"plan", ColumnType::kString}, {"seats", ColumnType::kInt}};
    RunProgress progress;
    for (std::size_t b = 0; b < batches.size(); ++b) {
      const fs::path file = root_ / fmt::format("{}-{}.ndjson", lakes_, b);
      std::ofstream out(file, std::ios::binary);
      for (const std::string& text : batches[b]) out << text;
      out.close();
      const auto report =
          run_all(*catalog, options, list_sources({file.string()}, lake).value(), &progress);
      EXPECT_TRUE(report) << report.error().message;
    }
    const auto session = LakeSession::open(*catalog, lake, {}).value();
    std::vector<std::string> rows;
    for (const char* sql :
         {"SELECT concat_ws('|', user_id, coalesce(h.plan, '~'), coalesce(h.seats::VARCHAR, '~'), "
          "epoch(valid_from)::BIGINT // 60, coalesce((epoch(valid_to)::BIGINT // 60)::VARCHAR, "
          "'~'), is_current) FROM dim_users_history h JOIN dim_users u USING (user_key) ORDER BY "
          "user_id, valid_from",
          "SELECT concat_ws('|', user_id, coalesce(plan, '~'), coalesce(seats::VARCHAR, '~')) FROM "
          "dim_users ORDER BY user_id"}) {
      auto result = session->query(sql);
      EXPECT_TRUE(result) << result.error().message;
      for (;;) {
        const Chunk* chunk = result->next().value();
        if (chunk == nullptr) break;
        for (std::size_t row = 0; row < chunk->rows(); ++row)
          rows.emplace_back(chunk->string(0, row));
      }
    }
    fs::remove_all(lake);
    return rows;
  }

  fs::path root_;
  int lakes_ = 0;
};

/// The same rows, worked out event by event; no two events of a user share a minute.
std::vector<std::string> expected(std::vector<Said> all, int users) {
  std::sort(all.begin(), all.end(),
            [](const Said& a, const Said& b) { return a.minute < b.minute; });
  constexpr std::int64_t kFirstMinute = 1730419200 / 60;
  std::vector<std::string> history;
  std::vector<std::string> current;
  for (int user = 0; user < users; ++user) {
    std::string plan = "~";
    std::string seats = "~";
    std::vector<std::pair<std::int64_t, std::string>> versions;
    for (const Said& said : all) {
      if (said.user != user || (said.plan.empty() && said.seats.empty())) continue;
      if (!said.plan.empty()) plan = said.plan;
      if (!said.seats.empty()) seats = said.seats;
      const std::string traits = fmt::format("{}|{}", plan, seats);
      if (versions.empty() || versions.back().second != traits)
        versions.emplace_back(kFirstMinute + said.minute, traits);
    }
    for (std::size_t i = 0; i < versions.size(); ++i) {
      const bool last = i + 1 == versions.size();
      history.push_back(fmt::format("u{}|{}|{}|{}|{}", user, versions[i].second, versions[i].first,
                                    last ? "~" : std::to_string(versions[i + 1].first),
                                    last ? "true" : "false"));
    }
    current.push_back(fmt::format("u{}|{}|{}", user, plan, seats));
  }
  history.insert(history.end(), current.begin(), current.end());
  return history;
}

TEST_F(UserTraitsTest, OrderAndBatchingDoNotShow) {
  std::mt19937 random(20241101);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  constexpr int kUsers = 5;
  for (int round = 0; round < 12; ++round) {
    std::vector<Said> all;
    std::vector<int> minutes(4000);
    for (std::size_t i = 0; i < minutes.size(); ++i) minutes[i] = static_cast<int>(i);
    std::shuffle(minutes.begin(), minutes.end(), random);
    for (int i = 0; i < 30; ++i) {
      Said said{i < kUsers ? i : below(kUsers), minutes[static_cast<std::size_t>(i)], "", ""};
      if (below(3) != 0) said.plan = std::string("p") + std::to_string(below(3));
      if (below(3) == 0) said.seats = std::to_string(below(2));
      all.push_back(said);
    }
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < all.size(); ++i) lines.push_back(line(all[i], i));
    std::shuffle(lines.begin(), lines.end(), random);
    std::vector<std::vector<std::string>> batches(1 + static_cast<std::size_t>(below(4)));
    for (const std::string& text : lines) {
      batches[static_cast<std::size_t>(below(static_cast<int>(batches.size())))].push_back(text);
      if (below(10) == 0) batches.back().push_back(text);  // and again
    }
    ASSERT_EQ(rows_of(batches), expected(all, kUsers)) << "round " << round;
  }
}

}  // namespace
}  // namespace clicklake
