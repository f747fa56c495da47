#include "transform/identity_set.h"

#include <gtest/gtest.h>

#include <fstream>

namespace clicklake {
namespace {

using Found = IdentitySet::Found;

/// The i-th of many identities without a pattern that the set's own hashing could gain from.
EventHash nth(std::uint64_t i) { return {i * 7919, ~i}; }

std::filesystem::path temp_dir() { return testing::TempDir(); }

TEST(IdentitySetTest, EveryIdentityIsFreshOnce) {
  IdentitySet set(temp_dir());
  for (std::uint64_t i = 0; i < 200'000; ++i)
    ASSERT_EQ(set.insert({i * 0x9E3779B97F4A7C15ULL, i}), Found::kFresh) << i;
  for (std::uint64_t i = 0; i < 200'000; ++i)
    ASSERT_EQ(set.insert({i * 0x9E3779B97F4A7C15ULL, i}), Found::kDuplicate) << i;
  EXPECT_EQ(set.size(), 200'000U);
  set.reset(0);
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.insert({0, 0}), Found::kFresh);
  EXPECT_EQ(set.insert({0, 0}), Found::kDuplicate);
}

TEST(IdentitySetTest, HalfTheBitsMakeNoDuplicate) {
  IdentitySet set(temp_dir());
  for (const EventHash& id :
       {EventHash{7, 1}, EventHash{7, 2}, EventHash{8, 1}, EventHash{0, 1}, EventHash{1, 0}})
    EXPECT_EQ(set.insert(id), Found::kFresh);
  EXPECT_EQ(set.size(), 5U);
}

TEST(IdentitySetTest, BitsThatTheTableHoldsMakeNoDuplicate) {
  // key ^ (check << 1) is the same for all of them, and with it whatever is made of that.
  IdentitySet set(temp_dir());
  for (std::uint64_t i = 0; i < 500; ++i)
    ASSERT_EQ(set.insert({12345 ^ (i << 1), i}), Found::kFresh) << i;
  for (std::uint64_t i = 0; i < 500; ++i)
    ASSERT_EQ(set.insert({12345 ^ (i << 1), i}), Found::kDuplicate) << i;
}

TEST(IdentitySetTest, RoomMadeBeforehandChangesNothingElse) {
  IdentitySet set(temp_dir());
  for (const std::size_t expected : {300'000U, 10U, 100'000U}) {
    set.reset(expected);
    for (std::uint64_t i = 0; i < 200'000; ++i) ASSERT_EQ(set.insert(nth(i)), Found::kFresh);
    for (std::uint64_t i = 0; i < 200'000; ++i) ASSERT_EQ(set.insert(nth(i)), Found::kDuplicate);
    EXPECT_EQ(set.size(), 200'000U);
  }
}

TEST(IdentitySetTest, SpilledIdentitiesAreFoundInAnyOrder) {
  constexpr std::uint64_t kCount = 3 * IdentitySet::kHeld + 17;
  IdentitySet set(temp_dir());
  for (std::uint64_t i = 0; i < kCount; ++i) ASSERT_EQ(set.insert(nth(i)), Found::kFresh);
  for (std::uint64_t i = 0; i < kCount; ++i)
    ASSERT_EQ(set.insert(nth(i * 65'537 % kCount)), Found::kDuplicate) << i;
  for (std::uint64_t i = kCount; i > 0; --i)
    ASSERT_EQ(set.insert(nth(i - 1)), Found::kDuplicate) << i;
  EXPECT_EQ(set.insert(nth(kCount)), Found::kFresh);
}

TEST(IdentitySetTest, FailsWhereItCanSpillNothing) {
  const std::filesystem::path file = temp_dir() / "identity_set_test_no_folder";
  std::ofstream(file) << "a file where the folder should be";
  IdentitySet set(file / "below");
  for (std::uint64_t i = 0; i < IdentitySet::kHeld; ++i)
    ASSERT_EQ(set.insert(nth(i)), Found::kFresh);
  ASSERT_EQ(set.insert(nth(IdentitySet::kHeld)), Found::kFailed);
  EXPECT_NE(set.failure().message.find("identity_set_test_no_folder"), std::string::npos);
  EXPECT_EQ(set.insert(nth(1)), Found::kDuplicate) << "what is held is still known";
  EXPECT_EQ(set.insert(nth(IdentitySet::kHeld)), Found::kFailed)
      << "and nothing gets lost silently";
  set.reset(0);
  EXPECT_EQ(set.insert(nth(IdentitySet::kHeld)), Found::kFresh);
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace clicklake
