#include "outbox/outbox_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using testing::ElementsAre;

TEST(OutboxLineTest, WhatIsWrittenIsRead) {
  std::string line;
  const std::string id = match_id("big.basket-1", "e1");
  append_outbox_line(
      &line, {id, 1'730'732'400'123'456, "big.basket-1", {"mail", "q_1"}, "", R"({"a":"}}"})"});
  append_outbox_line(&line, {id, 5, "r", {"t"}, "again", R"({})"});
  const std::size_t end = line.find('\n');
  const auto first = parse_outbox_line(std::string_view(line).substr(0, end));
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first->id, id);
  EXPECT_EQ(first->accepted_us, 1'730'732'400'123'456);
  EXPECT_EQ(first->rule, "big.basket-1");
  EXPECT_THAT(first->targets, ElementsAre("mail", "q_1"));
  EXPECT_EQ(first->event, R"({"a":"}}"})");
  const auto second =
      parse_outbox_line(std::string_view(line).substr(end + 1, line.size() - end - 2));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->replay, "again");
  EXPECT_EQ(second->event, "{}");
}

TEST(OutboxLineTest, IdsAreAFunctionOfRuleAndEvent) {
  EXPECT_EQ(match_id("r", "e"), match_id("r", "e"));
  EXPECT_NE(match_id("r", "e"), match_id("r", "f"));
  EXPECT_NE(match_id("r", "e"), match_id("s", "e"));
  EXPECT_EQ(match_id("r", "e").size(), 32U);
  EXPECT_EQ(delivery_id("ab", "mail"), "ab-mail");
}

TEST(OutboxLineTest, OtherTextIsCorruption) {
  std::string line;
  append_outbox_line(&line, {"0a", 5, "r", {"t"}, "", "{}"});
  line.pop_back();
  ASSERT_TRUE(parse_outbox_line(line).has_value());
  for (std::size_t i = 0; i < line.size(); ++i) {
    EXPECT_FALSE(parse_outbox_line(line.substr(0, i)).has_value()) << i;
  }
  const auto error = parse_outbox_line(R"({"id":"a b"})");
  ASSERT_FALSE(error.has_value());
  EXPECT_EQ(error.error().code, ErrorCode::kCorruption);
}

}  // namespace
}  // namespace clicklake
