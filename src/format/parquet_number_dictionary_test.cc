#include "format/parquet_number_dictionary.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace clicklake {
namespace {

std::vector<std::int64_t> random_numbers(std::size_t count, std::uint64_t distinct,
                                         std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    numbers.push_back(static_cast<std::int64_t>(random() % distinct * 0x9E3779B97F4A7C15ULL));
  }
  return numbers;
}

TEST(NumberDictionaryTest, IndicesLeadToTheValues) {
  for (const std::uint64_t distinct : {1U, 2U, 100U, 3000U}) {
    const auto numbers = random_numbers(20000, distinct, distinct);
    Arena arena;
    const auto dictionary = number_dictionary(std::span<const std::int64_t>(numbers), arena);
    ASSERT_TRUE(dictionary.has_value()) << distinct;
    EXPECT_LE(dictionary->entries.size(), distinct);
    ASSERT_EQ(dictionary->indices.size(), numbers.size());
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const std::uint32_t index = dictionary->indices[i];
      ASSERT_EQ(dictionary->entries[index], numbers[i]);
      ASSERT_LE(index, next) << "entries are numbered as they appear";
      next = std::max(next, index + 1);
    }
    EXPECT_EQ(next, dictionary->entries.size());
  }
}

TEST(NumberDictionaryTest, NumbersThatDifferHaveNone) {
  Arena arena;
  const auto all = random_numbers(20000, 1U << 30, 1);
  EXPECT_FALSE(number_dictionary(std::span<const std::int64_t>(all), arena).has_value());
  const auto most = random_numbers(20000, 30000, 2);
  EXPECT_FALSE(number_dictionary(std::span<const std::int64_t>(most), arena).has_value());
  const std::vector<std::int64_t> few(63, 1);
  EXPECT_FALSE(number_dictionary(std::span<const std::int64_t>(few), arena).has_value());
}

TEST(NumberDictionaryTest, LargeDictionariesAreNotMade) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < 200000; ++i) numbers.push_back(i / 5);
  Arena arena;
  EXPECT_FALSE(number_dictionary(std::span<const std::int64_t>(numbers), arena).has_value());
  numbers.resize(80000);
  EXPECT_TRUE(number_dictionary(std::span<const std::int64_t>(numbers), arena).has_value());
}

TEST(NumberDictionaryTest, IntsKeepTheirSign) {
  std::vector<std::int32_t> numbers(1000, -5);
  numbers[7] = 3;
  Arena arena;
  const auto dictionary = number_dictionary(std::span<const std::int32_t>(numbers), arena);
  ASSERT_TRUE(dictionary.has_value());
  ASSERT_EQ(dictionary->entries.size(), 2U);
  EXPECT_EQ(dictionary->entries[0], -5);
  EXPECT_EQ(dictionary->entries[1], 3);
  EXPECT_EQ(dictionary->indices[7], 1U);
}

}  // namespace
}  // namespace clicklake
