// Agents and the families that others say they are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json_value.h"
#include "classify/agent_classifier.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

const fs::path kUapCore = CLICKLAKE_SOURCE_DIR "/../shared/data/lookups/uap-core";
const fs::path kFetched = CLICKLAKE_DEPS "/agent-lists";

struct Case {
  std::string agent;
  std::string family;
};

/// A quoted value as these files write it.
std::string value_of(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (text.size() < 2 || (text.front() != '\'' && text.front() != '"')) return std::string(text);
  const char quote = text.front();
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != quote) break;
      ++i;
    } else if (quote == '"' && text[i] == '\\' && i + 1 < text.size()) {
      ++i;
    }
    out += text[i];
  }
  return out;
}

std::vector<Case> read_cases(const fs::path& file) {
  std::vector<Case> cases;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (const auto at = line.find("user_agent_string:"); at != std::string::npos) {
      cases.push_back({value_of(std::string_view(line).substr(at + 18)), ""});
    } else if (const auto family = line.find(" family:");
               family != std::string::npos && !cases.empty()) {
      cases.back().family = value_of(std::string_view(line).substr(family + 8));
    }
  }
  return cases;
}

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// The list as the build makes it, of the rules that lie beside the cases: rules of another day
/// would answer some of them differently.
std::string list_of_uap_core(const fs::path& work) {
  fs::create_directories(work / "agent-lists");
  fs::copy_file(kUapCore / "regexes.yaml", work / "agent-lists/regexes.yaml",
                fs::copy_options::overwrite_existing);
  std::ofstream(work / "agent-lists/crawler-user-agents.json") << "[]";
  std::ofstream(work / "agent-lists/VERSIONS") << "uap-core of the cases";
  const std::string command = "python3 " CLICKLAKE_SOURCE_DIR "/tools/make-agent-list '" +
                              work.string() + "' '" + work.string() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
  return read_text(work / "agent_list.txt");
}

TEST(AgentCasesTest, UapCoresOwnCasesHaveTheirFamilies) {
  if (!fs::exists(kUapCore)) GTEST_SKIP() << "uap-core's cases are not there";
  const std::string text = list_of_uap_core(fs::path(testing::TempDir()) / "uap_core_cases");
  Result<AgentClassifier> classifier = AgentClassifier::create(text);
  ASSERT_TRUE(classifier);
  const auto browsers = read_cases(kUapCore / "tests/test_ua.yaml");
  const auto systems = read_cases(kUapCore / "tests/test_os.yaml");
  ASSERT_GE(browsers.size(), 1601U);
  ASSERT_GE(systems.size(), 483U);
  for (const Case& c : browsers)
    EXPECT_EQ(classifier->classify(c.agent)->browser, c.family) << c.agent;
  for (const Case& c : systems) EXPECT_EQ(classifier->classify(c.agent)->os, c.family) << c.agent;
}

TEST(AgentCasesTest, WithoutFetchedListsTheListIsEmptyAndTheBuildGoesOn) {
  const fs::path empty = fs::path(testing::TempDir()) / "no_lists";
  fs::create_directories(empty);
  const std::string command = "python3 " CLICKLAKE_SOURCE_DIR "/tools/make-agent-list '" +
                              empty.string() + "' '" + empty.string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read_text(empty / "agent_list.txt"), "");
  EXPECT_THAT(read_text(empty / "agent_list.cc"), testing::HasSubstr("embedded_agent_list()"));
}

TEST(AgentCasesTest, EveryExampleOfACrawlerIsABot) {
  if (!fs::exists(kFetched / "VERSIONS")) GTEST_SKIP() << "built without lists of agents";
  const auto json = parse_json(read_text(kFetched / "crawler-user-agents.json"));
  ASSERT_TRUE(json);
  Result<AgentClassifier> classifier = AgentClassifier::create(embedded_agent_list());
  ASSERT_TRUE(classifier);
  int examples = 0;
  for (const JsonValue& crawler : json->elements) {
    const JsonValue* instances = crawler.find("instances");
    if (instances == nullptr) continue;
    for (const JsonValue& agent : instances->elements) {
      ++examples;
      EXPECT_EQ(classifier->classify(agent.text)->is_bot, true) << agent.text;
    }
  }
  EXPECT_GE(examples, 2000);
}

TEST(AgentCasesTest, EmbeddedListKnowsTheBrowsersOfTheDay) {
  if (embedded_agent_list().empty()) GTEST_SKIP() << "built without lists of agents";
  Result<AgentClassifier> classifier = AgentClassifier::create(embedded_agent_list());
  ASSERT_TRUE(classifier);
  const auto expect = [&](std::string_view agent, std::string_view browser, std::string_view os,
                          bool bot) {
    const auto f = classifier->classify(agent);
    ASSERT_TRUE(f) << f.error().message;
    EXPECT_EQ(f->browser, browser) << agent;
    EXPECT_EQ(f->os, os) << agent;
    EXPECT_EQ(f->is_bot, bot) << agent;
  };
  expect(
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
      "Chrome/119.0.0.0 Safari/537.36",
      "Chrome", "Windows", false);
  expect(
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
      "Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
      "Mobile Safari", "iOS", false);
  expect("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
         "Firefox", "Ubuntu", false);
  expect("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot",
         "Other", true);
  expect("curl/8.4.0", "curl", "Other", true);
}

TEST(AgentCasesTest, RulesThatAreNotTriedWouldNotHaveMatched) {
  Result<AgentList> list = read_agent_list(embedded_agent_list());
  ASSERT_TRUE(list);
  if (list->empty()) GTEST_SKIP() << "built without lists of agents";
  // An expression that begins with a look-ahead is always tried.
  std::vector<std::vector<std::string_view>> plain(3);
  std::vector<std::vector<std::string_view>> always(3);
  std::vector<std::string> texts;
  texts.reserve(list->browsers.size() + list->systems.size() + list->crawlers.size());
  const std::array<const std::vector<AgentRule>*, 3> rules{&list->browsers, &list->systems,
                                                           &list->crawlers};
  for (std::size_t i = 0; i < 3; ++i) {
    for (const AgentRule& rule : *rules[i]) {
      plain[i].push_back(rule.regex);
      texts.push_back("(?=)" + std::string(rule.regex));
      always[i].push_back(texts.back());
    }
  }
  Result<RuleFilter> filtered = RuleFilter::create(plain);
  Result<RuleFilter> unfiltered = RuleFilter::create(always);
  ASSERT_TRUE(filtered && unfiltered);
  std::vector<std::string> agents{
      "curl/8.4.0",
      "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
      "Mozilla/5.0 (compatible; bingbot/2.0)",
      "",
      "ÄÖ/1",
      "Dalvik/2.1.0 (Linux; U; Android 13)"};
  if (fs::exists(kUapCore)) {
    for (const char* file : {"tests/test_ua.yaml", "tests/test_os.yaml"}) {
      std::size_t n = 0;
      for (const Case& c : read_cases(kUapCore / file)) {
        if (n++ % 4 == 0) agents.push_back(c.agent);
      }
    }
  }
  for (const std::string& agent : agents) {
    filtered->look_at(agent);
    unfiltered->look_at(agent);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(filtered->first_match(i)->rule, unfiltered->first_match(i)->rule) << agent;
  }
  EXPECT_LT(filtered->tries() * 20, unfiltered->tries());
}

}  // namespace
}  // namespace clicklake
