#include "rules/rule_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace clicklake {
namespace {

using testing::HasSubstr;

class RuleFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "rules-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const char* name, const char* text) { std::ofstream(folder_ / name) << text; }

  std::filesystem::path folder_;
};

TEST_F(RuleFolderTest, AMissingFolderHasNoRules) {
  const auto folder = load_rule_folder(folder_ / "nope");
  ASSERT_TRUE(folder.has_value());
  EXPECT_TRUE(folder->rules.empty());
}

TEST_F(RuleFolderTest, AFileThatCantBeReadCostsItsOwnRuleOnly) {
  write("b.json", R"({"name":"b","eventPattern":{"x":["y"]}})");
  write("a.json", R"({"name":"a",)");
  write("c.json", R"({"name":"b","eventPattern":{"x":["z"]}})");
  write(".d.json.tmp", "x");
  write("notes.txt", "x");
  const auto folder = load_rule_folder(folder_);
  ASSERT_TRUE(folder.has_value());
  ASSERT_EQ(folder->rules.size(), 1U);
  EXPECT_EQ(folder->find("b")->event_pattern, R"({"x":["y"]})");
  EXPECT_EQ(folder->find("a"), nullptr);
  ASSERT_EQ(folder->problems.size(), 2U);
  EXPECT_THAT(folder->problems[0].message, HasSubstr("a.json"));
  EXPECT_THAT(folder->problems[1].message, HasSubstr("already"));
}

TEST_F(RuleFolderTest, AStoredRuleGoesWhereItWasAndChangesTheVersion) {
  write("mine.json", R"({"name":"b","eventPattern":{"x":["y"]}})");
  auto folder = load_rule_folder(folder_);
  ASSERT_TRUE(folder.has_value());
  RuleDocument rule = folder->rules[0].rule;
  rule.enabled = false;
  const auto path = store_rule(folder_, rule);
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->filename(), "mine.json");
  EXPECT_NE(rule_folder_version(folder_), folder->version);
  folder = load_rule_folder(folder_);
  EXPECT_FALSE(folder->find("b")->enabled);
  rule.name = "new";
  EXPECT_EQ(store_rule(folder_, rule)->filename(), "new.json");
}

}  // namespace
}  // namespace clicklake
