#include "model/time.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

constexpr std::int64_t kNov4 = 1730732400LL * kMicrosPerSecond;  // 2024-11-04T15:00:00Z

TEST(TimestampTest, EverySpellingOfOneTimeIsThatTime) {
  for (const char* text :
       {"2024-11-04T15:00:00Z", "2024-11-04 15:00:00", "2024-11-04T15:00:00.000Z",
        "2024-11-04T15:00", "2024-11-04T17:00:00+02:00", "2024-11-04T17:00:00+0200",
        "2024-11-04T17:00:00+02", "2024-11-04T10:30:00-04:30", "2024-11-04t15:00:00z", "1730732400",
        "1730732400000", "1730732400000000"}) {
    EXPECT_EQ(parse_timestamp(text), kNov4) << text;
  }
  for (const char* number : {"1730732400", "1730732400000", "1730732400000000", "1730732400.0",
                             "1.7307324e9", "17307324e2", "1730732400000.0"}) {
    EXPECT_EQ(parse_epoch(number), kNov4) << number;
  }
}

TEST(TimestampTest, FractionsAreCutAtTheMicrosecond) {
  EXPECT_EQ(parse_timestamp("2024-11-04T15:00:00.1234567Z"), kNov4 + 123456);
  EXPECT_EQ(parse_timestamp("2024-11-04T15:00:00.5Z"), kNov4 + 500000);
  EXPECT_EQ(parse_epoch("1730732400.25"), kNov4 + 250000);
  EXPECT_EQ(parse_epoch("1730732400000.9999"), kNov4 + 999);
}

TEST(TimestampTest, WhatDoesNotExistIsRefused) {
  for (const char* text : {"",
                           "2023-02-29T00:00:00Z",
                           "2024-13-01T00:00:00Z",
                           "2024-00-01T00:00:00Z",
                           "2024-11-04T24:00:00Z",
                           "2024-11-04T15:60:00Z",
                           "2024-11-04T15:00:60Z",
                           "2024-11-04T15:00:00 Europe/Berlin",
                           "2024-11-04T15:00:00 UTC",
                           "2024-11-04T15:00:00.Z",
                           "2024-11-04T15:00:00Zx",
                           "04/11/2024 15:00",
                           "1969-12-31T23:59:59Z",
                           "2101-01-01T00:00:00Z",
                           "1970-01-01T00:30:00+01:00",
                           "2024-11-04T15:00:00+2",
                           "2024-11-04T15",
                           "yesterday",
                           "2024-1-4T15:00:00Z",
                           "99999999999999999999"}) {
    EXPECT_FALSE(parse_timestamp(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_epoch("-1").has_value());
  EXPECT_FALSE(parse_epoch("1e400").has_value());
  EXPECT_FALSE(parse_epoch("4133980800000001").has_value());
  for (const char* text : {"1730732400.", ".5", ".", "1.e3"}) {
    EXPECT_FALSE(parse_epoch(text).has_value()) << text;
    EXPECT_FALSE(parse_timestamp(text).has_value()) << text;
  }
  EXPECT_EQ(parse_epoch("0." + std::string(20'000, '0') + "1e20001"), kMicrosPerSecond);
}

TEST(TimestampTest, LeapDaysAndTheEdgesOfTheRangeAreTaken) {
  EXPECT_TRUE(parse_timestamp("2024-02-29T12:00:00Z").has_value());
  EXPECT_TRUE(parse_timestamp("2000-02-29").has_value());
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00Z"), 0);
  EXPECT_TRUE(parse_timestamp("2100-12-31T23:59:59.999999Z").has_value());
}

TEST(TimestampTest, CivilTimeAndFormattingInvertParsing) {
  for (std::int64_t us = 0; us < 130LL * 365 * kMicrosPerDay; us += 12'345'678'901'237LL) {
    EXPECT_EQ(parse_timestamp(format_timestamp(us)), us) << format_timestamp(us);
  }
  EXPECT_EQ(hour_partition_path(hour_of(kNov4)), "year=2024/month=11/day=04/hour=15");
  EXPECT_EQ(date_key(kNov4), 20241104);
}

TEST(TimestampTest, AReaderGivesWhatParsingGivesWhateverItReadBefore) {
  TimestampReader reader;
  const auto check = [&](const std::string& text) {
    std::int64_t us = 0;
    const auto expected = parse_timestamp(text);
    ASSERT_EQ(reader.parse(text, &us), expected.has_value()) << text;
    EXPECT_EQ(us, expected.value_or(0)) << text;
  };
  for (const char* minute : {"2024-11-04T15:00", "2024-11-04T15:01", "1970-01-01T00:00",
                             "2100-12-31T23:59", "2101-01-01T00:00", "2024-11-04 15:01"}) {
    for (const char* rest : {":00.000Z", ":59.999Z", ":60.000Z", ":0x.000Z", ":00.00xZ", ":00,123Z",
                             ":00.123z", ":00.123+", "x00.123Z", ":00Z", ":00.123456Z", ""}) {
      check(std::string(minute) + rest);
    }
  }
  check("1730732400123");
}

}  // namespace
}  // namespace clicklake
