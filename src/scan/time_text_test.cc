#include "scan/time_text.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

constexpr std::int64_t kThreePm = 1'730'732'400'000'000;  // 2024-11-04T15:00:00Z

TEST(TimeTextTest, HiveTimestampsAreLenient) {
  EXPECT_EQ(read_hive_timestamp("2024-11-04 15:00:00"), kThreePm);
  EXPECT_EQ(read_hive_timestamp(" 2024-11-4 15:0:0.5 "), kThreePm + 500'000);
  EXPECT_EQ(read_hive_timestamp("2024-11-04T15:00"), kThreePm);
  EXPECT_EQ(read_hive_timestamp("2024-11-03 38:60:00"), kThreePm);
  EXPECT_EQ(read_hive_timestamp("2023-23-04 15:00:00"), kThreePm);
  EXPECT_EQ(read_hive_timestamp("2024-11-04"), kThreePm - 15 * kMicrosPerHour);
  EXPECT_EQ(read_hive_timestamp("1969-12-31 23:59:59"), -1'000'000);
  for (const char* bad : {"", "2024-11-04 15:00", "2024-11-04 15:00:00Z", "04/11/2024 15:00",
                          "2024-11-04 15:00:00 pm", "9999999999-01-01 00:00:00"}) {
    EXPECT_EQ(read_hive_timestamp(bad), std::nullopt) << bad;
  }
}

TEST(TimeTextTest, ZonesAreConvertedToUtc) {
  EXPECT_EQ(read_zoned_timestamp("2024-11-04T17:00:00+02:00"), kThreePm);
  EXPECT_EQ(read_zoned_timestamp("2024-11-04t09:30z"),
            kThreePm - 5 * kMicrosPerHour - 30 * 60 * kMicrosPerSecond);
  EXPECT_EQ(read_zoned_timestamp("2024-11-04T10:00:00-0500"), kThreePm);
  EXPECT_EQ(read_zoned_timestamp("2024-11-04T15:00:00+25:00"), std::nullopt);
  EXPECT_EQ(read_zoned_timestamp("2024-11-04T15:00:00"), std::nullopt);
}

TEST(TimeTextTest, DatesDropWhatIsBehindABlank) {
  EXPECT_EQ(read_hive_date("2024-11-04 15:00"), 20031);
  EXPECT_EQ(read_hive_date("1969-12-31"), -1);
  EXPECT_EQ(read_hive_date("2024-11"), std::nullopt);
  EXPECT_EQ(read_hive_date("2024-11-04T15:00"), std::nullopt);
}

TEST(TimeTextTest, PatternsAreJavas) {
  const auto read = [](std::string_view pattern, std::string_view text) {
    const auto parsed = TimePattern::parse(pattern);
    EXPECT_TRUE(parsed.has_value()) << pattern;
    return parsed.has_value() ? parsed->read(text) : std::nullopt;
  };
  EXPECT_EQ(read("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "2024-11-04T15:00:00.250Z"), kThreePm + 250'000);
  EXPECT_EQ(read("yyyyMMddHHmmss", "20241104150000"), kThreePm);
  EXPECT_EQ(read("dd/MMM/yyyy:HH:mm:ss Z", "04/Nov/2024:17:00:00 +0200"), kThreePm);
  EXPECT_EQ(read("MMMM d, yy h:mm a", "november 4, 24 3:00 PM"), kThreePm);
  EXPECT_EQ(read("yyyy-MM-dd HH 'o''clock'", "2024-11-04 15 o'clock"), kThreePm);
  EXPECT_EQ(read("yyyy-DDD HH", "2024-309 15"), kThreePm);
  EXPECT_EQ(read("millis", "1730732400000"), kThreePm);
  EXPECT_EQ(read("yyyy-MM-dd", "2024-11-04 15:00:00"), std::nullopt);
  EXPECT_EQ(read("yyyy-MM-dd", "2024-13-04"), std::nullopt);
  for (const char* bad : {"yyyy 'open", "ww", "yyyy[-MM]"}) {
    const auto parsed = TimePattern::parse(bad);
    ASSERT_FALSE(parsed.has_value()) << bad;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace clicklake
