#include "deliver/dispatcher.h"

#include <gmock/gmock.h>

#include <fstream>
#include <numeric>
#include <set>
#include <thread>

#include "deliver/delivery_store.h"
#include "deliver/dispatcher_fixture.h"
#include "model/time.h"
#include "outbox/outbox_file.h"

namespace clicklake {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int> numbers(int first, int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), first);
  return all;
}

TEST_F(DispatcherTest, MatchesReachAFileInOrderAndOnce) {
  write_rule(R"({"id":"f","kind":"file","file":"out/a.ndjson"})");
  publish("b1", 0, 100, {"f"});
  publish("b2", 100, 50, {"f"});
  DispatchReport report = run();
  EXPECT_EQ(report.delivered, 150);
  EXPECT_EQ(report.owed, 0);
  EXPECT_EQ(delivered("out/a.ndjson"), numbers(0, 150));
  report = run();
  EXPECT_EQ(report.delivered, 0) << "a second run has nothing to do";
  publish("b3", 150, 1, {"f"});
  EXPECT_EQ(run().delivered, 1);
  EXPECT_EQ(delivered("out/a.ndjson"), numbers(0, 151));
}

TEST_F(DispatcherTest, EachTargetGetsItsOwnInput) {
  write_rule(R"({"id":"whole","kind":"file","file":"whole"},
                {"id":"part","kind":"file","file":"part","inputPath":"$.k"},
                {"id":"const","kind":"file","file":"const","input":{"a":1}},
                {"id":"made","kind":"file","file":"made","inputTransformer":
                 {"inputPathsMap":{"n":"$.n"},"inputTemplate":"\"<n> of <aws.events.rule-name>\""}})");
  publish("b", 7, 1, {"whole", "part", "const", "made"});
  run();
  const auto input = [&](const char* file) {
    std::string json;
    append_json(&json, *lines(lake_ / file).at(0).find("input"));
    return json;
  };
  EXPECT_EQ(input("whole"), R"({"n":7,"k":"1"})");
  EXPECT_EQ(input("part"), R"("1")");
  EXPECT_EQ(input("const"), R"({"a":1})");
  EXPECT_EQ(input("made"), R"("7 of r")");
  EXPECT_EQ(lines(lake_ / "whole")[0].find("deliveryId")->text, match_id("r", "7") + "-whole");
}

TEST_F(DispatcherTest, AnInputThatCantBeMadeIsADeadLetterAtOnce) {
  write_rule(R"({"id":"f","kind":"file","file":"out","inputPath":"$.nope"})");
  publish("b", 0, 2, {"f"});
  EXPECT_EQ(run().dead, 2);
  auto store = DeliveryStore::open(lake_);
  const auto dead = (*store)->dead_letters(false);
  ASSERT_EQ(dead->size(), 2U);
  EXPECT_EQ((*dead)[0].code, "INVALID_JSON");
  EXPECT_THAT((*dead)[0].message, HasSubstr("$.nope"));
}

TEST_F(DispatcherTest, ACommandGetsTheInputAndTheIdWithoutAShell) {
  write_rule(R"J({"id":"c","kind":"command","concurrency":1,
                 "command":["sh","-c","cat >> out; echo \" $CLICKLAKE_DELIVERY_ID $1\" >> out","x","$(id)"]})J");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(lake_);
  publish("b", 0, 2, {"c"});
  EXPECT_EQ(run().delivered, 2);
  std::filesystem::current_path(before);
  std::ifstream in(lake_ / "out");
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, R"({"n":0,"k":"0"} )" + match_id("r", "0") + "-c $(id)");
}

TEST_F(DispatcherTest, ACommandsExitSaysWhatBecomesOfTheDelivery) {
  write_rule(R"({"id":"no","kind":"command","command":["sh","-c","echo never >&2; exit 100"]},
                {"id":"gone","kind":"command","command":["/no/such/program"]},
                {"id":"again","kind":"command","command":["sh","-c","exit 3"],
                 "retryPolicy":{"maximumRetryAttempts":2,"backoffMilliseconds":1}},
                {"id":"late","kind":"command","command":["sleep","10"],"timeoutMilliseconds":50,
                 "retryPolicy":{"maximumRetryAttempts":0}})");
  publish("b", 0, 1, {"no", "gone", "again", "late"});
  const DispatchReport report = run();
  EXPECT_EQ(report.dead, 4);
  std::set<std::string> seen;
  for (const auto& entry : std::filesystem::directory_iterator(lake_ / "events" / "deadletters")) {
    for (const JsonValue& letter : lines(entry.path())) {
      const JsonValue& attributes = *letter.find("attributes");
      const JsonValue* condition = attributes.find("EXHAUSTED_RETRY_CONDITION");
      seen.insert(letter.find("target")->text + " " + attributes.find("ERROR_CODE")->text + " " +
                  attributes.find("RETRY_ATTEMPTS")->text + " " +
                  (condition == nullptr ? "" : condition->text));
      EXPECT_EQ(attributes.find("RULE_ARN")->text, "arn:aws:events:local:000000000000:rule/r");
      EXPECT_EQ(letter.find("event")->find("n")->text, "0");
    }
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAre("no ERROR_FROM_TARGET 0 ", "gone NO_RESOURCE 0 ",
                                                  "again ERROR_FROM_TARGET 2 MaximumRetryAttempts",
                                                  "late TIMEOUT 0 MaximumRetryAttempts"));
}

