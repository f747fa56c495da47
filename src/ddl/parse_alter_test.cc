#include "ddl/parse_test_support.h"

namespace clicklake::ddl {
namespace {

constexpr std::string_view kHint =
    " (ALTER TABLE can ADD, DROP and RENAME a PARTITION, SET LOCATION, SET and UNSET "
    "TBLPROPERTIES, ADD and REPLACE COLUMNS)";

using Values = std::vector<std::pair<std::string, std::string>>;

TEST(AlterTableTest, AddsPartitionsWithoutCommas) {
  const auto add = parsed<AddPartitions>(
      "ALTER TABLE d.t ADD IF NOT EXISTS PARTITION (year=2024, Day='04') LOCATION 's3://a' "
      "PARTITION (year=2024, day=\"05\")");
  EXPECT_EQ(add.name, (TableName{"d", "t", 12}));
  EXPECT_TRUE(add.if_not_exists);
  ASSERT_EQ(add.partitions.size(), 2U);
  EXPECT_EQ(add.partitions[0].first, (PartitionSpec{{{"year", "2024"}, {"day", "04"}}, 44}));
  EXPECT_EQ(add.partitions[0].second, "s3://a");
  EXPECT_EQ(add.partitions[1].first.values, (Values{{"year", "2024"}, {"day", "05"}}));
  EXPECT_EQ(add.partitions[1].second, std::nullopt);
  EXPECT_EQ(fault("ALTER TABLE t ADD PARTITION (a='b'), PARTITION (a='c')"),
            "line 1:36: missing EOF at ',' (ADD takes PARTITION (...) PARTITION (...) without "
            "commas between them; DROP takes commas)");
}

TEST(AlterTableTest, DropsPartitionsWithCommas) {
  const auto drop =
      parsed<DropPartitions>("ALTER TABLE t DROP IF EXISTS PARTITION (a='b'), PARTITION (a='c')");
  EXPECT_TRUE(drop.if_exists);
  ASSERT_EQ(drop.partitions.size(), 2U);
  EXPECT_EQ(drop.partitions[1].values, (Values{{"a", "c"}}));
  EXPECT_EQ(fault("ALTER TABLE t DROP PARTITION (a='b') PARTITION (a='c')"),
            "line 1:38: mismatched input 'PARTITION'. Expecting: ',', <EOF>");
}

TEST(AlterTableTest, PartitionValuesAreKeptAsWritten) {
  EXPECT_EQ(
      parsed<DropPartitions>("ALTER TABLE t DROP PARTITION (a=04, b=-1, c=DATE '2024-01-01', "
                             "d=1.50, `date`='x''y')")
          .partitions[0]
          .values,
      (Values{{"a", "04"}, {"b", "-1"}, {"c", "2024-01-01"}, {"d", "1.50"}, {"date", "x'y"}}));
}

TEST(AlterTableTest, PartitionKeyIsGivenOnceWithAnEqualsSign) {
  EXPECT_EQ(fault("ALTER TABLE t ADD PARTITION (a=1, A=2)"),
            "line 1:35: the partition key 'a' is given twice");
  EXPECT_EQ(fault("ALTER TABLE t ADD PARTITION (a>1)"),
            "line 1:31: mismatched input '>'. Expecting: '='");
  EXPECT_EQ(fault("ALTER TABLE t ADD PARTITION (a=b)"),
            "line 1:32: mismatched input 'b'. Expecting: '-', <number>, <string>");
  EXPECT_EQ(fault("ALTER TABLE t ADD PARTITION ()"),
            "line 1:30: mismatched input ')'. Expecting: <identifier>");
}

TEST(AlterTableTest, RenamesAPartition) {
  const auto rename =
      parsed<RenamePartition>("ALTER TABLE t PARTITION (a=1) RENAME TO PARTITION (a=2)");
  EXPECT_EQ(rename.from.values, (Values{{"a", "1"}}));
  EXPECT_EQ(rename.to.values, (Values{{"a", "2"}}));
}

TEST(AlterTableTest, SetsLocationOfTableOrPartition) {
  EXPECT_EQ(parsed<SetLocation>("ALTER TABLE t SET LOCATION 's3://a'"),
            (SetLocation{.name = {"", "t", 12}, .partition = {}, .location = "s3://a"}));
  EXPECT_EQ(
      parsed<SetLocation>("ALTER TABLE t PARTITION (a=1) SET LOCATION 's3://a'").partition->values,
      (Values{{"a", "1"}}));
}

TEST(AlterTableTest, SetsAndUnsetsProperties) {
  EXPECT_EQ(parsed<SetTableProperties>("ALTER TABLE t SET TBLPROPERTIES ('n'=\"don't\", 'level'=4)")
                .properties,
            (Properties{{"n", "don't"}, {"level", "4"}}));
  const auto unset =
      parsed<UnsetTableProperties>("ALTER TABLE t UNSET TBLPROPERTIES IF EXISTS ('a', 'b')");
  EXPECT_TRUE(unset.if_exists);
  EXPECT_EQ(unset.keys, (std::vector<std::string>{"a", "b"}));
}

TEST(AlterTableTest, AddsAndReplacesColumns) {
  EXPECT_EQ(
      parsed<AddColumns>("ALTER TABLE t ADD COLUMNS (a int, b string COMMENT 'c')").columns[1],
      (HiveColumn{"b", HiveType::of(HiveKind::kString), "c"}));
  EXPECT_TRUE(parsed<AddColumns>("ALTER TABLE t PARTITION (p=1) ADD COLUMNS (a int)").partition);
  EXPECT_EQ(parsed<ReplaceColumns>("ALTER TABLE t REPLACE COLUMNS (a int)").columns.size(), 1U);
  EXPECT_TRUE(
      parsed<ReplaceColumns>("ALTER TABLE t PARTITION (p=1) REPLACE COLUMNS (a int)").partition);
  EXPECT_EQ(fault("ALTER TABLE t ADD COLUMNS (a int, a int)"),
            "line 1:35: Duplicate column name: a");
}

TEST(AlterTableTest, FormsOfOtherEnginesAreToldWhatThereIs) {
  const std::string hint(kHint);
  const std::string first =
      ". Expecting: '.', 'ADD', 'DROP', 'PARTITION', 'REPLACE', 'SET', "
      "'UNSET'" +
      hint;
  EXPECT_EQ(fault("ALTER TABLE t RENAME TO u"), "line 1:15: mismatched input 'RENAME'" + first);
  EXPECT_EQ(fault("ALTER TABLE t CHANGE COLUMN a b int"),
            "line 1:15: mismatched input 'CHANGE'" + first);
  EXPECT_EQ(fault("ALTER TABLE t CLUSTERED BY (a)"),
            "line 1:15: mismatched input 'CLUSTERED'" + first);
  EXPECT_EQ(fault("ALTER TABLE t"), "line 1:14: mismatched input '<EOF>'" + first);
  EXPECT_EQ(fault("ALTER TABLE t DROP COLUMN a"),
            "line 1:20: mismatched input 'COLUMN'. Expecting: 'IF', 'PARTITION'" + hint);
  EXPECT_EQ(fault("ALTER TABLE t ADD COLUMN a int"),
            "line 1:19: mismatched input 'COLUMN'. Expecting: 'COLUMNS', 'IF', 'PARTITION'" + hint);
  EXPECT_EQ(fault("ALTER TABLE t PARTITION (a=1) SET TBLPROPERTIES ('a'='b')"),
            "line 1:35: mismatched input 'TBLPROPERTIES'. Expecting: 'LOCATION'" + hint);
}

TEST(AlterDatabaseTest, SetsPropertiesOnly) {
  EXPECT_EQ(parsed<AlterDatabase>("ALTER SCHEMA d SET DBPROPERTIES ('a'='b')"),
            (AlterDatabase{.name = "d", .properties = {{"a", "b"}}}));
  EXPECT_EQ(fault("ALTER DATABASE d SET LOCATION 'x'"),
            "line 1:22: mismatched input 'LOCATION'. Expecting: 'DBPROPERTIES'");
}

}  // namespace
}  // namespace clicklake::ddl
