// What a set of rules may cost, and what is said where it costs more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "events/matcher.h"

namespace clicklake::events {
namespace {

using testing::AllOf;
using testing::HasSubstr;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

TEST(MatcherLimitsTest, AThousandRulesOfThreeStarsAreSmallAndFast) {
  Matcher matcher;
  std::vector<std::string> texts;
  texts.reserve(1000);
  for (int i = 0; i < 1000; ++i) {
    const std::string n = std::to_string(i);
    std::string& text = texts.emplace_back(R"({"a":[{"wildcard":"*x)");
    text.append(n).append("*y").append(n).append("*z\"}]}");
  }
  std::vector<std::string> names;
  names.reserve(1000);
  for (int i = 0; i < 1000; ++i) names.push_back("rule " + std::to_string(i));
  std::vector<NamedPattern> rules;
  rules.reserve(1000);
  for (int i = 0; i < 1000; ++i)
    rules.push_back({names[static_cast<std::size_t>(i)], texts[static_cast<std::size_t>(i)]});
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(matcher.put_all(rules));
  EXPECT_LT(seconds_since(begin), 1.0);
  EXPECT_LT(matcher.stats().bytes, 4U << 20);
  // A value in which every star can stand anywhere.
  std::string event = R"({"a":")";
  for (int i = 0; i < 500; ++i) event += "xyz1";
  event += "\"}";
  MatchReader reader(matcher);
  const auto match_begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(reader.match(event)->empty() || i >= 0);
  EXPECT_LT(seconds_since(match_begin), 2.0);
}

TEST(MatcherLimitsTest, StarsThatNeverMatchCostNoMoreThanTheirTexts) {
  Matcher matcher;
  ASSERT_TRUE(matcher.put("deep", R"({"a":[{"wildcard":"*a*a*a*a*a*a*a*a*a*a*a*a*b"}]})"));
  const std::string event = R"({"a":")" + std::string(100'000, 'a') + "\"}";
  MatchReader reader(matcher);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(reader.match(event)->empty());
  EXPECT_LT(seconds_since(begin), 1.0);
}

TEST(MatcherLimitsTest, TooManyStarsAreTooComplexAndTheRuleIsNamed) {
  Matcher matcher;
  std::string wildcard;
  for (int i = 0; i < 65; ++i) wildcard += "*a";
  const Status put =
      matcher.put("greedy", R"({"detail":{"url":[{"wildcard":")" + wildcard + "\"}]}}");
  ASSERT_FALSE(put);
  EXPECT_THAT(put.error().message, AllOf(HasSubstr("greedy"), HasSubstr("detail.url[0].wildcard"),
                                         HasSubstr("too complex")));
  EXPECT_EQ(matcher.stats().rules, 0U);
}

TEST(MatcherLimitsTest, TooManyStarsOfOnePathAreTooComplexAndNothingChanges) {
  MatcherOptions options;
  options.max_stars_of_path = 10;
  Matcher matcher(options);
  ASSERT_TRUE(matcher.put("first", R"({"a":[{"wildcard":"*1*2*3*"}]})"));
  ASSERT_TRUE(matcher.put("second", R"({"a":[{"anything-but":{"wildcard":["*1*","*2*"]}}]})"));
  const NamedPattern more[] = {{"good", R"({"b":["x"]})"},
                               {"third", R"({"a":[{"wildcard":"*1*2*3"}]})"}};
  const Status put = matcher.put_all(more);
  ASSERT_FALSE(put);
  EXPECT_THAT(put.error().message, AllOf(HasSubstr("third"), HasSubstr("too complex")));
  EXPECT_FALSE(matcher.has("good"));
  // A rule that goes gives its stars back; one that is replaced, too.
  ASSERT_TRUE(matcher.remove("second"));
  ASSERT_TRUE(matcher.put("third", R"({"a":[{"wildcard":"*1*2*3"}]})"));
  ASSERT_TRUE(matcher.put("third", R"({"a":[{"wildcard":"*1*2*3*4*5*6"}]})"));
  EXPECT_FALSE(matcher.put("fourth", R"({"a":[{"wildcard":"*"}]})"));
}

