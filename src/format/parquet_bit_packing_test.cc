#include "format/parquet_bit_packing.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "format/parquet_test_reader.h"

namespace clicklake {
namespace {

constexpr std::uint32_t kNull = 0xFFFFFFFFU;

std::string packed(const std::vector<std::uint32_t>& values, int width) {
  std::string out(hybrid_bound(values.size(), width), '\x5A');
  const char* const end = pack_hybrid(values.data(), values.size(), width, out.data());
  EXPECT_LE(static_cast<std::size_t>(end - out.data()) + 16, out.size())
      << "no room for what a kernel touches behind the end";
  out.resize(static_cast<std::size_t>(end - out.data()));
  return out;
}

/// `count` values of `width` bits, in runs of `run` on average.
std::vector<std::uint32_t> random_values(std::size_t count, int width, double run,
                                         std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> values;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == 0 || static_cast<double>(random() % 1000) < 1000 / run)
      value = static_cast<std::uint32_t>(random() >> (64 - width));
    values.push_back(value);
  }
  return values;
}

TEST(HybridTest, EveryWidthComesBack) {
  for (int width = 1; width <= 32; ++width) {
    for (const std::size_t count :
         {1U, 7U, 8U, 9U, 63U, 64U, 65U, 503U, 504U, 505U, 1009U, 5000U}) {
      for (const double run : {1.0, 5.0, 40.0, 700.0}) {
        const auto values =
            random_values(count, width, run, count + static_cast<std::size_t>(width));
        ASSERT_EQ(read_hybrid(packed(values, width), width, count), values)
            << width << " bits, " << count << " values, runs of " << run;
      }
    }
  }
}

TEST(HybridTest, EqualValuesAreOneRun) {
  EXPECT_EQ(packed(std::vector<std::uint32_t>(50000, 3), 2).size(), 4U);
  EXPECT_EQ(packed(std::vector<std::uint32_t>(50000, 70000), 17).size(), 6U);
}

TEST(HybridTest, RunsEndBetweenGroups) {
  std::vector<std::uint32_t> values(100, 1);
  values.insert(values.end(), {2, 3, 2});
  values.insert(values.end(), 100, 5);
  values.insert(values.end(), {2, 3, 4, 6, 7});
  EXPECT_EQ(read_hybrid(packed(values, 3), 3, values.size()), values);
}

TEST(HybridTest, BitPackedRunsHoldAtMost504Values) {
  const auto values = random_values(5000, 9, 1, 1);
  const std::string bytes = packed(values, 9);
  // Every header fits a byte: 63 groups and the mark.
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto header = static_cast<unsigned char>(bytes[at]);
    ASSERT_EQ(header & 0x81, 1);
    at += 1 + (header >> 1) * 9U;
  }
  EXPECT_EQ(at, bytes.size());
}

TEST(HybridBitsTest, WordsComeBackAsLevels) {
  for (const std::size_t count : {1U, 8U, 63U, 64U, 65U, 128U, 448U, 449U, 4000U}) {
    for (const double run : {1.0, 30.0, 300.0, 5000.0}) {
      const auto values = random_values(count, 1, run, count);
      std::vector<std::uint64_t> words(words_for(count), ~std::uint64_t{0});
      for (std::size_t i = 0; i < count; ++i) {
        if (values[i] == 0) words[i / 64] &= ~(std::uint64_t{1} << i % 64);
      }
      std::string out(hybrid_bound(count, 1), '\0');
      out.resize(
          static_cast<std::size_t>(pack_hybrid_bits(words.data(), count, out.data()) - out.data()));
      ASSERT_EQ(read_hybrid(out, 1, count), values) << count << " bits, runs of " << run;
    }
  }
}

TEST(HybridBitsTest, ConstantLevelsAreOneRun) {
  for (const std::size_t count : {1U, 64U, 100U, 50000U}) {
    const std::vector<std::uint64_t> words(words_for(count), ~std::uint64_t{0});
    std::string out(hybrid_bound(count, 1), '\0');
    EXPECT_LE(pack_hybrid_bits(words.data(), count, out.data()) - out.data(), 4) << count;
  }
}

TEST(CheckIndicesTest, SeesNullsAndMisfits) {
  std::vector<std::uint32_t> indices(1000, 4);
  const auto check = [&](std::size_t entries) {
    return check_indices(indices.data(), indices.size(), entries);
  };
  EXPECT_TRUE(check(5).all_fit);
  EXPECT_FALSE(check(5).has_nulls);
  EXPECT_FALSE(check(4).all_fit);
  indices[777] = kNull;
  EXPECT_TRUE(check(5).all_fit);
  EXPECT_TRUE(check(5).has_nulls);
  EXPECT_FALSE(check(4).all_fit);
  indices[778] = kNull - 1;
  EXPECT_FALSE(check(5).all_fit);
  indices[778] = 0x80000000U;
  EXPECT_FALSE(check(5).all_fit);
  EXPECT_TRUE(check_indices(nullptr, 0, 0).all_fit);
}

TEST(CompactTest, KeepsWhatIsPresentInOrder) {
  const std::vector<std::uint32_t> indices = {7, kNull, 8, kNull, kNull, 9};
  std::uint32_t out[6];
  std::uint64_t words[3] = {};
  ASSERT_EQ(compact_indices(indices.data(), indices.size(), out, words), 3U);
  EXPECT_EQ(std::vector<std::uint32_t>(out, out + 3), (std::vector<std::uint32_t>{7, 8, 9}));
  EXPECT_EQ(words[0], 0b100101U);
  const std::uint8_t bytes[] = {0, 1, 255, 0, 1};
  EXPECT_EQ(bits_of_bytes(bytes, 5, words), 3U);
  EXPECT_EQ(words[0], 0b10110U);
}

}  // namespace
}  // namespace clicklake
