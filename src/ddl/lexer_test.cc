#include "ddl/lexer.h"

#include <gtest/gtest.h>

#include <vector>

namespace clicklake::ddl {
namespace {

/// Tokens as "kind:text", the kind as a letter.
std::vector<std::string> tokens(std::string_view sql, Grammar grammar = Grammar::kHive) {
  std::vector<std::string> out;
  Position from = 0;
  for (;;) {
    const Token token = next_token(sql, from, grammar);
    if (token.kind == TokenKind::kEnd) return out;
    out.push_back(std::string(1, ".wbdtnsu"[static_cast<int>(token.kind)]) + ":" +
                  std::string(sql.substr(token.begin, token.end - token.begin)));
    from = token.end;
  }
}

using Tokens = std::vector<std::string>;

TEST(LexerTest, TellsWordsNamesTextsNumbersAndSymbolsApart) {
  EXPECT_EQ(tokens("ADD `a``b` 'x' \"y\" 04,1.5 1e3=$key$"),
            (Tokens{"w:ADD", "b:`a``b`", "t:'x'", "d:\"y\"", "n:04", "s:,", "n:1.5", "n:1e3",
                    "s:=", "w:$key$"}));
}

TEST(LexerTest, WordMayBeginWithDigits) {
  EXPECT_EQ(tokens("2024_events 1e5x 1e 1e+5 1.x"),
            (Tokens{"w:2024_events", "w:1e5x", "w:1e", "n:1e+5", "n:1", "s:.", "w:x"}));
}

TEST(LexerTest, SkipsComments) {
  EXPECT_EQ(tokens("a -- b 'c\n/* d \" */ e -- f"), (Tokens{"w:a", "w:e"}));
  EXPECT_EQ(tokens("a/**/b - - c"), (Tokens{"w:a", "w:b", "s:-", "s:-", "w:c"}));
}

TEST(LexerTest, BackslashEscapesAQuoteOnlyInHive) {
  EXPECT_EQ(tokens(R"('a\'b' c)"), (Tokens{R"(t:'a\'b')", "w:c"}));
  EXPECT_EQ(tokens(R"('a\' b)", Grammar::kTrino), (Tokens{R"(t:'a\')", "w:b"}));
}

TEST(LexerTest, DoubledQuoteIsPartOfTheText) {
  EXPECT_EQ(tokens("'it''s' \"a\"\"b\""), (Tokens{"t:'it''s'", "d:\"a\"\"b\""}));
}

TEST(LexerTest, UnclosedReachesToTheEnd) {
  for (const char* sql : {"'abc", "\"abc", "`abc", "/* abc", "'abc\\'", "'abc''"})
    EXPECT_EQ(tokens(sql), Tokens{std::string("u:") + sql});
}

TEST(LexerTest, NonAsciiBytesAreWords) {
  EXPECT_EQ(tokens("größe=\xff\xfe"), (Tokens{"w:größe", "s:=", "w:\xff\xfe"}));
}

TEST(TextValueTest, HiveDecodesEscapes) {
  EXPECT_EQ(text_value(R"('\t\n\r\b\Z\0')", Grammar::kHive), std::string("\t\n\r\b\x1a\0", 6));
  EXPECT_EQ(text_value(R"('\001\054\u0001\u00e9\u20AC')", Grammar::kHive), "\x01,\x01é€");
  EXPECT_EQ(text_value(R"('\\S+ \' \" \q it''s')", Grammar::kHive), "\\S+ ' \" q it's");
  EXPECT_EQ(text_value(R"("say ""it's""")", Grammar::kHive), "say \"it's\"");
  EXPECT_EQ(text_value(R"('100\% a\_b')", Grammar::kHive), R"(100\% a\_b)");
}

TEST(TextValueTest, SurrogatesMakeOneCharacterOrAreReplaced) {
  EXPECT_EQ(text_value(R"('\ud83d\ude00')", Grammar::kHive), "😀");
  EXPECT_EQ(text_value(R"('\ud83dx\ude00')", Grammar::kHive), "\uFFFDx\uFFFD");
  EXPECT_EQ(text_value(R"('\u12')", Grammar::kHive), "u12");
}

TEST(TextValueTest, TrinoKnowsDoubledQuotesOnly) {
  EXPECT_EQ(text_value(R"('it''s \t\')", Grammar::kTrino), R"(it's \t\)");
}

TEST(NameValueTest, IsLowerCaseWithoutQuotes) {
  EXPECT_EQ(name_value("`My``Table`"), "my`table");
  EXPECT_EQ(name_value("\"A\"\"b\\\""), "a\"b\\");
}

}  // namespace
}  // namespace clicklake::ddl
