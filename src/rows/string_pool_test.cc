#include "rows/string_pool.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace clicklake {
namespace {

std::uint32_t intern(StringPool* pool, std::string text) {
  const std::size_t size = text.size();
  text.append(16, static_cast<char>('!' + size % 50));  // what lies behind must not matter
  return pool->intern(std::string_view(text).substr(0, size));
}

TEST(StringPoolTest, IdsAreDenseAndStable) {
  StringPool pool;
  for (int round = 0; round < 3; ++round) {
    std::map<std::string, std::uint32_t> seen;
    for (int i = 0; i < 50'000; ++i) {
      std::string text = std::to_string(i % 7'000);
      if (i % 5 == 0) text.append(static_cast<std::size_t>(i % 40), 'x');
      const std::uint32_t id = intern(&pool, text);
      const auto [it, fresh] = seen.emplace(text, id);
      ASSERT_EQ(it->second, id) << text;
      if (fresh) {
        ASSERT_EQ(id, seen.size() - 1);
      }
    }
    ASSERT_EQ(pool.size(), seen.size());
    for (const auto& [text, id] : seen) ASSERT_EQ(pool.texts()[id], text);
    pool.clear();
    ASSERT_EQ(pool.size(), 0U);
  }
}

TEST(StringPoolTest, EmptyAndHugeTextsHaveTheirPlace) {
  StringPool pool;
  EXPECT_EQ(intern(&pool, ""), 0U);
  EXPECT_EQ(intern(&pool, std::string(1'000'000, 'a')), 1U);
  EXPECT_EQ(intern(&pool, ""), 0U);
  EXPECT_EQ(intern(&pool, std::string(1'000'000, 'a')), 1U);
  EXPECT_EQ(intern(&pool, std::string(1, '\0')), 2U);
}

}  // namespace
}  // namespace clicklake
