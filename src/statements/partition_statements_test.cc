#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "statements/statements_fixture.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::string_view kAddHour =
    "ALTER TABLE clickstream_raw.click_events_raw ADD PARTITION (year=2024, month=11, day=04, "
    "hour=15) LOCATION 's3://company-raw/clickstream/2024/11/04/15/'";

class PartitionStatementsTest : public StatementsFixture {
 protected:
  void SetUp() override { rows(kCreateOrders); }

  Partition partition(const std::string& name, const std::vector<std::string>& values) {
    const std::string database = name == "orders" ? "default" : "clickstream_raw";
    auto found = metastore_->partition(database, name, values);
    EXPECT_TRUE(found.has_value() && found->has_value()) << name;
    return found && *found ? **found : Partition{};
  }
};

class AddPartitionTest : public PartitionStatementsTest {};

TEST_F(AddPartitionTest, LiesBelowTheTableWhereNoLocationIsWritten) {
  rows("ALTER TABLE orders ADD PARTITION (dt = '2016-05-14', country = 'IN')");
  EXPECT_EQ(partition("orders", {"2016-05-14", "IN"}).location,
            "s3://mapped/orders/dt=2016-05-14/country=IN/");
}

TEST_F(AddPartitionTest, AnExistingOneIsAnErrorWithoutIfNotExists) {
  const std::string add = "ALTER TABLE orders ADD PARTITION (dt = '2016-05-14', country = 'IN')";
  must(add);
  EXPECT_EQ(code(add), ErrorCode::kAlreadyExists);
  const std::string message = failure(add);
  EXPECT_THAT(message, StartsWith("line 1:34: "));
  EXPECT_THAT(message, HasSubstr("AlreadyExistsException: Partition already exists: "
                                 "dt=2016-05-14/country=IN"));
}

TEST_F(AddPartitionTest, TheSamePlaceAgainIsANoOpWithANote) {
  make_folder("raw/clickstream/2024/11/04/15");
  EXPECT_THAT(notes(kAddHour), IsEmpty());
  EXPECT_THAT(notes(kAddHour), HasSubstr("partition year=2024/month=11/day=4/hour=15 of "
                                         "clickstream_raw.click_events_raw is there already"));
  EXPECT_THAT(notes("ALTER TABLE clickstream_raw.click_events_raw ADD PARTITION (year=2024, "
                    "month=11, day=4, hour=15) LOCATION 'raw/clickstream/2024/11/04/15'"),
              HasSubstr("is there already"));
}

TEST_F(AddPartitionTest, AnotherPlaceIsAnErrorNamingBoth) {
  must(kAddHour);
  const std::string other =
      "ALTER TABLE clickstream_raw.click_events_raw ADD PARTITION (year=2024, month=11, day=04, "
      "hour=15) LOCATION 's3://company-raw/clickstream/elsewhere/'";
  EXPECT_EQ(code(other), ErrorCode::kAlreadyExists);
  EXPECT_THAT(failure(other), HasSubstr("'s3://company-raw/clickstream/2024/11/04/15/', not "
                                        "'s3://company-raw/clickstream/elsewhere/'"));
}

TEST_F(AddPartitionTest, IfNotExistsLeavesTheLocationAsItIs) {
  must(kAddHour);
  EXPECT_THAT(notes("ALTER TABLE clickstream_raw.click_events_raw ADD IF NOT EXISTS PARTITION "
                    "(year=2024, month=11, day=04, hour=15) LOCATION 's3://mapped/other/'"),
              HasSubstr("stays at 's3://company-raw/clickstream/2024/11/04/15/'"));
  EXPECT_EQ(partition("click_events_raw", {"2024", "11", "4", "15"}).location,
            "s3://company-raw/clickstream/2024/11/04/15/");
}

TEST_F(AddPartitionTest, ManyAreRegisteredByOneStatement) {
  must(
      "ALTER TABLE orders ADD IF NOT EXISTS PARTITION (dt='a', country='IN') LOCATION "
      "'s3://mapped/x/' PARTITION (dt='b', country='IN') PARTITION (dt='b', country='IN')");
  EXPECT_THAT(rows("SHOW PARTITIONS orders"), ElementsAre("dt=a/country=IN", "dt=b/country=IN"));
}

TEST_F(AddPartitionTest, OneThatFailsRegistersNone) {
  must("ALTER TABLE orders ADD PARTITION (dt='b', country='IN')");
  EXPECT_EQ(code("ALTER TABLE orders ADD PARTITION (dt='a', country='IN') PARTITION (dt='b', "
                 "country='IN')"),
            ErrorCode::kAlreadyExists);
  EXPECT_EQ(code("ALTER TABLE orders ADD PARTITION (dt='c', country='IN') PARTITION (dt='c', "
                 "country='IN')"),
            ErrorCode::kAlreadyExists);
  EXPECT_THAT(rows("SHOW PARTITIONS orders"), ElementsAre("dt=b/country=IN"));
}

