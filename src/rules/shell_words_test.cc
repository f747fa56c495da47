#include "rules/shell_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using testing::ElementsAre;

TEST(ShellWordsTest, QuotesBackslashesAndCommentsAreAsInAShell) {
  const auto commands = shell_commands(
      "# a comment\n"
      "aws events put-rule --name 'it'\\''s' \\\n  --x \"a \\\"b\\\" \\n\" y#z # end\n"
      "one; two && three\n");
  ASSERT_TRUE(commands.has_value());
  EXPECT_THAT(*commands, ElementsAre(ElementsAre("aws", "events", "put-rule", "--name", "it's",
                                                 "--x", "a \"b\" \\n", "y#z"),
                                     ElementsAre("one"), ElementsAre("two"), ElementsAre("three")));
}

TEST(ShellWordsTest, AQuoteThatIsNotClosedIsNamedByLine) {
  const auto commands = shell_commands("a\nb 'c\n");
  ASSERT_FALSE(commands.has_value());
  EXPECT_THAT(commands.error().message, testing::HasSubstr("line 2"));
}

TEST(ShellWordsTest, QuotedWordsComeBack) {
  for (const char* word : {"", "plain", "it's", "'", "a b\n$c\"\\"}) {
    const auto commands = shell_commands("x " + shell_quoted(word));
    ASSERT_TRUE(commands.has_value());
    EXPECT_THAT(*commands, ElementsAre(ElementsAre("x", word)));
  }
}

}  // namespace
}  // namespace clicklake
