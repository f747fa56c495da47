#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ddl/parser.h"
#include "statements/statements_fixture.h"

namespace clicklake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ShowStatementsTest : public StatementsFixture {
 protected:
  void SetUp() override { rows(kCreateOrders); }
};

TEST_F(ShowStatementsTest, TablesAreThoseOfTheCurrentDatabaseWithItsViews) {
  make_view("daily_users", "SELECT 1 a");
  EXPECT_THAT(rows("SHOW TABLES"), ElementsAre("daily_users", "orders"));
  EXPECT_THAT(run("SHOW TABLES")->columns, ElementsAre("tab_name"));
  EXPECT_THAT(rows("SHOW TABLES IN clickstream_raw"), ElementsAre("click_events_raw"));
}

TEST_F(ShowStatementsTest, TablesFitThePattern) {
  for (const char* name : {"web_logs", "us_flights_2024"})
    must("CREATE EXTERNAL TABLE " + std::string(name) + " (a string) LOCATION 's3://mapped/t/'");
  EXPECT_THAT(rows("SHOW TABLES IN `default` '*logs|*flights*'"),
              ElementsAre("us_flights_2024", "web_logs"));
  EXPECT_THAT(rows("SHOW TABLES '*nothing*'"), IsEmpty());
}

TEST_F(ShowStatementsTest, AMissingDatabaseIsNamed) {
  EXPECT_THAT(failure("SHOW TABLES IN sampledb"), HasSubstr("Database does not exist: sampledb"));
  EXPECT_THAT(failure("SHOW VIEWS IN sampledb"), HasSubstr("Database does not exist: sampledb"));
}

TEST_F(ShowStatementsTest, ViewsAreListedWithoutTables) {
  make_view("orders_by_date", "SELECT 1 a");
  make_view("daily_users", "SELECT 1 a");
  EXPECT_THAT(rows("SHOW VIEWS"), ElementsAre("daily_users", "orders_by_date"));
  EXPECT_THAT(rows("SHOW VIEWS IN `default` LIKE 'orders*'"), ElementsAre("orders_by_date"));
  EXPECT_THAT(run("SHOW VIEWS")->columns, ElementsAre("views"));
}

TEST_F(ShowStatementsTest, ColumnsEndWithThePartitionColumns) {
  EXPECT_THAT(rows("SHOW COLUMNS IN orders"), ElementsAre("id", "name", "dt", "country"));
  EXPECT_THAT(rows("SHOW COLUMNS FROM orders IN `default`"), ::testing::SizeIs(4));
  EXPECT_THAT(run("SHOW COLUMNS IN orders")->columns, ElementsAre("field"));
  EXPECT_THAT(failure("SHOW COLUMNS IN orders IN customers"),
              HasSubstr("Table not found customers.orders"));
}

TEST_F(ShowStatementsTest, PartitionsArePathsOfTheirValues) {
  must(
      "ALTER TABLE clickstream_raw.click_events_raw ADD PARTITION (year=2024, month=11, day=01, "
      "hour=0) PARTITION (year=2024, month=11, day=2, hour=0)");
  EXPECT_THAT(rows("SHOW PARTITIONS clickstream_raw.click_events_raw"),
              ElementsAre("year=2024/month=11/day=1/hour=0", "year=2024/month=11/day=2/hour=0"));
  EXPECT_THAT(rows("SHOW PARTITIONS clickstream_raw.click_events_raw PARTITION (day='02')"),
              ElementsAre("year=2024/month=11/day=2/hour=0"));
  EXPECT_THAT(run("SHOW PARTITIONS orders")->columns, ElementsAre("partition"));
}

TEST_F(ShowStatementsTest, ProjectedPartitionsAreNotListed) {
  must(
      "CREATE EXTERNAL TABLE p (a string) PARTITIONED BY (b int) LOCATION 's3://mapped/p/' "
      "TBLPROPERTIES ('projection.enabled'='true', 'projection.b.type'='integer', "
      "'projection.b.range'='1,9')");
  EXPECT_THAT(rows("SHOW PARTITIONS p"), IsEmpty());
}

TEST_F(ShowStatementsTest, PartitionsOfATableWithoutKeysAreAnError) {
  must("CREATE EXTERNAL TABLE u (a string) LOCATION 's3://mapped/u/'");
  EXPECT_THAT(failure("SHOW PARTITIONS u"),
              HasSubstr("Table default.u is not a partitioned table"));
}

TEST_F(ShowStatementsTest, TablePropertiesAreNamesAndValues) {
  must("ALTER TABLE orders SET TBLPROPERTIES ('parquet.compression'='ZSTD')");
  EXPECT_THAT(rows("SHOW TBLPROPERTIES orders"), Contains("parquet.compression|ZSTD"));
  EXPECT_THAT(rows("SHOW TBLPROPERTIES orders"), Contains("EXTERNAL|TRUE"));
  EXPECT_THAT(run("SHOW TBLPROPERTIES orders")->columns, ElementsAre("prpt_name", "prpt_value"));
}

TEST_F(ShowStatementsTest, CreateTableIsALineARow) {
  EXPECT_THAT(run("SHOW CREATE TABLE orders")->columns, ElementsAre("createtab_stmt"));
  EXPECT_THAT(rows("SHOW CREATE TABLE orders"),
              Contains("CREATE EXTERNAL TABLE `default.orders`("));
}

TEST_F(ShowStatementsTest, CreateViewShowsTheQueryAsWritten) {
  make_view("v1", "SELECT \"a\"\nFROM t");
  EXPECT_THAT(rows("SHOW CREATE VIEW v1"),
              ElementsAre("CREATE VIEW default.v1 AS", "SELECT \"a\"", "FROM t"));
  make_view("order", "SELECT 1 a");
  EXPECT_THAT(rows("SHOW CREATE VIEW `order`"),
              ElementsAre("CREATE VIEW default.\"order\" AS", "SELECT 1 a"));
  EXPECT_TRUE(ddl::parse("CREATE VIEW default.\"order\" AS\nSELECT 1 a").has_value());
  EXPECT_THAT(failure("SHOW CREATE VIEW orders"), HasSubstr("SHOW CREATE TABLE"));
  EXPECT_THAT(failure("SHOW CREATE VIEW nothing"), HasSubstr("Table not found nothing"));
}

}  // namespace
}  // namespace clicklake
