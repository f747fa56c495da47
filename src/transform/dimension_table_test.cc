#include "transform/dimension_table.h"

#include <gtest/gtest.h>

#include <string>

#include "base/hash.h"

namespace clicklake {
namespace {

TEST(DimensionTableTest, AMemberKeepsItsNumber) {
  DimensionTable table;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < 100'000; ++i) {
      const std::string name = "user-" + std::to_string(i);
      ASSERT_EQ(table.find_or_add(surrogate_key(name), name), i + 1);
    }
  }
  EXPECT_EQ(table.size(), 100'001U);
  EXPECT_EQ(table.name(7), "user-6");
  EXPECT_EQ(table.key(DimensionTable::kUnknown), 0);
}

TEST(DimensionTableTest, TwoNamesUnderOneKeyAreNeverMerged) {
  DimensionTable table;
  EXPECT_EQ(table.find_or_add(5, "a"), 1U);
  EXPECT_EQ(table.find_or_add(5, "b"), DimensionTable::kCollision);
  EXPECT_EQ(table.find_or_add(5, "a"), 1U);
  EXPECT_EQ(table.find_or_add(0, "hashes to zero"), DimensionTable::kCollision);
}

TEST(DimensionTableTest, OnlyReferencedMembersAreUsed) {
  DimensionTable table;
  const std::uint32_t a = table.find_or_add(1, "a");
  const std::uint32_t b = table.find_or_add(2, "b");
  table.mark_used(b);
  EXPECT_FALSE(table.used(a));
  EXPECT_TRUE(table.used(b));
  EXPECT_FALSE(table.used(DimensionTable::kUnknown));
}

}  // namespace
}  // namespace clicklake
