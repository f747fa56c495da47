#include "crawl/value_types.h"

#include <gtest/gtest.h>

#include "crawl/json_types.h"
#include "format/line_reader.h"

namespace clicklake {
namespace {

/// The row of JSON objects, each met in a file of its own number.
ValueTypes row_of(const std::vector<std::string>& lines) {
  ValueTypes row;
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    const std::string padded = lines[i] + "\n" + std::string(kLinePadding, '\0');
    ValueTypes one;
    JsonTypes reader;
    EXPECT_EQ(reader.add(padded.data(), &one), JsonTypes::Line::kObject) << lines[i];
    row.merge(one, i);
  }
  return row;
}

/// The type of the key "x" over `values`.
std::string type_of_x(const std::vector<std::string>& values) {
  std::vector<std::string> lines;
  lines.reserve(values.size());
  for (const std::string& value : values) lines.push_back("{\"x\":" + value + "}");
  const ValueTypes row = row_of(lines);
  return to_string(type_of(row.find("x")->types, nullptr));
}

TEST(ValueTypesTest, NumbersWidenToTheWidestMet) {
  EXPECT_EQ(type_of_x({"1", "-2147483648"}), "int");
  EXPECT_EQ(type_of_x({"1", "2147483648"}), "bigint");
  EXPECT_EQ(type_of_x({"1", "1.5"}), "double");
  EXPECT_EQ(type_of_x({"1", "9223372036854775808"}), "double");
  EXPECT_EQ(type_of_x({"1", "1e3"}), "double");
}

TEST(ValueTypesTest, NullJoinsWithEverything) {
  EXPECT_EQ(type_of_x({"null", "1"}), "int");
  EXPECT_EQ(type_of_x({"null"}), "string");
}

TEST(ValueTypesTest, DifferentFamiliesAreStrings) {
  EXPECT_EQ(type_of_x({"true", "\"a\""}), "string");
  EXPECT_EQ(type_of_x({"true", "1"}), "string");
  EXPECT_EQ(type_of_x({"1", "\"2024-11-04T15:00:00Z\""}), "string");
  EXPECT_EQ(type_of_x({"{\"a\":1}", "1"}), "string");
  EXPECT_EQ(type_of_x({"[1]", "{\"a\":1}"}), "string");
}

TEST(ValueTypesTest, TimesAreTheirForms) {
  EXPECT_EQ(type_of_x({"\"2024-11-04T15:00:00Z\""}), "timestamp");
  EXPECT_EQ(type_of_x({"\"2024-11-04T15:00:00.123456\""}), "timestamp");
  EXPECT_EQ(type_of_x({"\"2024-11-04 15:00:00.1\""}), "timestamp");
  EXPECT_EQ(type_of_x({"\"2024-11-04\""}), "date");
  EXPECT_EQ(type_of_x({"\"2024-11-04\"", "\"2024-11-04 15:00:00\""}), "timestamp");
  EXPECT_EQ(type_of_x({"\"2024-11-04T15:00:00+02:00\""}), "string");
  EXPECT_EQ(type_of_x({"\"2024-13-04\""}), "string");
  EXPECT_EQ(type_of_x({"\"2024-11-04\"", "\"soon\""}), "string");
  EXPECT_EQ(type_of_x({"1730732400000"}), "bigint");
}

TEST(ValueTypesTest, ArraysJoinTheirElements) {
  EXPECT_EQ(type_of_x({"[1, 2.5]", "[]"}), "array<double>");
  EXPECT_EQ(type_of_x({"[]"}), "array<string>");
  EXPECT_EQ(type_of_x({"[[1]]", "[[\"a\"]]"}), "array<array<string>>");
  EXPECT_EQ(type_of_x({"[{\"a\":1}]", "[{\"b\":true}]"}), "array<struct<a:int,b:boolean>>");
}

TEST(ValueTypesTest, StableKeysAreAStruct) {
  EXPECT_EQ(type_of_x({"{\"a\":1,\"b\":\"x\"}", "{\"a\":2,\"b\":\"y\"}"}),
            "struct<a:int,b:string>");
}

TEST(ValueTypesTest, KeysThatHardlyRepeatAreAMap) {
  EXPECT_EQ(type_of_x({"{\"u1\":1}", "{\"u2\":2}", "{\"u3\":3}", "{\"u4\":4.5}"}),
            "map<string,double>");
}

TEST(ValueTypesTest, ManyKeysThatAreMostlyAbsentAreAMap) {
  std::vector<std::string> objects;
  objects.reserve(60);
  for (int i = 0; i < 60; ++i) {
    objects.push_back("{\"k" + std::to_string(i % 30) + "\":\"a\",\"k" +
                      std::to_string((i + 7) % 30) + "\":\"b\"}");
  }
  EXPECT_EQ(type_of_x(objects), "map<string,string>");
}

TEST(ValueTypesTest, ManyKeysOfEveryRecordAreAStruct) {
  std::string object = "{";
  for (int i = 0; i < 25; ++i) object += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  object += "}";
  EXPECT_EQ(type_of_x({object, object}).substr(0, 7), "struct<");
}

TEST(ValueTypesTest, KeysThatNoStructCanNameAreAMap) {
  EXPECT_EQ(type_of_x({"{\"a b\":1}"}), "map<string,int>");
  EXPECT_EQ(type_of_x({"{\"a>,b:int\":1}"}), "map<string,int>");
  EXPECT_EQ(type_of_x({"{}"}), "map<string,string>");
}

TEST(ValueTypesTest, TheKindOfContainerInTheCatalogIsKept) {
  const ValueTypes row = row_of({R"({"x":{"a":1}})", R"({"x":{"b":2}})"});
  const HiveType map = HiveType::map_of_strings();
  EXPECT_EQ(to_string(type_of(row.find("x")->types, &map)), "map<string,int>");
}

TEST(ValueTypesTest, TheOrderOfFilesDoesNotChangeTypes) {
  const std::vector<std::string> values{"1", "null", "2.5", "\"a\"", "[1]", "true"};
  for (std::size_t a = 0; a < values.size(); ++a) {
    for (std::size_t b = 0; b < values.size(); ++b)
      EXPECT_EQ(type_of_x({values[a], values[b]}), type_of_x({values[b], values[a]}));
  }
}

TEST(ValueTypesTest, SpellingsThatDifferByCaseAreOneField) {
  const ValueTypes row = row_of({R"({"userId":1})", R"({"userid":2.5})"});
  ASSERT_EQ(row.fields().size(), 1U);
  EXPECT_EQ(row.fields()[0].name, "userid");
  EXPECT_EQ(row.fields()[0].spelled, "userId");
  EXPECT_EQ(row.fields()[0].other, "userid");
}

TEST(ValueTypesTest, TheFirstFileThatDoesNotFitIsTold) {
  const ValueTypes row = row_of({R"({"x":1})", R"({"x":null})", R"({"x":2.5})", R"({"x":3.5})"});
  const ValueTypes& x = row.find("x")->types;
  EXPECT_EQ(first_misfit(x, HiveType::of(HiveKind::kInt)), 2U);
  EXPECT_EQ(first_misfit(x, HiveType::of(HiveKind::kString)), 0U);
}

TEST(ValueTypesTest, TheFileOfANewFieldIsTold) {
  const ValueTypes row = row_of({R"({"x":{"a":1}})", R"({"x":{"a":1}})", R"({"x":{"a":1,"b":2}})"});
  EXPECT_EQ(first_misfit(row.find("x")->types, *parse_hive_type("struct<a:int>")), 2U);
}

TEST(ValueTypesTest, BadLinesCountForNothing) {
  ValueTypes row;
  JsonTypes reader;
  for (const std::string text :
       {"{\"a\":1", "[1]", "{\"a\":1} x", "nonsense", "{\"a\":\"\xFF\"}", "{\"a\":\"\\uD800\"}"}) {
    const std::string padded = text + "\n" + std::string(kLinePadding, '\0');
    EXPECT_EQ(reader.add(padded.data(), &row), JsonTypes::Line::kBad) << text;
  }
  EXPECT_TRUE(row.fields().empty());
}

/// "type", with "+" where fields came and "!" where a type moved; "-" for none.
std::string widened(const std::string& have, const std::string& found) {
  const auto out = widen(*parse_hive_type(have), *parse_hive_type(found));
  if (!out) return "-";
  return to_string(out->type) + (out->adds_fields ? "+" : "") + (out->changes_type ? "!" : "");
}

TEST(WidenTest, WhatFitsChangesNothing) {
  EXPECT_EQ(widened("bigint", "int"), "bigint");
  EXPECT_EQ(widened("double", "bigint"), "double");
  EXPECT_EQ(widened("string", "struct<a:int>"), "string");
  EXPECT_EQ(widened("timestamp", "date"), "timestamp");
  EXPECT_EQ(widened("map<string,string>", "struct<a:int,b:double>"), "map<string,string>");
  EXPECT_EQ(widened("decimal(10,2)", "int"), "decimal(10,2)");
  EXPECT_EQ(widened("varchar(20)", "int"), "varchar(20)");
}

TEST(WidenTest, NumbersGoUpTheLattice) {
  EXPECT_EQ(widened("int", "bigint"), "bigint!");
  EXPECT_EQ(widened("tinyint", "int"), "int!");
  EXPECT_EQ(widened("int", "double"), "double!");
  EXPECT_EQ(widened("float", "bigint"), "double!");
  EXPECT_EQ(widened("int", "string"), "string!");
  EXPECT_EQ(widened("decimal(10,2)", "decimal(12,4)"), "decimal(12,4)!");
}

TEST(WidenTest, StructsGetFields) {
  EXPECT_EQ(widened("struct<a:int>", "struct<b:string,a:int>"), "struct<a:int,b:string>+");
  EXPECT_EQ(widened("struct<a:int>", "struct<a:double,b:int>"), "struct<a:double,b:int>+!");
  EXPECT_EQ(widened("array<struct<a:int>>", "array<struct<b:int>>"), "array<struct<a:int,b:int>>+");
}

TEST(WidenTest, AContainerBesideSomethingElseHasNoType) {
  EXPECT_EQ(widened("struct<a:int>", "string"), "-");
  EXPECT_EQ(widened("int", "array<int>"), "-");
  EXPECT_EQ(widened("struct<a:int>", "map<string,int>"), "-");
  EXPECT_EQ(widened("array<int>", "array<array<int>>"), "-");
}

}  // namespace
}  // namespace clicklake
