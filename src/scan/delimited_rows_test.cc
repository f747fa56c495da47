#include "scan/delimited_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scan/row_fixture.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TextFormat csv() {
  TextFormat format;
  format.serde = SerDe::kOpenCsv;
  format.field_delimiter = ',';
  format.escape = '\\';
  return format;
}
TextFormat lazy() {
  TextFormat format;
  format.serde = SerDe::kLazySimple;
  return format;
}

TEST(OpenCsvTest, QuotesAndEscapesArePassedOver) {
  const auto columns = columns_of({"a string", "b string", "c string"});
  EXPECT_THAT(
      read_rows(csv(), columns,
                "a,b,c\n\"a,1\",\"say \"\"hi\"\"\",\"\"\nx,\"back\\\\slash \\\"q\\\"\",z\r\n"
                "ab,  \"quoted\",c\"d\"e\n")
          .rows,
      ElementsAre("a|b|c", "a,1|say \"hi\"|", "x|back\\slash \"q\"|z", "ab|quoted|c\"d\"e"));
}

TEST(OpenCsvTest, MissingFieldsAndOpenQuotesAreNullAndMoreFieldsDropped) {
  const auto columns = columns_of({"a string", "b string"});
  EXPECT_THAT(read_rows(csv(), columns, "1\n\n1,2,3\n1,\"open\n").rows,
              ElementsAre("1|NULL", "1|2", "1|NULL"));
}

TEST(OpenCsvTest, TypedColumnsAreConvertedOfTheirText) {
  EXPECT_THAT(read_rows(csv(),
                        columns_of({"d date", "t timestamp", "n int", "x double", "b boolean",
                                    "p decimal(10,2)"}),
                        "18276,1579059851000,\"7\",1.5,TRUE,2.345\n")
                  .rows,
              ElementsAre("18276|1579059851000000|7|1.500000|true|235"));
}

TEST(OpenCsvTest, UnreadableNumberIsAFaultThatNamesItsColumn) {
  const auto columns = columns_of({"a string", "n int"});
  for (const char* line : {"x,\n", "x,many\n", "x,null\n", "x,1.5\n"}) {
    FixtureOptions options;
    options.wanted = std::vector<std::size_t>{0};
    for (const auto& read :
         {read_rows(csv(), columns, line), read_rows(csv(), columns, line, options)}) {
      ASSERT_TRUE(read.fault) << line;
      EXPECT_THAT(*read.fault, HasSubstr("column 'n'"));
    }
  }
}

TEST(LazySimpleTest, NestedTypesHaveHivesSeparators) {
  EXPECT_THAT(read_rows(lazy(),
                        columns_of({"a string", "l array<int>", "m map<string,array<int>>",
                                    "s struct<x:int,y:array<string>>"}),
                        "t\x01"
                        "1\x02"
                        "2\x02\\N\x01k\x03"
                        "7\x04"
                        "8\x02l\x03\x02k\x03"
                        "9\x01"
                        "5\x02"
                        "a\x03"
                        "b\n")
                  .rows,
              ElementsAre("t|[1, 2, NULL]|{k=[7, 8], l=[]}|(5, [a, b])"));
}

TEST(LazySimpleTest, UnreadableValuesAndMissingFieldsAreNull) {
  TextFormat format = lazy();
  format.field_delimiter = '\t';
  const auto columns = columns_of({"n int", "x double", "b boolean", "d date", "t timestamp",
                                   "p decimal(5,2)", "s string", "z string"});
  EXPECT_THAT(read_rows(format, columns,
                        "12.7\t1e3\tfalse\t2024-11-04\t2024-11-04 15:00:00\t1.5\t\t\\N\n"
                        "many\tx\t1\tsoon\tlater on\t1e9\tNULL\n\n")
                  .rows,
              ElementsAre("12|1000.000000|false|20031|1730732400000000|150||NULL",
                          "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
                          "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL"));
}

TEST(LazySimpleTest, EscapedSeparatorsBelongToTheText) {
  TextFormat format = lazy();
  format.field_delimiter = ',';
  format.collection_delimiter = '|';
  format.map_key_delimiter = ':';
  format.escape = '\\';
  EXPECT_THAT(read_rows(format, columns_of({"a string", "l array<string>", "m map<string,string>"}),
                        "x\\,y\\\\,a\\|b|c,k:v\\:w|k:2|n\n")
                  .rows,
              ElementsAre("x,y\\|[a|b, c]|{k=v:w, n=NULL}"));
}

TEST(LazySimpleTest, OwnNullTextAndLastColumnTakingTheRest) {
  TextFormat format = lazy();
  format.field_delimiter = ' ';
  format.null_text = "-";
  format.last_column_takes_rest = true;
  EXPECT_THAT(
      read_rows(format, columns_of({"a string", "b string", "c string"}), "- x the rest of it\n")
          .rows,
      ElementsAre("NULL|x|the rest of it"));
}

TEST(LazySimpleTest, BrokenCharactersAreReplaced) {
  EXPECT_THAT(read_rows(lazy(), columns_of({"a string"}), "a\xFFz\nb\r\n").rows,
              ElementsAre("a\xEF\xBF\xBDz", "b"));
}

}  // namespace
}  // namespace clicklake
