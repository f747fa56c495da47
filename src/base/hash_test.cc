#include "base/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace clicklake {
namespace {

TEST(HashTest, KeyEqualsSparksXxhash64) {
  EXPECT_EQ(surrogate_key("Spark"), -4294468057691064905LL);
}

TEST(HashTest, EmptyNaturalKeyIsZero) { EXPECT_EQ(surrogate_key(""), 0); }

TEST(HashTest, CheckSeedIsTheHashOfTheProductsName) {
  EXPECT_EQ(xxh64("clicklake", kKeySeed), kCheckSeed);
}

TEST(HashTest, OnePassEqualsTwoPassesAtEveryLength) {
  std::string text;
  for (int i = 0; i < 300; ++i) {
    const EventHash both = event_hash(text);
    ASSERT_EQ(both.key, xxh64(text, kKeySeed)) << "length " << i;
    ASSERT_EQ(both.check, xxh64(text, kCheckSeed)) << "length " << i;
    ASSERT_EQ(event_hash_plain(text), both) << "length " << i;
    text.push_back(static_cast<char>('a' + i * 7 % 26));
  }
}

TEST(ContentHashTest, PiecesEqualTheWhole) {
  ContentHash whole;
  whole.update("hello world", 11);
  ContentHash pieces;
  pieces.update("hello", 5);
  pieces.update(" world", 6);
  EXPECT_EQ(whole.hex(), pieces.hex());
  EXPECT_EQ(whole.hex().size(), 32U);
  EXPECT_NE(whole.hex(), ContentHash().hex());
}

}  // namespace
}  // namespace clicklake
