// Rules come and go while others match: readers see each change whole, and none that was taken
// back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "events/matcher.h"

namespace clicklake::events {
namespace {

constexpr const char* kEvent = R"({"type":"purchase","total":250,"sku":"P000001"})";

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> names_of(MatchReader* reader, const char* event) {
  const auto found = reader->match(event);
  if (!found) return {"no event"};
  return {found->begin(), found->end()};
}

TEST(MatcherThreadsTest, ReadersSeeEachChangeWhole) {
  Matcher matcher;
  ASSERT_TRUE(matcher.put("always", R"({"type":["purchase"]})"));
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::atomic<int> lost = 0;
  std::atomic<std::uint64_t> matched = 0;
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      MatchReader reader(matcher);
      do {
        const auto names = names_of(&reader, kEvent);
        lost += has(names, "always") ? 0 : 1;
        torn += has(names, "left") == has(names, "right") ? 0 : 1;
        matched += names.size();
      } while (!stop);
    });
  }
  // Until the readers, too, have had their turns: 300 rounds alone take 2 ms.
  for (int round = 0; round < 300 || matched <= 1000; ++round) {
    // Both match on even rounds, neither on odd ones.
    const std::string pattern = round % 2 == 0 ? R"({"total":[{"numeric":[">",100]}]})"
                                               : R"({"total":[{"numeric":["<",100]}]})";
    const NamedPattern both[] = {{"left", pattern}, {"right", pattern}};
    ASSERT_TRUE(matcher.put_all(both));
    const std::string other = "other " + std::to_string(round % 50);
    if (round % 3 == 0) {
      matcher.remove(other);
    } else {
      ASSERT_TRUE(matcher.put(other, R"({"sku":[{"prefix":"P0000"}],"new)" + std::to_string(round) +
                                         R"(":[{"exists":false}]})"));
    }
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(lost, 0);
  EXPECT_LE(matcher.stats().snapshots, 4U);
}

TEST(MatcherThreadsTest, AMatchSeesWhatWasPutBeforeItBegan) {
  Matcher matcher;
  std::atomic<int> put = 0;
  std::atomic<int> missed = 0;
  std::thread writer([&] {
    for (int i = 1; i <= 200; ++i) {
      if (!matcher.put("rule " + std::to_string(i), R"({"type":["purchase"]})")) ++missed;
      put = i;
    }
  });
  MatchReader reader(matcher);
  for (int known = 0; known < 200;) {
    known = put;
    if (static_cast<int>(names_of(&reader, kEvent).size()) < known) ++missed;
  }
  writer.join();
  EXPECT_EQ(missed, 0);
}

TEST(MatcherThreadsTest, AReaderOutlivesTheMatcher) {
  auto matcher = std::make_unique<Matcher>();
  ASSERT_TRUE(matcher->put("rule", R"({"type":["purchase"]})"));
  MatchReader reader(*matcher);
  matcher.reset();
  EXPECT_THAT(names_of(&reader, kEvent), testing::ElementsAre("rule"));
}

TEST(MatcherThreadsTest, AReaderThatLetsGoHoldsNoOldRules) {
  Matcher matcher;
  ASSERT_TRUE(matcher.put("rule", R"({"type":["purchase"]})"));
  MatchReader reader(matcher);
  names_of(&reader, kEvent);
  ASSERT_TRUE(matcher.put("rule", R"({"type":["click"]})"));
  EXPECT_EQ(matcher.stats().snapshots, 2U);
  reader.release();
  ASSERT_TRUE(matcher.remove("rule"));
  EXPECT_EQ(matcher.stats().snapshots, 1U);
  EXPECT_THAT(names_of(&reader, kEvent), testing::IsEmpty());
}

}  // namespace
}  // namespace clicklake::events
