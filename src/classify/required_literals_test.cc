#include "classify/required_literals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(RequiredLiteralsTest, FindsTheLongestRunOfASequence) {
  EXPECT_THAT(required_literals("ab\\d+Chrome/(\\d+)"), Optional(ElementsAre("chrome/")));
  EXPECT_THAT(required_literals("^(Luminary)/(\\d+)"), Optional(ElementsAre("luminary/")));
}

TEST(RequiredLiteralsTest, AlternativesEachGiveOne) {
  EXPECT_THAT(required_literals("(?:Foo|Bar\\d)Q"), Optional(ElementsAre("bar", "foo")));
  EXPECT_THAT(required_literals("(One|Two)-x"), Optional(ElementsAre("one-x", "two-x")));
  EXPECT_EQ(required_literals("Foo|\\d+"), std::nullopt);
}

TEST(RequiredLiteralsTest, WhatMayBeMissingIsNotRequired) {
  EXPECT_THAT(required_literals("(?:Mobile)?Safari"),
              Optional(ElementsAre("mobilesafari", "safari")));
  EXPECT_THAT(required_literals("(?:Mobile)*Safari"), Optional(ElementsAre("safari")));
  EXPECT_THAT(required_literals("ab(?:Mobile){0,3}"), Optional(ElementsAre("ab")));
  EXPECT_THAT(required_literals("(?:Mobile)+"), Optional(ElementsAre("mobile")));
  EXPECT_THAT(required_literals("(?:Mobile){2,3}"), Optional(ElementsAre("mobile")));
  EXPECT_EQ(required_literals("(?:Mobile|)"), std::nullopt);
}

TEST(RequiredLiteralsTest, SmallClassesAreLetters) {
  EXPECT_THAT(required_literals("[wW]get"), Optional(ElementsAre("wget")));
  EXPECT_THAT(required_literals("[ab]x"), Optional(ElementsAre("ax", "bx")));
  EXPECT_THAT(required_literals("[a-z]foo"), Optional(ElementsAre("foo")));
  EXPECT_THAT(required_literals("[^a]foo"), Optional(ElementsAre("foo")));
}

TEST(RequiredLiteralsTest, WhatIsNotUnderstoodGivesNone) {
  for (const char* regex :
       {"(?=foo)bar", "(?i)foo", "(a)\\1foo", "foo(", "*foo", "[[:alpha:]]foo", "\\x41foo", "a"})
    EXPECT_EQ(required_literals(regex), std::nullopt) << regex;
}

}  // namespace
}  // namespace clicklake