TEST_F(AddPartitionTest, TheFoldersSpellingIsThatOfTheStatement) {
  must(
      "ALTER TABLE clickstream_raw.click_events_raw ADD PARTITION (year=2024, month=1, day=04, "
      "hour='05')");
  EXPECT_EQ(partition("click_events_raw", {"2024", "1", "4", "5"}).location,
            "raw/clickstream/year=2024/month=1/day=04/hour=05/");
}

TEST_F(AddPartitionTest, FoldersThatAreNotThereAreNoted) {
  EXPECT_THAT(notes(kAddHour), HasSubstr("there is no folder"));
  EXPECT_THAT(notes("ALTER TABLE orders ADD PARTITION (dt='x', country='IN') LOCATION "
                    "'s3://elsewhere/x/'"),
              HasSubstr("[locations]"));
}

TEST_F(AddPartitionTest, TheSpecHasEveryKeyAndNoOther) {
  EXPECT_THAT(failure("ALTER TABLE clickstream_raw.click_events_raw ADD PARTITION (year=2024, "
                      "month=11)"),
              HasSubstr("SemanticException partition spec {year=2024, month=11} doesn't contain "
                        "all (4) partition columns"));
  EXPECT_THAT(failure("ALTER TABLE orders ADD PARTITION (dt='a', country='IN', city='x')"),
              HasSubstr("Non-Partition column appears in the partition specification: city"));
}

TEST_F(AddPartitionTest, AValueIsOfItsKeysType) {
  EXPECT_THAT(failure("ALTER TABLE clickstream_raw.click_events_raw ADD PARTITION (year='soon', "
                      "month=11, day=1, hour=0)"),
              HasSubstr("partition column year is a int, which 'soon' is not"));
}

TEST_F(AddPartitionTest, ATableWithoutKeysTakesNone) {
  must("CREATE EXTERNAL TABLE unpartitioned_t (a string) LOCATION 's3://mapped/u/'");
  EXPECT_THAT(failure("ALTER TABLE unpartitioned_t ADD PARTITION (dt='x')"),
              HasSubstr("table is not partitioned but partition spec exists: {dt=x}"));
}

TEST_F(AddPartitionTest, TheLakesOwnTablesTakeNone) {
  EXPECT_EQ(code("ALTER TABLE clickstream_processed.fact_clicks ADD PARTITION (a='b')"),
            ErrorCode::kUnsupported);
}

class ChangePartitionTest : public PartitionStatementsTest {
 protected:
  void SetUp() override {
    PartitionStatementsTest::SetUp();
    rows(
        "ALTER TABLE orders ADD PARTITION (dt='2014-05-14', country='IN') PARTITION "
        "(dt='2014-05-15', country='IN') PARTITION (dt='2014-05-16', country='IN')");
  }
};

TEST_F(ChangePartitionTest, DropForgetsThem) {
  EXPECT_THAT(rows("ALTER TABLE orders DROP PARTITION (dt = '2014-05-14', country = 'IN'), "
                   "PARTITION (dt = '2014-05-15', country = 'IN')"),
              IsEmpty());
  EXPECT_THAT(rows("SHOW PARTITIONS orders"), ElementsAre("dt=2014-05-16/country=IN"));
}

TEST_F(ChangePartitionTest, DropOfAMissingOneDropsNone) {
  const std::string drop =
      "ALTER TABLE orders DROP PARTITION (dt='2014-05-14', country='IN'), PARTITION "
      "(dt='1999-01-01', country='IN')";
  EXPECT_EQ(code(drop), ErrorCode::kNotFound);
  EXPECT_THAT(failure(drop), HasSubstr("Partition not found {dt=1999-01-01, country=IN}"));
  EXPECT_THAT(rows("SHOW PARTITIONS orders"), ::testing::SizeIs(3));
}

TEST_F(ChangePartitionTest, DropIfExistsPassesOverMissingOnes) {
  EXPECT_THAT(notes("ALTER TABLE orders DROP IF EXISTS PARTITION (dt='1999-01-01', country='IN'), "
                    "PARTITION (dt='2014-05-14', country='IN')"),
              HasSubstr("there is no partition dt=1999-01-01/country=IN"));
  EXPECT_THAT(rows("SHOW PARTITIONS orders"), ::testing::SizeIs(2));
}

TEST_F(ChangePartitionTest, DropNeedsAWholeSpec) {
  EXPECT_THAT(failure("ALTER TABLE orders DROP PARTITION (dt='2014-05-14')"),
              HasSubstr("doesn't contain all (2) partition columns"));
}

TEST_F(ChangePartitionTest, RenameKeepsTheLocation) {
  EXPECT_THAT(rows("ALTER TABLE orders PARTITION (dt='2014-05-14', country='IN') RENAME TO "
                   "PARTITION (dt='2014-05-17', country='IN')"),
              IsEmpty());
  EXPECT_EQ(partition("orders", {"2014-05-17", "IN"}).location,
            "s3://mapped/orders/dt=2014-05-14/country=IN/");
  EXPECT_THAT(rows("SHOW PARTITIONS orders"), ::testing::SizeIs(3));
}

