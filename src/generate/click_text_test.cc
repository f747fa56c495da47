#include "generate/click_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "generate/flat_record.h"
#include "model/time.h"

namespace clicklake::synthetic {
namespace {

std::string LineOf(const Shop& shop, const Session& session, const Click& click) {
  std::vector<char> room(kMaxLineBytes);
  char* end = ClickText(shop).put_line(room.data(), HourText(hour_of(1'730'437'200'000'000)),
                                       session, click);
  return {room.data(), end};
}

TEST(ClickTextTest, WritesTheRawSchema) {
  Shop shop({10, 100});
  Session session{};
  session.has_session_id = true;
  Click click{};
  click.at_ms = 754'321;
  click.page = {PageKind::kProduct, 42};
  click.from = {PageKind::kSearch, 0};
  click.type = EventType::kPurchase;
  click.product = 42;
  click.step = 3;
  click.quantity = 2;
  FlatRecord record = FlatRecord::of(LineOf(shop, session, click));
  EXPECT_EQ(record.find("user_id")->value, "\"u00007919\"");
  EXPECT_EQ(record.find("event_type")->value, "\"purchase\"");
  EXPECT_EQ(record.find("event_timestamp")->value, "\"2024-11-01T05:12:34.321Z\"");
  EXPECT_EQ(record.find("device_type")->value, "\"desktop\"");
  EXPECT_EQ(record.find("page_url")->value,
            "\"https://shop.example.com/product/light-beanie-p000042\"");
}

TEST(ClickTextTest, LongestPiecesStayWithinALine) {
  Shop shop({1000, 1U << 21});  // so many products need eight digits
  SessionModel model(shop, 1);
  std::vector<Session> sessions;
  std::vector<Click> clicks;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    Visit visit = model.visit({0, 0}, i);
    model.play(visit, visit.clicks, true, &sessions, &clicks);
  }
  std::size_t longest = 0;
  for (const Click& click : clicks)
    longest = std::max(longest, LineOf(shop, sessions[click.session], click).size());
  EXPECT_LT(longest, kMaxLineBytes / 2);
}

TEST(FlatRecordTest, TakenApartAndPutTogetherIsTheSameLine) {
  Shop shop({1000, 500});
  SessionModel model(shop, 1);
  std::vector<Session> sessions;
  std::vector<Click> clicks;
  for (std::uint32_t i = 0; i < 500; ++i) {
    Visit visit = model.visit({0, 0}, i);
    model.play(visit, visit.clicks, true, &sessions, &clicks);
  }
  for (const Click& click : clicks) {
    std::string line = LineOf(shop, sessions[click.session], click);
    ASSERT_EQ(FlatRecord::of(line).text() + "\n", line);
  }
}

TEST(FlatRecordTest, SetReplacesOrAddsBeforeMetadata) {
  FlatRecord record = FlatRecord::of(R"({"a":"x","metadata":{"k":1}})");
  record.set("a", "\"y\"");
  record.set("b", "null");
  record.set_metadata("k", "2");
  record.set_metadata("l", "[3]");
  EXPECT_EQ(record.text(), R"({"a":"y","b":null,"metadata":{"k":2,"l":[3]}})");
  record.erase("a");
  record.set("metadata", "null");
  EXPECT_EQ(record.text(), R"({"b":null,"metadata":null})");
}

}  // namespace
}  // namespace clicklake::synthetic
