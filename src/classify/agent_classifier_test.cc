#include "classify/agent_classifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

constexpr std::string_view kHeader = "clicklake-agents 1\ttest\n";

AgentFamilies classify(std::string_view rules, std::string_view agent) {
  const std::string text = std::string(kHeader) + std::string(rules);
  Result<AgentClassifier> classifier = AgentClassifier::create(text);
  EXPECT_TRUE(classifier);
  Result<AgentFamilies> families = classifier->classify(agent);
  EXPECT_TRUE(families);
  return *families;
}

TEST(AgentClassifierTest, FirstRuleThatMatchesDecides) {
  const auto f = classify("B\t(Edge)/\nB\t(Chrome)/\n", "Chrome/1 Edge/2");
  EXPECT_EQ(f.browser, "Edge");
  EXPECT_EQ(f.os, "Other");
  EXPECT_EQ(f.is_bot, false);
}

TEST(AgentClassifierTest, FamilyIsTheFirstGroupOrTheReplacement) {
  EXPECT_EQ(classify("O\tWin(95|98)\tWindows $1\n", "Win98").os, "Windows 98");
  EXPECT_EQ(classify("O\t(a)(b)?\t<$2$1$9>$\n", "a").os, "<a>$");
  EXPECT_EQ(classify("O\tfoo\n", "foo").os, "Other");
  EXPECT_EQ(classify("O\t(foo )x\n", "foo x").os, "foo");
  EXPECT_EQ(classify("O\tfoo\t $1 \n", "foo").os, "Other");
}

TEST(AgentClassifierTest, LetterCaseCountsUnlessTheRuleSaysOtherwise) {
  EXPECT_EQ(classify("B\t(Chrome)\n", "chrome").browser, "Other");
  EXPECT_EQ(classify("B\t(?i)(Chrome)\n", "chrome").browser, "chrome");
}

TEST(AgentClassifierTest, CharactersAreNotCutInTwo) {
  EXPECT_EQ(classify("B\t^(.{0,3})/\n", "äöü/1").browser, "äöü");
  EXPECT_EQ(classify("B\t^(.{0,2})\n", "äöü").browser, "äö");
  const std::string long_agent = std::string(AgentClassifier::kMostBytes - 1, 'x') + "ä";
  EXPECT_EQ(classify("B\t(x)$\n", long_agent).browser, "x");
}

TEST(AgentClassifierTest, CrawlersAreBots) {
  EXPECT_EQ(classify("C\tGooglebot\\/\n", "Googlebot/2.1").is_bot, true);
  EXPECT_EQ(classify("C\tGooglebot\\/\n", "Firefox").is_bot, false);
}

TEST(AgentClassifierTest, WithoutAListNothingIsKnown) {
  Result<AgentClassifier> classifier = AgentClassifier::create("");
  ASSERT_TRUE(classifier);
  const Result<AgentFamilies> f = classifier->classify("Mozilla/5.0");
  ASSERT_TRUE(f);
  EXPECT_EQ(f->browser, "unknown");
  EXPECT_EQ(f->os, "unknown");
  EXPECT_EQ(f->is_bot, std::nullopt);
}

TEST(AgentClassifierTest, AMissingAgentIsNotKnown) {
  const auto f = classify("B\t.*\tX\nC\t.*\n", "");
  EXPECT_EQ(f.browser, "unknown");
  EXPECT_EQ(f.is_bot, std::nullopt);
}

TEST(AgentClassifierTest, ARuleThatRunsAwayDoesNotMatch) {
  EXPECT_EQ(classify("B\t^(a+)+$\tBad\nB\t(a)\n", std::string(3000, 'a') + "b").browser, "a");
}

TEST(AgentClassifierTest, WrongListsAreRefusedWithTheirLine) {
  const auto message = [](std::string_view text) {
    const auto list = read_agent_list(text);
    return list ? std::string() : list.error().message;
  };
  EXPECT_THAT(message("x\n"), testing::HasSubstr("line 1"));
  EXPECT_THAT(message("clicklake-agents 1\nB\t(a)\nX\tb\n"), testing::HasSubstr("line 3"));
  EXPECT_THAT(message("clicklake-agents 1\nB\t\n"), testing::HasSubstr("line 2"));
}

TEST(AgentClassifierTest, AWrongExpressionIsNamedWhenItIsTried) {
  const std::string text = std::string(kHeader) + "B\tfoo(\n";
  Result<AgentClassifier> classifier = AgentClassifier::create(text);
  ASSERT_TRUE(classifier);
  const auto f = classifier->classify("foo");
  ASSERT_FALSE(f);
  EXPECT_THAT(f.error().message, testing::HasSubstr("'foo('"));
}

}  // namespace
}  // namespace clicklake
