#include "pipeline/run.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/uuid.h"
#include "generate/generator.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

class RunTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("clicklake-run-" + make_uuid7(0).substr(19));
    fs::create_directories(root_ / "lake" / "raw");
    catalog_ = Catalog::create(root_ / "lake" / "catalog.db").value();
    options_.lake = root_ / "lake";
    options_.temp_dir = root_ / "tmp";
    options_.dimension_buckets = 4;
  }
  void TearDown() override {
    catalog_.reset();
    fs::remove_all(root_);
  }

  fs::path write(const std::string& name, const std::string& text) {
    fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  SourceListing list(const fs::path& path) {
    return list_sources({path.string()}, options_.lake).value();
  }
  Result<RunReport> run(const fs::path& path) {
    return run_all(*catalog_, options_, list(path), &progress_);
  }
  std::int64_t rows(const RunReport& report, const std::string& table) {
    for (const auto& [name, count] : report.rows) {
      if (name == table) return count;
    }
    return -1;
  }

  static std::string event(const std::string& user, const std::string& time,
                           const std::string& more = "") {
    return R"({"user_id":")" + user + R"(","event_type":"view","event_timestamp":")" + time + "\"" +
           more + "}\n";
  }

  fs::path root_;
  std::unique_ptr<Catalog> catalog_;
  RunOptions options_;
  RunProgress progress_;
};

class DirtyRunTest : public RunTest, public testing::WithParamInterface<bool> {};

TEST_P(DirtyRunTest, EveryRecordIsCountedOnceAndAsTheTruthSays) {
  GenerateOptions generated;
  generated.events = 3000;
  generated.hours = 5;
  generated.dirty = 0.3;
  generated.users = 300;
  generated.pages = 100;
  generated.out = root_ / "clicks";
  const GenerateReport truth = generate(generated).value();

  options_.in_place = GetParam();
  const Result<RunReport> report = run(generated.out);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->records_read, static_cast<std::int64_t>(truth.truth.records_read()));
  EXPECT_EQ(report->accepted, static_cast<std::int64_t>(truth.truth.accepted()));
  EXPECT_EQ(report->duplicate, static_cast<std::int64_t>(truth.truth.duplicate()));
  EXPECT_EQ(report->quarantined, static_cast<std::int64_t>(truth.truth.quarantined()));
  EXPECT_EQ(report->blank, static_cast<std::int64_t>(truth.truth.blank()));
  EXPECT_EQ(rows(*report, "fact_clicks"), report->accepted);
  EXPECT_FALSE(report->failed);

  const Result<RunReport> again = run(generated.out);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->records_read, 0);
  EXPECT_EQ(again->sources_skipped, static_cast<std::int64_t>(truth.files));
  EXPECT_EQ(again->transform_batch, "");
}

INSTANTIATE_TEST_SUITE_P(CopiedAndInPlace, DirtyRunTest, testing::Bool());

TEST_F(RunTest, TooManyBadRecordsPublishNothing) {
  const fs::path file = write("bad.json", event("u", "2024-11-04T15:00:00Z") + "rubbish\n");
  options_.max_quarantine_ratio = 0.4;
  const auto refused = run(file);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidData);
  EXPECT_EQ(catalog_->current_snapshot("fact_clicks").value(), 0);
  EXPECT_TRUE(catalog_->open_batches().value().empty());
  options_.max_quarantine_ratio = 0.5;
  EXPECT_EQ(run(file)->accepted, 1);
}

TEST_F(RunTest, AStrayGoesToItsOwnHour) {
  write("clicks/year=2024/month=11/day=04/hour=15/a.json",
        event("u", "2024-11-04T15:00:00Z") + event("late", "2024-11-02T03:00:00Z"));
  options_.in_place = true;
  const auto report = run(root_ / "clicks");
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->records_read, 2);
  EXPECT_EQ(report->accepted, 2);
  EXPECT_EQ(rows(*report, "dim_dates"), 2);
  const auto files = catalog_->live_files("fact_clicks", {}, false).value();
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].partition, "event_timestamp_day=2024-11-02");
  EXPECT_EQ(files[1].partition, "event_timestamp_day=2024-11-04");
}

TEST_F(RunTest, OfEventsWithOneIdTheEarliestStaysWhateverTheirHours) {
  std::string text;
  text += event("a", "2024-11-04T15:30:00Z", R"(,"event_id":"x")");
  text += event("b", "2024-11-04T14:10:00Z", R"(,"event_id":"x")");
  text += event("c", "2024-11-04T14:05:00Z", R"(,"event_id":"x")");
  text += event("d", "2024-11-06T15:30:00Z", R"(,"event_id":"x")");  // beyond the window
  text += event("e", "2024-11-04T14:05:00Z");
  const auto report = run(write("ids.json", text));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->accepted, 3);
  EXPECT_EQ(report->duplicate, 2);
  EXPECT_EQ(rows(*report, "dim_users"), 3);  // c, d, e
}

TEST_F(RunTest, WhatACutOffRunLeftIsSweptByTheNext) {
  ASSERT_TRUE(catalog_->begin_batch({"0000-dead", BatchKind::kRun, 1, 0, {}}).has_value());
  const fs::path orphan = write(
      "lake/processed/fact_clicks/data/event_timestamp_day=2024-11-04/0000-dead-00-00000.parquet",
      "half");
  const auto report = run(write("one.json", event("u", "2024-11-04T15:00:00Z")));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_FALSE(fs::exists(orphan));
  EXPECT_GE(report->swept_files, 1);
  EXPECT_TRUE(catalog_->open_batches().value().empty());
  EXPECT_EQ(rows(*report, "fact_clicks"), 1);
}

TEST_F(RunTest, AVanishedFileIsNamedAndTheOthersGoOn) {
  write("clicks/year=2024/month=11/day=04/hour=15/a.json", event("u", "2024-11-04T15:00:00Z"));
  const fs::path gone =
      write("clicks/year=2024/month=11/day=04/hour=15/b.json", event("v", "2024-11-04T15:00:00Z"));
  options_.in_place = true;
  SourceListing listing = list(root_ / "clicks");
  fs::remove(gone);
  const auto report = run_all(*catalog_, options_, std::move(listing), &progress_);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->accepted, 1);
  EXPECT_TRUE(report->failed);
  ASSERT_EQ(report->problems.size(), 1U);
  EXPECT_NE(report->problems[0].message.find("b.json"), std::string::npos);
  // It comes back: the hour has rows already, the new file's row joins them.
  write("clicks/year=2024/month=11/day=04/hour=15/b.json", event("v", "2024-11-04T15:00:00Z"));
  EXPECT_EQ(list(root_ / "clicks").sources.size(), 2U);
}

}  // namespace
}  // namespace clicklake
