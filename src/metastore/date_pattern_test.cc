#include "metastore/date_pattern.h"

#include "metastore/metastore_fixture.h"
#include "model/time.h"

namespace clicklake {
namespace {

constexpr std::int64_t kTime = 1'730'732'645'123'456;  // 2024-11-04T15:04:05.123456Z

std::string written(std::string_view pattern, std::int64_t us = kTime) {
  const auto parsed = DatePattern::parse(pattern);
  return parsed ? parsed->write(us) : parsed.error().message;
}
std::string reread(std::string_view pattern, std::string_view text) {
  const auto us = DatePattern::parse(pattern)->read(text);
  return us ? format_timestamp(*us) : "none";
}

TEST(DatePatternTest, WritesAsJavaDoes) {
  EXPECT_EQ(written("yyyy/MM/dd"), "2024/11/04");
  EXPECT_EQ(written("yyyy/MM/dd/HH"), "2024/11/04/15");
  EXPECT_EQ(written("uuuu-M-d H:m:s"), "2024-11-4 15:4:5");
  EXPECT_EQ(written("yyMMddHHmmss"), "241104150405");
  EXPECT_EQ(written("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"), "2024-11-04T15:04:05.123Z");
  EXPECT_EQ(written("dd MMM yyyy, MMMM"), "04 Nov 2024, November");
  EXPECT_EQ(written("yyyy'''o''clock'"), "2024'o'clock");
  EXPECT_EQ(written("yyyy''MM"), "2024'11");
  EXPECT_EQ(written("yyyy-DDD"), "2024-309");
  EXPECT_EQ(written("'dt='yyyy"), "dt=2024");
}

TEST(DatePatternTest, ReadsWhatItWrites) {
  EXPECT_EQ(reread("yyyy/MM/dd", "2024/11/04"), "2024-11-04T00:00:00Z");
  EXPECT_EQ(reread("yyyyMMddHHmmss", "20241104150405"), "2024-11-04T15:04:05Z");
  EXPECT_EQ(reread("yyyy-M-d", "2024-1-31"), "2024-01-31T00:00:00Z");
  EXPECT_EQ(reread("yy-MMM", "24-Feb"), "2024-02-01T00:00:00Z");
  EXPECT_EQ(reread("yyyy-DDD", "2024-366"), "2024-12-31T00:00:00Z");
  EXPECT_EQ(reread("yyyy ss.SS", "2024 01.25"), "2024-01-01T00:00:01.25Z");
}

TEST(DatePatternTest, OtherTextsAreNoDates) {
  for (const char* text : {"2024/11/4", "2024/11/041", "2024-11-04", "2024/13/01", "2023/02/29", "",
                           "2024/11", "x024/11/04", "0000/01/01"}) {
    EXPECT_EQ(reread("yyyy/MM/dd", text), "none") << text;
  }
  EXPECT_EQ(reread("yyyy-DDD", "2023-366"), "none");
  EXPECT_EQ(reread("yyyy/HH", "2023/24"), "none");
}

TEST(DatePatternTest, OtherLettersAreRefused) {
  for (const char* pattern :
       {"yyyy-ww", "yyyy[MM]", "yyyy-MM-dd'T", "HH", "yyyyy", "yyyy-ddd", "yyyy z", ""}) {
    EXPECT_THAT(DatePattern::parse(pattern), IsError(ErrorCode::kInvalidArgument, pattern));
  }
}

TEST(DatePatternTest, PrecisionIsTheSmallestUnit) {
  EXPECT_EQ(DatePattern::parse("dd/MM/yyyy")->precision(), DateUnit::kDays);
  EXPECT_EQ(DatePattern::parse("yyyy-MM")->precision(), DateUnit::kMonths);
  EXPECT_EQ(DatePattern::parse("yyyy/MM/dd/HH")->precision(), DateUnit::kHours);
}

TEST(DatePatternTest, UnitsAreAddedInTheCalendar) {
  const std::int64_t january = days_from_civil(2024, 1, 31) * kMicrosPerDay + 5;
  const auto after = [&](std::int64_t count, DateUnit unit) {
    const auto us = add_units(january, count, unit);
    return us ? format_timestamp(*us).substr(0, 10) : "none";
  };
  EXPECT_EQ(after(1, DateUnit::kMonths), "2024-02-29");
  EXPECT_EQ(after(-2, DateUnit::kMonths), "2023-11-30");
  EXPECT_EQ(after(-3, DateUnit::kYears), "2021-01-31");
  EXPECT_EQ(after(2, DateUnit::kWeeks), "2024-02-14");
  EXPECT_EQ(after(25, DateUnit::kHours), "2024-02-01");
  EXPECT_EQ(after(-3000, DateUnit::kYears), "none");
  EXPECT_EQ(after(9000, DateUnit::kYears), "none");
  EXPECT_EQ(after(std::int64_t{1} << 62, DateUnit::kWeeks), "none");
  EXPECT_EQ(after(std::int64_t{1} << 62, DateUnit::kYears), "none");
}

TEST(DatePatternTest, UnitsHaveTwoSpellings) {
  EXPECT_EQ(date_unit_of("DAYS"), DateUnit::kDays);
  EXPECT_EQ(date_unit_of("DAY"), DateUnit::kDays);
  EXPECT_EQ(date_unit_of("MILLIS"), DateUnit::kMillis);
  EXPECT_EQ(date_unit_of("MILLI"), std::nullopt);
  EXPECT_EQ(date_unit_of("days"), std::nullopt);
}

}  // namespace
}  // namespace clicklake
