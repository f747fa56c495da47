#include "format/parquet_statistics.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace clicklake {
namespace {

using enum ColumnType;

Bounds of_longs(std::vector<std::int64_t> values) {
  return bounds_of(std::span<const std::int64_t>(values));
}
Bounds of_strings(std::vector<std::string_view> values) {
  return bounds_of(std::span<const std::string_view>(values));
}
std::string bytes(std::initializer_list<int> list) {
  std::string out;
  for (const int byte : list) out += static_cast<char>(byte);
  return out;
}

TEST(IcebergBoundsTest, NumbersAreLittleEndianOfTheirWidth) {
  const Bounds bounds = of_longs({5, -2, 1});
  EXPECT_EQ(iceberg_lower(kLong, bounds), bytes({0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}));
  EXPECT_EQ(iceberg_upper(kTimestampTz, bounds), bytes({5, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(iceberg_lower(kInt, bounds), bytes({0xFE, 0xFF, 0xFF, 0xFF}));
  EXPECT_EQ(iceberg_upper(kDate, bounds), bytes({5, 0, 0, 0}));
  EXPECT_EQ(iceberg_upper(kBoolean, of_longs({0, 1})), bytes({1}));
}

TEST(IcebergBoundsTest, DecimalsAreBigEndianAndAsShortAsTheSignAllows) {
  const auto decimal = [](std::int64_t value) {
    return *iceberg_lower(kDecimal18_4, of_longs({value}));
  };
  EXPECT_EQ(decimal(0), bytes({0}));
  EXPECT_EQ(decimal(127), bytes({0x7F}));
  EXPECT_EQ(decimal(128), bytes({0x00, 0x80}));
  EXPECT_EQ(decimal(-1), bytes({0xFF}));
  EXPECT_EQ(decimal(-128), bytes({0x80}));
  EXPECT_EQ(decimal(-129), bytes({0xFF, 0x7F}));
  EXPECT_EQ(decimal(999'900), bytes({0x0F, 0x41, 0xDC}));
  EXPECT_EQ(decimal(std::numeric_limits<std::int64_t>::min()), bytes({0x80, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(IcebergBoundsTest, StringsAreCutTo16CharactersAndTheUpperRoundedUp) {
  const Bounds bounds = of_strings({"https://shop.example.com/a", "https://shop.example.com/z"});
  EXPECT_EQ(iceberg_lower(kString, bounds), "https://shop.exa");
  EXPECT_EQ(iceberg_upper(kString, bounds), "https://shop.exb");
  EXPECT_EQ(iceberg_upper(kString, of_strings({"exactly 16 chars"})), "exactly 16 chars");
}

TEST(IcebergBoundsTest, CharactersAreNotCutApart) {
  const std::string long_value = "ééééééééééééééééé";  // 17 characters, 34 bytes
  const Bounds bounds = of_strings({long_value});
  EXPECT_EQ(iceberg_lower(kString, bounds), "éééééééééééééééé");
  EXPECT_EQ(iceberg_upper(kString, bounds), "éééééééééééééééê");
}

TEST(IcebergBoundsTest, RoundingUpCarriesAndSkipsSurrogates) {
  const std::string last = "\xF4\x8F\xBF\xBF";           // U+10FFFF
  const std::string before_surrogates = "\xED\x9F\xBF";  // U+D7FF
  EXPECT_EQ(iceberg_upper(kString, of_strings({"123456789012345" + last + "x"})),
            "123456789012346");
  EXPECT_EQ(iceberg_upper(kString, of_strings({"123456789012345" + before_surrogates + "x"})),
            "123456789012345\xEE\x80\x80");
  EXPECT_EQ(iceberg_upper(kString, of_strings({"123456789012345\x7Fx"})),
            "123456789012345\xC2\x80");
}

TEST(IcebergBoundsTest, NoUpperWhereNothingIsAbove) {
  std::string lasts;
  for (int i = 0; i < 17; ++i) lasts += "\xF4\x8F\xBF\xBF";
  EXPECT_EQ(iceberg_upper(kString, of_strings({lasts})), std::nullopt);
  EXPECT_EQ(iceberg_lower(kString, of_strings({lasts})), lasts.substr(0, 64));
}

TEST(BoundsTest, StringsCompareByUnsignedBytes) {
  const Bounds bounds = of_strings(
      {"b", "\xC3\xA9", "a", "abc", std::string_view("a\0", 2), "abcdefgh1", "abcdefgh0"});
  EXPECT_EQ(bounds.min_string, "a");
  EXPECT_EQ(bounds.max_string, "\xC3\xA9");
  const Bounds empty = of_strings({"x", ""});
  EXPECT_EQ(empty.min_string, "");
}

TEST(BoundsTest, LongStringsAreCutAndSaySo) {
  const std::string value(1000, 'y');
  const Bounds bounds = of_strings({value});
  EXPECT_EQ(bounds.min_string, std::string(256, 'y'));
  EXPECT_FALSE(bounds.min_is_exact);
  EXPECT_EQ(bounds.max_string, std::string(255, 'y') + "z");
  EXPECT_FALSE(bounds.max_is_exact);
  EXPECT_TRUE(of_strings({std::string_view(value).substr(0, 256)}).max_is_exact);
}

TEST(BoundsTest, MergingWidens) {
  Bounds bounds;
  merge(bounds, of_longs({3, 4}));
  merge(bounds, Bounds{});
  merge(bounds, of_longs({-9, 3}));
  EXPECT_EQ(bounds.min_long, -9);
  EXPECT_EQ(bounds.max_long, 4);
  Bounds strings = of_strings({"m"});
  merge(strings, of_strings({"a", std::string(300, 'z')}));
  EXPECT_EQ(strings.min_string, "a");
  EXPECT_TRUE(strings.min_is_exact);
  EXPECT_FALSE(strings.max_is_exact);
  std::string lasts;
  for (int i = 0; i < 100; ++i) lasts += "\xF4\x8F\xBF\xBF";
  merge(strings, of_strings({lasts}));
  EXPECT_EQ(strings.max_string, std::nullopt);
  merge(strings, of_strings({"b"}));
  EXPECT_EQ(strings.max_string, std::nullopt);
}

}  // namespace
}  // namespace clicklake
