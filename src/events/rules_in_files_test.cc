// Rules as people write them: files, explanations, what AWS would say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/aws_limits.h"
#include "events/explain.h"
#include "events/rule_file.h"

namespace clicklake::events {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string error_of(const std::string& text) {
  const auto rules = read_rules(text, "rules.json", "");
  EXPECT_FALSE(rules) << text;
  return rules ? "" : rules.error().message;
}

TEST(RuleFileTest, LinesAndDocumentsMayStandInOneFile) {
  const auto rules = read_rules(
      "{\"id\":\"one\",\"pattern\":\"{\\\"a\\\":[\\\"x\\\"]}\"}\n\n"
      "{\n  \"name\": \"two\",\n  \"eventPattern\": {\"a\": [\"y\"]},\n  \"state\": "
      "\"DISABLED\"\n}\n"
      "{\"Name\":\"three\",\"ScheduleExpression\":\"rate(5 minutes)\"}",
      "rules.json", "");
  ASSERT_TRUE(rules) << rules.error().message;
  ASSERT_EQ(rules->size(), 3U);
  EXPECT_EQ((*rules)[0].name, "one");
  EXPECT_EQ((*rules)[0].pattern, R"({"a":["x"]})");
  EXPECT_EQ((*rules)[1].name, "two");
  EXPECT_EQ((*rules)[1].pattern, R"({"a": ["y"]})");
  EXPECT_EQ((*rules)[1].line, 3U);
  EXPECT_FALSE((*rules)[1].is_enabled);
  EXPECT_EQ((*rules)[2].line, 8U);
  EXPECT_TRUE((*rules)[2].has_schedule);
  EXPECT_EQ((*rules)[2].pattern, "");
}

TEST(RuleFileTest, ASingleRuleMayTakeItsNameFromTheFile) {
  const auto rules = read_rules(R"({"eventPattern":{"a":["x"]}})", "purchase.json", "purchase");
  ASSERT_TRUE(rules);
  EXPECT_EQ(rules->front().name, "purchase");
}

TEST(RuleFileTest, FaultsNameFileAndLine) {
  EXPECT_THAT(error_of("{\"id\":\"a\",\"pattern\":{}}\nnot a rule"), HasSubstr("rules.json:2"));
  EXPECT_THAT(error_of(R"({"id":"a"})"), AllOf(HasSubstr("rules.json:1"), HasSubstr("pattern")));
  EXPECT_THAT(error_of(R"({"id":1,"pattern":{}})"), HasSubstr("name"));
  EXPECT_THAT(error_of("{\"pattern\":{}}\n{\"pattern\":{}}"), HasSubstr("no name"));
}

Explanation told(const char* pattern, const char* event) {
  const auto parsed = parse_pattern(pattern);
  EXPECT_TRUE(parsed);
  const auto out = explain(*parsed, event);
  EXPECT_TRUE(out);
  return *out;
}

TEST(ExplainTest, TheLeafThatFailedIsToldWithWhatTheEventHas) {
  const Explanation out = told(R"({"type":["purchase"],"total":[{"numeric":[">",100]}]})",
                               R"({"type":"purchase","total":[50,60]})");
  EXPECT_FALSE(out.matches);
  ASSERT_EQ(out.ways.size(), 1U);
  ASSERT_EQ(out.ways[0].leaves.size(), 2U);
  EXPECT_EQ(out.ways[0].leaves[0].path, "total");
  EXPECT_FALSE(out.ways[0].leaves[0].holds);
  EXPECT_EQ(out.ways[0].leaves[0].asked, R"([{"numeric": [">", 100]}])");
  EXPECT_THAT(out.ways[0].leaves[0].values, ElementsAre("50", "60"));
  EXPECT_TRUE(out.ways[0].leaves[1].holds);
}

TEST(ExplainTest, LeavesOfDifferentElementsFailTogether) {
  const Explanation out = told(R"({"items":{"sku":["a"],"size":["L"]}})",
                               R"({"items":[{"sku":"a","size":"S"},{"sku":"b","size":"L"}]})");
  EXPECT_FALSE(out.matches);
  EXPECT_TRUE(out.ways[0].leaves[0].holds);
  EXPECT_TRUE(out.ways[0].leaves[1].holds);
}

TEST(ExplainTest, EveryMatcherIsToldAsItIsWritten) {
  const char* const matchers[] = {R"("x")",
                                  "null",
                                  "5",
                                  R"({"exists": false})",
                                  R"({"prefix": "a"})",
                                  R"({"suffix": {"equals-ignore-case": "a"}})",
                                  R"({"wildcard": "a*"})",
                                  R"({"numeric": [">=", 1, "<", 2.5]})",
                                  R"({"cidr": "10.0.0.0/8"})",
                                  R"({"anything-but": ["a", "b"]})",
                                  R"({"anything-but": {"wildcard": "a*"}})"};
  for (const char* matcher : matchers) {
    const auto parsed = parse_pattern(std::string(R"({"a":[)") + matcher + "]}");
    ASSERT_TRUE(parsed) << matcher;
    EXPECT_EQ(test_text(parsed->leaves[0].tests[0]), matcher);
  }
}

std::vector<std::string> warnings(const std::string& document) {
  const auto rules = read_rules(document, "rules.json", "rule");
  EXPECT_TRUE(rules);
  const auto pattern = parse_pattern(rules->front().pattern);
  return aws_warnings(rules->front(), pattern ? &*pattern : nullptr);
}

TEST(AwsLimitsTest, AnOrdinaryRuleHasNoWarnings) {
  EXPECT_THAT(
      warnings(
          R"({"name":"big-basket","eventPattern":{"detail":{"total":[{"numeric":[">",100]}]}}})"),
      IsEmpty());
}

TEST(AwsLimitsTest, WhatTheServiceWouldRefuseIsWarnedOf) {
  EXPECT_THAT(warnings(R"({"name":"big basket","pattern":{"a":["x"]}})"),
              ElementsAre(HasSubstr("name")));
  const std::string many(2'100, 'x');
  EXPECT_THAT(warnings(R"({"name":"r","pattern":{"a":[")" + many + "\"]}}"),
              ElementsAre(HasSubstr("2048")));
  EXPECT_THAT(warnings(R"({"name":"r","pattern":{"a":[")" + many + many + "\"]}}"),
              ElementsAre(HasSubstr("4096")));
  EXPECT_THAT(warnings(R"({"name":"r","pattern":{"a":[{"numeric":["<",6000000000]}]}})"),
              ElementsAre(HasSubstr("5e9")));
  EXPECT_THAT(warnings(R"({"name":"r","pattern":{"a":["x"]},"targets":[1,2,3,4,5,6]})"),
              ElementsAre(HasSubstr("6 targets")));
  EXPECT_THAT(warnings(R"({"name":"r","pattern":"{\"a\":[\"x\"]} more"})"),
              ElementsAre(HasSubstr("closing brace")));
  EXPECT_THAT(warnings(R"({"name":"r","pattern":{"a":["x"]},"description":")" +
                       std::string(513, 'd') + "\"}"),
              ElementsAre(HasSubstr("description")));
}

}  // namespace
}  // namespace clicklake::events
