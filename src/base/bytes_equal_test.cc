#include "base/bytes_equal.h"

#include <gtest/gtest.h>

#include <string>

namespace clicklake {
namespace {

TEST(BytesEqualTest, OneDifferentByteAnywhereIsSeen) {
  for (std::size_t size = 0; size < 70; ++size) {
    std::string a(size, 'a');
    for (std::size_t i = 0; i < size; ++i) a[i] = static_cast<char>('a' + i % 23);
    EXPECT_TRUE(bytes_equal(std::string_view(a), std::string_view(std::string(a))));
    for (std::size_t i = 0; i < size; ++i) {
      std::string b = a;
      b[i] = '!';
      EXPECT_FALSE(bytes_equal(std::string_view(a), std::string_view(b))) << size << " at " << i;
    }
  }
  EXPECT_FALSE(bytes_equal(std::string_view("ab"), std::string_view("abc")));
}

}  // namespace
}  // namespace clicklake