TEST_F(DispatcherTest, ADeadTargetHoldsUpNoOther) {
  std::filesystem::create_directories(lake_ / "folder");
  write_rule(R"({"id":"bad","kind":"file","file":"folder"},
                {"id":"good","kind":"file","file":"good"})");
  options_.limits.queued = 100;
  options_.limits.open = 10;
  publish("b", 0, 1000, {"bad", "good"});
  const DispatchReport report = run(Dispatcher::Until::kIdle);
  EXPECT_EQ(report.delivered, 1000);
  EXPECT_EQ(delivered("good"), numbers(0, 1000));
  EXPECT_GT(report.owed, 0);
  // When it is mended, all arrives, in order, though only 110 places were in memory.
  std::filesystem::remove(lake_ / "folder");
  auto store = DeliveryStore::open(lake_);
  EXPECT_GT(*(*store)->retry("", "r", "bad", 1), 0);
  const DispatchReport later = run();
  EXPECT_EQ(later.delivered, 1000);
  EXPECT_EQ(later.owed, 0);
  std::vector<int> all = delivered("folder");
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, numbers(0, 1000));
}

TEST_F(DispatcherTest, KeyedDeliveriesKeepTheirOrderThroughFailures) {
  // Fails at random; each success appends the number to its key's file.
  write_rule(R"J({"id":"c","kind":"command","key":"$.k","concurrency":8,
      "command":["sh","-c","read -r line; [ $(($$ % 3)) = 0 ] && exit 1; k=${line#*k\\\":\\\"}; echo $line >> $0.${k%%\\\"*}","OUT"],
      "retryPolicy":{"backoffMilliseconds":1,"maximumBackoffMilliseconds":2}})J");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(lake_);
  publish("b", 0, 60, {"c"});
  EXPECT_EQ(run().delivered, 60);
  std::filesystem::current_path(before);
  for (int k = 0; k < 3; ++k) {
    std::vector<int> seen;
    for (const JsonValue& line : lines(lake_ / ("OUT." + std::to_string(k)))) {
      seen.push_back(std::atoi(line.find("n")->text.c_str()));
    }
    std::vector<int> expected;
    for (int n = k; n < 60; n += 3) expected.push_back(n);
    EXPECT_EQ(seen, expected);
  }
}

TEST_F(DispatcherTest, ARuleThatIsGoneMakesDeadLettersAndOneBeingEditedDoesNot) {
  std::ofstream(lake_ / "rules" / "r.json") << "{\"name\": \"r\",";
  publish("b", 0, 3, {"f"});
  DispatchReport report = run();
  EXPECT_EQ(report.dead, 0);
  EXPECT_EQ(report.owed, 3);
  EXPECT_THAT(warnings_, Contains(HasSubstr("r.json")));
  std::filesystem::remove(lake_ / "rules" / "r.json");
  report = run();
  EXPECT_EQ(report.dead, 3);
  EXPECT_EQ(report.owed, 0);
}

TEST_F(DispatcherTest, WhatIsTooOldIsGivenUp) {
  write_rule(
      R"({"id":"f","kind":"file","file":"out","retryPolicy":{"maximumEventAgeInSeconds":60}})");
  publish("b", 0, 3, {"f"}, "r", *parse_timestamp("2024-11-04T15:00:00Z"));
  EXPECT_EQ(run().dead, 3);
  EXPECT_FALSE(std::filesystem::exists(lake_ / "out"));
}

TEST_F(DispatcherTest, TwoProcessesDoNotDeliverForOneLake) {
  const auto first = open();
  const auto second = Dispatcher::open(options_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
}

TEST_F(DispatcherTest, ASecretThatIsNotThereHoldsTheTargetAndSaysSo) {
  write_rule(R"({"id":"h","kind":"webhook","url":"http://127.0.0.1:1/",
                 "signature":{"secret":{"env":"NOT_SET"}}})");
  publish("b", 0, 1, {"h"});
  const DispatchReport report = run();
  EXPECT_EQ(report.owed, 1);
  EXPECT_EQ(report.failed, 0);
  EXPECT_THAT(warnings_, Contains(HasSubstr("$NOT_SET")));
}

