#include <gtest/gtest.h>

#include "ddl/parser.h"
#include "ddl/visible_text.h"

namespace clicklake::ddl {
namespace {

TEST(AtPositionTest, ShowsTheLineWithACaret) {
  EXPECT_EQ(at_position("SHOW TABLES\nIN x", 15, "wrong"), "line 2:4: wrong\n  IN x\n     ^");
  EXPECT_EQ(at_position("a", 0, "m"), "line 1:1: m\n  a\n  ^");
  EXPECT_EQ(at_position("a", 1, "m"), "line 1:2: m\n  a\n   ^");
  EXPECT_EQ(at_position("", 99, "m"), "line 1:1: m\n  \n  ^");
}

TEST(AtPositionTest, PlaceAtALineBreakIsOfTheLineBeforeIt) {
  EXPECT_EQ(at_position("ab\r\ncd", 3, "m"), "line 1:3: m\n  ab\n    ^");
  EXPECT_EQ(at_position("\n\nx", 1, "m"), "line 2:1: m\n  \n  ^");
}

TEST(AtPositionTest, ColumnsCountCodePoints) {
  EXPECT_EQ(at_position("größe €x", 10, "m"), "line 1:8: m\n  größe €x\n         ^");
}

TEST(AtPositionTest, TabsAndControlCharactersAreSingleBlanks) {
  EXPECT_EQ(at_position("\ta\t\x1b[31m\xc2\x9b x", 11, "m"),
            "line 1:11: m\n   a  [31m  x\n            ^");
}

TEST(AtPositionTest, BrokenBytesAreReplacedAndCountOneEach) {
  EXPECT_EQ(at_position("\xff\xe2\x82x", 3, "m"), "line 1:4: m\n  \uFFFD\uFFFD\uFFFDx\n     ^");
}

TEST(AtPositionTest, LongLineIsCutAroundThePlace) {
  const std::string sql = std::string(300, 'a') + "X" + std::string(300, 'b');
  const std::string dots = "...";
  EXPECT_EQ(at_position(sql, 300, "m"), "line 1:301: m\n  " + dots + std::string(60, 'a') + "X" +
                                            std::string(59, 'b') + dots + "\n  " +
                                            std::string(63, ' ') + "^");
  EXPECT_EQ(at_position(sql, 2, "m"), "line 1:3: m\n  " + std::string(120, 'a') + dots + "\n    ^");
  EXPECT_EQ(at_position(sql, 601, "m"), "line 1:602: m\n  " + dots + std::string(120, 'b') +
                                            "\n  " + std::string(123, ' ') + "^");
}

TEST(VisibleTextTest, IsCutAtACharacter) {
  EXPECT_EQ(visible_text("größe", 3), "grö...");
  EXPECT_EQ(visible_text("größe", 5), "größe");
  EXPECT_EQ(visible_text("a\nb", 5), "a b");
}

}  // namespace
}  // namespace clicklake::ddl
