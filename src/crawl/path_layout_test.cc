#include "crawl/path_layout.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

/// "year=2024 month=11" of a path; "-" where a segment is no level.
std::string levels(const std::vector<std::string>& segments) {
  PathLayout layout;
  for (const std::string& segment : segments) {
    if (!descend(segment, &layout)) return "-";
  }
  std::string out;
  for (const auto& [key, value] : layout.values)
    out.append(out.empty() ? "" : " ").append(key).append("=").append(value);
  return out;
}

TEST(PathLayoutTest, HiveLevelsAndPlainDatesSayTheSame) {
  EXPECT_EQ(levels({"year=2024", "month=11", "day=04", "hour=15"}),
            "year=2024 month=11 day=04 hour=15");
  EXPECT_EQ(levels({"2024", "11", "04", "15"}), "year=2024 month=11 day=04 hour=15");
  EXPECT_EQ(levels({"2024-11-04", "15"}), "year=2024 month=11 day=04 hour=15");
}

TEST(PathLayoutTest, LayoutsMixAlongOnePath) {
  EXPECT_EQ(levels({"year=2024", "11", "day=4"}), "year=2024 month=11 day=4");
  EXPECT_EQ(levels({"country=de", "2024", "11"}), "country=de year=2024 month=11");
}

TEST(PathLayoutTest, DatesThatDoNotExistAreNames) {
  EXPECT_EQ(levels({"2024", "13"}), "-");
  EXPECT_EQ(levels({"2023", "02", "29"}), "-");
  EXPECT_EQ(levels({"2024", "02", "29"}), "year=2024 month=02 day=29");
  EXPECT_EQ(levels({"2023-02-29"}), "-");
  EXPECT_EQ(levels({"2024", "11", "04", "24"}), "-");
  EXPECT_EQ(levels({"1066"}), "-");
  EXPECT_EQ(levels({"2024", "11", "04", "15", "30"}), "-");
}

TEST(PathLayoutTest, KeysAreLowerCaseAndValuesUnescaped) {
  EXPECT_EQ(levels({"Country=D%3AE"}), "country=D:E");
}

TEST(PathLayoutTest, KeysOfOddBytesAndRepeatedOnesAreNames) {
  EXPECT_EQ(levels({"a'b=1"}), "-");
  EXPECT_EQ(levels({"=1"}), "-");
  EXPECT_EQ(levels({"a="}), "-");
  EXPECT_EQ(levels({"a=1", "A=2"}), "-");
  EXPECT_EQ(levels({"a=\xFF"}), "-");
}

TEST(PathLayoutTest, ValuesMayHoldAnyText) {
  EXPECT_EQ(levels({"a='; DROP TABLE x;--\n\""}), "a='; DROP TABLE x;--\n\"");
}

TEST(PathLayoutTest, HiddenNamesBeginWithUnderscoreOrDot) {
  EXPECT_TRUE(is_hidden_name("_SUCCESS"));
  EXPECT_TRUE(is_hidden_name(".part.tmp"));
  EXPECT_FALSE(is_hidden_name("_key=1"));
  EXPECT_FALSE(is_hidden_name("part"));
}

TEST(PathLayoutTest, NamesAreMadeOfAnyText) {
  EXPECT_EQ(sanitised_name("Click-Stream (raw)"), "click_stream_raw");
  EXPECT_EQ(sanitised_name("2024 sales"), "t_2024_sales");
  EXPECT_EQ(sanitised_name("'; DROP TABLE x;--"), "drop_table_x");
  EXPECT_EQ(sanitised_name("\xFF\xFF"), "unnamed");
  EXPECT_EQ(sanitised_name("_x_"), "_x_");
}

}  // namespace
}  // namespace clicklake
