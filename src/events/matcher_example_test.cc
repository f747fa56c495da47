// The library as others use it: its one header, nothing else of the project.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "events/matcher.h"

namespace {

TEST(MatcherExampleTest, RulesArePutMatchedAndRemoved) {
  using namespace clicklake::events;
  Matcher matcher;
  const NamedPattern rules[] = {
      {"purchase", R"({"detail-type": ["purchase"]})"},
      {"big-basket", R"({"detail": {"total": [{"numeric": [">", 100]}]}})"},
      {"from-shop",
       R"({"detail": {"page_url": [{"wildcard": "https://shop.example.com/*/product/*"}]}})"}};
  ASSERT_TRUE(matcher.put_all(rules));

  const auto refused = matcher.put("typo", R"({"detail": {"total": [{"numeric": ["=>", 100]}]}})");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("detail.total[0].numeric"), std::string::npos);

  std::vector<std::string> seen;
  std::thread worker([&] {
    MatchReader reader(matcher);  // one for each thread
    const auto names = reader.match(
        R"({"detail-type": "purchase", "detail": {"total": 250.5, "page_url": "https://shop.example.com/hats/product/7"}})");
    if (names) seen.assign(names->begin(), names->end());
  });
  worker.join();
  EXPECT_EQ(seen.size(), 3U);

  EXPECT_TRUE(matcher.remove("purchase"));
  MatchReader reader(matcher);
  EXPECT_TRUE(reader.match(R"({"detail-type": "purchase"})")->empty());
  EXPECT_EQ(matcher.stats().rules, 2U);
  EXPECT_GT(matcher.stats().bytes, 0U);
}

}  // namespace
