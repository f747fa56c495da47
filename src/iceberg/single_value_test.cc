#include "iceberg/single_value.h"

#include <gtest/gtest.h>

#include <limits>

namespace clicklake::iceberg {
namespace {

PrimitiveType type_of(std::string_view text) {
  const auto type = parse_primitive_type(text);
  EXPECT_TRUE(type.has_value()) << text;
  return type.value_or(PrimitiveType{});
}

struct Case {
  std::string type;
  Value value;
  std::string bytes;
};

// Appendix D of the table spec.
TEST(SingleValueTest, BytesAreTheSpecs) {
  const std::vector<Case> cases{
      {"boolean", true, "\x01"},
      {"boolean", false, std::string(1, '\0')},
      {"int", std::int64_t{-2}, "\xFE\xFF\xFF\xFF"},
      {"date", std::int64_t{20028}, std::string("\x3C\x4E\0\0", 4)},
      {"long", std::int64_t{1}, std::string("\x01\0\0\0\0\0\0\0", 8)},
      {"timestamptz", std::int64_t{-1}, std::string(8, '\xFF')},
      {"float", 1.5, std::string("\0\0\xC0\x3F", 4)},
      {"double", 1.5, std::string("\0\0\0\0\0\0\xF8\x3F", 8)},
      {"string", std::string("ünï"), "ünï"},
      {"binary", std::string("\0a", 2), std::string("\0a", 2)},
      {"fixed[2]", std::string("ab"), "ab"},
      {"uuid", std::string("0123456789abcdef"), "0123456789abcdef"},
      {"decimal(18, 4)", decimal_bytes(12'3456), std::string("\x01\xE2\x40", 3)},
      {"decimal(18, 4)", decimal_bytes(-1), "\xFF"},
      {"decimal(9, 2)", decimal_bytes(128), std::string("\x00\x80", 2)},
  };
  for (const Case& c : cases) {
    const PrimitiveType type = type_of(c.type);
    ASSERT_TRUE(fits(c.value, type)) << c.type;
    EXPECT_EQ(encode_single_value(c.value, type), c.bytes) << c.type;
    const auto value = decode_single_value(c.bytes, type);
    ASSERT_TRUE(value.has_value()) << c.type;
    EXPECT_EQ(*value, c.value) << c.type;
  }
}

TEST(SingleValueTest, ValuesOfOtherTypesDoNotFit) {
  EXPECT_FALSE(fits(std::int64_t{1} << 31, type_of("int")));
  EXPECT_TRUE(fits(std::int64_t{1} << 31, type_of("long")));
  EXPECT_FALSE(fits(std::string("abc"), type_of("fixed[2]")));
  EXPECT_FALSE(fits(std::string("abc"), type_of("uuid")));
  EXPECT_FALSE(fits(std::string(2, '\0'), type_of("decimal(9, 2)")));  // not the shortest
  EXPECT_FALSE(fits(std::string(), type_of("decimal(9, 2)")));
  EXPECT_FALSE(fits(true, type_of("int")));
  EXPECT_FALSE(fits(1.0, type_of("long")));
  EXPECT_TRUE(fits(Value(), type_of("uuid")));
}

TEST(SingleValueTest, WrongLengthsAreRefused) {
  for (const char* type : {"boolean", "int", "long", "float", "double", "decimal(9, 2)", "uuid",
                           "fixed[2]", "timestamp"}) {
    for (const std::size_t size : {0, 3, 7, 9}) {
      // Three bytes are a decimal.
      if (size == 3 && std::string_view(type).starts_with("decimal")) continue;
      const auto value = decode_single_value(std::string(size, '\x55'), type_of(type));
      ASSERT_FALSE(value.has_value()) << type << size;
      EXPECT_EQ(value.error().code, ErrorCode::kInvalidData);
    }
  }
}

TEST(SingleValueTest, PromotedColumnsKeepTheirOldBounds) {
  EXPECT_EQ(decode_single_value("\xFE\xFF\xFF\xFF", type_of("long")).value(),
            Value(std::int64_t{-2}));
  EXPECT_EQ(decode_single_value(std::string("\0\0\xC0\x3F", 4), type_of("double")).value(),
            Value(1.5));
}

TEST(SingleValueTest, DecimalsAreOrderedAsNumbers) {
  const PrimitiveType type = type_of("decimal(18, 4)");
  const std::vector<std::int64_t> ascending{std::numeric_limits<std::int64_t>::min(),
                                            -70'000,
                                            -129,
                                            -128,
                                            -1,
                                            0,
                                            1,
                                            127,
                                            128,
                                            300,
                                            70'000,
                                            std::numeric_limits<std::int64_t>::max()};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(less(decimal_bytes(ascending[i]), decimal_bytes(ascending[j]), type), i < j)
          << ascending[i] << " " << ascending[j];
    }
  }
}

TEST(SingleValueTest, DecimalsAreWidenedAndShortenedWithTheirSign) {
  for (const std::int64_t n : {0L, 1L, -1L, 127L, 128L, -128L, -129L, 32767L, -40'000L}) {
    const std::string bytes = decimal_bytes(n);
    const std::string wide = widen_decimal(bytes, 8);
    EXPECT_EQ(wide.size(), 8U);
    EXPECT_EQ(shorten_decimal(wide), bytes) << n;
  }
  // The spec's table of bytes by precision.
  EXPECT_EQ(decimal_length(1), 1U);
  EXPECT_EQ(decimal_length(9), 4U);
  EXPECT_EQ(decimal_length(18), 8U);
  EXPECT_EQ(decimal_length(19), 9U);
  EXPECT_EQ(decimal_length(38), 16U);
}

}  // namespace
}  // namespace clicklake::iceberg
