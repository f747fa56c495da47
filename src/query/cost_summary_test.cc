#include "query/cost_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace clicklake {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kMegabyte = 1 << 20;
constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kStart = 1'730'419'200'000'000;  // 2024-11-01
constexpr ScanPrice kPrice;

LoggedQuery query(int day, std::string tag, std::vector<LoggedScan> scans) {
  return {.time_us = kStart + day * kDay + 5,
          .statement = "SELECT 1",
          .tag = std::move(tag),
          .duration_us = 1,
          .rows = 1,
          .raw_bytes = 1000 * kMegabyte,
          .scans = std::move(scans)};
}

LoggedScan facts(std::int64_t megabytes) {
  return {.table = "fact_clicks", .raw = false, .bytes = megabytes * kMegabyte, .files = 1};
}
LoggedScan raw(std::int64_t megabytes) {
  return {.table = "clickstream_raw.click_events_raw",
          .raw = true,
          .bytes = megabytes * kMegabyte,
          .files = 1};
}

std::vector<std::string> keys(const CostSummary& summary) {
  std::vector<std::string> out;
  out.reserve(summary.rows.size());
  for (const CostRow& row : summary.rows) out.push_back(row.key);
  return out;
}

TEST(CostSummaryTest, EachQueryIsChargedByItselfAndRowsAddUp) {
  CostSums sums(CostGrouping::kDay, kPrice);
  sums.add(query(0, "a", {facts(1)}));
  sums.add(query(0, "b", {facts(20)}));
  sums.add(query(3, "a", {facts(1)}));
  const CostSummary summary = sums.summary();
  EXPECT_THAT(keys(summary), ElementsAre("2024-11-01", "2024-11-04"));
  EXPECT_EQ(summary.rows[0].queries, 2);
  EXPECT_EQ(summary.rows[0].bytes, 21 * kMegabyte);
  EXPECT_DOUBLE_EQ(summary.rows[0].dollars, 5.0 * (10 + 20) / kMegabyte);
  EXPECT_DOUBLE_EQ(summary.rows[0].raw_dollars, 5.0 * 2000 / kMegabyte);
  EXPECT_EQ(summary.total.queries, 3);
  EXPECT_EQ(summary.total.bytes, 22 * kMegabyte);
  EXPECT_DOUBLE_EQ(summary.total.dollars, 5.0 * (10 + 20 + 10) / kMegabyte);
}

TEST(CostSummaryTest, TagsAreGroups) {
  CostSums sums(CostGrouping::kTag, kPrice);
  sums.add(query(0, "report", {facts(1)}));
  sums.add(query(1, "", {facts(1)}));
  sums.add(query(2, "report", {facts(1)}));
  const CostSummary summary = sums.summary();
  EXPECT_THAT(keys(summary), ElementsAre("", "report"));
  EXPECT_EQ(summary.rows[1].queries, 2);
}

TEST(CostSummaryTest, TablesShareWhatAQueryCosts) {
  CostSums sums(CostGrouping::kTable, kPrice);
  sums.add(query(0, "", {facts(30), {"dim_pages", false, 10 * kMegabyte, 1}, facts(40)}));
  const CostSummary summary = sums.summary();
  EXPECT_THAT(keys(summary), ElementsAre("dim_pages", "fact_clicks"));
  EXPECT_EQ(summary.rows[1].bytes, 70 * kMegabyte);
  EXPECT_EQ(summary.rows[1].queries, 1);
  EXPECT_DOUBLE_EQ(summary.rows[1].dollars, 5.0 * 70 / kMegabyte);
  EXPECT_DOUBLE_EQ(summary.rows[0].dollars + summary.rows[1].dollars, summary.total.dollars);
  EXPECT_EQ(summary.rows[0].raw_bytes + summary.rows[1].raw_bytes, 1000 * kMegabyte);
}

TEST(CostSummaryTest, RawIsComparedWithProcessed) {
  CostSums sums(CostGrouping::kDay, kPrice);
  sums.add(query(0, "", {raw(200)}));
  sums.add(query(0, "", {facts(10)}));
  sums.add(query(0, "", {facts(20), raw(100)}));
  const CostSummary summary = sums.summary();
  EXPECT_EQ(summary.raw.queries, 2);
  EXPECT_EQ(summary.raw.bytes, 320 * kMegabyte);
  EXPECT_DOUBLE_EQ(summary.raw.saved_percent(), 84.0);
  EXPECT_EQ(summary.processed.queries, 1);
  EXPECT_DOUBLE_EQ(summary.processed.saved_percent(), 99.0);
}

TEST(CostSummaryTest, NothingIsSavedWhereThereIsNoRaw) {
  LoggedQuery without_raw = query(0, "", {facts(1)});
  without_raw.raw_bytes = 0;
  CostSums sums(CostGrouping::kDay, kPrice);
  sums.add(without_raw);
  EXPECT_EQ(sums.summary().total.saved_percent(), 0);
  EXPECT_EQ(CostRow{}.saved_percent(), 0);
}

TEST(CostSummaryTest, GroupingsHaveNames) {
  EXPECT_EQ(parse_cost_grouping("tag").value_or(CostGrouping::kDay), CostGrouping::kTag);
  EXPECT_EQ(parse_cost_grouping("month").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace clicklake
