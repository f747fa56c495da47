#include "rules/rule_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/rule_import.h"

namespace clicklake {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::vector<RuleDocument> rules() {
  const char* const documents[] = {
      R"({"name": "big-basket.1", "description": "it's \"big\" ${x} %{y}\\ \n",
  "eventPattern": {"detail": {"a": ["${b}", "it's", "<x>", "\\"], "n": [{"numeric": [">", 1.50]}]}},
  "targets": [
    {"id": "q", "arn": "arn:aws:sqs:eu-west-1:111122223333:orders.fifo", "messageGroupId": "g",
     "inputTransformer": {"inputPathsMap": {"t-1": "$.detail.total", "u": "$.detail.items[*].sku"},
                          "inputTemplate": "{\"t\": <t-1>, \"m\": \"it's ${<u>} \\\\ \\\"x\\\"\"}"},
     "retryPolicy": {"maximumRetryAttempts": 0, "maximumEventAgeInSeconds": 60},
     "deadLetter": {"arn": "arn:aws:sqs:eu-west-1:111122223333:dead"}},
    {"id": "1", "arn": "arn:aws:lambda:eu-west-1:111122223333:function:f:live",
     "inputPath": "$.detail", "roleArn": "arn:aws:iam::111122223333:role/r"},
    {"id": "const", "arn": "arn:aws:events:eu-west-1:111122223333:event-bus/b",
     "input": {"a": [1, "it's", null]}}]})",
      R"j({"name": "nightly", "scheduleExpression": "cron(0 3 ? * MON-FRI *)", "state": "DISABLED",
  "targets": [{"id": "t", "arn": "arn:aws:sns:eu-west-1:111122223333:alerts"}]})j",
      R"({"name": "9lives", "eventPattern": {"source": ["clicklake"]}})"};
  std::vector<RuleDocument> all;
  for (const char* document : documents) {
    auto rule = parse_rule_document(document, "r");
    EXPECT_TRUE(rule.has_value()) << (rule ? "" : rule.error().message);
    if (rule) all.push_back(std::move(*rule));
  }
  return all;
}

class RuleExportTest : public testing::TestWithParam<ExportForm> {};

TEST_P(RuleExportTest, ImportedAgainTheyAreTheSameRules) {
  const std::vector<RuleDocument> before = rules();
  const ExportedRules exported = export_rules(before, GetParam());
  EXPECT_THAT(exported.notes, IsEmpty());
  const auto after = import_rules({{"exported", exported.text}});
  ASSERT_TRUE(after.has_value()) << after.error().message << "\n" << exported.text;
  ASSERT_EQ(after->rules.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_TRUE(after->rules[i] == before[i])
        << rule_document_json(before[i]) << rule_document_json(after->rules[i]) << exported.text;
  }
}

INSTANTIATE_TEST_SUITE_P(Forms, RuleExportTest,
                         testing::Values(ExportForm::kTerraform, ExportForm::kCloudFormation,
                                         ExportForm::kAwsCli));

TEST(RuleExportNotesTest, WhatEventBridgeHasNotIsSaidAndNoSecretIsWritten) {
  auto rule = parse_rule_document(R"({"name": "r", "scope": "event", "eventPattern": {"a": ["b"]},
  "targets": [{"id": "h", "kind": "webhook", "url": "https://example.com/",
               "auth": {"kind": "apiKey", "header": "X-Key", "value": "tops3cret"}},
              {"id": "q", "arn": "arn:aws:sqs:eu-west-1:111122223333:q", "rateLimit": 5}]})",
                                  "r");
  ASSERT_TRUE(rule.has_value());
  const ExportedRules exported = export_rules(std::vector{*rule}, ExportForm::kCloudFormation);
  EXPECT_THAT(exported.notes,
              testing::ElementsAre(HasSubstr("detail"), HasSubstr("API destination"),
                                   HasSubstr("rateLimit")));
  EXPECT_THAT(exported.text, testing::Not(HasSubstr("tops3cret")));
  EXPECT_THAT(exported.text, HasSubstr("\"source\": [\"clicklake\"]"));
}

TEST(RuleExportNotesTest, AWebhookBecomesAnApiDestinationWithoutItsSecret) {
  auto rule = parse_rule_document(R"({"name": "r", "eventPattern": {"a": ["b"]},
  "targets": [{"id": "hook", "kind": "webhook", "url": "https://example.com/x", "rateLimit": 20,
               "headers": {"X-Shop": "one"}, "inputPath": "$.detail",
               "auth": {"kind": "oauthClientCredentials", "clientId": "me",
                        "clientSecret": "tops3cret", "tokenUrl": "https://id.example/t"}},
              {"id": "plain", "kind": "webhook", "url": "https://example.com/y"},
              {"id": "q", "arn": "arn:aws:sqs:eu-west-1:111122223333:q"}]})",
                                  "r");
  ASSERT_TRUE(rule.has_value()) << rule.error().message;
  const auto exported = [&](ExportForm form) { return export_rules(std::vector{*rule}, form); };
  const std::string hcl = exported(ExportForm::kTerraform).text;
  for (const char* part :
       {"resource \"aws_cloudwatch_event_connection\" \"r_hook\"",
        "authorization_type = \"OAUTH_CLIENT_CREDENTIALS\"", "client_secret = var.r_hook_secret",
        "sensitive = true", "invocation_rate_limit_per_second = 20",
        "arn = aws_cloudwatch_event_api_destination.r_hook.arn", "\"X-Shop\" = \"one\"",
        "role_arn = var.events_role_arn", "input_path = \"$.detail\""}) {
    EXPECT_THAT(hcl, HasSubstr(part));
  }
  const std::string stack = exported(ExportForm::kCloudFormation).text;
  for (const char* part : {"\"Type\": \"AWS::Events::ApiDestination\"", "\"NoEcho\": true",
                           "\"ClientSecret\": {\"Ref\": \"rTohookSecret\"}",
                           "{\"Fn::GetAtt\": [\"rTohook\", \"Arn\"]}",
                           "\"HeaderParameters\": {\"X-Shop\": \"one\"}"}) {
    EXPECT_THAT(stack, HasSubstr(part));
  }
  for (const std::string& text : {hcl, stack, exported(ExportForm::kAwsCli).text}) {
    EXPECT_THAT(text, testing::Not(HasSubstr("tops3cret")));
    EXPECT_THAT(text, testing::Not(HasSubstr("example.com/y"))) << "without auth it can't be one";
    // Imported again, the other targets are there, and this one is told of.
    const auto again = import_rules({{"exported", text}});
    ASSERT_TRUE(again.has_value()) << again.error().message << "\n" << text;
    ASSERT_EQ(again->rules.size(), 1U);
    EXPECT_EQ(again->rules[0].targets.size(), 1U);
  }
}

}  // namespace
}  // namespace clicklake