TEST(MatcherLimitsTest, OrListsOfTooManyCombinationsAreTooComplex) {
  std::string pattern = "{";
  for (int i = 0; i < 10; ++i) {  // 2^10
    const std::string n = std::to_string(i);
    pattern +=
        (i == 0 ? "" : ",") + std::string(R"("f)") + n + R"(":{"$or":[{"a":["x"]},{"b":["y"]}]})";
  }
  const auto parsed = parse_pattern(pattern + "}");
  ASSERT_FALSE(parsed);
  EXPECT_THAT(parsed.error().message, AllOf(HasSubstr("too complex"), HasSubstr("f9.$or")));
}

TEST(MatcherLimitsTest, RulesThatNeedMoreMemoryThanAllowedAreRefused) {
  MatcherOptions options;
  options.max_bytes = 100'000;
  Matcher matcher(options);
  int taken = 0;
  Status put;
  while (put && taken < 10'000) {
    put = matcher.put("rule " + std::to_string(taken),
                      R"({"sku":["P)" + std::to_string(taken) + R"("]})");
    taken += put ? 1 : 0;
  }
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, ErrorCode::kNoSpace);
  EXPECT_GT(taken, 50);
  EXPECT_LE(matcher.stats().bytes, options.max_bytes);
  EXPECT_EQ(matcher.stats().rules, static_cast<std::size_t>(taken));
}

TEST(MatcherLimitsTest, RulesThatComeOneByOneLieInFewIndexes) {
  Matcher matcher;
  for (int i = 0; i < 3000; ++i)
    ASSERT_TRUE(
        matcher.put("rule " + std::to_string(i), R"({"sku":["P)" + std::to_string(i) + R"("]})"));
  const MatcherStats stats = matcher.stats();
  EXPECT_EQ(stats.rules, 3000U);
  EXPECT_LE(stats.indexes, 8U);
  EXPECT_EQ(stats.predicates, 3000U);
  EXPECT_EQ(stats.paths, 1U);
  MatchReader reader(matcher);
  EXPECT_THAT(*reader.match(R"({"sku":"P2999"})"), testing::ElementsAre("rule 2999"));
}

TEST(MatcherLimitsTest, RemovedRulesGiveTheirMemoryBack) {
  Matcher matcher;
  for (int i = 0; i < 2000; ++i)
    ASSERT_TRUE(
        matcher.put("rule " + std::to_string(i), R"({"sku":["P)" + std::to_string(i) + R"("]})"));
  const std::size_t full = matcher.stats().predicates;
  for (int i = 0; i < 1990; ++i) ASSERT_TRUE(matcher.remove("rule " + std::to_string(i)));
  EXPECT_LT(matcher.stats().predicates, full / 8);
  MatchReader reader(matcher);
  EXPECT_TRUE(reader.match(R"({"sku":"P17"})")->empty());
  EXPECT_THAT(*reader.match(R"({"sku":"P1995"})"), testing::ElementsAre("rule 1995"));
}

TEST(MatcherLimitsTest, ManyArraysOfObjectsAreSearchedOnce) {
  Matcher matcher;
  ASSERT_TRUE(matcher.put(
      "rule", R"({"a":{"x":["1"]},"b":{"x":["1"]},"c":{"x":["1"]},"d":{"x":["1"],"y":["2"]}})"));
  std::string list = "[";
  for (int i = 0; i < 300; ++i) list += R"({"x":"1"},)";
  list += R"({"y":"2"}])";
  const std::string event =
      R"({"a":)" + list + R"(,"b":)" + list + R"(,"c":)" + list + R"(,"d":)" + list + "}";
  MatchReader reader(matcher);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(reader.match(event)->empty());
  EXPECT_LT(seconds_since(begin), 2.0);
}

}  // namespace
}  // namespace clicklake::events
