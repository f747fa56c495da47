#include "format/newline_count.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace clicklake {
namespace {

TEST(NewlineCountTest, EqualsTheCountByteByByteAtEveryLengthAndAlignment) {
  std::mt19937 random(3);
  std::string text(20'000, 'x');
  for (char& c : text) c = random() % 3 == 0 ? '\n' : static_cast<char>(random());
  for (std::size_t size = 0; size < 300; ++size) {
    for (std::size_t start = 0; start < 33; ++start) {
      const char* begin = text.data() + start;
      ASSERT_EQ(count_newlines(begin, size),
                static_cast<std::uint64_t>(std::count(begin, begin + size, '\n')));
    }
  }
}

TEST(NewlineCountTest, CountsMoreThanAByteHolds) {
  const std::string text(1'000'003, '\n');
  EXPECT_EQ(count_newlines(text.data(), text.size()), text.size());
}

}  // namespace
}  // namespace clicklake
