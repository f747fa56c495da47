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
  EXPECT_THAT(exported.notes, testing::ElementsAre(HasSubstr("detail"), HasSubstr("webhook"),
                                                   HasSubstr("rateLimit")));
  EXPECT_THAT(exported.text, testing::Not(HasSubstr("tops3cret")));
  EXPECT_THAT(exported.text, HasSubstr("\"source\": [\"clicklake\"]"));
}

}  // namespace
}  // namespace clicklake
