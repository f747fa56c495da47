#include "events/event_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace clicklake::events {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SomePaths final : public PathNumbers {
 public:
  std::uint32_t find(std::string_view path) const override {
    ++asked;
    const auto found = numbers_.find(std::string(path));
    return found == numbers_.end() ? kNone : found->second;
  }
  std::size_t longest() const override { return 8; }

  mutable int asked = 0;

 private:
  std::map<std::string, std::uint32_t> numbers_ = {{"a", 0}, {"a.b", 1}, {"c", 2}, {"\xC3\xA9", 3}};
};

struct EventReaderTest : testing::Test {
  /// The texts under the path, or the error.
  std::vector<std::string> values(const std::string& event, std::uint32_t path) {
    leaves.begin(4);
    const Status read = reader.read(event, paths, &leaves);
    if (!read) return {read.error().message};
    std::vector<std::string> out;
    for (std::uint32_t at = leaves.first(path); at != kNone; at = leaves.leaf(at).next)
      out.emplace_back(leaves.leaf(at).text);
    return out;
  }

  SomePaths paths;
  EventReader reader;
  EventLeaves leaves;
};

TEST_F(EventReaderTest, ValuesOfKnownPathsAreKeptInTheirOrder) {
  const std::string event =
      R"({"x":{"a":1},"a":"one","a":[2,{"b":"in"},[true]],"c":null,"a":{"b":"more"}})";
  EXPECT_THAT(values(event, 0), ElementsAre("one", "2", "true"));
  EXPECT_THAT(values(event, 1), ElementsAre("in", "more"));
  EXPECT_THAT(values(event, 2), ElementsAre("null"));
}

TEST_F(EventReaderTest, AKeyWithAPointIsThePathOfTwoKeys) {
  EXPECT_THAT(values(R"({"a.b":"x"})", 1), ElementsAre("x"));
}

TEST_F(EventReaderTest, EscapesAreDecodedInKeysAndValues) {
  EXPECT_THAT(values(R"({"\u0061":"\u00e9\n\ud83d\ude00\/"})", 0),
              ElementsAre("\xC3\xA9\n\xF0\x9F\x98\x80/"));
  EXPECT_THAT(values(R"({"\u00e9":"x"})", 3), ElementsAre("x"));
  EXPECT_THAT(values("{\"\xC3\xA9\":\"x\"}", 3), ElementsAre("x"));
}

TEST_F(EventReaderTest, KeysAreLookedUpOnceHoweverManyEventsHaveThem) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(values(R"({"c":"x","other":1,"a":{"b":2}})", 1), ElementsAre("2"));
    EXPECT_THAT(values(R"({ "a" : { "b" : 3 }, "c":"x" })", 1), ElementsAre("3"));
  }
  EXPECT_EQ(paths.asked, 4);
}

TEST_F(EventReaderTest, AGuessedKeyIsNotTakenForALongerOne) {
  EXPECT_THAT(values(R"({"a":"x"})", 0), ElementsAre("x"));
  EXPECT_THAT(values(R"({"ab":"y"})", 0), IsEmpty());
  EXPECT_THAT(values(R"({"a\"":"y"})", 0), IsEmpty());
  EXPECT_THAT(values(R"({"a":"z"})", 0), ElementsAre("z"));
}

TEST_F(EventReaderTest, ManyDifferentKeysDoNotStay) {
  const auto size_after = [&](int events) {
    for (int i = 0; i < events; ++i) values("{\"key " + std::to_string(i) + "\":1,\"a\":\"x\"}", 0);
    return reader.bytes();
  };
  size_after(10'000);
  EXPECT_LT(size_after(20'000), 2U << 20);
  EXPECT_THAT(values(R"({"a":"x"})", 0), ElementsAre("x"));
}

TEST_F(EventReaderTest, MembershipsNameTheElementsThatHoldObjects) {
  values(R"({"a":["s",{"b":1},{"b":2}]})", 0);
  EXPECT_EQ(leaves.leaf(leaves.first(0)).membership, kNone);
  const EventLeaf& first = leaves.leaf(leaves.first(1));
  const EventLeaf& second = leaves.leaf(first.next);
  EXPECT_TRUE(leaves.in_arrays());
  EXPECT_EQ(leaves.membership(first.membership).index, 1U);
  EXPECT_EQ(leaves.membership(second.membership).index, 2U);
  EXPECT_EQ(leaves.membership(first.membership).array, leaves.membership(second.membership).array);
}

TEST_F(EventReaderTest, WhatStandsBehindTheClosingBraceIsNotLookedAt) {
  EXPECT_THAT(values("{\"a\":\"x\"} \xFF garbage", 0), ElementsAre("x"));
}

TEST_F(EventReaderTest, FaultsNameTheirByteInSkippedValuesToo) {
  EXPECT_THAT(values("", 0), ElementsAre(HasSubstr("byte 0")));
  EXPECT_THAT(values("[]", 0), ElementsAre(HasSubstr("byte 0")));
  EXPECT_THAT(values(R"({"x":tru})", 0), ElementsAre(HasSubstr("byte 5")));
  EXPECT_THAT(values(R"({"x":01})", 0), ElementsAre(HasSubstr("byte 6")));
  EXPECT_THAT(values(R"({"x":"\q"})", 0),
              ElementsAre(AllOf(HasSubstr("byte 6"), HasSubstr("escape"))));
  EXPECT_THAT(values("{\"x\":\"\x01\"}", 0),
              ElementsAre(AllOf(HasSubstr("byte 6"), HasSubstr("control"))));
  EXPECT_THAT(values(R"({"x":[1,2})", 0), ElementsAre(HasSubstr("byte 9")));
  EXPECT_THAT(values(R"({"x":1,})", 0), ElementsAre(HasSubstr("byte 7")));
  EXPECT_THAT(values(R"({"x":"open)", 0),
              ElementsAre(AllOf(HasSubstr("byte 10"), HasSubstr("ends"))));
  EXPECT_THAT(values("{\"x\":\"\xFF\"}", 0),
              ElementsAre(AllOf(HasSubstr("byte 6"), HasSubstr("UTF-8"))));
  EXPECT_THAT(values("\xEF\xBB\xBF{}", 0), ElementsAre(HasSubstr("byte 0")));
}

TEST_F(EventReaderTest, AThousandLevelsAreReadAndNoMore) {
  const auto nested = [](std::size_t levels) {
    return "{\"c\":" + std::string(levels - 1, '[') + "7" + std::string(levels - 1, ']') + "}";
  };
  EXPECT_THAT(values(nested(1000), 2), ElementsAre("7"));
  EXPECT_THAT(values(nested(1001), 2), ElementsAre(HasSubstr("1,000 levels")));
}

}  // namespace
}  // namespace clicklake::events
