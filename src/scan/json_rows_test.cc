#include "scan/json_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "scan/row_fixture.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TextFormat openx() { return TextFormat{}; }
TextFormat hive() {
  TextFormat format;
  format.serde = SerDe::kHiveJson;
  return format;
}
TextFormat ignoring() {
  TextFormat format;
  format.ignore_malformed = true;
  return format;
}

/// The one cell that `value` becomes in a column of `type`, or "fault".
std::string cell(const TextFormat& format, std::string_view type, std::string_view value) {
  const std::string column = "c " + std::string(type);
  const auto read = read_rows(format, columns_of({column}), "{\"c\":" + std::string(value) + "}");
  return read.fault ? "fault" : read.rows.size() == 1 ? read.rows[0] : "no row";
}

TEST(OpenxJsonTest, MissingKeyAndNullAreNull) {
  const auto read = read_rows(openx(), columns_of({"a string", "b int", "m map<string,string>"}),
                              "{}\n{\"a\":null,\"b\":null,\"m\":null}\n");
  EXPECT_THAT(read.rows, ElementsAre("NULL|NULL|NULL", "NULL|NULL|NULL"));
}

TEST(OpenxJsonTest, TextColumnTakesAnyValueAsItsText) {
  EXPECT_EQ(cell(openx(), "string", "\"t\""), "t");
  EXPECT_EQ(cell(openx(), "string", "12"), "12");
  EXPECT_EQ(cell(openx(), "string", "1.50"), "1.50");
  EXPECT_EQ(cell(openx(), "string", "1e3"), "1E+3");
  EXPECT_EQ(cell(openx(), "string", "-0"), "0");
  EXPECT_EQ(cell(openx(), "string", "true"), "true");
  EXPECT_EQ(cell(openx(), "string", R"({"k" : [1, "a/</b"], "l":null})"),
            R"({"k":[1,"a/<\/b"],"l":null})");
  EXPECT_EQ(cell(openx(), "varchar(3)", "\"h\xC3\xA9llo\""), "h\xC3\xA9l");
  EXPECT_EQ(cell(openx(), "char(4)", "\"ab  cd\""), "ab");
}

TEST(OpenxJsonTest, NumbersAreReadOfTextsToo) {
  for (const char* value : {"123", "\"123\"", "\"0x7B\"", "\"0173\"", "1.23e2", "\"123.9\""}) {
    EXPECT_EQ(cell(openx(), "int", value), "123") << value;
    EXPECT_EQ(cell(openx(), "bigint", value), "123") << value;
  }
  EXPECT_EQ(cell(openx(), "tinyint", "128"), "NULL");
  EXPECT_EQ(cell(openx(), "int", "\"many\""), "NULL");
  EXPECT_EQ(cell(openx(), "int", "\"\""), "NULL");
  EXPECT_EQ(cell(openx(), "double", "\"1.5\""), "1.500000");
  EXPECT_EQ(cell(openx(), "double", "\"NaN\""), "nan");
  EXPECT_EQ(cell(openx(), "float", "true"), "NULL");
  EXPECT_EQ(cell(openx(), "decimal(10,2)", "1.005"), "101");
  EXPECT_EQ(cell(openx(), "decimal(3,2)", "\"12\""), "NULL");
  EXPECT_EQ(cell(openx(), "boolean", "\"TRUE\""), "true");
  EXPECT_EQ(cell(openx(), "boolean", "1"), "false");
  EXPECT_EQ(cell(openx(), "boolean", "[]"), "false");
}

TEST(OpenxJsonTest, TimesAreReadInItsForms) {
  const std::string expected = "1730732400000000";
  for (const char* value :
       {"\"2024-11-04 15:00:00\"", "\"2024-11-04T15:00:00Z\"", "\"2024-11-04T17:00:00+02:00\"",
        "\"2024-11-04T10:00:00-0500\"", "\"2024-11-04T15:00:00.000Z\"", "1730732400000",
        "1730732400", "\"1730732400000\"", "\"2024-11-03 39:00:00\""}) {
    EXPECT_EQ(cell(openx(), "timestamp", value), expected) << value;
  }
  EXPECT_EQ(cell(openx(), "timestamp", "\"2024-11-04T15:00:00.123456789Z\""), "1730732400123456");
  EXPECT_EQ(cell(openx(), "timestamp", "1730732400.25"), "1730732400250000");
  EXPECT_EQ(cell(openx(), "timestamp", "\"04/11/2024 15:00\""), "NULL");
  EXPECT_EQ(cell(openx(), "timestamp", "\"2024-11-04\""), "NULL");
  EXPECT_EQ(cell(openx(), "date", "\"2024-11-04 any\""), "20031");
  EXPECT_EQ(cell(openx(), "date", "20031"), "20031");
}

