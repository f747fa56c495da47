#include "catalog/integer_bounds.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

namespace clicklake {
namespace {

using namespace std::string_view_literals;

constexpr std::array<ColumnDefinition, 5> kColumns{{
    {"key", 1, ColumnType::kLong, true},
    {"name", 2, ColumnType::kString, false},
    {"number", 3, ColumnType::kInt, false},
    {"amount", 4, ColumnType::kDecimal18_4, false},
    {"tags", 5, ColumnType::kMapStringString, true, 6, 7},
}};
const TableDefinition kTable{.name = "t",
                             .columns = kColumns,
                             .partition_source = {},
                             .partition_name = {},
                             .sort_column = {}};

std::string eight(std::int64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

TEST(BoundNumberTest, ReadsIcebergsSpellings) {
  EXPECT_EQ(bound_number(ColumnType::kInt, "\x01\x02\0\0"sv), 513);
  EXPECT_EQ(bound_number(ColumnType::kInt, "\xff\xff\xff\xff"sv), -1);
  EXPECT_EQ(bound_number(ColumnType::kDate, "\x05\0\0\0"sv), 5);
  EXPECT_EQ(bound_number(ColumnType::kLong, eight(-2)), -2);
  EXPECT_EQ(bound_number(ColumnType::kLong, "\xfe\xff\xff\xff"sv), -2) << "an int, widened later";
  EXPECT_EQ(bound_number(ColumnType::kTimestampTz, eight(1'730'000'000'000'000)),
            1'730'000'000'000'000);
  EXPECT_EQ(bound_number(ColumnType::kDecimal18_4, "\x01\x00"sv), 256);
  EXPECT_EQ(bound_number(ColumnType::kDecimal18_4, "\xff"sv), -1);
  EXPECT_EQ(bound_number(ColumnType::kDecimal18_4, "\x00\xff"sv), 255);
}

TEST(BoundNumberTest, OtherLengthsAndTypesAreNothing) {
  EXPECT_FALSE(bound_number(ColumnType::kInt, "abc"));
  EXPECT_FALSE(bound_number(ColumnType::kLong, ""));
  EXPECT_FALSE(bound_number(ColumnType::kDecimal18_4, ""));
  EXPECT_FALSE(bound_number(ColumnType::kDecimal18_4, "123456789"));
  EXPECT_FALSE(bound_number(ColumnType::kString, "abcd"));
  EXPECT_FALSE(bound_number(ColumnType::kBoolean, "\x01"));
}

TEST(IntegerBoundsTest, KeepsWhatCanPrune) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  ParquetFileInfo info;
  info.columns = {
      {1, 0, 10, 0, eight(5), eight(9)},          {2, 0, 10, 0, "a", "b"},
      {3, 0, 10, 10, std::nullopt, std::nullopt}, {4, 0, 10, 2, "\xff", "\x10"},
      {6, 0, 10, 0, eight(1), eight(2)},          {99, 0, 10, 0, eight(1), eight(2)},
  };
  const auto bounds = integer_bounds(kTable, info);
  ASSERT_EQ(bounds.size(), 3U);
  EXPECT_EQ(bounds[0].field_id, 1);
  EXPECT_EQ(bounds[0].min, 5);
  EXPECT_EQ(bounds[0].max, 9);
  EXPECT_EQ(bounds[1].field_id, 3);
  EXPECT_EQ(bounds[1].min, kMax) << "only nulls: no range overlaps";
  EXPECT_EQ(bounds[1].max, kMin);
  EXPECT_EQ(bounds[2].field_id, 4);
  EXPECT_EQ(bounds[2].min, -1);
  EXPECT_EQ(bounds[2].max, 16);
}

TEST(IntegerBoundsTest, UnknownAndUselessOnesAreLeftOut) {
  constexpr std::int64_t kBig = std::int64_t{1} << 62;
  for (const ColumnStatistics& column : {
           ColumnStatistics{1, 0, 10, 0, eight(-kBig), eight(kBig)},   // a hash key's span
           ColumnStatistics{1, 0, 10, 0, eight(9), eight(5)},          // contradicts itself
           ColumnStatistics{1, 0, 10, 0, eight(9), std::nullopt},      // open above
           ColumnStatistics{1, 0, 10, 3, std::nullopt, std::nullopt},  // unknown
           ColumnStatistics{1, 0, 0, 0, std::nullopt, std::nullopt},   // not counted
           ColumnStatistics{1, 0, 10, 0, "no", "number"},
       }) {
    ParquetFileInfo info;
    info.columns = {column};
    EXPECT_TRUE(integer_bounds(kTable, info).empty());
  }
  ParquetFileInfo info;
  info.columns = {{1, 0, 10, 0, eight(-kBig), eight(kBig - 1)}};
  EXPECT_EQ(integer_bounds(kTable, info).size(), 1U) << "the widest that is kept";
}

}  // namespace
}  // namespace clicklake
