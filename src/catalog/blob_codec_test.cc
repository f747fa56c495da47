#include "catalog/blob_codec.h"

#include <gtest/gtest.h>

#include <limits>

namespace clicklake {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

ParquetFileInfo sample_info() {
  ParquetFileInfo info;
  info.split_offsets = {4, 1'000'000, 5'000'000'000};
  info.columns.push_back({1, 123'456, 1000, 0, std::string("\x01\0\0\0\0\0\0\0", 8), "abcdefgh"});
  info.columns.push_back({22, 0, kMax, kMin, std::nullopt, ""});
  info.columns.push_back({3, 7, 0, 0, "", std::nullopt});
  info.columns.push_back({-1, 7, 0, 0, std::nullopt, std::nullopt});
  return info;
}

void expect_equal(const ParquetFileInfo& a, const ParquetFileInfo& b) {
  EXPECT_EQ(a.split_offsets, b.split_offsets);
  ASSERT_EQ(a.columns.size(), b.columns.size());
  for (std::size_t i = 0; i < a.columns.size(); ++i) {
    EXPECT_EQ(a.columns[i].field_id, b.columns[i].field_id);
    EXPECT_EQ(a.columns[i].size_bytes, b.columns[i].size_bytes);
    EXPECT_EQ(a.columns[i].value_count, b.columns[i].value_count);
    EXPECT_EQ(a.columns[i].null_count, b.columns[i].null_count);
    EXPECT_EQ(a.columns[i].lower, b.columns[i].lower);
    EXPECT_EQ(a.columns[i].upper, b.columns[i].upper);
  }
}

TEST(StatisticsBlobTest, ComesBackAsItWas) {
  const ParquetFileInfo info = sample_info();
  ParquetFileInfo back;
  back.columns.resize(9);  // what was there before is replaced
  ASSERT_TRUE(decode_statistics(encode_statistics(info), back).has_value());
  expect_equal(info, back);
}

TEST(StatisticsBlobTest, EmptyInfoComesBackEmpty) {
  ParquetFileInfo back = sample_info();
  ASSERT_TRUE(decode_statistics(encode_statistics({}), back).has_value());
  EXPECT_TRUE(back.columns.empty());
  EXPECT_TRUE(back.split_offsets.empty());
}

TEST(StatisticsBlobTest, EveryCutAndEveryAppendedByteIsCorruption) {
  const std::string bytes = encode_statistics(sample_info());
  ParquetFileInfo back;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto status = decode_statistics(std::string_view(bytes).substr(0, size), back);
    ASSERT_FALSE(status.has_value()) << "cut at " << size;
    ASSERT_EQ(status.error().code, ErrorCode::kCorruption);
  }
  EXPECT_FALSE(decode_statistics(bytes + "x", back).has_value());
}

TEST(StatisticsBlobTest, OtherVersionIsCorruption) {
  std::string bytes = encode_statistics(sample_info());
  bytes[0] = 2;
  ParquetFileInfo back;
  EXPECT_FALSE(decode_statistics(bytes, back).has_value());
}

TEST(StatisticsBlobTest, HugeCountsReserveNothing) {
  ParquetFileInfo back;
  EXPECT_FALSE(decode_statistics("\x01\xff\xff\xff\xff\xff\xff\xff\x7f", back).has_value());
  EXPECT_FALSE(
      decode_statistics("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", back).has_value())
      << "a number of more than 64 bits";
}

TEST(ArrivalsBlobTest, ComesBackAsItWas) {
  for (const Arrivals& arrivals :
       {Arrivals{}, Arrivals{{1'730'000'000'000'000, -1}},
        Arrivals{
            {1'730'000'000'000'000, 5}, {1'630'000'000'000'000, 7}, {kMax, 0}, {kMin, kMax}}}) {
    const auto back = decode_arrivals(encode_arrivals(arrivals));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, arrivals);
  }
}

TEST(ArrivalsBlobTest, IsCompact) {
  Arrivals arrivals;
  for (std::int64_t i = 0; i < 100; ++i)
    arrivals.emplace_back(1'730'000'000'000'000 + i * 60'000'000, 5000);
  EXPECT_LT(encode_arrivals(arrivals).size(), 100U * 7);
}

TEST(ArrivalsBlobTest, EveryCutIsCorruption) {
  const std::string bytes = encode_arrivals({{1'730'000'000'000'000, 5}, {5, 5}});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(decode_arrivals(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(decode_arrivals(bytes + '\0').has_value());
}

}  // namespace
}  // namespace clicklake
