#include "format/json_array_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace clicklake {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Lines of the array whose text behind `[` is `text`, fed `step` bytes at a time.
std::vector<std::string> split(std::string_view text, std::size_t step = 1000) {
  JsonArraySplitter splitter(1000, 10);
  splitter.start(1, 1);
  std::string gathered;
  const auto take = [&] {
    gathered += splitter.lines().view();
    splitter.clear();
  };
  while (!text.empty() && !splitter.closed()) {
    const std::size_t taken = splitter.feed(text.substr(0, step), 1);
    text.remove_prefix(taken);
    if (splitter.between_elements()) take();
  }
  splitter.finish();
  take();
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < gathered.size();) {
    const std::size_t stop = gathered.find('\n', at);
    lines.push_back(gathered.substr(at, stop - at));
    at = stop + 1;
  }
  return lines;
}

TEST(JsonArraySplitterTest, BracketsAndCommasInStringsDoNotCount) {
  EXPECT_THAT(split(R"({"a":"}],{["},{"b":"\"},{\\"}])"),
              ElementsAre(R"({"a":"}],{["})", R"({"b":"\"},{\\"})"));
}

TEST(JsonArraySplitterTest, AnyValueIsAnElement) {
  EXPECT_THAT(split(R"(1, "two" ,null,[3,{"x":4}],{}])"),
              ElementsAre("1", "\"two\"", "null", R"([3,{"x":4}])", "{}"));
}

TEST(JsonArraySplitterTest, ElementsOfNothingAreLeftOut) {
  EXPECT_THAT(split("{\"a\":1}, , \n,{\"b\":2},]"), ElementsAre("{\"a\":1}", "{\"b\":2}"));
  EXPECT_THAT(split(" ]"), IsEmpty());
}

TEST(JsonArraySplitterTest, EveryFeedSizeGivesTheSame) {
  const std::string text =
      "{\"a\" : \"x\\\\\" ,\r\n\"b\":[1,{\"c\":\"\\u0041\"}]} "
      ",\n\t{\"d\":\"raw\nfeed\"},\n{\"e\":1,\n{\"f\":2}\n]";
  const std::vector<std::string> wanted = split(text);
  ASSERT_EQ(wanted.size(), 4U);
  for (std::size_t step = 1; step <= text.size(); ++step) {
    EXPECT_EQ(split(text, step), wanted) << step;
  }
}

TEST(JsonArraySplitterTest, LineFeedInAStringStaysForbidden) {
  EXPECT_THAT(split("{\"a\":\"x\ny\"},\n{\"b\":2}]"),
              ElementsAre("{\"a\":\"x\ry\"},", "{\"b\":2}"));
}

TEST(JsonArraySplitterTest, MissingQuoteSpoilsItsElementOnly) {
  EXPECT_THAT(split("{\"a\":\"x},\n{\"b\":2},\n{\"c\":3}\n]"),
              ElementsAre("{\"a\":\"x},", "{\"b\":2}", "{\"c\":3}"));
}

TEST(JsonArraySplitterTest, MissingBraceSpoilsItsElementOnly) {
  EXPECT_THAT(split("{\"a\":1, {\"b\":2}, {\"c\":[4}, {\"d\":5}]"),
              ElementsAre("{\"a\":1", "{\"b\":2}", "{\"c\":[4}", "{\"d\":5}"));
}

TEST(JsonArraySplitterTest, SuperfluousBraceSpoilsItsElementOnly) {
  EXPECT_THAT(split("{\"a\":1}}, {\"b\":2}]"), ElementsAre("{\"a\":1}}", "{\"b\":2}"));
}