TEST(OpenxJsonTest, WrongKindOfValueIsAFaultWhetherAskedForOrNot) {
  const auto columns = columns_of({"a string", "m map<string,string>", "n int", "l array<int>"});
  for (const char* line : {R"({"a":"x","m":"text"})", R"({"a":"x","m":[1]})", R"({"a":"x","n":{}})",
                           R"({"a":"x","l":[{}]})"}) {
    for (const auto& wanted : {std::vector<std::size_t>{0}, std::vector<std::size_t>{1, 2, 3}}) {
      FixtureOptions options;
      options.wanted = wanted;
      EXPECT_TRUE(read_rows(openx(), columns, line, options).fault) << line;
      const auto ignored = read_rows(ignoring(), columns, line, options);
      EXPECT_EQ(ignored.malformed, 1U) << line;
    }
  }
}

TEST(OpenxJsonTest, BlanksInAContainersPlaceAreNull) {
  EXPECT_EQ(cell(openx(), "map<string,string>", "\" \""), "NULL");
  EXPECT_EQ(cell(openx(), "array<int>", "\"\""), "NULL");
  EXPECT_EQ(cell(openx(), "array<int>", "7"), "[7]");
  EXPECT_EQ(cell(openx(), "struct<a:int,b:string>", "\"\""), "(NULL, NULL)");
  EXPECT_EQ(cell(openx(), "struct<a:int,b:string>", "[1,\"x\",2]"), "(1, x)");
}

TEST(OpenxJsonTest, LaterOfEqualKeysWins) {
  const auto columns = columns_of({"user_id string", "m map<string,int>"});
  EXPECT_THAT(read_rows(openx(), columns, R"({"User_ID":"a","user_id":"b","USER_ID":"c"})").rows,
              ElementsAre("c|NULL"));
  EXPECT_THAT(read_rows(openx(), columns, R"({"m":{"k":1,"l":2,"k":3,"L":4}})").rows,
              ElementsAre("NULL|{k=3, L=4}"));
  TextFormat exact = openx();
  exact.case_insensitive = false;
  EXPECT_THAT(read_rows(exact, columns, R"({"user_id":"b","USER_ID":"c","m":{"l":2,"L":4}})").rows,
              ElementsAre("b|{l=2, L=4}"));
}

TEST(OpenxJsonTest, KeysAreMappedAndDotsAreUnderscores) {
  TextFormat format = openx();
  format.mappings = {{"ts", "timestamp"}, {"userid", "userId"}};
  format.dots_in_keys = true;
  const auto columns = columns_of({"ts string", "userid string", "ip_addr string"});
  EXPECT_THAT(
      read_rows(format, columns, R"({"ts":"no","timestamp":"1","userId":"u","ip.addr":"::1"})")
          .rows,
      ElementsAre("1|u|::1"));
}

TEST(OpenxJsonTest, ArrayFillsColumnsByPosition) {
  EXPECT_THAT(read_rows(openx(), columns_of({"a int", "b string"}), "[1,\"x\",3]\n[2]\n").rows,
              ElementsAre("1|x", "2|NULL"));
}

TEST(OpenxJsonTest, TrailingTextMarksBlankLinesAndCarriageReturnsDoNoHarm) {
  const auto read = read_rows(openx(), columns_of({"a int"}),
                              "{\"a\":1} rest\n\n \t \r\n{\"a\":2}\r\n  {\"a\":3}  \n");
  EXPECT_THAT(read.rows, ElementsAre("1", "2", "3"));
  EXPECT_EQ(read.malformed, 0U);
}

TEST(OpenxJsonTest, MalformedLineIsAFaultOrARowOfNulls) {
  const auto columns = columns_of({"a int"});
  for (const char* line : {"{\"a\":1", "{\"a\" 1}", "{\"a\":}", "[1,2", "{\"a\":1,}"}) {
    const auto strict = read_rows(openx(), columns, line);
    ASSERT_TRUE(strict.fault) << line;
    EXPECT_THAT(*strict.fault, HasSubstr("'ignore.malformed.json'='true'"));
    EXPECT_THAT(read_rows(ignoring(), columns, line).rows, ElementsAre("NULL")) << line;
  }
}

TEST(OpenxJsonTest, LineThatIsNoObjectIsARowOfNulls) {
  const auto read = read_rows(openx(), columns_of({"a int"}), "plain words\n\"text\"\n");
  EXPECT_THAT(read.rows, ElementsAre("NULL", "NULL"));
  EXPECT_EQ(read.malformed, 2U);
}

TEST(OpenxJsonTest, LenientFormsAreRead) {
  const auto columns = columns_of({"a int", "b string", "c array<int>"});
  EXPECT_THAT(read_rows(openx(), columns, "{a:1, 'b'='x'; c=>[1,,2;] /* c */ } // end\n").rows,
              ElementsAre("1|x|[1, NULL, 2, NULL]"));
}

