#include "scan/number_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace clicklake {
namespace {

TEST(NumberTextTest, WholeNumbersAreDecimalHexadecimalOrOctal) {
  EXPECT_EQ(read_any_long("42"), 42);
  EXPECT_EQ(read_any_long("+42"), 42);
  EXPECT_EQ(read_any_long("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read_any_long("0x1F"), 31);
  EXPECT_EQ(read_any_long("017"), 15);
  EXPECT_EQ(read_any_long("08"), 8);
  EXPECT_EQ(read_any_long("-1.9e1"), -19);
  for (const char* bad :
       {"", "-", "0x", "1 ", "9223372036854775808", "1e400", "0x-1", "--1", "+-1"}) {
    EXPECT_EQ(read_any_long(bad), std::nullopt) << bad;
  }
}

TEST(NumberTextTest, FractionOfAWholeNumberInTextIsDropped) {
  EXPECT_EQ(read_text_long("12.9"), 12);
  EXPECT_EQ(read_text_long("-.5"), 0);
  EXPECT_EQ(read_text_long("12.x"), std::nullopt);
  EXPECT_EQ(read_text_long("1e3"), std::nullopt);
  EXPECT_EQ(read_text_long(""), std::nullopt);
}

TEST(NumberTextTest, FloatingNumbersAreJavas) {
  EXPECT_EQ(read_double(" 1.5 "), 1.5);
  EXPECT_EQ(read_double("-2e-3f"), -0.002);
  EXPECT_EQ(read_double("1e999"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(read_double("-1e-999"), 0.0);
  EXPECT_EQ(read_double("-Infinity"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(read_double("NaN").value_or(0)));
  EXPECT_EQ(read_float("0.1"), 0.1F);
  for (const char* bad : {"", "inf", "nan", "1,5", "e3", "1.5.5", "0x10"}) {
    EXPECT_EQ(read_double(bad), std::nullopt) << bad;
  }
}

TEST(NumberTextTest, DecimalsAreRoundedHalfUpAndBounded) {
  const auto decimal = [](std::string_view text, int precision, int scale) {
    const auto value = read_decimal(text, precision, scale);
    return value ? static_cast<long long>(*value) : -999;
  };
  EXPECT_EQ(decimal("1.005", 10, 2), 101);
  EXPECT_EQ(decimal("-1.005", 10, 2), -101);
  EXPECT_EQ(decimal("1.0049", 10, 2), 100);
  EXPECT_EQ(decimal("12e-1", 10, 2), 120);
  EXPECT_EQ(decimal("0.004", 10, 2), 0);
  EXPECT_EQ(decimal("99.995", 4, 2), -999);
  EXPECT_EQ(decimal("1e30", 10, 2), -999);
  EXPECT_EQ(decimal("0e30", 10, 2), 0);
  EXPECT_EQ(decimal("1e-2000000000", 10, 2), 0);
  EXPECT_EQ(decimal("x", 10, 2), -999);
}

TEST(NumberTextTest, LiteralsAreCanonical) {
  EXPECT_EQ(canonical_literal("True"), "true");
  EXPECT_EQ(canonical_literal("007"), "7");
  EXPECT_EQ(canonical_literal("1.50"), "1.50");
  EXPECT_EQ(canonical_literal("0.00"), "0.00");
  EXPECT_EQ(canonical_literal("1e3"), "1E+3");
  EXPECT_EQ(canonical_literal("12.5e10"), "1.25E+11");
  EXPECT_EQ(canonical_literal("0.0000001"), "1E-7");
  EXPECT_EQ(canonical_literal("12345678901234567890"), "12345678901234567890");
  EXPECT_EQ(canonical_literal("word"), std::nullopt);
}

}  // namespace
}  // namespace clicklake
