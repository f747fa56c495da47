#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "statements/statements_fixture.h"

namespace clicklake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class DescribeTest : public StatementsFixture {
 protected:
  void SetUp() override {
    rows(
        "CREATE EXTERNAL TABLE t (id bigint COMMENT 'row id', tags array<string>, geo "
        "struct<city:string,ll:struct<lat:double,lon:double>>, m map<string,int>) PARTITIONED BY "
        "(day int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' WITH SERDEPROPERTIES "
        "('ignore.malformed.json'='true') LOCATION 's3://mapped/t/' TBLPROPERTIES ('a'='b')");
  }
};

TEST_F(DescribeTest, ColumnsThenThePartitionBlock) {
  EXPECT_THAT(
      rows("DESCRIBE t"),
      ElementsAre("id|bigint|row id", "tags|array<string>|from deserializer",
                  "geo|struct<city:string,ll:struct<lat:double,lon:double>>|from "
                  "deserializer",
                  "m|map<string,int>|from deserializer", "day|int|", "|NULL|NULL",
                  "# Partition Information|NULL|NULL", "# col_name|data_type|comment", "day|int|"));
  EXPECT_THAT(run("DESC t")->columns, ElementsAre("col_name", "data_type", "comment"));
}

TEST_F(DescribeTest, OnlySerDesThatNameTheColumnsSaySo) {
  rows(kCreateOrders);
  EXPECT_THAT(rows("DESCRIBE orders"), Contains("id|bigint|"));
}

TEST_F(DescribeTest, FormattedAddsTableAndStorage) {
  const auto lines = rows("DESCRIBE FORMATTED t");
  for (const char* line :
       {"# Partition Information|NULL|NULL", "# Detailed Table Information|NULL|NULL",
        "Database:|default|NULL", "Location:|s3://mapped/t/|NULL",
        "Table Type:|EXTERNAL_TABLE|NULL", "Table Parameters:|NULL|NULL", "|a|b",
        "# Storage Information|NULL|NULL", "SerDe Library:|org.openx.data.jsonserde.JsonSerDe|NULL",
        "InputFormat:|org.apache.hadoop.mapred.TextInputFormat|NULL", "Compressed:|No|NULL",
        "|ignore.malformed.json|true"})
    EXPECT_THAT(lines, Contains(line));
}

TEST_F(DescribeTest, FormattedOfAPartitionShowsItsLocation) {
  rows("ALTER TABLE t ADD PARTITION (day = 100) LOCATION 's3://mapped/elsewhere/'");
  const auto lines = rows("DESCRIBE FORMATTED t PARTITION (day = 100) id");
  EXPECT_THAT(lines, Contains("id|bigint|row id"));
  EXPECT_THAT(lines, Contains("# Detailed Partition Information|NULL|NULL"));
  EXPECT_THAT(lines, Contains("Partition Value:|[100]|NULL"));
  EXPECT_THAT(lines, Contains("Location:|s3://mapped/elsewhere/|NULL"));
  EXPECT_THAT(lines, Not(Contains(StartsWith("tags|"))));
  EXPECT_THAT(failure("DESCRIBE FORMATTED t PARTITION (day = 7)"),
              HasSubstr("Partition not found {day=7}"));
}

TEST_F(DescribeTest, ExtendedEndsWithTheMetadataInThriftsForm) {
  const auto lines = rows("DESCRIBE EXTENDED t");
  EXPECT_THAT(lines, Contains("id|bigint|row id"));
  EXPECT_THAT(lines.back(), StartsWith("Detailed Table Information|Table(tableName:t, "
                                       "dbName:default, "));
  EXPECT_THAT(lines.back(),
              HasSubstr("FieldSchema(name:id, type:bigint, comment:row id), FieldSchema(name:tags, "
                        "type:array<string>, comment:null)"));
  EXPECT_THAT(lines.back(), HasSubstr("partitionKeys:[FieldSchema(name:day, type:int"));
  EXPECT_THAT(lines.back(), HasSubstr("tableType:EXTERNAL_TABLE)"));
  rows("ALTER TABLE t ADD PARTITION (day = 1)");
  EXPECT_THAT(rows("DESCRIBE EXTENDED t PARTITION (day = 1)").back(),
              StartsWith("Detailed Partition Information|Partition(values:[1], "));
}

TEST_F(DescribeTest, APathLeadsIntoAType) {
  EXPECT_THAT(rows("DESCRIBE t m.$key$"), ElementsAre("$key$|string|from deserializer"));
  EXPECT_THAT(rows("DESCRIBE t m.$value$"), ElementsAre("$value$|int|from deserializer"));
  EXPECT_THAT(rows("DESCRIBE t tags.$elem$"), ElementsAre("$elem$|string|from deserializer"));
  EXPECT_THAT(rows("DESCRIBE t geo.city"), ElementsAre("city|string|from deserializer"));
  EXPECT_THAT(rows("DESCRIBE t geo.ll"),
              ElementsAre("lat|double|from deserializer", "lon|double|from deserializer"));
  EXPECT_THAT(rows("DESCRIBE t id"), ElementsAre("id|bigint|row id"));
  EXPECT_THAT(rows("DESCRIBE t day"), ElementsAre(StartsWith("day|int|")));
  EXPECT_THAT(rows("DESCRIBE clickstream_raw.click_events_raw metadata.$key$"),
              ElementsAre("$key$|string|from deserializer"));
}

TEST_F(DescribeTest, APathThatLeadsNowhereSaysWhatThereIs) {
  EXPECT_THAT(failure("DESCRIBE t nothing"),
              HasSubstr("Invalid column reference nothing: default.t has no such column"));
  EXPECT_THAT(failure("DESCRIBE t m.$elem$"),
              HasSubstr("m is map<string,int>: it has $key$ and $value$"));
  EXPECT_THAT(failure("DESCRIBE t geo.x"), HasSubstr("its fields are city, ll"));
  EXPECT_THAT(failure("DESCRIBE t id.x"), HasSubstr("id is bigint: nothing is inside"));
}

TEST_F(DescribeTest, HistoryIsTheSchemasVersions) {
  EXPECT_THAT(run("DESCRIBE HISTORY t")->columns,
              ElementsAre("version", "time", "change", "origin"));
  EXPECT_THAT(rows("DESCRIBE HISTORY t"), ElementsAre(StartsWith("1|20")));
}

TEST_F(DescribeTest, TableIsReadAsATablesName) {
  EXPECT_THAT(failure("DESCRIBE TABLE orders"), HasSubstr("Table not found table"));
}

TEST_F(DescribeTest, TheLakesOwnTablesAndViewsAreDescribed) {
  EXPECT_THAT(rows("DESCRIBE clickstream_processed.fact_clicks"), Contains(HasSubstr("event_key")));
  make_view("v", "SELECT 1 a");
  EXPECT_THAT(rows("DESCRIBE v"), ElementsAre("a|int|"));
  EXPECT_THAT(rows("DESCRIBE FORMATTED v"), Contains(StartsWith("View Original Text:|SELECT 1 a")));
}

}  // namespace
}  // namespace clicklake
