#include "console/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "console/completion.h"
#include "query/lake_fixture.h"

namespace clicklake {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ScriptedEditor : public LineEditor {
 public:
  explicit ScriptedEditor(std::vector<TypedLine> lines) : lines_(lines.begin(), lines.end()) {}
  TypedLine read(const std::string& prompt) override {
    prompts.push_back(prompt);
    if (lines_.empty()) return {LineEnd::kFinished, {}};
    TypedLine line = lines_.front();
    lines_.pop_front();
    return line;
  }
  void remember(const std::string& entry) override { remembered.push_back(entry); }

  std::vector<std::string> prompts;
  std::vector<std::string> remembered;

 private:
  std::deque<TypedLine> lines_;
};

TypedLine enter(std::string text) { return {LineEnd::kEnter, std::move(text)}; }

class PromptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto session = LakeSession::open(lake_.catalog(), lake_.folder(), {.session = {.threads = 1}});
    ASSERT_TRUE(session.has_value()) << session.error().message;
    session_ = std::move(*session);
  }

  /// What the prompt prints; the statements that it runs go to `ran_`.
  std::string prompt(ScriptedEditor& editor) {
    const std::string file = lake_.folder() / "screen";
    {
      auto out = Output::to_file(file);
      EXPECT_TRUE(out.has_value());
      const auto runner = [&](std::string_view statement) -> Status {
        ran_.emplace_back(statement);
        return session_->execute(statement);
      };
      EXPECT_TRUE(run_prompt(*session_, editor, runner, *out).has_value());
      EXPECT_TRUE(out->finish().has_value());
    }
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }

  LakeFixture lake_;
  std::unique_ptr<LakeSession> session_;
  std::vector<std::string> ran_;
};

TEST_F(PromptTest, StatementsGoOnUntilTheirSemicolon) {
  ScriptedEditor editor({enter("SELECT 1,"), enter("  ';'"), enter("; SELECT 2;"), enter("")});
  prompt(editor);
  EXPECT_THAT(ran_, ElementsAre("SELECT 1,\n  ';'", "SELECT 2"));
  EXPECT_THAT(editor.remembered, ElementsAre("SELECT 1,\n  ';'\n; SELECT 2;"));
  EXPECT_THAT(editor.prompts, ElementsAre("clicklake> ", "      ...> ", "      ...> ",
                                          "clicklake> ", "clicklake> "));
}

TEST_F(PromptTest, CancelForgetsWhatWasTyped) {
  ScriptedEditor editor({enter("SELECT nonsense"), {LineEnd::kCancelled, {}}, enter("SELECT 2;")});
  prompt(editor);
  EXPECT_THAT(ran_, ElementsAre("SELECT 2"));
}

TEST_F(PromptTest, ErrorsAreShownAndThePromptGoesOn) {
  ScriptedEditor editor({enter("SELECT nothing; SELECT 3;"), enter("SELECT 2;")});
  const std::string screen = prompt(editor);
  EXPECT_THAT(screen, HasSubstr("nothing"));
  EXPECT_THAT(ran_, ElementsAre("SELECT nothing", "SELECT 2"));
}

TEST_F(PromptTest, CommandsStandAlone) {
  ScriptedEditor editor({enter(".tables"), enter(".schema fact_clicks"), enter(".schema"),
                         enter(".nonsense"), enter("  .quit "), enter("SELECT 'never';")});
  const std::string screen = prompt(editor);
  ASSERT_EQ(ran_.size(), 2U);
  EXPECT_THAT(ran_[0], HasSubstr("'fact_clicks', 0, 0, 0"));
  EXPECT_EQ(ran_[1], "SELECT column_name, column_type FROM (DESCRIBE \"fact_clicks\")");
  EXPECT_THAT(screen, HasSubstr("say which table"));
  EXPECT_THAT(screen, HasSubstr("there is no command .nonsense"));
}

TEST_F(PromptTest, NamesOfTheSessionAreOffered) {
  ASSERT_TRUE(session_->execute("CREATE TEMP TABLE mine(my_column INT)"));
  const auto completer = session_names(*session_);
  ASSERT_TRUE(completer.has_value()) << completer.error().message;
  EXPECT_THAT(completer->complete("SELECT event_t").candidates,
              ElementsAre("event_timestamp", "event_type"));
  EXPECT_THAT(completer->complete("FROM fact").candidates, ElementsAre("fact_clicks"));
  EXPECT_THAT(completer->complete("SELECT mine.").candidates, ElementsAre("my_column"));
}

TEST(CompletionTest, KeywordsTakeTheCaseOfWhatIsTyped) {
  const Completer completer;
  EXPECT_THAT(completer.complete("sele").candidates, ElementsAre("select"));
  EXPECT_THAT(completer.complete("SELE").candidates, ElementsAre("SELECT"));
  EXPECT_EQ(completer.complete("SELECT 1 FR").word_begin, 9U);
}

TEST(CompletionTest, TableDotOffersItsColumnsOnly) {
  Completer completer;
  completer.add_table("orders", {"id", "price"});
  completer.add_table("users", {"id", "name"});
  EXPECT_THAT(completer.complete("SELECT orders.").candidates, ElementsAre("id", "price"));
  EXPECT_THAT(completer.complete("SELECT orders.p").candidates, ElementsAre("price"));
  EXPECT_THAT(completer.complete("SELECT o.p").candidates, IsEmpty());
  EXPECT_THAT(completer.complete("SELECT ").candidates,
              ElementsAre("id", "name", "orders", "price", "users"));
  EXPECT_THAT(completer.complete("SELECT ").candidates, Not(Contains("SELECT")));
}

TEST(CompletionTest, CommandsAreOfferedAtTheStartOnly) {
  const Completer completer;
  EXPECT_THAT(completer.complete(".ta").candidates, ElementsAre(".tables"));
  EXPECT_EQ(completer.complete(".ta").word_begin, 0U);
  EXPECT_THAT(completer.complete("SELECT .ta").candidates, IsEmpty());
}

TEST(CompletionTest, SharedBeginningIsWhatAllHave) {
  EXPECT_EQ(shared_beginning({"event_timestamp", "event_type"}), "event_t");
  EXPECT_EQ(shared_beginning({"a"}), "a");
  EXPECT_EQ(shared_beginning({"a", "b"}), "");
}

}  // namespace
}  // namespace clicklake
