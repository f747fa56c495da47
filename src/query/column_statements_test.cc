#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "query/statements_fixture.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ColumnStatementsTest : public StatementsFixture {
 protected:
  void SetUp() override {
    rows(
        "CREATE EXTERNAL TABLE events (eventid string) PARTITIONED BY (awsregion string) ROW "
        "FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://mapped/events/'");
    rows("ALTER TABLE events ADD PARTITION (awsregion='us-west-2') PARTITION (awsregion='eu')");
  }
};

TEST_F(ColumnStatementsTest, AddedColumnsStandBetweenTheDataAndThePartitionColumns) {
  EXPECT_THAT(rows("ALTER TABLE events ADD COLUMNS (eventowner string, score double)"), IsEmpty());
  EXPECT_THAT(rows("SHOW COLUMNS IN events"),
              ElementsAre("eventid", "eventowner", "score", "awsregion"));
}

TEST_F(ColumnStatementsTest, ChangesAreInTheHistory) {
  rows("ALTER TABLE events ADD COLUMNS (score double)");
  rows("ALTER TABLE events REPLACE COLUMNS (eventid bigint, owner string)");
  const auto history = rows("DESCRIBE HISTORY events");
  ASSERT_EQ(history.size(), 3U);
  EXPECT_THAT(history[0], HasSubstr("|created|CREATE EXTERNAL TABLE"));
  EXPECT_THAT(history[1], HasSubstr("|added column score double|ALTER TABLE ADD COLUMNS"));
  EXPECT_THAT(history[2], HasSubstr("|changed eventid from string to bigint, added column owner "
                                    "string, removed column score|ALTER TABLE REPLACE COLUMNS"));
}

TEST_F(ColumnStatementsTest, ReplacedColumnsLeaveThePartitionColumns) {
  EXPECT_THAT(rows("ALTER TABLE events REPLACE COLUMNS (first_name string, city string)"),
              IsEmpty());
  EXPECT_THAT(rows("SHOW COLUMNS IN events"), ElementsAre("first_name", "city", "awsregion"));
}

TEST_F(ColumnStatementsTest, APartitionGetsColumnsOfItsOwn) {
  rows("ALTER TABLE events PARTITION (awsregion='us-west-2') ADD COLUMNS (event string)");
  EXPECT_EQ(table("default", "events").storage.columns.size(), 1U);
  EXPECT_EQ(table("default", "events").version, 1);
  EXPECT_EQ((*metastore_->partition("default", "events", {"us-west-2"}))->columns->size(), 2U);
  EXPECT_FALSE((*metastore_->partition("default", "events", {"eu"}))->columns.has_value());
  EXPECT_THAT(rows("DESCRIBE events PARTITION (awsregion='us-west-2')"),
              ::testing::Contains("event|string|from deserializer"));
  EXPECT_THAT(rows("DESCRIBE events"),
              ::testing::Not(::testing::Contains("event|string|from deserializer")));
}

TEST_F(ColumnStatementsTest, DuplicatesAreRefused) {
  EXPECT_THAT(failure("ALTER TABLE events ADD COLUMNS (eventid int)"),
              HasSubstr("Duplicate column name: eventid"));
  EXPECT_THAT(failure("ALTER TABLE events ADD COLUMNS (a int, a int)"),
              HasSubstr("Duplicate column name: a"));
  EXPECT_THAT(failure("ALTER TABLE events ADD COLUMNS (awsregion string)"),
              HasSubstr("Column repeated in partitioning columns: awsregion"));
  EXPECT_THAT(failure("ALTER TABLE events REPLACE COLUMNS (a int, a int)"),
              HasSubstr("Duplicate column name: a"));
  EXPECT_THAT(rows("SHOW COLUMNS IN events"), ElementsAre("eventid", "awsregion"));
}

TEST_F(ColumnStatementsTest, AMissingPartitionOrTableIsNamed) {
  EXPECT_THAT(failure("ALTER TABLE events PARTITION (awsregion='x') ADD COLUMNS (a int)"),
              HasSubstr("Partition not found {awsregion=x}"));
  EXPECT_EQ(code("ALTER TABLE nothing ADD COLUMNS (a int)"), ErrorCode::kNotFound);
}

TEST_F(ColumnStatementsTest, TheLakesOwnTablesStayAsTheyAre) {
  EXPECT_EQ(code("ALTER TABLE clickstream_processed.fact_clicks ADD COLUMNS (a int)"),
            ErrorCode::kUnsupported);
}

TEST_F(ColumnStatementsTest, AChangeByAnotherProcessInBetweenIsTriedAgain) {
  auto other = Metastore::open(folder_ / "catalog.db");
  ASSERT_TRUE(other.has_value());
  Table seen = table("default", "events");
  rows("ALTER TABLE events ADD COLUMNS (score double)");
  EXPECT_EQ((*other)->update_table(seen, "change", "test").error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace clicklake
