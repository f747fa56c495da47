#include "events/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "events/random_case_fixture.h"
#include "events/slow_matcher_fixture.h"
#include "events/vectors_fixture.h"

namespace clicklake::events {
namespace {

/// What a matcher of this one rule says of the event.
std::string answer(const VectorCase& c) {
  Matcher matcher;
  if (!matcher.put("rule", c.pattern)) return "invalid";
  MatchReader reader(matcher);
  const auto names = reader.match(c.event);
  if (!names) return "invalid";
  return names->empty() ? "false" : "true";
}

TEST(MatcherTest, AnswersAsEventRuler) {
  for (const VectorCase& c : generated_vectors())
    EXPECT_EQ(answer(c), c.expect) << c.name << "\n" << c.pattern << "\n" << c.event;
}

TEST(MatcherTest, AnswersEventRulersOwnCases) {
  const auto cases = upstream_vectors();
  if (!cases) GTEST_SKIP() << "Event Ruler's own cases are not there";
  for (const VectorCase& c : *cases)
    EXPECT_EQ(answer(c), c.expect) << c.name << "\n" << c.pattern << "\n" << c.event;
}

/// Which of `rules` the judge finds in the event; nothing where it is none.
std::set<std::string> judge(const std::map<std::string, std::string>& rules,
                            const std::string& event) {
  std::set<std::string> out;
  for (const auto& [name, pattern] : rules) {
    const SlowAnswer answer = slow_match(pattern, event);
    if (answer == SlowAnswer::kBadEvent) return {"bad event"};
    if (answer == SlowAnswer::kMatch) out.insert(name);
  }
  return out;
}

std::set<std::string> ask(MatchReader* reader, const std::string& event) {
  const auto names = reader->match(event);
  if (!names) return {"bad event"};
  std::set<std::string> out;
  for (const std::string_view name : *names) {
    EXPECT_TRUE(out.insert(std::string(name)).second) << name << " twice for " << event;
  }
  return out;
}

TEST(MatcherTest, AnswersAsTheJudgeWhileRulesComeAndGo) {
  RandomCases cases(20241104);
  int matches = 0;
  for (int round = 0; round < 40; ++round) {
    Matcher matcher;
    MatchReader reader(matcher);
    std::map<std::string, std::string> rules;
    rules["always there"] = R"({"a":[{"exists":true},{"exists":false}]})";
    ASSERT_TRUE(matcher.put("always there", rules["always there"]));
    for (int step = 0; step < 60; ++step) {
      const std::string name = "rule " + std::to_string(cases.below(40));
      if (cases.below(4) == 0) {
        EXPECT_EQ(matcher.remove(name), rules.erase(name) > 0);
      } else {
        const std::string pattern = cases.pattern();
        const bool good = slow_match(pattern, "{}") != SlowAnswer::kBadPattern;
        const Status put = matcher.put(name, pattern);
        ASSERT_EQ(put.has_value(), good) << pattern;
        if (good) rules[name] = pattern;
      }
      const std::string event = cases.event();
      const std::set<std::string> expected = judge(rules, event);
      matches += static_cast<int>(expected.size());
      ASSERT_EQ(ask(&reader, event), expected) << event << "\n" << ::testing::PrintToString(rules);
    }
    EXPECT_EQ(matcher.stats().rules, rules.size());
  }
  EXPECT_GT(matches, 2'000);
}

TEST(MatcherTest, ArraysOfObjectsAnswerAsTheJudge) {
  RandomCases cases(99);
  int matches = 0;
  for (int round = 0; round < 300; ++round) {
    std::map<std::string, std::string> rules;
    Matcher matcher;
    for (int i = 0; i < 10; ++i) {
      const std::string name = std::to_string(i);
      rules[name] = cases.array_pattern();
      ASSERT_TRUE(matcher.put(name, rules[name]));
    }
    MatchReader reader(matcher);
    for (int i = 0; i < 10; ++i) {
      const std::string event = cases.array_event();
      const std::set<std::string> expected = judge(rules, event);
      matches += static_cast<int>(expected.size());
      ASSERT_EQ(ask(&reader, event), expected) << event << "\n" << ::testing::PrintToString(rules);
    }
  }
  EXPECT_GT(matches, 2'000);
  EXPECT_LT(matches, 28'000);
}

TEST(MatcherTest, BatchesAnswerAsTheJudge) {
  RandomCases cases(7);
  for (int round = 0; round < 10; ++round) {
    std::map<std::string, std::string> rules;
    std::vector<NamedPattern> batch;
    rules["always there"] = R"({"zz":[{"exists":false}]})";
    while (rules.size() < 80) {
      const std::string pattern = cases.pattern();
      if (slow_match(pattern, "{}") == SlowAnswer::kBadPattern) continue;
      rules["rule " + std::to_string(rules.size())] = pattern;
    }
    batch.reserve(rules.size());
    for (const auto& [name, pattern] : rules) batch.push_back({name, pattern});
    Matcher matcher;
    ASSERT_TRUE(matcher.put_all(batch));
    MatchReader reader(matcher);
    for (int i = 0; i < 25; ++i) {
      const std::string event = cases.event();
      ASSERT_EQ(ask(&reader, event), judge(rules, event)) << event;
    }
  }
}

}  // namespace
}  // namespace clicklake::events
