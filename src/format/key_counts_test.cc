#include "format/key_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "format/line_reader.h"
#include "format/line_shapes.h"

namespace clicklake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

/// A parser and its counter, as a worker has them.
class KeyCountsTest : public ::testing::Test {
 protected:
  KeyCountsTest() {
    parser_.use_shapes(&shapes_);
    parser_.note_values(true);
  }

  void count(const std::string& line, std::int64_t day = 1) {
    lines_.push_back(line + "\n" + std::string(kLinePadding, '\0'));
    const std::string_view text(lines_.back().data(), line.size());
    Record record;
    ASSERT_EQ(parser_.parse(text, &record), ParseOutcome::kRecord) << line;
    counter_.count(day, parser_.form(), text, {7, offset_, lines_.size()});
    offset_ += line.size() + 1;
  }

  static std::string event(const std::string& more) {
    return R"({"user_id":"u","event_type":"view","event_timestamp":"2024-11-04T15:00:00Z")" + more +
           "}";
  }

  /// "day key kind records".
  std::vector<std::string> counts() {
    std::vector<std::string> out;
    for (const KeyCount& c : all()) {
      out.push_back(std::to_string(c.day) + " " + c.key + " " + std::string(to_string(c.kind)) +
                    " " + std::to_string(c.records));
    }
    return out;
  }
  std::vector<KeyCount> all() {
    return add_up(counter_.counts([](std::uint32_t file) { return "f" + std::to_string(file); }));
  }
  KeyCount one(const std::string& key, ValueKind kind) {
    for (const KeyCount& c : all()) {
      if (c.key == key && c.kind == kind) return c;
    }
    ADD_FAILURE() << "no " << key;
    return {};
  }

  LineShapes shapes_;
  RecordParser parser_;
  KeyCounter counter_;
  std::deque<std::string> lines_;
  std::uint64_t offset_ = 0;
};

TEST_F(KeyCountsTest, EachRecordIsCountedUnderEachOfItsKeys) {
  for (int i = 0; i < 5; ++i) count(event(R"(,"metadata":{"price":1})"));
  EXPECT_THAT(counts(),
              ElementsAre("1  record 5", "1 event_timestamp text 5", "1 event_type text 5",
                          "1 metadata object 5", "1 metadata.price integer 5", "1 user_id text 5"));
}

TEST_F(KeyCountsTest, KindsOfOneShapeAreToldApart) {
  for (int i = 0; i < 3; ++i) {
    for (const char* value : {"1", "-2.5", "1e3", "null", "true", "\"a\"", "[1]", "{\"a\":1}"})
      count(event(std::string(",\"metadata\":{\"x\":") + value + "}"));
  }
  const auto found = counts();
  for (const char* kind :
       {"integer 3", "fraction 6", "null 3", "boolean 3", "text 3", "array 3", "object 3"})
    EXPECT_THAT(found, Contains(std::string("1 metadata.x ") + kind));
  EXPECT_THAT(found, Contains("1  record 24"));
}

TEST_F(KeyCountsTest, DaysAreCountedApart) {
  count(event(""), 1);
  count(event(""), 2);
  count(event(""), 1);
  count(event(""), 2);
  count(event(""), 2);
  EXPECT_THAT(counts(), Contains("1  record 2"));
  EXPECT_THAT(counts(), Contains("2 user_id text 3"));
}

TEST_F(KeyCountsTest, TheSameWithShapesAndWithout) {
  const std::vector<std::string> tails{
      R"(,"a":1)",           R"(,"metadata":{})",
      R"(,"metadata":null)", R"(,"a":null,"metadata":{"b":{"c":1}})",
      R"(,"\u0061":1)",      R"(,"a":1,"a":"x")",
      R"( ,"a" : 2.0)",      R"(,"USER_ID":"other")"};
  for (int i = 0; i < 4; ++i) {
    for (const std::string& tail : tails) count(event(tail));
  }
  const auto with = counts();
  parser_.use_shapes(nullptr);
  std::destroy_at(&counter_);
  std::construct_at(&counter_);
  for (int i = 0; i < 4; ++i) {
    for (const std::string& tail : tails) count(event(tail));
  }
  EXPECT_EQ(counts(), with);
}