TEST_F(DispatcherTest, DeliveredOutboxFilesAreRemovedWhenTheirTimeIsOver) {
  write_rule(R"({"id":"f","kind":"file","file":"out"})");
  publish("b1", 0, 3, {"f"});
  run();
  EXPECT_THAT(outbox_names(lake_), ElementsAre("b1.jsonl"));
  publish("b2", 3, 3, {"f"});
  options_.keep_files_seconds = -10;
  run();
  run();
  EXPECT_THAT(outbox_names(lake_), testing::Not(Contains("b1.jsonl")));
  EXPECT_EQ(delivered("out"), numbers(0, 6));
}

TEST_F(DispatcherTest, RowsOfRemovedOutboxFilesAreForgotten) {
  write_rule(R"({"id":"f","kind":"file","file":"out"})");
  std::int64_t now = 1'730'000'000'000'000;
  options_.now_us = [&] { return now; };
  options_.keep_files_seconds = -2'000'000'000;  // files have the clock of the machine
  for (int batch = 0; batch < 5; ++batch) {
    publish("b" + std::to_string(batch), batch, 1, {"f"});
    run();
    now += 2 * kMicrosPerHour;
  }
  run();
  now += 2 * kMicrosPerHour;
  run();
  const auto store = DeliveryStore::open(lake_);
  const auto state = (*store)->load();
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->files.size(), 1U) << "the last keeps the numbers going";
  publish("b9", 5, 1, {"f"});
  run();
  EXPECT_EQ(delivered("out"), numbers(0, 6));
}

TEST_F(DispatcherTest, WhereItsProgressWasLostRemovedFilesAreToldAndTheRestIsDelivered) {
  write_rule(R"({"id":"f","kind":"file","file":"out"})");
  publish("b2", 0, 3, {"f"});
  options_.published = []() -> Result<std::vector<std::string>> {
    return std::vector<std::string>{"b1.jsonl", "b2.jsonl"};
  };
  EXPECT_EQ(run().delivered, 3);
  EXPECT_THAT(warnings_,
              ElementsAre(testing::AllOf(HasSubstr("1 outbox files"), HasSubstr("b1.jsonl"))));
  warnings_.clear();
  EXPECT_EQ(run().delivered, 0);
  EXPECT_THAT(warnings_, testing::IsEmpty()) << "told once";
}

TEST_F(DispatcherTest, ADamagedOutboxFileEndsTheRunWithItsPlace) {
  std::filesystem::create_directories(outbox_folder(lake_));
  std::ofstream(outbox_folder(lake_) / "b1.jsonl") << "{\"nonsense\":1}\n";
  const auto dispatcher = open();
  const auto report = dispatcher->run(Dispatcher::Until::kDrained);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::kCorruption);
  EXPECT_THAT(report.error().message, HasSubstr("byte 0"));
}

TEST_F(DispatcherTest, AScheduleFiresWhenItsTimeComes) {
  std::ofstream(lake_ / "rules" / "s.json")
      << R"J({"name":"s","scheduleExpression":"rate(1 minute)",
      "targets":[{"id":"f","kind":"file","file":"fired"}]})J";
  std::int64_t now = *parse_timestamp("2024-11-04T15:00:30Z");
  options_.now_us = [&] { return now; };
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 0) << "seen for the first time";
  now += 31 * kMicrosPerSecond;
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 1);
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 0);
  now += 600 * kMicrosPerSecond;
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 1) << "once for all that was missed";
  const std::vector<JsonValue> fired = lines(lake_ / "fired");
  ASSERT_EQ(fired.size(), 2U);
  EXPECT_EQ(fired[0].find("input")->find("detail-type")->text, "Scheduled Event");
  EXPECT_EQ(fired[0].find("input")->find("time")->text, "2024-11-04T15:01:00Z");
  EXPECT_EQ(fired[1].find("input")->find("time")->text, "2024-11-04T15:11:00Z");
}

