#include "cli/config.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/uuid.h"

namespace clicklake {
namespace {

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    lake_ =
        std::filesystem::temp_directory_path() / ("clicklake-config-" + make_uuid7(0).substr(19));
    std::filesystem::create_directories(lake_);
  }
  void TearDown() override { std::filesystem::remove_all(lake_); }
  Result<Config> load(std::string_view text) {
    std::ofstream(lake_ / "clicklake.toml") << text;
    return load_config(lake_);
  }
  std::filesystem::path lake_;
};

TEST_F(ConfigTest, TheFileThatInitWritesIsTheDefaults) {
  const auto written = load(default_config_text());
  ASSERT_TRUE(written.has_value()) << written.error().message;
  EXPECT_EQ(written->run.max_line_bytes, 1'000'000U);
  EXPECT_EQ(written->run.max_quarantine_ratio, 1.0);
  EXPECT_GE(written->run.threads, 1);
  EXPECT_EQ(written->price.dollars_per_tb, 5.0);
  EXPECT_EQ(written->price.minimum_bytes, 10'000'000);
  EXPECT_EQ(written->max_scan, std::nullopt);
  EXPECT_TRUE(written->sources.empty());
}

TEST_F(ConfigTest, ValuesAndSourcesAreRead) {
  const auto config = load(
      "threads = 3\nmemory_limit = \"2GB\"\nmax_line_bytes = 2000\nbase_currency = "
      "\"EUR\"\n[source.web]\npath = \"../clicks\"\nin_place = true\n");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->run.threads, 3);
  EXPECT_EQ(config->run.memory_limit, 2'000'000'000U);
  EXPECT_EQ(config->run.max_line_bytes, 2000U);
  EXPECT_EQ(config->run.base_currency, "EUR");
  ASSERT_EQ(config->sources.size(), 1U);
  EXPECT_EQ(config->sources[0].path, (lake_.parent_path() / "clicks").string());
  EXPECT_TRUE(config->sources[0].in_place);
}

TEST_F(ConfigTest, PricesAndTheLimitOfAScanAreRead) {
  const auto config = load("price_per_tb = 6.25\nscan_minimum = \"1MB\"\nmax_scan = \"1GB\"\n");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->price.dollars_per_tb, 6.25);
  EXPECT_EQ(config->price.minimum_bytes, 1'000'000);
  EXPECT_EQ(config->max_scan, 1'000'000'000);
  EXPECT_FALSE(load("price_per_tb = -1\n").has_value());
}

TEST_F(ConfigTest, WhatIsKeptOfEventsIsRead) {
  const auto config =
      load("match_rules = false\nkeep_outbox_days = 2\nkeep_dead_letters_days = 90\n");
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_FALSE(config->run.match_rules);
  EXPECT_EQ(config->keep_outbox_days, 2);
  EXPECT_EQ(config->keep_dead_letters_days, 90);
  EXPECT_FALSE(load("keep_outbox_days = 0\n").has_value());
}

TEST_F(ConfigTest, AMistakeNamesFileLineAndKey) {
  for (const auto& [text, key] : std::vector<std::pair<std::string, std::string>>{
           {"\nthread = 2\n", "thread"},
           {"\nthreads = \"two\"\n", "threads"},
           {"\nmax_line_bytes = \"1 parsec\"\n", "max_line_bytes"},
           {"\n[source.web]\npaths = \"x\"\n", "source.web.paths"},
           {"\n[source.web]\n", "source.web"},
           {"\nthreads = \n", ""}}) {
    const auto config = load(text);
    ASSERT_FALSE(config.has_value()) << text;
    EXPECT_EQ(config.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(config.error().message.find("clicklake.toml, line"), std::string::npos)
        << config.error().message;
    EXPECT_NE(config.error().message.find(key), std::string::npos) << config.error().message;
  }
}

}  // namespace
}  // namespace clicklake