TEST_F(KeyCountsTest, OfRepeatedKeysTheLastCounts) {
  count(event(R"(,"a":1,"a":"x")"));
  EXPECT_THAT(counts(), Contains("1 a text 1"));
  EXPECT_THAT(counts(), Not(Contains("1 a integer 1")));
}

TEST_F(KeyCountsTest, ExamplesSayWhereTheyWereSeen) {
  count(event(""));
  count(event(R"(,"metadata":{"price":"12.50 €"})"));
  count(event(R"(,"metadata":{"price":"later"})"));
  const KeyCount price = one("metadata.price", ValueKind::kText);
  EXPECT_EQ(price.example, "12.50 €");
  EXPECT_EQ(price.file, "f7");
  EXPECT_EQ(price.line, 2);
  EXPECT_EQ(price.offset, static_cast<std::int64_t>(lines_[0].size() - kLinePadding));
  EXPECT_EQ(price.records, 2);
}

TEST_F(KeyCountsTest, LongExamplesAreCutBetweenCharacters) {
  std::string text(kExampleBytes - 1, 'x');
  count(event(",\"a\":\"" + text + "€uro\""));
  EXPECT_EQ(one("a", ValueKind::kText).example, text);
}

TEST_F(KeyCountsTest, KeysBeyondTheLimitAreCountedTogether) {
  for (int i = 0; i < 3000; ++i) count(event(",\"k" + std::to_string(i) + "\":1"));
  std::int64_t others = 0;
  std::int64_t own = 0;
  for (const KeyCount& c : all()) {
    if (c.key == kOtherKeys) others += c.records;
    if (c.key.starts_with("k")) ++own;
  }
  EXPECT_LE(own, static_cast<std::int64_t>(KeyCounter::kMaxKeys));
  EXPECT_EQ(own + others, 3000);
  EXPECT_EQ(one("", ValueKind::kRecord).records, 3000);
}

TEST_F(KeyCountsTest, MoreFormsThanFitAreFolded) {
  constexpr int kLines = 20'000;
  // Key i mod 300 together with key i mod 67: 20,100 forms.
  for (int i = 0; i < kLines; ++i) {
    count(
        event(",\"a" + std::to_string(i % 300) + "\":1,\"b" + std::to_string(i % 67) + "\":null"));
  }
  EXPECT_EQ(one("", ValueKind::kRecord).records, kLines);
  EXPECT_EQ(one("event_type", ValueKind::kText).records, kLines);
  EXPECT_EQ(one("a7", ValueKind::kInteger).records, (kLines - 7 + 299) / 300);
}

TEST_F(KeyCountsTest, LinesWithManyOtherValuesAreCounted) {
  std::string more;
  for (int i = 0; i < 60; ++i) more += ",\"n" + std::to_string(i) + "\":" + std::to_string(i);
  for (int i = 0; i < 3; ++i) count(event(more));
  EXPECT_EQ(one("n59", ValueKind::kInteger).records, 3);
}

TEST(AddUpTest, SumsAndKeepsTheFirstExample) {
  const auto sum = add_up({{1, "k", ValueKind::kText, 2, "b", "z", 5, 2},
                           {1, "k", ValueKind::kText, 3, "a", "y", 9, 3},
                           {1, "k", ValueKind::kNull, 1, "null", "y", 9, 3}});
  ASSERT_EQ(sum.size(), 2U);
  EXPECT_EQ(sum[1].records, 5);
  EXPECT_EQ(sum[1].example, "a");
}

}  // namespace
}  // namespace clicklake
