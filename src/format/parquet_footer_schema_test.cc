#include "format/parquet_footer_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "format/parquet_footer_fixture.h"

namespace clicklake {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kRequired = 0;
constexpr int kOptional = 1;
constexpr int kRepeated = 2;
constexpr int kConvertedMap = 1;
constexpr int kConvertedList = 3;

FooterElement group(std::string name, int children, int repetition = kOptional) {
  return {.name = std::move(name), .children = children, .repetition = repetition};
}
FooterElement leaf(std::string name, int type, int repetition = kOptional) {
  return {.name = std::move(name), .type = type, .repetition = repetition};
}
FooterElement text(std::string name, int repetition = kOptional) {
  FooterElement out = leaf(std::move(name), 6, repetition);
  out.converted = 0;
  return out;
}
FooterElement converted(FooterElement element, int type) {
  element.converted = type;
  return element;
}

Result<std::vector<HiveColumn>> columns_of(int columns, const std::vector<FooterElement>& schema) {
  auto footer = parse_parquet_footer(make_footer(columns, schema, {}, 0), 1000, "f.parquet");
  EXPECT_TRUE(footer.has_value()) << footer.error().message;
  if (!footer) return footer.error();
  return hive_columns(*footer, "f.parquet");
}

std::string type_of(const std::vector<FooterElement>& schema) {
  const auto columns = columns_of(1, schema);
  EXPECT_TRUE(columns.has_value()) << columns.error().message;
  return columns ? to_string(columns->at(0).type) : "";
}

TEST(ParquetFooterSchemaTest, PhysicalTypesHaveHiveTypes) {
  std::vector<std::string> types;
  types.reserve(8);
  for (int physical = 0; physical < 8; ++physical) types.push_back(type_of({leaf("a", physical)}));
  EXPECT_THAT(types, ElementsAre("boolean", "int", "bigint", "timestamp", "float", "double",
                                 "binary", "binary"));
}

TEST(ParquetFooterSchemaTest, ConvertedTypesHaveHiveTypes) {
  EXPECT_EQ(type_of({text("a")}), "string");
  EXPECT_EQ(type_of({converted(leaf("a", 6), 4)}), "string");
  EXPECT_EQ(type_of({converted(leaf("a", 6), 19)}), "string");
  EXPECT_EQ(type_of({converted(leaf("a", 1), 6)}), "date");
  EXPECT_EQ(type_of({converted(leaf("a", 2), 9)}), "timestamp");
  EXPECT_EQ(type_of({converted(leaf("a", 2), 8)}), "bigint");
  EXPECT_EQ(type_of({converted(leaf("a", 1), 15)}), "tinyint");
  EXPECT_EQ(type_of({converted(leaf("a", 1), 16)}), "smallint");
  FooterElement decimal = converted(leaf("a", 7), 5);
  decimal.precision = 18;
  decimal.scale = 4;
  EXPECT_EQ(type_of({decimal}), "decimal(18,4)");
}

TEST(ParquetFooterSchemaTest, UnsignedNumbersTakeTheNextWiderType) {
  const auto unsigned_of = [](int physical, int bits) {
    FooterElement out = leaf("a", physical);
    out.logical = 10;
    out.bits = bits;
    out.is_signed = false;
    return type_of({out});
  };
  EXPECT_EQ(unsigned_of(1, 8), "smallint");
  EXPECT_EQ(unsigned_of(1, 16), "int");
  EXPECT_EQ(unsigned_of(1, 32), "bigint");
  EXPECT_EQ(unsigned_of(2, 64), "decimal(20,0)");
}

TEST(ParquetFooterSchemaTest, LogicalTypeWinsOverTheConvertedOne) {
  FooterElement element = converted(leaf("a", 2), 10);
  element.logical = 8;
  element.unit = 3;
  const auto footer = parse_parquet_footer(make_footer(1, {element}, {}, 0), 1000, "f");
  ASSERT_TRUE(footer.has_value());
  EXPECT_EQ(footer->columns[0].meaning, ParquetMeaning::kTimestamp);
  EXPECT_EQ(footer->columns[0].unit, ParquetUnit::kNanos);
  EXPECT_TRUE(footer->columns[0].utc);
}

TEST(ParquetFooterSchemaTest, NewerLogicalTypeIsTakenAsItIsStored) {
  FooterElement element = leaf("a", 6);
  element.logical = 16;
  EXPECT_EQ(type_of({element}), "binary");
}

TEST(ParquetFooterSchemaTest, ListsAreArraysInEveryFormThatWritersGiveThem) {
  const FooterElement list = converted(group("a", 1), kConvertedList);
  EXPECT_EQ(type_of({list, group("list", 1, kRepeated), text("element")}), "array<string>");
  EXPECT_EQ(type_of({list, group("bag", 1, kRepeated), leaf("array_element", 1)}), "array<int>");
  EXPECT_EQ(type_of({list, leaf("element", 1, kRepeated)}), "array<int>");
  EXPECT_EQ(type_of({list, group("element", 2, kRepeated), text("x"), leaf("y", 1)}),
            "array<struct<x:string,y:int>>");
  EXPECT_EQ(type_of({list, group("array", 1, kRepeated), text("x")}), "array<struct<x:string>>");
  EXPECT_EQ(type_of({list, group("a_tuple", 1, kRepeated), text("x")}), "array<struct<x:string>>");
  EXPECT_EQ(type_of({leaf("a", 1, kRepeated)}), "array<int>");
  EXPECT_EQ(type_of({group("a", 1, kRepeated), leaf("x", 1)}), "array<struct<x:int>>");
}

TEST(ParquetFooterSchemaTest, MapsAndStructsNest) {
  EXPECT_EQ(
      type_of({converted(group("a", 1), kConvertedMap), group("key_value", 2, kRepeated),
               text("key", kRequired), converted(group("value", 1), kConvertedList),
               group("list", 1, kRepeated), group("element", 2), leaf("Lat", 5), leaf("Lon", 5)}),
      "map<string,array<struct<lat:double,lon:double>>>");
}

TEST(ParquetFooterSchemaTest, NamesAreInLowerCase) {
  const auto columns = columns_of(2, {text("UserId"), leaf("n", 1)});
  ASSERT_TRUE(columns.has_value());
  EXPECT_EQ((*columns)[0].name, "userid");
  EXPECT_EQ((*columns)[1].name, "n");
}

TEST(ParquetFooterSchemaTest, GroupWithoutFieldsHasNoType) {
  const auto columns = columns_of(1, {group("a", 0)});
  ASSERT_FALSE(columns.has_value());
  EXPECT_EQ(columns.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(columns.error().message, AllOf(HasSubstr("f.parquet"), HasSubstr("'a'")));
}

TEST(ParquetFooterSchemaTest, TypeDeeperThanHivesIsRefused) {
  std::vector<FooterElement> schema(40, group("g", 1));
  schema.push_back(leaf("x", 1));
  const auto columns = columns_of(1, schema);
  ASSERT_FALSE(columns.has_value());
  EXPECT_THAT(columns.error().message, HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace clicklake
