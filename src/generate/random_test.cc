#include "generate/random.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace clicklake::synthetic {
namespace {

TEST(RandomTest, SeedGivesTheSameNumbersEverywhere) {
  Random random(0);  // splitmix64's published sequence
  EXPECT_EQ(random.next(), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(random.next(), 0x6e789e6aa1b965f4ULL);
  EXPECT_EQ(random.next(), 0x06c45d188009454fULL);
}

TEST(RandomTest, BelowStaysBelowAndReachesEveryValue) {
  Random random(7);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(10));
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_EQ(*seen.rbegin(), 9U);
}

TEST(RandomTest, ExponentialHasItsMean) {
  Random random(7);
  double sum = 0;
  for (int i = 0; i < 100'000; ++i) sum += random.exponential(20'000);
  // The piecewise linear logarithm lies up to 0.06 octaves, or 4 %, off.
  EXPECT_NEAR(sum / 100'000, 20'000, 1'000);
}

TEST(AliasTableTest, DrawsByWeight) {
  const std::vector<std::uint64_t> weights{1, 0, 3, 6};
  AliasTable table(weights);
  std::vector<int> drawn(weights.size());
  Random random(3);
  for (int i = 0; i < 100'000; ++i) ++drawn[table.pick(random.next())];
  EXPECT_EQ(drawn[1], 0);
  EXPECT_NEAR(drawn[0], 10'000, 500);
  EXPECT_NEAR(drawn[2], 30'000, 800);
  EXPECT_NEAR(drawn[3], 60'000, 800);
}

TEST(AliasTableTest, OneEntryIsAlwaysDrawn) {
  AliasTable table = AliasTable::zipf(1, 5);
  EXPECT_EQ(table.pick(0), 0U);
  EXPECT_EQ(table.pick(~std::uint64_t{0}), 0U);
}

TEST(AliasTableTest, ZipfHalvesFromRankToDoubleRank) {
  AliasTable table = AliasTable::zipf(1000, 0);
  std::vector<int> drawn(1000);
  Random random(3);
  for (int i = 0; i < 1'000'000; ++i) ++drawn[table.pick(random.next())];
  EXPECT_NEAR(static_cast<double>(drawn[0]) / drawn[1], 2.0, 0.1);
  EXPECT_NEAR(static_cast<double>(drawn[1]) / drawn[3], 2.0, 0.1);
}

}  // namespace
}  // namespace clicklake::synthetic
