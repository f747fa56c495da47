#include "format/parquet_frequency_order.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace clicklake {
namespace {

TEST(FrequencyOrderTest, FrequentEntriesComeFirstAndValuesStay) {
  std::mt19937_64 random(1);
  std::vector<std::uint32_t> indices;
  std::vector<int> dictionary;
  for (std::uint32_t i = 0; i < 600; ++i) {
    indices.push_back(i);
    dictionary.push_back(static_cast<int>(random()));
  }
  for (int i = 0; i < 20000; ++i)
    indices.push_back(static_cast<std::uint32_t>(random() % 600 * (random() % 600) / 600));
  indices.insert(indices.end(), 3000, 599);
  Arena arena;
  const FrequencyOrder ordered = frequency_order(indices, 600, arena);
  const auto renumbered = reorder(std::span<const int>(dictionary), ordered.entries, arena);
  std::vector<int> counts(600);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    ASSERT_EQ(renumbered[ordered.indices[i]], dictionary[indices[i]]);
    ++counts[ordered.indices[i]];
  }
  EXPECT_EQ(renumbered[0], dictionary[599]);
  for (std::size_t i = 1; i < 600; ++i) EXPECT_LE(counts[i], counts[i - 1]);
}

TEST(FrequencyOrderTest, PaysForLargeDictionariesThatRepeat) {
  EXPECT_FALSE(frequency_order_pays(100000, 256));
  EXPECT_TRUE(frequency_order_pays(100000, 257));
  EXPECT_FALSE(frequency_order_pays(1000, 700));
}

}  // namespace
}  // namespace clicklake
