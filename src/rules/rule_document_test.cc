#include "rules/rule_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/ready_rules.h"

namespace clicklake {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kFull = R"j({
  "name": "big-basket", "description": "über 100",
  "eventPattern": {"detail-type": ["purchase"], "detail": {"total": [{"numeric": [">", 100]}]}},
  "scheduleExpression": "rate(5 minutes)",
                           "state" : "DISABLED",
                           "targets"
    : [
      {
        "id" : "mail",
        "arn" : "arn:aws:sns:eu-west-1:111122223333:alerts",
        "subject" : "A basket",
        "inputTransformer" :
            {"inputPathsMap" : {"t" : "$.detail.total"}, "inputTemplate" : "\"<t>\""},
        "retryPolicy" : {"maximumRetryAttempts" : 3, "maximumEventAgeInSeconds" : 60},
        "deadLetter" : {"arn" : "arn:aws:sqs:eu-west-1:111122223333:dead"}
      },
      {
        "id" : "queue",
        "kind" : "sqs",
        "arn" : "arn:aws:sqs:eu-west-1:111122223333:q.fifo",
        "messageGroupId" : "g",
        "inputPath" : "$.detail",
        "key" : "$.detail.user_id"
      },
      {
        "id" : "hook",
        "kind" : "webhook",
        "url" : "https://example.com/h",
        "headers" : {"X-A" : "b"},
        "auth" : {
          "kind" : "oauthClientCredentials",
          "clientId" : "c",
          "tokenUrl" : "https://example.com/t",
          "clientSecret" : {"env" : "SECRET"}
        },
        "signature" : {"secret" : {"file" : "/run/secrets/hook"}},
        "rateLimit" : 20,
        "concurrency" : 4,
        "timeoutMilliseconds" : 1000
      },
      {
        "id" : "run",
        "kind" : "command",
        "command" : [ "/bin/cat", "-" ],
        "input" : {"a" : [ 1, "x" ]}
      },
      {"id" : "log", "kind" : "file", "file" : "events/alerts.ndjson"},
      {"id" : "out", "kind" : "stdout"}
    ]
})j";

std::string message(std::string_view json) {
  const auto rule = parse_rule_document(json, "rules/x.json");
  EXPECT_FALSE(rule.has_value()) << json;
  return rule ? "" : rule.error().message;
}

std::string with_target(std::string_view members) {
  return R"({"name":"r","eventPattern":{"a":["b"]},"targets":[{"id":"t",)" + std::string(members) +
         "}]}";
}

TEST(RuleDocumentTest, AFullDocumentIsRead) {
  const auto rule = parse_rule_document(kFull, "rules/x.json");
  ASSERT_TRUE(rule.has_value()) << rule.error().message;
  EXPECT_FALSE(rule->enabled);
  ASSERT_EQ(rule->targets.size(), 6U);
  EXPECT_EQ(rule->targets[0].kind, TargetKind::kSns);
  EXPECT_EQ(rule->targets[0].retry.maximum_attempts, 3);
  EXPECT_EQ(rule->targets[2].webhook.auth.secret.from, SecretText::From::kEnvironment);
  EXPECT_EQ(*rule->targets[3].input, R"({"a":[1,"x"]})");
}

TEST(RuleDocumentTest, WrittenAgainItIsTheSameRule) {
  const auto rule = parse_rule_document(kFull, "a");
  ASSERT_TRUE(rule.has_value());
  const auto again = parse_rule_document(rule_document_json(*rule), "b");
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_TRUE(*rule == *again) << rule_document_json(*rule);
}

TEST(RuleDocumentTest, APatternMayBeATextOfJson) {
  const auto rule = parse_rule_document(R"({"name":"r","eventPattern":"{\"a\": [\"b\"]}"})", "x");
  ASSERT_TRUE(rule.has_value());
  EXPECT_EQ(rule->event_pattern, R"({"a":["b"]})");
}

TEST(RuleDocumentTest, ErrorsNameFileAndPath) {
  EXPECT_THAT(message("{"), HasSubstr("rules/x.json: JSON breaks off"));
  EXPECT_THAT(message("[]"), HasSubstr("an object"));
  EXPECT_THAT(message(R"({"eventPattern":{"a":["b"]}})"), HasSubstr("rules/x.json: name"));
  EXPECT_THAT(message(R"({"name":"a b","eventPattern":{}})"), HasSubstr("name: 'a b'"));
  EXPECT_THAT(message(R"({"name":"r"})"), HasSubstr("eventPattern or a scheduleExpression"));
  EXPECT_THAT(message(R"({"name":"r","eventPattern":[]})"), HasSubstr("eventPattern"));
  EXPECT_THAT(message(R"j({"name":"r","scheduleExpression":"rate(1 days)"})j"),
              HasSubstr("singular"));
  EXPECT_THAT(message(R"({"name":"r","eventpattern":{}})"),
              HasSubstr("eventpattern: nothing of that name belongs here; there may be name"));
  EXPECT_THAT(message(R"({"name":"r","name":"s","eventPattern":{}})"), HasSubstr("there twice"));
  EXPECT_THAT(message(R"({"name":"r","eventPattern":{},"state":"ON"})"), HasSubstr("state"));
}

