#include "model/decimal.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

TEST(DecimalTest, ReadsJsonNumbersRoundedHalfUp) {
  EXPECT_EQ(parse_decimal18_4("12.5"), 125'000);
  EXPECT_EQ(parse_decimal18_4("0.00005"), 1);
  EXPECT_EQ(parse_decimal18_4("0.000049999"), 0);
  EXPECT_EQ(parse_decimal18_4("-0.00005"), -1);
  EXPECT_EQ(parse_decimal18_4("1e3"), 10'000'000);
  EXPECT_EQ(parse_decimal18_4("12345e-6"), 123);
  EXPECT_EQ(parse_decimal18_4("99999999999999.9999"), 999'999'999'999'999'999);
  EXPECT_EQ(parse_decimal18_4("0.0000000000000000000000000000000000000001"), 0);
}

TEST(DecimalTest, WhatIsNoNumberOrTooLargeIsNothing) {
  for (const char* text : {"", "-", "1,299", "12.", "1e", "abc", " 1", "1 ", "99999999999999.99995",
                           "1e30", "0x10", "NaN"}) {
    EXPECT_FALSE(parse_decimal18_4(text).has_value()) << text;
  }
}

TEST(Int32Test, WholeNumbersOnly) {
  EXPECT_EQ(parse_int32("-7"), -7);
  EXPECT_EQ(parse_int32("2147483647"), 2147483647);
  for (const char* text : {"", "-", "1.0", "2147483648", "+1", "1e3"})
    EXPECT_FALSE(parse_int32(text).has_value()) << text;
}

TEST(MultiplyTest, OverflowIsNothing) {
  EXPECT_EQ(multiply_decimal(125'000, 3), 375'000);
  EXPECT_FALSE(multiply_decimal(999'999'999'999'999'999, 2).has_value());
}

}  // namespace
}  // namespace clicklake