TEST_F(DispatcherTest, ARowOfAQueryIsSentOnceAcrossSchedulesAndRestarts) {
  std::ofstream(lake_ / "rules" / "q.json")
      << R"J({"name":"q","scheduleExpression":"rate(1 minute)","query":"SELECT 1","queryKey":["n"],
      "targets":[{"id":"f","kind":"file","file":"fired"}]})J";
  std::int64_t now = *parse_timestamp("2024-11-04T15:00:30Z");
  options_.now_us = [&] { return now; };
  std::vector<int> rows{1, 2};
  std::vector<std::string> times;
  options_.run_query = [&](const RuleDocument& rule, std::int64_t time_us,
                           const std::stop_token&) -> Result<std::vector<QueryRow>> {
    EXPECT_EQ(rule.query, "SELECT 1");
    times.push_back(format_timestamp(time_us));
    std::vector<QueryRow> out;
    out.reserve(rows.size());
    for (const int n : rows)
      out.push_back({std::to_string(n), "{\"n\":" + std::to_string(n) + "}"});
    return out;
  };
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 0) << "seen for the first time";
  now += 60 * kMicrosPerSecond;
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 2);
  rows.push_back(3);
  now += 60 * kMicrosPerSecond;
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 1) << "1 and 2 were sent before";
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 0) << "not its time";
  EXPECT_EQ(times, (std::vector<std::string>{"2024-11-04T15:01:00Z", "2024-11-04T15:02:00Z"}));
  const std::vector<JsonValue> fired = lines(lake_ / "fired");
  ASSERT_EQ(fired.size(), 3U);
  EXPECT_EQ(fired[2].find("input")->find("detail-type")->text, "Scheduled Query");
  EXPECT_EQ(fired[2].find("input")->find("detail")->find("n")->text, "3");
  // What no query gave for a week may be sent again.
  rows = {1};
  now += std::int64_t{8} * kMicrosPerDay;
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 1);
}

TEST_F(DispatcherTest, AQueryThatFailsIsToldAndRunAgain) {
  std::ofstream(lake_ / "rules" / "q.json")
      << R"J({"name":"q","scheduleExpression":"rate(1 minute)","query":"SELECT 1",
      "targets":[{"id":"f","kind":"file","file":"fired"}]})J";
  std::int64_t now = *parse_timestamp("2024-11-04T15:00:30Z");
  options_.now_us = [&] { return now; };
  bool fails = true;
  options_.run_query = [&](const RuleDocument&, std::int64_t,
                           const std::stop_token&) -> Result<std::vector<QueryRow>> {
    if (fails) return Error{ErrorCode::kInvalidArgument, "no such table"};
    return std::vector<QueryRow>{{"1", "{}"}};
  };
  (void)run(Dispatcher::Until::kIdle);
  now += 60 * kMicrosPerSecond;
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 0);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_THAT(warnings_[0], HasSubstr("no such table"));
  fails = false;
  EXPECT_EQ(run(Dispatcher::Until::kIdle).delivered, 1) << "its time was not taken for done";
}

TEST_F(DispatcherTest, DeadLettersAreForgottenWithTheirFilesWhenTheyAreOld) {
  write_rule(R"({"id":"f","kind":"file","file":"out","inputPath":"$.nope"})");
  std::int64_t now = *parse_timestamp("2024-11-04T15:00:00Z");
  options_.now_us = [&] { return now; };
  options_.keep_dead_letters_seconds = 30 * 86'400;
  const auto letters = [&] {
    const auto store = DeliveryStore::open(lake_);
    return (*store)->dead_letters(true)->size();
  };
  publish("b1", 0, 2, {"f"}, "r", now);
  EXPECT_EQ(run().dead, 2);
  now += std::int64_t{29} * kMicrosPerDay;
  publish("b2", 2, 1, {"f"}, "r", now);
  EXPECT_EQ(run().dead, 1);
  EXPECT_EQ(letters(), 3U);
  now += std::int64_t{2} * kMicrosPerDay;
  (void)run();
  EXPECT_EQ(letters(), 1U);
  std::set<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(lake_ / "events" / "deadletters"))
    files.insert(file.path().filename().string());
  EXPECT_EQ(files, (std::set<std::string>{"2024-12-03.jsonl"}));
}

TEST_F(DispatcherTest, ErrorsOfItsStateNameDeliveriesAndAWayOut) {
  std::filesystem::create_directories(lake_ / "events");
  std::ofstream(lake_ / "events" / "deliveries.db") << std::string(8192, 'x');
  const auto store = DeliveryStore::open(lake_);
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kCorruption);
  EXPECT_THAT(store.error().message, testing::StartsWith("deliveries "));
  EXPECT_THAT(store.error().message, HasSubstr("delivered again"));
}

TEST_F(DispatcherTest, WhatIsPublishedWhileItRunsIsHeardAtOnce) {
  write_rule(R"({"id":"f","kind":"file","file":"out"})");
  options_.look_ms = 60'000;
  const auto dispatcher = open();
  std::thread running([&] { (void)dispatcher->run(Dispatcher::Until::kStopped); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  publish("b1", 0, 5, {"f"});
  for (int i = 0; i < 200 && !std::filesystem::exists(lake_ / "out"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  dispatcher->request_stop();
  ring_doorbell(outbox_folder(lake_));
  running.join();
  EXPECT_EQ(delivered("out"), numbers(0, 5));
}

}  // namespace
}  // namespace clicklake