TEST(RuleDocumentTest, TargetsHaveWhatTheirKindNeeds) {
  EXPECT_THAT(message(with_target(R"("kind":"mail")")), HasSubstr("targets[0].kind"));
  EXPECT_THAT(message(with_target(R"("kind":"sns")")), HasSubstr("arn"));
  EXPECT_THAT(message(with_target(R"("kind":"sqs","arn":"arn:aws:sns:r:1:x")")),
              HasSubstr("not of the kind sqs"));
  EXPECT_THAT(message(with_target(R"("arn":"arn:aws:kinesis:r:1:stream/x")")),
              HasSubstr("nothing is delivered to"));
  EXPECT_THAT(message(with_target(R"("kind":"webhook","url":"ftp://x")")), HasSubstr("url"));
  EXPECT_THAT(message(with_target(R"("kind":"webhook","url":"https://x/","headers":{"A":"b\nc"})")),
              HasSubstr("headers"));
  EXPECT_THAT(message(with_target(R"("kind":"command")")), HasSubstr("command"));
  EXPECT_THAT(message(with_target(R"("kind":"file")")), HasSubstr("file"));
  EXPECT_THAT(
      message(with_target(R"("kind":"stdout","retryPolicy":{"maximumRetryAttempts":186})")),
      HasSubstr("targets[0].retryPolicy.maximumRetryAttempts: a whole number from 0 to 185"));
  EXPECT_THAT(message(with_target(R"("kind":"stdout","input":1,"inputPath":"$.a")")),
              HasSubstr("only one of input, inputPath and inputTransformer"));
  EXPECT_THAT(message(with_target(R"("kind":"stdout","inputPath":"a")")), HasSubstr("inputPath"));
  EXPECT_THAT(
      message(R"({"name":"r","eventPattern":{},"targets":[{"id":"a._dlq","kind":"stdout"}]})"),
      HasSubstr("._dlq"));
  EXPECT_THAT(message(with_target(R"("kind":"stdout","deadLetter":{"arn":"x"})")),
              HasSubstr("deadLetter.arn"));
  EXPECT_THAT(message(R"({"name":"r","eventPattern":{},"targets":[{"id":"t","kind":"stdout"},)"
                      R"({"id":"t","kind":"stdout"}]})"),
              HasSubstr("two targets have this id"));
}

TEST(RuleDocumentTest, LimitsOfEventBridgeAreWarnedOf) {
  auto rule = parse_rule_document(R"({"name":"r","eventPattern":{"a":["b"]}})", "x");
  ASSERT_TRUE(rule.has_value());
  EXPECT_THAT(eventbridge_warnings(*rule), IsEmpty());
  rule->name = std::string(65, 'n');
  rule->description = std::string(513, 'd');
  rule->event_pattern = std::string(3000, 'p');
  for (int i = 0; i < 6; ++i) {
    rule->targets.emplace_back().id = "t" + std::to_string(i);
    rule->targets.back().kind = TargetKind::kSns;
  }
  rule->targets[0].kind = TargetKind::kCommand;
  rule->targets[1].input = std::string(8193, 'i');
  const std::vector<std::string> warnings = eventbridge_warnings(*rule);
  EXPECT_THAT(warnings, testing::UnorderedElementsAre(
                            HasSubstr("name"), HasSubstr("description"), HasSubstr("quota"),
                            HasSubstr("targets"), HasSubstr("kind command"), HasSubstr("input")));
}

TEST(RuleDocumentTest, AQueryIsATextOrItsLinesAndIsWrittenAsItWas) {
  const auto rule_with = [](const std::string& query) {
    return parse_rule_document(
        R"j({"name": "q", "scheduleExpression": "rate(1 hour)", "query": )j" + query +
            R"(, "queryKey": ["a", "b c"]})",
        "r");
  };
  const auto lines = rule_with(R"(["", "SELECT 1", "  AS a"])");
  ASSERT_TRUE(lines.has_value()) << lines.error().message;
  EXPECT_EQ(lines->query, "\nSELECT 1\n  AS a");
  EXPECT_TRUE(*rule_with(R"("\nSELECT 1\n  AS a")") == *lines);
  EXPECT_TRUE(*parse_rule_document(rule_document_json(*lines), "again") == *lines);
  for (const char* wrong : {"[]", "[1]", "{}", "5", R"([""])"})
    EXPECT_FALSE(rule_with(wrong).has_value()) << wrong;
  EXPECT_FALSE(
      parse_rule_document(R"({"name": "q", "eventPattern": {"a": ["b"]}, "query": "x"})", "r")
          .has_value())
      << "nothing would run it";
}

TEST(RuleDocumentTest, ReadyRulesAreSoundAndDisabled) {
  ASSERT_EQ(ready_rules().size(), 5U);
  for (const ReadyRule& ready : ready_rules()) {
    const auto rule = parse_rule_document(ready.document, ready.name);
    ASSERT_TRUE(rule.has_value()) << rule.error().message;
    EXPECT_EQ(rule->name, ready.name);
    EXPECT_FALSE(rule->enabled);
    EXPECT_EQ(rule->targets.size(), 1U);
    EXPECT_TRUE(*parse_rule_document(rule_document_json(*rule), "again") == *rule);
  }
}

}  // namespace
}  // namespace clicklake
