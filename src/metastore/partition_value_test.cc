#include "metastore/partition_value.h"

#include "metastore/metastore_fixture.h"

namespace clicklake {
namespace {

Result<std::string> canonical(const std::string& type, std::string_view text) {
  return canonical_partition_value(*parse_hive_type(type), text);
}

TEST(PartitionValueTest, IntegersHaveOneSpelling) {
  for (const char* text : {"4", "04", "+4", "0004"}) EXPECT_EQ(*canonical("int", text), "4");
  EXPECT_EQ(*canonical("int", "-0"), "0");
  EXPECT_EQ(*canonical("int", "-007"), "-7");
  EXPECT_EQ(*canonical("bigint", "-9223372036854775808"), "-9223372036854775808");
}

TEST(PartitionValueTest, IntegersMustFitTheirType) {
  EXPECT_THAT(canonical("tinyint", "-128"), IsOk());
  EXPECT_THAT(canonical("tinyint", "128"), IsError(ErrorCode::kInvalidArgument, "tinyint"));
  EXPECT_THAT(canonical("int", "2147483648"), IsError(ErrorCode::kInvalidArgument, "2147483648"));
  EXPECT_THAT(canonical("bigint", "9223372036854775808"),
              IsError(ErrorCode::kInvalidArgument, "no value"));
  for (const char* text : {"", " 4", "4 ", "4.0", "x", "+-4", "--4", "1e3"}) {
    EXPECT_THAT(canonical("int", text), IsError(ErrorCode::kInvalidArgument, "of type int"))
        << text;
  }
}

TEST(PartitionValueTest, DatesHaveOneSpelling) {
  EXPECT_EQ(*canonical("date", "2024-11-04"), "2024-11-04");
  EXPECT_EQ(*canonical("date", "2024-2-9"), "2024-02-09");
  for (const char* text : {"2023-02-29", "2024-13-01", "24-01-01", "2024-01", "2024-01-01x",
                           "2024/01/01", "2024-001-01", "2024-01-01-01", "2024--1-01"}) {
    EXPECT_THAT(canonical("date", text), IsError(ErrorCode::kInvalidArgument, "date")) << text;
  }
}

TEST(PartitionValueTest, OtherTypesStayAsTheyAre) {
  EXPECT_EQ(*canonical("string", "04"), "04");
  EXPECT_EQ(*canonical("varchar(9)", "a/b"), "a/b");
  EXPECT_EQ(*canonical("boolean", "TRUE"), "true");
  EXPECT_EQ(*canonical("decimal(9,2)", "-1.50"), "-1.50");
  EXPECT_EQ(*canonical("double", "1e3"), "1e3");
  EXPECT_EQ(*canonical("timestamp", "2024-11-04 15:00:00"), "2024-11-04 15:00:00");
  EXPECT_THAT(canonical("boolean", "yes"), IsError(ErrorCode::kInvalidArgument, "boolean"));
  EXPECT_THAT(canonical("decimal(9,2)", "1e3"), IsError(ErrorCode::kInvalidArgument, "decimal"));
  EXPECT_THAT(canonical("timestamp", "12345"), IsError(ErrorCode::kInvalidArgument, "timestamp"));
}

TEST(PartitionValueTest, NullIsAValueOfEveryType) {
  const std::string null(kNullPartitionValue);
  EXPECT_EQ(*canonical("int", null), null);
  EXPECT_EQ(*canonical("string", null), null);
  EXPECT_EQ(*canonical("string", ""), null);
}

TEST(PartitionValueTest, PathsAreEscapedAsHiveDoes) {
  const std::vector<HiveColumn> keys{{"year", HiveType::of(HiveKind::kInt), ""},
                                     {"odd key", HiveType::of(HiveKind::kString), ""}};
  EXPECT_EQ(partition_path(keys, {"2024", "a b"}), "year=2024/odd key=a b/");
  EXPECT_EQ(partition_path(keys, {"1", "\"#%'*/:=?\\{[]^\x7F\x01"}),
            "year=1/odd key=%22%23%25%27%2A%2F%3A%3D%3F%5C%7B%5B%5D%5E%7F%01/");
  EXPECT_EQ(partition_path(keys, {"1", "ü}|<>,;"}), "year=1/odd key=ü}|<>,;/");
  EXPECT_EQ(partition_path(keys, {"1", ""}), "year=1/odd key=__HIVE_DEFAULT_PARTITION__/");
}

TEST(PartitionValueTest, EscapesAreUndone) {
  EXPECT_EQ(unescape_path_segment("a%3Ab%2fc"), "a:b/c");
  EXPECT_EQ(unescape_path_segment("100%"), "100%");
  EXPECT_EQ(unescape_path_segment("%4"), "%4");
  EXPECT_EQ(unescape_path_segment("%zz%25"), "%zz%");
  EXPECT_EQ(unescape_path_segment(""), "");
}

TEST(PartitionValueTest, ValuesOfAPartitionComeBackFromOneText) {
  const std::vector<std::string> values{"a/b", "", "50%", "../..", "ü"};
  EXPECT_EQ(split_partition_values(join_partition_values(values)), values);
  EXPECT_EQ(join_partition_values({"2024", "11", "4"}), "2024/11/4");
}

TEST(PartitionValueTest, LocationIsItsOwnOrBelowTheTables) {
  Table table;
  table.partition_keys = {{"day", HiveType::of(HiveKind::kInt), ""}};
  Partition partition;
  partition.values = {"4"};
  table.storage.location = "s3://bucket/events/";
  EXPECT_EQ(partition_location(table, partition), "s3://bucket/events/day=4/");
  table.storage.location = "events";
  EXPECT_EQ(partition_location(table, partition), "events/day=4/");
  partition.location = "s3://other/place";
  EXPECT_EQ(partition_location(table, partition), "s3://other/place");
}

TEST(PartitionValueTest, OrderIsThatOfTheTypes) {
  const std::vector<HiveColumn> keys{{"n", HiveType::of(HiveKind::kInt), ""},
                                     {"d", HiveType::of(HiveKind::kDouble), ""},
                                     {"s", HiveType::of(HiveKind::kString), ""}};
  const std::string null(kNullPartitionValue);
  const std::vector<std::vector<std::string>> sorted{
      {"-3", "0", "x"},    {"2", "-1.5", "a"}, {"2", "-1", "a"}, {"2", "0.5", "a"},
      {"2", "10", "Z"},    {"2", "10", "a"},   {"2", "10", "b"}, {"2", "10", null},
      {"10", "1e2", null}, {null, "1", "a"}};
  std::vector<Partition> partitions;
  for (auto it = sorted.rbegin(); it != sorted.rend(); ++it) {
    partitions.emplace_back().values = *it;
  }
  sort_partitions(keys, &partitions);
  for (std::size_t i = 0; i < sorted.size(); ++i) EXPECT_EQ(partitions[i].values, sorted[i]) << i;
}

}  // namespace
}  // namespace clicklake
