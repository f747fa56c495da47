#include "events/matcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

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

}  // namespace
}  // namespace clicklake::events