TEST(OpenxJsonTest, BrokenCharactersAreReplaced) {
  EXPECT_EQ(cell(openx(), "string", "\"a\xE2\x82z\xFF\""), "a\xEF\xBF\xBDz\xEF\xBF\xBD");
  EXPECT_EQ(cell(openx(), "string", R"("\ud83d\ude00 \ud83d")"), "\xF0\x9F\x98\x80 ?");
}

TEST(OpenxJsonTest, BinaryIsBase64) {
  EXPECT_EQ(cell(openx(), "binary", "\"aGk=\""), "hi");
  EXPECT_EQ(cell(openx(), "binary", "\"a*\""), "fault");
}

TEST(HiveJsonTest, KeysAreMatchedWithoutCaseAndNestedTypesAreRead) {
  EXPECT_THAT(read_rows(hive(),
                        columns_of({"user_id string", "n map<int,array<string>>",
                                    "s struct<x:int,y:boolean>"}),
                        R"({"USER_ID":1.50,"N":{"7":["a",null]},"s":{"Y":true,"x":null}})")
                  .rows,
              ElementsAre("1.50|{7=[a, NULL]}|(NULL, true)"));
}

TEST(HiveJsonTest, WhatIsNotOfTheTypeIsAFault) {
  EXPECT_EQ(cell(hive(), "string", "{}"), "fault");
  EXPECT_EQ(cell(hive(), "string", "[1]"), "fault");
  EXPECT_EQ(cell(hive(), "int", "\"123\""), "fault");
  EXPECT_EQ(cell(hive(), "int", "123.7"), "123");
  EXPECT_EQ(cell(hive(), "tinyint", "300"), "fault");
  EXPECT_EQ(cell(hive(), "map<string,string>", "\"\""), "fault");
  EXPECT_EQ(cell(hive(), "timestamp", "\"04/11/2024 15:00\""), "fault");
  EXPECT_EQ(cell(hive(), "timestamp", "1730732400000"), "fault");
  EXPECT_EQ(cell(hive(), "timestamp", "\"2024-11-04 15:00:00\""), "1730732400000000");
  EXPECT_EQ(cell(hive(), "date", "\"soon\""), "fault");
}

TEST(HiveJsonTest, FaultsDoNotDependOnTheColumnsWanted) {
  const auto columns = columns_of({"a string", "n int", "m map<string,string>"});
  FixtureOptions options;
  options.wanted = std::vector<std::size_t>{0};
  const std::string good = R"({"a":"x","n":1,"m":{"k":"v"}})"
                           "\n";
  for (const char* bad : {R"({"a":"x","n":"1","m":{"k":"v"}})", R"({"a":"x","n":1,"m":{"k":{}}})",
                          R"({"a":"x","n":1,"m":{"k":[1]}})"}) {
    const auto read = read_rows(hive(), columns, good + good + bad, options);
    EXPECT_THAT(read.rows, ElementsAre("x", "x"));
    EXPECT_TRUE(read.fault) << bad;
  }
}

TEST(HiveJsonTest, LineThatIsNoObjectOrRepeatsAKeyIsAFault) {
  const auto columns = columns_of({"a int"});
  for (const char* line : {"[1,2]", "word", "{\"a\":1", "{\"a\":1,\"A\":2}", "{\"a\":\"\xFF\"}",
                           "{'a':1}", "{\"b\":\"\x01\"}"}) {
    EXPECT_TRUE(read_rows(hive(), columns, line).fault) << line;
  }
  EXPECT_THAT(read_rows(hive(), columns, "\n{\"a\":1} trailing\n").rows, ElementsAre("1"));
}

TEST(HiveJsonTest, TimestampFormatsAreTriedFirst) {
  TextFormat format = hive();
  format.timestamp_formats = {"dd/MM/yyyy HH:mm", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "millis"};
  EXPECT_EQ(cell(format, "timestamp", "\"04/11/2024 15:00\""), "1730732400000000");
  EXPECT_EQ(cell(format, "timestamp", "\"2024-11-04T15:00:00.250Z\""), "1730732400250000");
  EXPECT_EQ(cell(format, "timestamp", "1730732400000"), "1730732400000000");
  EXPECT_EQ(cell(format, "timestamp", "\"2024-11-04 15:00:00\""), "1730732400000000");
}

