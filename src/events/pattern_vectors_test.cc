// What Event Ruler answers, asked of the judge, and of the pattern parser what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/pattern.h"
#include "events/slow_matcher_fixture.h"
#include "events/vectors_fixture.h"

namespace clicklake::events {
namespace {

std::string judge(const VectorCase& c) {
  switch (slow_match(c.pattern, c.event)) {
    case SlowAnswer::kMatch: return "true";
    case SlowAnswer::kNoMatch: return "false";
    default: return "invalid";
  }
}

TEST(SlowMatcherTest, AnswersAsEventRuler) {
  const auto cases = generated_vectors();
  ASSERT_GE(cases.size(), 7503U);
  for (const VectorCase& c : cases)
    EXPECT_EQ(judge(c), c.expect) << c.name << "\n" << c.pattern << "\n" << c.event;
}

TEST(SlowMatcherTest, AnswersEventRulersOwnCases) {
  const auto cases = upstream_vectors();
  if (!cases) GTEST_SKIP() << "Event Ruler's own cases are not there";
  ASSERT_GE(cases->size(), 51U);
  for (const VectorCase& c : *cases)
    EXPECT_EQ(judge(c), c.expect) << c.name << "\n" << c.pattern << "\n" << c.event;
}

TEST(PatternTest, RefusesWhatEventRulerRefuses) {
  for (const VectorCase& c : generated_vectors()) {
    PatternFault fault;
    const bool good = parse_pattern(c.pattern, {}, &fault).has_value();
    EXPECT_EQ(good, c.bad_event || c.expect != "invalid") << c.name << "\n"
                                                          << c.pattern << "\n"
                                                          << fault.reason;
    if (!good) {
      EXPECT_FALSE(fault.reason.empty()) << c.pattern;
      EXPECT_FALSE(fault.example.empty()) << c.pattern;
    }
  }
}

}  // namespace
}  // namespace clicklake::events