TEST_F(ChangePartitionTest, RenameToAnExistingOneOrOfAMissingOneFails) {
  EXPECT_EQ(code("ALTER TABLE orders PARTITION (dt='2014-05-14', country='IN') RENAME TO "
                 "PARTITION (dt='2014-05-15', country='IN')"),
            ErrorCode::kAlreadyExists);
  EXPECT_EQ(code("ALTER TABLE orders PARTITION (dt='1999-01-01', country='IN') RENAME TO "
                 "PARTITION (dt='2014-05-17', country='IN')"),
            ErrorCode::kNotFound);
}

TEST_F(ChangePartitionTest, SetLocationMovesOnePartition) {
  rows(
      "ALTER TABLE orders PARTITION (dt='2014-05-14', country='IN') SET LOCATION "
      "'s3://mapped/custdata/'");
  EXPECT_EQ(partition("orders", {"2014-05-14", "IN"}).location, "s3://mapped/custdata/");
  EXPECT_EQ(table("default", "orders").storage.location, "s3://mapped/orders/");
  EXPECT_EQ(code("ALTER TABLE orders PARTITION (dt='x', country='IN') SET LOCATION "
                 "'s3://mapped/custdata/'"),
            ErrorCode::kNotFound);
}

TEST_F(ChangePartitionTest, SetLocationOfTheTableLeavesPartitionsWhereTheyAre) {
  Partition follows;
  follows.values = {"2014-05-17", "IN"};
  ASSERT_TRUE(metastore_->add_partitions("default", "orders", {follows}, false).has_value());
  rows("ALTER TABLE orders SET LOCATION 's3://mapped/new/'");
  EXPECT_EQ(table("default", "orders").storage.location, "s3://mapped/new/");
  for (const char* day : {"2014-05-14", "2014-05-17"})
    EXPECT_EQ(partition("orders", {day, "IN"}).location,
              "s3://mapped/orders/dt=" + std::string(day) + "/country=IN/");
}

TEST_F(ChangePartitionTest, SetLocationToAPlaceThatIsNotMappedIsNoted) {
  EXPECT_THAT(notes("ALTER TABLE orders SET LOCATION 's3://elsewhere/new/'"),
              HasSubstr("[locations]"));
}

class RepairTableTest : public PartitionStatementsTest {};

TEST_F(RepairTableTest, AddsFoldersThatAreNotRegistered) {
  make_folder("raw/clickstream/year=2024/month=11/day=04/hour=15");
  make_folder("raw/clickstream/year=2024/month=11/day=04/hour=16");
  must(
      "ALTER TABLE clickstream_raw.click_events_raw ADD PARTITION (year=2024, month=11, day=4, "
      "hour=16) LOCATION 'raw/clickstream/year=2024/month=11/day=04/hour=16/'");
  const auto lines = rows("MSCK REPAIR TABLE clickstream_raw.click_events_raw");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[0], StartsWith("Partitions not in metastore:\tclick_events_raw:year=2024/"));
  EXPECT_THAT(lines[1],
              StartsWith("Repair: Added partition to metastore click_events_raw:year=2024/"));
  EXPECT_THAT(rows("SHOW PARTITIONS clickstream_raw.click_events_raw"),
              ElementsAre("year=2024/month=11/day=4/hour=15", "year=2024/month=11/day=4/hour=16"));
  const std::string location = partition("click_events_raw", {"2024", "11", "4", "15"}).location;
  EXPECT_EQ(*locations_.resolve(location),
            folder_ / "raw/clickstream/year=2024/month=11/day=04/hour=15");
}

TEST_F(RepairTableTest, ASecondRepairFindsNothing) {
  make_folder("raw/clickstream/year=2024/month=11/day=04/hour=15");
  rows("MSCK REPAIR TABLE clickstream_raw.click_events_raw");
  EXPECT_THAT(rows("MSCK REPAIR TABLE clickstream_raw.click_events_raw"), IsEmpty());
}

TEST_F(RepairTableTest, RemovesNone) {
  must("ALTER TABLE orders ADD PARTITION (dt='gone', country='IN')");
  make_folder("mapped/orders");
  EXPECT_THAT(rows("MSCK REPAIR TABLE orders"), IsEmpty());
  EXPECT_THAT(rows("SHOW PARTITIONS orders"), ElementsAre("dt=gone/country=IN"));
}

TEST_F(RepairTableTest, OddFoldersAreNotedAndNotAdded) {
  make_folder("mapped/orders/dt=a/country=IN");
  make_folder("mapped/orders/2024/IN");
  make_folder("mapped/orders/dt=b/Country=IN");
  EXPECT_THAT(notes("MSCK REPAIR TABLE orders"), HasSubstr("2 folders passed over"));
  EXPECT_THAT(rows("SHOW PARTITIONS orders"), ElementsAre("dt=a/country=IN"));
}

TEST_F(RepairTableTest, ATableWithoutKeysIsRefused) {
  must("CREATE EXTERNAL TABLE u (a string) LOCATION 's3://mapped/u/'");
  EXPECT_THAT(failure("MSCK REPAIR TABLE u"), HasSubstr("is not a partitioned table"));
  EXPECT_THAT(failure("MSCK REPAIR TABLE nothing"), HasSubstr("Table not found nothing"));
}

}  // namespace
}  // namespace clicklake
