#include "base/utf8.h"

#include <gtest/gtest.h>

namespace clicklake {
namespace {

TEST(Utf8Test, ValidTextHasNoInvalidByte) {
  std::string text = "plain ASCII that is longer than a word ";
  for (const std::uint32_t c :
       {0x7FU, 0x80U, 0x7FFU, 0x800U, 0xD7FFU, 0xE000U, 0xFFFFU, 0x10000U, 0x10FFFFU})
    append_utf8(&text, c);
  EXPECT_EQ(find_invalid_utf8(text), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8(""), std::string_view::npos);
}

TEST(Utf8Test, TheFirstBadByteIsNamed) {
  EXPECT_EQ(find_invalid_utf8("abcdefghij\xFFk"), 10U);
  EXPECT_EQ(find_invalid_utf8("\xC0\x80"), 0U);          // overlong
  EXPECT_EQ(find_invalid_utf8("a\xED\xA0\x80"), 1U);     // surrogate
  EXPECT_EQ(find_invalid_utf8("\xF4\x90\x80\x80"), 0U);  // above U+10FFFF
  EXPECT_EQ(find_invalid_utf8("ok\xE2\x82"), 2U);        // cut
  EXPECT_EQ(find_invalid_utf8("\x80"), 0U);              // lone continuation
}

}  // namespace
}  // namespace clicklake
