#include "statements/name_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace clicklake {
namespace {

TEST(NamePatternTest, AnEmptyPatternFitsEveryName) { EXPECT_TRUE(fits_name_pattern("orders", "")); }

TEST(NamePatternTest, APatternWithoutStarsFitsTheWholeNameOnly) {
  EXPECT_TRUE(fits_name_pattern("orders", "orders"));
  EXPECT_FALSE(fits_name_pattern("orders", "order"));
  EXPECT_FALSE(fits_name_pattern("order", "orders"));
}

TEST(NamePatternTest, StarAndDotStarStandForAnyText) {
  for (const char* pattern : {"*logs", ".*logs", "*l*gs", "web.*", "*", ".*", "web_*s", "***"})
    EXPECT_TRUE(fits_name_pattern("web_logs", pattern)) << pattern;
  EXPECT_FALSE(fits_name_pattern("web_logs", "*logz"));
  EXPECT_TRUE(fits_name_pattern("", "*"));
  EXPECT_TRUE(fits_name_pattern("logs", "*logs"));
}

TEST(NamePatternTest, ABarStandsBetweenAlternatives) {
  EXPECT_TRUE(fits_name_pattern("web_logs", "*logs|*flights*"));
  EXPECT_TRUE(fits_name_pattern("us_flights_2024", "*logs|*flights*"));
  EXPECT_FALSE(fits_name_pattern("orders", "*logs|*flights*"));
}

TEST(NamePatternTest, ADotIsAnyOneCharacter) {
  EXPECT_TRUE(fits_name_pattern("orders", "order."));
  EXPECT_FALSE(fits_name_pattern("order", "order."));
}

TEST(NamePatternTest, LettersFitInEitherCase) { EXPECT_TRUE(fits_name_pattern("orders", "ORD*")); }

TEST(NamePatternTest, ManyStarsTakeNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "*a";
  EXPECT_FALSE(fits_name_pattern(std::string(200, 'a') + "b", pattern));
}

}  // namespace
}  // namespace clicklake
