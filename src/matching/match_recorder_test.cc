#include "matching/match_recorder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "matching/accepted_event.h"

namespace clicklake {
namespace {

class MatchRecorderTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("clicklake-matching-" +
               std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "rules");
    outbox_ = std::make_unique<OutboxWriter>(folder_ / "events" / "outbox", "batch");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void rule(const std::string& name, const std::string& pattern, const std::string& more = "") {
    std::ofstream(folder_ / "rules" / (name + ".json"))
        << R"({"name": ")" << name << R"(", "eventPattern": )" << pattern
        << R"(, "targets": [{"id": "out", "kind": "stdout"}])" << more << "}";
  }
  MatchRecorder& recorder() {
    rules_ = RuleSet::load(folder_ / "rules").value();
    recorder_ = std::make_unique<MatchRecorder>(*rules_, outbox_.get(), 77, folder_ / "tmp");
    return *recorder_;
  }
  static AcceptedEvent purchase(std::string_view line, std::uint64_t key) {
    AcceptedEvent event;
    event.line = line;
    event.event_type = "purchase";
    event.time_us = 1'730'732'400'000'000;
    event.identity = {key, 2};
    event.user_key = 42;
    event.revenue = 1'999'000;
    return event;
  }
  /// The outbox file's lines, "" where there is none.
  std::string written() {
    EXPECT_TRUE(recorder_->finish());
    const auto file = outbox_->finish().value();
    if (!file) return {};
    std::ifstream in(folder_ / "events" / "outbox" / file->name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path folder_;
  std::unique_ptr<OutboxWriter> outbox_;
  std::unique_ptr<const RuleSet> rules_;
  std::unique_ptr<MatchRecorder> recorder_;
};

TEST_F(MatchRecorderTest, PatternsSeeTheEnvelopeOrTheEvent) {
  rule("enveloped", R"({"source": ["clicklake"], "detail-type": ["purchase"],
                        "detail": {"metadata": {"price": [{"numeric": [">", 10]}]}}})");
  rule("bare", R"({"event_type": ["purchase"]})", R"(, "scope": "event")");
  rule("bare-in-envelope", R"({"event_type": ["purchase"]})");
  MatchRecorder& matches = recorder();
  const AcceptedEvent event = purchase(
      "\xEF\xBB\xBF"
      R"( {"event_type": "purchase", "metadata": {"price": 19.9} } )"
      "\r",
      1);
  ASSERT_TRUE(matches.meets(event));
  ASSERT_TRUE(matches.record(event));
  const std::string lines = written();
  EXPECT_EQ(matches.counts().matches, 2);
  EXPECT_NE(lines.find(R"("rule":"bare","targets":["out"],"event":{"event_type": "purchase")"),
            std::string::npos)
      << lines;
  EXPECT_NE(lines.find(R"("rule":"enveloped")"), std::string::npos) << lines;
  EXPECT_NE(lines.find(R"("time":"2024-11-04T15:00:00Z")"), std::string::npos) << lines;
  EXPECT_NE(lines.find(R"("lake":{"event_key":"1","user_key":"42","revenue":199.9}}})"),
            std::string::npos)
      << lines;
}

TEST_F(MatchRecorderTest, PatternsMayAskForTheLakesKeys) {
  rule("big", R"({"detail": {"lake": {"revenue": [{"numeric": [">", 199]}]}}})");
  MatchRecorder& matches = recorder();
  EXPECT_TRUE(matches.asks_for_keys());
  EXPECT_TRUE(matches.meets(purchase("{}", 1)));
  AcceptedEvent small = purchase("{}", 2);
  small.revenue = 1'989'999;
  EXPECT_FALSE(matches.meets(small));
}

TEST_F(MatchRecorderTest, WhatIsDroppedIsNotWritten) {
  rule("all", R"({"detail-type": ["purchase"]})");
  MatchRecorder& matches = recorder();
  for (std::uint32_t row = 0; row < 3; ++row) {
    const AcceptedEvent event = purchase("{}", row);
    ASSERT_TRUE(matches.meets(event));
    ASSERT_TRUE(matches.hold(event, row));
  }
  ASSERT_TRUE(matches.settle({0, 1, 0}));
  const std::string lines = written();
  EXPECT_EQ(matches.counts().matches, 2);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  EXPECT_EQ(lines.find(R"("event_key":"1")"), std::string::npos);
}

TEST_F(MatchRecorderTest, WhatIsHeldOfALargeHourIsWrittenInOrderWithoutTheDropped) {
  rule("all", R"({"detail-type": ["purchase"]})");
  MatchRecorder& matches = recorder();
  const std::string line = R"({"pad": ")" + std::string(9'000, 'x') + R"("})";
  constexpr std::uint32_t kRows = 3'000;  // 27 MB: most of them lie in the temporary file
  std::vector<std::uint8_t> dropped(kRows);
  for (std::uint32_t row = 0; row < kRows; ++row) {
    const AcceptedEvent event = purchase(line, row);
    ASSERT_TRUE(matches.meets(event));
    ASSERT_TRUE(matches.hold(event, row));
    dropped[row] = row % 3 == 0 ? 1 : 0;
  }
  ASSERT_TRUE(matches.settle(dropped));
  const std::string lines = written();
  EXPECT_EQ(matches.counts().matches, 2'000);
  std::uint32_t expected = 0;
  for (std::size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1) {
    if (expected % 3 == 0) ++expected;
    const auto match =
        parse_outbox_line(std::string_view(lines).substr(at, lines.find('\n', at) - at));
    ASSERT_TRUE(match.has_value());
    EXPECT_NE(match->event.find(R"("event_key":")" + std::to_string(expected) + "\""),
              std::string_view::npos);
    ++expected;
  }
  EXPECT_EQ(expected, kRows);
}

TEST_F(MatchRecorderTest, TheSameEventGivesTheSameIdAndAReplayAnother) {
  rule("all", R"({"detail-type": ["purchase"]})");
  const AcceptedEvent event = purchase("{}", 5);
  const auto id_of = [&](const std::string& replay) {
    rules_ = RuleSet::load(folder_ / "rules").value();
    OutboxWriter outbox(folder_ / "events" / "outbox", "again" + replay);
    MatchRecorder matches(*rules_, &outbox, 1, folder_ / "tmp", replay);
    EXPECT_TRUE(matches.meets(event));
    EXPECT_TRUE(matches.record(event));
    EXPECT_TRUE(matches.finish());
    std::ifstream in(folder_ / "events" / "outbox" / outbox.finish().value()->name);
    std::string line;
    std::getline(in, line);
    return std::string(parse_outbox_line(line).value().id);
  };
  const std::string id = id_of("");
  EXPECT_EQ(id_of(""), id);
  EXPECT_NE(id_of("monday"), id);
  EXPECT_EQ(id_of("monday"), id_of("monday"));
}

TEST_F(MatchRecorderTest, TypesThatNoRuleIsForAreToldAtOnce) {
  rule("purchase", R"({"detail-type": ["purchase", "refund"]})");
  EXPECT_TRUE(recorder().may_meet("refund"));
  EXPECT_FALSE(recorder().may_meet("page_view"));
  rule("also",
       R"({"$or": [{"detail-type": ["a"]}, {"source": ["clicklake"]}], "detail-type": ["view"]})");
  EXPECT_TRUE(recorder().may_meet("view"));
  EXPECT_FALSE(recorder().may_meet("page_view"));
  for (const char* pattern :
       {R"({"source": ["clicklake"]})", R"({"detail-type": [{"prefix": "page"}]})",
        R"({"detail-type": ["x", null]})", R"({"detail-type": ["10.0.0.1"]})",
        R"({"$or": [{"detail-type": ["a"]}, {"source": ["clicklake"]}]})"}) {
    rule("wide", pattern);
    EXPECT_TRUE(recorder().may_meet("page_view")) << pattern;
  }
  rule("wide", R"({"event_type": ["purchase"]})", R"(, "scope": "event")");
  EXPECT_TRUE(recorder().may_meet("page_view")) << "the raw event may spell its type otherwise";
}

TEST_F(MatchRecorderTest, ABrokenRuleCostsItselfOnly) {
  rule("broken", R"({"detail": {"n": [{"numeric": ["<", "x"]}]}})");
  rule("off", R"({"detail-type": ["purchase"]})", R"(, "state": "DISABLED")");
  rule("sound", R"({"detail-type": ["purchase"]})");
  MatchRecorder& matches = recorder();
  ASSERT_EQ(rules_->problems().size(), 1U);
  EXPECT_NE(rules_->problems()[0].find("broken"), std::string::npos) << rules_->problems()[0];
  EXPECT_EQ(rules_->size(), 1U);
  EXPECT_TRUE(matches.meets(purchase("{}", 1)));
}

}  // namespace
}  // namespace clicklake