TEST(JsonArraySplitterTest, DeepNestingIsFollowedWithoutBeingHeld) {
  const std::string deep = std::string(400, '[') + std::string(400, ']');
  EXPECT_THAT(split("{\"a\":" + deep + "},{\"b\":2}]"),
              ElementsAre("{\"a\":" + deep + "}", "{\"b\":2}"));
  JsonArraySplitter splitter(1000, 10);
  splitter.start(1, 1);
  const std::string text =
      "{\"a\":" + std::string(50'000, '[') + std::string(50'000, ']') + "},{\"b\":2}]";
  EXPECT_EQ(splitter.feed(text, 1'000'000), text.size());
  EXPECT_EQ(splitter.lines().view(), "{\"b\":2}\n");
  ASSERT_EQ(splitter.overlong().size(), 1U);
  EXPECT_EQ(splitter.overlong()[0].length, 100'006U);
  EXPECT_EQ(splitter.overlong()[0].head, "{\"a\":[[[[[");
}

TEST(JsonArraySplitterTest, MuchWhiteSpaceBehindAnElementIsNoPartOfIt) {
  const std::string blanks(100'000, ' ');
  EXPECT_THAT(split("{\"a\":1}" + blanks + "," + blanks + "{\"b\":2}" + blanks + "]"),
              ElementsAre("{\"a\":1}", "{\"b\":2}"));
}

TEST(JsonArraySplitterTest, ElementThatLacksItsBraceEndsBeforeMuchWhiteSpaceAndAComma) {
  const std::string blanks(5000, '\n');
  EXPECT_THAT(split("{\"a\":1" + blanks + "," + blanks + "{\"b\":2}]"),
              ElementsAre("{\"a\":1", "{\"b\":2}"));
}

TEST(JsonArraySplitterTest, MuchWhiteSpaceInsideAnElementMakesItTooLong) {
  JsonArraySplitter splitter(100, 10);
  splitter.start(1, 1);
  const std::string blanks(5000, ' ');
  const std::string text = "{\"a\":1," + blanks + "\"b\":2},{\"c\":3," + blanks + "{\"d\":4}]";
  EXPECT_EQ(splitter.feed(text, 1'000'000), text.size());
  EXPECT_EQ(splitter.lines().view(), "{\"c\":3\n{\"d\":4}\n");
  ASSERT_EQ(splitter.overlong().size(), 1U);
  EXPECT_EQ(splitter.overlong()[0].length, 5013U);
}

TEST(JsonArraySplitterTest, ElementOfTheLimitIsHeldAndOneByteMoreIsNot) {
  for (const std::size_t limit : {20U, 21U, 22U}) {
    JsonArraySplitter splitter(limit, 10);
    splitter.start(1, 1);
    const std::string text = "{\"a\":\"" + std::string(limit - 8, 'x') + "\"},{\"a\":\"" +
                             std::string(limit - 7, 'x') +
                             "\"},{\"a\":" + std::string(limit - 5, '1') + ", {\"b\":2}]";
    EXPECT_EQ(splitter.feed(text, 1'000'000), text.size());
    ASSERT_EQ(splitter.overlong().size(), 1U);
    EXPECT_EQ(splitter.overlong()[0].length, limit + 1);
    EXPECT_EQ(splitter.element_offsets().size(), 3U);
  }
}

TEST(JsonArraySplitterTest, HeadOfALongElementIsKeptHoweverItIsFed) {
  const std::string text = "{\"a\": [1 , 2, \"3456789\"]} , {}]";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    JsonArraySplitter splitter(5, 20);
    splitter.start(1, 1);
    for (std::size_t at = 0; at < text.size();) {
      at += splitter.feed(std::string_view(text).substr(at, step), 1'000'000);
    }
    ASSERT_EQ(splitter.overlong().size(), 1U);
    EXPECT_EQ(splitter.overlong()[0].head, text.substr(0, 20));
    EXPECT_EQ(splitter.overlong()[0].length, 25U);
  }
}

TEST(JsonArraySplitterTest, RandomDamageLosesNoSolidByte) {
  std::mt19937 random(11);
  const std::string_view bytes = "{}[],,:\"\"\\\n ab";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 40, ' ');
    for (char& c : text) c = bytes[random() % bytes.size()];
    JsonArraySplitter splitter(1000, 10);
    splitter.start(1, 1);
    const std::size_t taken = splitter.feed(text, 1'000'000);
    const bool closed = splitter.closed();
    splitter.finish();
    const auto letters = [](std::string_view of) {
      return std::count(of.begin(), of.end(), 'a') + std::count(of.begin(), of.end(), 'b');
    };
    ASSERT_EQ(letters(splitter.lines().view()), letters(text.substr(0, taken))) << text;
    ASSERT_TRUE(closed || taken == text.size());
    ASSERT_EQ(static_cast<std::size_t>(
                  std::count(splitter.lines().view().begin(), splitter.lines().view().end(), '\n')),
              splitter.element_offsets().size());
    for (const std::uint64_t offset : splitter.element_offsets()) {
      ASSERT_LE(offset, text.size());
      ASSERT_NE(text[offset - 1], ' ');
    }
  }
}

}  // namespace
}  // namespace clicklake
