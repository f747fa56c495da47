#include "events/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake::events {
namespace {

using testing::HasSubstr;

PatternFault fault_of(const std::string& text) {
  PatternFault fault;
  EXPECT_FALSE(parse_pattern(text, {}, &fault)) << text;
  return fault;
}

TEST(PatternTest, AFaultNamesItsPlaceTheReasonAndTheRightForm) {
  struct Case {
    const char* pattern;
    const char* path;
    const char* reason;
    const char* example;
  };
  const Case cases[] = {
      {R"({"a":"x"})", "a", "array of values", R"({"a": ["x"]})"},
      {R"({"a":{}})", "a", "without keys", "detail"},
      {R"({"a":["x",[1]]})", "a[1]", "array stands inside", R"(["a", "b"])"},
      {R"({"d":{"p":["x",{"numeric":[">","1"]}]}})", "d.p[1].numeric", "string '1'", ">="},
      {R"({"a":[{"numeric":[">",5,"<",1]}]})", "a[0].numeric", "less than", "numeric"},
      {R"({"a":[{"numeric":[">",9007199254740993]}]})", "a[0].numeric", "9007199254740993", "15"},
      {R"({"a":[{"prefx":"x"}]})", "a[0].prefx", "no such operator", "prefix"},
      {R"({"a":[{"prefix":"x","suffix":"y"}]})", "a[0]", "one key", "prefix"},
      {R"({"a":[{"prefix":{"wildcard":"x"}}]})", "a[0].prefix.wildcard", "only equals-ignore-case",
       "prefix"},
      {R"({"a":[{"exists":"yes"}]})", "a[0].exists", "true or false", "exists"},
      {R"({"a":[{"wildcard":"a**"}]})", "a[0].wildcard", "two stars", "wildcard"},
      {R"({"a":[{"cidr":"10.0.0.0/40"}]})", "a[0].cidr", "at most 31", "10.0.0.0/24"},
      {R"({"a":[{"cidr":"shop/8"}]})", "a[0].cidr", "'shop' is no address", "10.0.0.0/24"},
      {R"({"a":[{"anything-but":["x",1]}]})", "a[0].anything-but", "mixed", "anything-but"},
      {R"({"a":[{"anything-but":{"prefix":""}}]})", "a[0].anything-but.prefix", "empty", "prefix"},
      {R"({"$or":[{"a":["x"]}]})", "$or", "two objects", "$or"},
      {R"({"x":{"$or":[{"a":["x"]},{"prefix":["y"]}]}})", "x.$or[1].prefix", "kept for an operator",
       "$or"},
      {R"({"a":["x")", "", "at byte 9", "detail"},
  };
  for (const Case& c : cases) {
    const PatternFault fault = fault_of(c.pattern);
    EXPECT_EQ(fault.path, c.path) << c.pattern;
    EXPECT_THAT(fault.reason, HasSubstr(c.reason)) << c.pattern;
    EXPECT_THAT(fault.example, HasSubstr(c.example)) << c.pattern;
  }
}

TEST(PatternTest, TheMessageHasAllThree) {
  const auto parsed = parse_pattern(R"({"a":[{"exists":1}]})");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidData);
  EXPECT_EQ(parsed.error().message,
            R"(a[0].exists: its operand must be true or false; the right form: {"exists": true})");
}

TEST(PatternTest, OrListsMakeAWayForEachChoice) {
  const auto parsed = parse_pattern(R"({"b":["1"],"$or":[{"a":["x"]},{"c":["y"],"a":["z"]}]})");
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->alternatives.size(), 2U);
  std::vector<std::vector<std::string>> paths;
  for (const auto& way : parsed->alternatives) {
    auto& one = paths.emplace_back();
    one.reserve(way.size());
    for (const std::uint32_t leaf : way) one.push_back(parsed->leaves[leaf].path);
  }
  EXPECT_THAT(paths, testing::ElementsAre(testing::ElementsAre("a", "b"),
                                          testing::ElementsAre("a", "b", "c")));
}

TEST(PatternTest, TheLaterOfTwoLeavesOfAPathCounts) {
  const auto parsed = parse_pattern(R"({"a":{"b":["old"]},"a.b":["new"]})");
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->alternatives.size(), 1U);
  ASSERT_EQ(parsed->alternatives[0].size(), 1U);
  EXPECT_EQ(parsed->leaves[parsed->alternatives[0][0]].tests[0].texts[0], "new");
}

TEST(PatternTest, PathsAreOrderedByTheirUtf16Units) {
  EXPECT_TRUE(utf16_less("a", "b"));
  EXPECT_TRUE(utf16_less("a", "ab"));
  EXPECT_FALSE(utf16_less("ab", "a"));
  EXPECT_FALSE(utf16_less("a", "a"));
  // U+1F600 is D83D DE00 and so before U+FF5E, but behind it in bytes.
  EXPECT_TRUE(utf16_less("\xF0\x9F\x98\x80", "\xEF\xBD\x9E"));
  EXPECT_FALSE(utf16_less("\xEF\xBD\x9E", "\xF0\x9F\x98\x80"));
}

TEST(PatternTest, APatternOfTooManyBytesIsRefused) {
  PatternLimits limits;
  limits.max_bytes = 20;
  EXPECT_TRUE(parse_pattern(R"({"a":["x"]})", limits));
  EXPECT_FALSE(parse_pattern(R"({"a":["x","y","z","u"]})", limits));
}

}  // namespace
}  // namespace clicklake::events
