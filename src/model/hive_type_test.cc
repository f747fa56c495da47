#include "model/hive_type.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

std::string spelled(std::string_view text) {
  const auto type = parse_hive_type(text);
  return type ? to_string(*type) : "error: " + type.error().message;
}

TEST(HiveType, IsSpelledAsHiveDoes) {
  for (const char* text :
       {"boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(10,2)",
        "string", "char(3)", "varchar(65535)", "binary", "date", "timestamp", "array<int>",
        "map<string,array<double>>", "struct<city:string,ll:struct<lat:double,lon:double>>",
        "struct<`a-b`:int,`c``d`:int>"}) {
    EXPECT_EQ(spelled(text), text);
  }
}

TEST(HiveType, OtherSpellingsMeanTheSame) {
  EXPECT_EQ(spelled(" INTEGER "), "int");
  EXPECT_EQ(spelled("Decimal"), "decimal(10,0)");
  EXPECT_EQ(spelled("decimal ( 5 )"), "decimal(5,0)");
  EXPECT_EQ(spelled("double precision"), "double");
  EXPECT_EQ(spelled("real"), "float");
  EXPECT_EQ(spelled("MAP < STRING ,\n STRING >"), "map<string,string>");
  EXPECT_EQ(spelled("struct<`City`: string>"), "struct<city:string>");
}

TEST(HiveType, CommentsStandBetweenTokens) {
  EXPECT_EQ(spelled("struct<a:int, -- the first\n b /* > */ : string>"), "struct<a:int,b:string>");
  EXPECT_EQ(spelled("array<int /* not closed"),
            "error: the type 'array<int /* not closed': expected '>' at byte 10");
}

TEST(HiveType, ManyFieldsTakeNoSquareOfTheirNumber) {
  std::string text = "struct<";
  for (int i = 0; i < 200'000; ++i) text += "f" + std::to_string(i) + ":int,";
  const auto type = parse_hive_type(text + "last:string>");
  ASSERT_TRUE(type);
  EXPECT_EQ(type->children.size(), 200'001U);
}

TEST(HiveType, FaultNamesTheByte) {
  EXPECT_EQ(spelled("text"), "error: the type 'text': there is no type 'text' at byte 0");
  EXPECT_EQ(spelled("map<string;string>"),
            "error: the type 'map<string;string>': expected ',' at byte 10");
  EXPECT_EQ(spelled("map<array<int>,int>"),
            "error: the type 'map<array<int>,int>': a map's key must be a simple type at byte 4");
  EXPECT_EQ(spelled("decimal(39,2)"),
            "error: the type 'decimal(39,2)': expected a number from 1 to 38 at byte 8");
  EXPECT_EQ(spelled("int int"),
            "error: the type 'int int': there is text behind the type at byte 4");
  EXPECT_EQ(spelled("struct<a:int,A:int>"),
            "error: the type 'struct<a:int,A:int>': the field 'a' is there twice at byte 13");
  EXPECT_EQ(spelled(""), "error: the type '': expected a type at byte 0");
  EXPECT_EQ(spelled("array<int"), "error: the type 'array<int': expected '>' at byte 9");
  EXPECT_EQ(spelled("struct<`a:int>"),
            "error: the type 'struct<`a:int>': expected a field's name at byte 7");
}

TEST(HiveType, NestingHasALimit) {
  std::string deep = "int";
  for (int i = 0; i < kMaxTypeDepth; ++i) deep.insert(0, "array<").append(">");
  EXPECT_TRUE(parse_hive_type(deep));
  EXPECT_FALSE(parse_hive_type("array<" + deep + ">"));
  EXPECT_FALSE(parse_hive_type(std::string(1'000'000, '<')));
}

}  // namespace
}  // namespace clicklake
