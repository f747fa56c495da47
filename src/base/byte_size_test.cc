#include "base/byte_size.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

TEST(ByteSizeTest, UnitsAreSiAndIec) {
  EXPECT_EQ(parse_byte_size("128 MB").value(), 128'000'000U);
  EXPECT_EQ(parse_byte_size("1GiB").value(), 1'073'741'824U);
  EXPECT_EQ(parse_byte_size("1.5k").value(), 1500U);
  EXPECT_EQ(parse_byte_size("42").value(), 42U);
}

TEST(ByteSizeTest, NonsenseIsRefusedWithTheWayOut) {
  for (const char* text : {"", "MB", "-1", "12 parsecs", "1e30 TB"}) {
    const auto size = parse_byte_size(text);
    ASSERT_FALSE(size.has_value()) << text;
    EXPECT_NE(size.error().message.find("128MB"), std::string::npos);
  }
}

TEST(ByteSizeTest, FormatsForPeople) {
  EXPECT_EQ(format_byte_size(12), "12 B");
  EXPECT_EQ(format_byte_size(937'200'000), "937.2 MB");
  EXPECT_EQ(format_byte_size(999'999), "1.0 MB");
}

}  // namespace
}  // namespace clicklake
