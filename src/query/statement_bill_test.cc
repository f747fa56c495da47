#include "query/statement_bill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "query/lake_fixture.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// Two scans of fact_clicks, with a filter above the first, and one of dim_pages.
const std::string kPlan =
    R"({"error":false,"plans":[{"type":"LOGICAL_UNION","children":[
      {"type":"LOGICAL_FILTER","expressions":[{"expression_class":"BOUND_COMPARISON","type":"COMPARE_LESSTHAN",
        "left":{"expression_class":"BOUND_REF","type":"BOUND_REF","alias":"year","return_type":{"id":"INTEGER"},"index":0},
        "right":{"expression_class":"BOUND_CONSTANT","value":{"type":{"id":"INTEGER"},"is_null":false,"value":2000}}}],
        "children":[{"type":"LOGICAL_GET","names":["year","price"],"name":"scan","parameters":[{"value":"fact_clicks"}],"column_indexes":[{},{"index":1}]}]},
      {"type":"LOGICAL_GET","names":["year","price"],"name":"scan","parameters":[{"value":"fact_clicks"}],"column_indexes":[{"index":1}]},
      {"type":"LOGICAL_GET","names":["page_key"],"name":"scan","parameters":[{"value":"dim_pages"}],"column_indexes":[{}]}]}]})";

TEST(StatementBillTest, EachScanHasItsColumnsAndItsBoxes) {
  const auto scans = planned_scans(kPlan, "scan", true);
  ASSERT_TRUE(scans.has_value()) << scans.error().message;
  ASSERT_THAT(*scans, SizeIs(2));
  const auto& facts = scans->find("fact_clicks")->second;
  ASSERT_THAT(facts, SizeIs(2));
  EXPECT_THAT(facts[0].columns, ElementsAre("price", "year"));
  EXPECT_THAT(facts[0].boxes, ElementsAre(RowBox{{"year", {ValueRange{}.min, 1999}}}));
  EXPECT_THAT(facts[1].columns, ElementsAre("price"));
  EXPECT_THAT(facts[1].boxes, ElementsAre(RowBox{}));
  EXPECT_THAT(scans->find("dim_pages")->second, SizeIs(1));
  EXPECT_FALSE(planned_scans("no plan", "scan", true).has_value());
}

TEST(StatementBillTest, ExplainingReadsNothing) {
  const std::string query = "SELECT analyze FROM t";
  EXPECT_TRUE(reads_data(query, query));
  EXPECT_TRUE(reads_data("COPY (" + query + ") TO 'explain'", query));
  EXPECT_FALSE(reads_data("explain " + query, query));
  EXPECT_FALSE(reads_data("EXPLAIN (FORMAT json) " + query, query));
  EXPECT_TRUE(reads_data("EXPLAIN ANALYZE " + query, query));
  EXPECT_TRUE(reads_data("EXPLAIN (ANALYZE, FORMAT json) " + query, query));
}

TEST(StatementBillTest, ScansOfALakeTableAddUp) {
  LakeFixture lake;
  lake.publish_hours(0, 3);
  const TableDefinition& table = fact_clicks_definition();
  const auto files = lake.catalog().live_files("fact_clicks", {}, true);
  ASSERT_TRUE(files.has_value());
  const std::vector<ParquetScan> once{{{"price"}, {RowBox{}}}};
  const std::vector<ParquetScan> twice{once[0], once[0]};
  const auto one = lake_table_scan(table, lake.folder(), *files, 48, once);
  const auto two = lake_table_scan(table, lake.folder(), *files, 48, twice);
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_EQ(one->table, "fact_clicks");
  EXPECT_EQ(one->files, 3);
  EXPECT_EQ(one->total_files, 48);
  EXPECT_GT(one->bytes, 0);
  EXPECT_EQ(two->bytes, 2 * one->bytes);
}

TEST(StatementBillTest, TextIsReadWholeByEachScan) {
  const std::vector<ListedFile> files{{"/a", 10}, {"/b", 5}};
  const TableScan scan = text_table_scan("db.t", files, -1, 2);
  EXPECT_TRUE(scan.raw);
  EXPECT_EQ(scan.bytes, 30);
  EXPECT_EQ(scan.files, 2);
  EXPECT_EQ(scan.total_files, -1);
}

TEST(StatementBillTest, ExternalParquetIsReadByItsFooters) {
  LakeFixture lake;
  lake.publish_hours(0, 2);
  std::vector<ListedFile> files;
  for (const std::string& file : lake.fact_files()) files.push_back({lake.folder() / file, 1});
  const std::vector<ParquetScan> scans{{{"PRICE"}, {RowBox{}}}};
  const auto scan = parquet_table_scan("db.t", files, 2, scans);
  ASSERT_TRUE(scan.has_value()) << scan.error().message;
  EXPECT_FALSE(scan->raw);
  EXPECT_GT(scan->bytes, 0);
  files.push_back({"/nowhere", 1});
  EXPECT_FALSE(parquet_table_scan("db.t", files, 2, scans).has_value());
}

}  // namespace
}  // namespace clicklake
