#include "transform/identity_set.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

TEST(IdentitySetTest, EveryIdentityIsFreshOnce) {
  IdentitySet set;
  for (std::uint64_t i = 0; i < 200'000; ++i)
    ASSERT_TRUE(set.insert({i * 0x9E3779B97F4A7C15ULL, i})) << i;
  for (std::uint64_t i = 0; i < 200'000; ++i)
    ASSERT_FALSE(set.insert({i * 0x9E3779B97F4A7C15ULL, i})) << i;
  EXPECT_EQ(set.size(), 200'000U);
  set.clear();
  EXPECT_EQ(set.size(), 0U);
  EXPECT_TRUE(set.insert({0, 0}));
  EXPECT_FALSE(set.insert({0, 0}));
}

TEST(IdentitySetTest, HalfTheBitsMakeNoDuplicate) {
  IdentitySet set;
  EXPECT_TRUE(set.insert({7, 1}));
  EXPECT_TRUE(set.insert({7, 2}));
  EXPECT_TRUE(set.insert({8, 1}));
  EXPECT_TRUE(set.insert({0, 1}));
  EXPECT_TRUE(set.insert({1, 0}));
  EXPECT_EQ(set.size(), 5U);
}

TEST(IdentitySetTest, RoomMadeBeforehandChangesNothingElse) {
  IdentitySet set;
  set.reserve(100'000);
  set.reserve(10);
  for (std::uint64_t i = 0; i < 200'000; ++i) ASSERT_TRUE(set.insert({i * 7919, ~i}));
  for (std::uint64_t i = 0; i < 200'000; ++i) ASSERT_FALSE(set.insert({i * 7919, ~i}));
  EXPECT_EQ(set.size(), 200'000U);
}

}  // namespace
}  // namespace clicklake
