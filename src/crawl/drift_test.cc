#include "crawl/drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::min();

KeyCount seen(std::int64_t day, const std::string& key, ValueKind kind, std::int64_t records = 10) {
  return {day, key, kind, records, "x", "/f.json", 0, 1};
}
KeyCount records(std::int64_t day, std::int64_t count = 10) {
  return seen(day, "", ValueKind::kRecord, count);
}

/// "day kind key" of everything that drifted.
std::vector<std::string> drifts(const std::vector<KeyCount>& counts, std::int64_t since = kAll) {
  std::vector<std::string> out;
  for (const DayDrift& day : find_drift(counts, since)) {
    for (const KeyDrift& drift : day.drifts)
      out.push_back(std::to_string(day.day) + " " + std::string(to_string(drift.kind)) + " " +
                    drift.key);
  }
  return out;
}

TEST(DriftTest, TheFirstDayDiffersFromNothing) {
  EXPECT_THAT(drifts({records(1), seen(1, "a", ValueKind::kText)}), IsEmpty());
}

TEST(DriftTest, KeysThatComeAndGoAreTold) {
  EXPECT_THAT(drifts({records(1), seen(1, "a", ValueKind::kText), records(2),
                      seen(2, "b", ValueKind::kText), records(3), seen(3, "b", ValueKind::kText)}),
              ElementsAre("2 new-key b", "2 stopped-key a"));
}

TEST(DriftTest, AKeyThatComesBackIsNotNew) {
  EXPECT_THAT(drifts({records(1), seen(1, "a", ValueKind::kText), records(2), records(3),
                      seen(3, "a", ValueKind::kText)}),
              ElementsAre("2 stopped-key a"));
}

TEST(DriftTest, ValuesOfANewKindAreTold) {
  EXPECT_THAT(drifts({records(1), seen(1, "a", ValueKind::kInteger), records(2),
                      seen(2, "a", ValueKind::kInteger), seen(2, "a", ValueKind::kText), records(3),
                      seen(3, "a", ValueKind::kText)}),
              ElementsAre("2 new-type a"));
}

TEST(DriftTest, WholeNumbersAmongFractionsAreNoNewType) {
  EXPECT_THAT(drifts({records(1), seen(1, "a", ValueKind::kFraction), records(2),
                      seen(2, "a", ValueKind::kInteger)}),
              IsEmpty());
  EXPECT_THAT(drifts({records(1), seen(1, "a", ValueKind::kInteger), records(2),
                      seen(2, "a", ValueKind::kFraction)}),
              ElementsAre("2 new-type a"));
}

TEST(DriftTest, TheShareOfNullsIsComparedWithTheDaysBefore) {
  const std::vector<KeyCount> counts{records(1), seen(1, "a", ValueKind::kText, 10), records(2),
                                     seen(2, "a", ValueKind::kNull, 5),
                                     seen(2, "a", ValueKind::kText, 5)};
  EXPECT_THAT(drifts(counts), ElementsAre("2 nulls a"));
  const auto days = find_drift(counts, kAll);
  EXPECT_DOUBLE_EQ(days[1].drifts[0].nulls, 0.5);
  EXPECT_DOUBLE_EQ(days[1].drifts[0].nulls_before, 0);
}

TEST(DriftTest, DaysBeforeSinceAreComparedWithAndNotShown) {
  const std::vector<KeyCount> counts{records(1), seen(1, "a", ValueKind::kText), records(2),
                                     seen(2, "a", ValueKind::kText),
                                     seen(2, "b", ValueKind::kText)};
  const auto days = find_drift(counts, 2);
  ASSERT_EQ(days.size(), 1U);
  EXPECT_THAT(drifts(counts, 2), ElementsAre("2 new-key b"));
  EXPECT_EQ(days[0].records, 10);
  EXPECT_EQ(days[0].keys.size(), 2U);
}

TEST(DriftTest, TheGateCatchesWhatItNames) {
  const auto days =
      find_drift({records(1), seen(1, "a", ValueKind::kInteger), seen(1, "c", ValueKind::kText),
                  records(2), seen(2, "a", ValueKind::kNull, 6), seen(2, "a", ValueKind::kText, 4),
                  seen(2, "b", ValueKind::kText)},
                 kAll);
  const auto caught = [&](std::string_view list) {
    return caught_by(*parse_drift_gate(list), days).size();
  };
  EXPECT_EQ(caught(""), 0U);
  EXPECT_EQ(caught("new-key"), 1U);
  EXPECT_EQ(caught("new-type"), 1U);
  EXPECT_EQ(caught("stopped-key"), 1U);
  EXPECT_EQ(caught("nulls:0.5"), 1U);
  EXPECT_EQ(caught("nulls:0.6"), 0U);
  EXPECT_EQ(caught("new-key,new-type,stopped-key,nulls:0.5"), 4U);
}

TEST(DriftTest, UnknownGatesAreRefused) {
  for (const char* list : {"new", "nulls", "nulls:x", "nulls:2", "nulls:nan", "new-key,,"}) {
    const auto gate = parse_drift_gate(list);
    ASSERT_FALSE(gate) << list;
    EXPECT_EQ(gate.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace clicklake