/// Lines much like one another, some of which follow the shape of an earlier one and some nearly.
std::vector<std::string> near_misses() {
  std::vector<std::string> lines = {
      R"({"user_id":"u1","at":"2024-11-04T15:00:00.000Z","n":1,"m":{"k":"v","long key of many bytes":"x"},"z":[1,"a"],"s":{"x":1,"y":"b"}})",
      R"({"user_id":"a user with a long name","at":"2024-11-04T15:00:01.000Z","n":22,"m":{"k":"","long key of many bytes":null},"z":[],"s":{"x":null,"y":""}})",
      R"({"user_id":"esc\"aped \u00e9\\","at":"2024-11-04T15:00:02.000Z","n":"3","m":{"k":1,"long key of many bytes":true},"z":null,"s":null})",
      std::string("{\"user_id\":\"h\xC3\xA9\",\"at\":\"2024-11-04T15:00:02.000Z\",\"n\":-4,") +
          R"("m":{},"z":[2],"s":{}})",
      R"({"user_id":"u1","n":5.5,"other":{"deep":{"er":[{"k":"]}"}]}},"m":{"k":"v"}})",
      R"( { "user_id" : "u1" , "n" : 6 } )",
      R"({"a_key_that_is_longer_than_one_piece_of_glue_can_be":"v","user_id":"u9","n":7})",
  };
  std::mt19937 random(7);
  const std::vector<std::string> seeds = lines;
  const std::string pieces[] = {"\"", "\\",   "{",   "}",    "[",        "]",        ",",
                                ":",  "0",    "1",   "e",    "\t",       "x",        "'",
                                " ",  "null", "\\u", "\xFF", "\xC3\xA9", "\"n\":1,", "\"m\":{}"};
  for (int i = 0; i < 1500; ++i) {
    std::string line = seeds[random() % seeds.size()];
    for (unsigned edits = 1 + random() % 2; edits > 0; --edits) {
      const std::size_t at = random() % line.size();
      switch (random() % 3) {
        case 0: line.erase(at, 1 + random() % 3); break;
        case 1: line.insert(at, pieces[random() % std::size(pieces)]); break;
        default: line[at] = pieces[random() % std::size(pieces)][0]; break;
      }
      if (line.empty()) line = " ";
    }
    lines.push_back(std::move(line));
    if (random() % 4 == 0) lines.push_back(seeds[random() % seeds.size()]);
  }
  return lines;
}

class JsonShapesTest : public ::testing::TestWithParam<SerDe> {};

TEST_P(JsonShapesTest, MutatedLineReadsTheSameByShapeAndAsATree) {
  TextFormat format;
  format.serde = GetParam();
  format.ignore_malformed = true;
  const auto columns =
      columns_of({"user_id string", "at timestamp", "n int", "m map<string,string>", "z array<int>",
                  "s struct<x:int,y:string>"});
  const auto lines = near_misses();
  const std::vector<std::vector<std::size_t>> projections = {
      {0, 1, 2, 3, 4, 5}, {0}, {3}, {}, {5, 2}};
  // Few lines at a time: a reader that meets many strange ones stops to compare them. Where a fault
  // ends the reading, what comes behind it is read anew.
  constexpr std::size_t kLines = 30;
  const std::string known = lines[1] + "\n" + lines[4] + "\n" + lines[5] + "\n";
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(begin + kLines, lines.size());
    std::string text = known;
    for (std::size_t i = begin; i < end; ++i) text += lines[i] + "\n";
    FixtureOptions options;
    options.use_shapes = false;
    const auto all = read_rows(format, columns, text, options);
    for (const auto& projection : projections) {
      options.wanted = projection;
      options.use_shapes = false;
      const auto expected = read_rows(format, columns, text, options);
      ASSERT_EQ(expected.rows.size(), all.rows.size());
      ASSERT_EQ(expected.fault, all.fault);
      options.use_shapes = true;
      for (const std::size_t block : {std::size_t{1} << 20, std::size_t{600}}) {
        options.block_bytes = block;
        ASSERT_EQ(read_rows(format, columns, text, options), expected);
      }
      for (const auto isa : {StructuralIndex::Isa::kPlain, StructuralIndex::Isa::kAvx2}) {
        if (isa > StructuralIndex::best_isa()) continue;
        options.isa = isa;
        ASSERT_EQ(read_rows(format, columns, text, options), expected);
      }
      options.isa = StructuralIndex::best_isa();
    }
    if (!all.fault) {
      begin = end;
      continue;
    }
    // Behind the known lines and the rows come blank lines and the faulty one.
    std::size_t rows = all.rows.size() - 3;
    for (;; ++begin) {
      if (lines[begin].find_first_not_of(" \t\r") == std::string::npos) continue;
      if (rows-- == 0) break;
    }
    ++begin;
  }
}

INSTANTIATE_TEST_SUITE_P(SerDes, JsonShapesTest,
                         ::testing::Values(SerDe::kOpenxJson, SerDe::kHiveJson),
                         [](const auto& serde) {
                           return serde.param == SerDe::kOpenxJson ? "Openx" : "Hive";
                         });

}  // namespace
}  // namespace clicklake
