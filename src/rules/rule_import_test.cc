#include "rules/rule_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ImportedRules imported(const std::vector<ImportSource>& sources) {
  auto rules = import_rules(sources);
  EXPECT_TRUE(rules.has_value()) << (rules ? "" : rules.error().message);
  return rules ? std::move(*rules) : ImportedRules{};
}

std::string message(std::string text) {
  const auto rules = import_rules({{"in", std::move(text)}});
  EXPECT_FALSE(rules.has_value());
  return rules ? "" : rules.error().message;
}

constexpr const char* kRule =
    R"({"Name":"big","EventPattern":"{\"detail-type\":[\"purchase\"]}","State":"ENABLED",
        "Description":"d","EventBusName":"default"})";
constexpr const char* kTargets =
    R"({"Rule":"big","Targets":[{"Id":"q","Arn":"arn:aws:sqs:eu-west-1:111122223333:orders.fifo",
        "InputTransformer":{"InputPathsMap":{"t":"$.detail.total"},"InputTemplate":"{\"t\": <t>}"},
        "SqsParameters":{"MessageGroupId":"g"},
        "RetryPolicy":{"MaximumRetryAttempts":2,"MaximumEventAgeInSeconds":120},
        "DeadLetterConfig":{"Arn":"arn:aws:sqs:eu-west-1:111122223333:dead"}}]})";

void expect_big(const RuleDocument& rule) {
  EXPECT_EQ(rule.name, "big");
  EXPECT_EQ(rule.event_pattern, R"({"detail-type":["purchase"]})");
  ASSERT_EQ(rule.targets.size(), 1U);
  EXPECT_EQ(rule.targets[0].kind, TargetKind::kSqs);
  EXPECT_EQ(rule.targets[0].message_group_id, "g");
  EXPECT_EQ(rule.targets[0].retry.maximum_attempts, 2);
  EXPECT_EQ(rule.targets[0].retry.maximum_age_seconds, 120);
  EXPECT_EQ(rule.targets[0].transformer->input_template(), R"({"t": <t>})");
  EXPECT_EQ(rule.targets[0].dead_letter_arn, "arn:aws:sqs:eu-west-1:111122223333:dead");
}

TEST(RuleImportTest, CommandLineInputFormsAreRead) {
  const ImportedRules rules = imported({{"targets.json", kTargets}, {"rule.json", kRule}});
  ASSERT_EQ(rules.rules.size(), 1U);
  expect_big(rules.rules[0]);
  EXPECT_THAT(rules.notes, IsEmpty());
}

TEST(RuleImportTest, TargetsWithoutARuleBelongToTheOnlyOne) {
  const ImportedRules rules = imported(
      {{"rule.json", kRule},
       {"list.json", R"({"Targets":[{"Id":"f","Arn":"arn:aws:lambda:r:1:function:f"}]})"}});
  EXPECT_EQ(rules.rules[0].targets[0].kind, TargetKind::kLambda);
}

TEST(RuleImportTest, ScriptsOfTheCommandLineAreRead) {
  const ImportedRules rules = imported({{"rules.sh", R"j(#!/bin/sh
aws events put-rule --name big --description "d" \
  --event-pattern '{"detail-type": ["purchase"]}' --state ENABLED
aws --region eu-west-1 events put-targets --rule big --targets \
  '[{"Id":"q","Arn":"arn:aws:sqs:eu-west-1:111122223333:orders.fifo",
     "InputTransformer":{"InputPathsMap":{"t":"$.detail.total"},"InputTemplate":"{\"t\": <t>}"},
     "SqsParameters":{"MessageGroupId":"g"},
     "RetryPolicy":{"MaximumRetryAttempts":2,"MaximumEventAgeInSeconds":120},
     "DeadLetterConfig":{"Arn":"arn:aws:sqs:eu-west-1:111122223333:dead"}}]'
aws events put-rule --name=nightly --schedule-expression "cron(0 3 * * ? *)"
aws events put-targets --rule nightly --targets "Id"="1","Arn"="arn:aws:lambda:r:1:function:f"
)j"}});
  ASSERT_EQ(rules.rules.size(), 2U);
  expect_big(rules.rules[0]);
  EXPECT_EQ(rules.rules[1].schedule->text(), "cron(0 3 * * ? *)");
  EXPECT_EQ(rules.rules[1].targets[0].id, "1");
}

TEST(RuleImportTest, TerraformConfigurationIsRead) {
  const ImportedRules rules = imported({{"main.tf", R"(
provider "aws" { region = "eu-west-1" }
resource "aws_cloudwatch_event_rule" "big" {
  name          = "big"
  event_pattern = jsonencode({
    detail-type = ["purchase"]
  })
  tags = { a = "b" }
}
resource "aws_cloudwatch_event_target" "q" {
  rule      = aws_cloudwatch_event_rule.big.name
  target_id = "q"
  arn       = "arn:aws:sqs:eu-west-1:111122223333:orders.fifo"
  input_transformer {
    input_paths    = { t = "$.detail.total" }
    input_template = "{\"t\": <t>}"
  }
  sqs_target { message_group_id = "g" }
  retry_policy {
    maximum_retry_attempts       = 2
    maximum_event_age_in_seconds = 120
  }
  dead_letter_config { arn = "arn:aws:sqs:eu-west-1:111122223333:dead" }
}
)"}});
  ASSERT_EQ(rules.rules.size(), 1U);
  expect_big(rules.rules[0]);
}

TEST(RuleImportTest, TerraformReferencesToOtherResourcesAreRefusedWithTheWayOut) {
  EXPECT_THAT(message(R"(resource "aws_cloudwatch_event_rule" "r" {
  name = "r"
  event_pattern = "{\"a\":[\"b\"]}"
}
resource "aws_cloudwatch_event_target" "t" {
  rule = aws_cloudwatch_event_rule.r.name
  arn = aws_sns_topic.alerts.arn
})"),
              testing::AllOf(HasSubstr("aws_sns_topic.alerts.arn"),
                             HasSubstr("terraform show -json"), HasSubstr("line 5")));
}

TEST(RuleImportTest, TerraformShowHasReferencesResolved) {
  const ImportedRules rules = imported({{"show.json", R"({"format_version":"1.0",
 "terraform_version":"1.11.4","values":{"root_module":{"resources":[
  {"address":"aws_sns_topic.x","type":"aws_sns_topic","name":"x","values":{}}],
  "child_modules":[{"resources":[
  {"address":"module.m.aws_cloudwatch_event_rule.big","type":"aws_cloudwatch_event_rule","name":"big",
   "values":{"name":"big","event_pattern":"{\"detail-type\":[\"purchase\"]}","state":"DISABLED",
             "description":"","id":"big","tags":null,"event_bus_name":"default","is_enabled":false}},
  {"address":"module.m.aws_cloudwatch_event_target.t","type":"aws_cloudwatch_event_target","name":"t",
   "values":{"rule":"big","target_id":"t","arn":"arn:aws:sns:eu-west-1:111122223333:alerts",
             "ecs_target":[],"input":"","input_transformer":[],"retry_policy":
             [{"maximum_retry_attempts":2,"maximum_event_age_in_seconds":120}]}}]}]}}})"}});
  ASSERT_EQ(rules.rules.size(), 1U);
  EXPECT_FALSE(rules.rules[0].enabled);
  EXPECT_EQ(rules.rules[0].targets[0].retry.maximum_attempts, 2);
}

TEST(RuleImportTest, CloudFormationTemplatesAreRead) {
  const ImportedRules rules = imported({{"t.json", R"({"Resources":{
    "Topic":{"Type":"AWS::SNS::Topic"},
    "Big":{"Type":"AWS::Events::Rule","Properties":{"EventPattern":{"a":["b"]},"State":"ENABLED",
      "Targets":[{"Id":"t","Arn":"arn:aws:sns:eu-west-1:111122223333:alerts"}]}}}})"}});
  EXPECT_EQ(rules.rules[0].name, "Big");
  EXPECT_EQ(rules.rules[0].targets[0].kind, TargetKind::kSns);
}

TEST(RuleImportTest, WhatHasNoMeaningHereIsSaid) {
  const ImportedRules rules = imported(
      {{"r.json", R"({"Name":"r","EventPattern":"{}","EventBusName":"shop","RoleArn":"arn:x"})"}});
  EXPECT_THAT(rules.notes, ElementsAre(HasSubstr("RoleArn"), HasSubstr("EventBusName")));
}

TEST(RuleImportTest, WhatCantBeCarriedOutIsRefused) {
  EXPECT_THAT(message(R"({"Name":"r","EventPattern":"{}"}
 {"Rule":"r","Targets":[{"Id":"e","Arn":"arn:aws:ecs:r:1:cluster/c"}]})"),
              HasSubstr("nothing is delivered to"));
  EXPECT_THAT(message(R"({"Name":"r","EventPattern":"{}"}
 {"Rule":"r","Targets":[{"Id":"e","Arn":"arn:aws:sns:r:1:t","KinesisParameters":{}}]})"),
              HasSubstr("KinesisParameters"));
  EXPECT_THAT(message(R"({"Rule":"gone","Targets":[{"Id":"e","Arn":"arn:aws:sns:r:1:t"}]})"),
              HasSubstr("not the rule"));
  EXPECT_THAT(message("hello"), HasSubstr("neither JSON"));
  EXPECT_THAT(message("  \n"), HasSubstr("is empty"));
  EXPECT_THAT(message("{\"a\":1}"), HasSubstr("this is no rule"));
  EXPECT_THAT(message("aws events put-rule --name x --event-pattern \"$PATTERN\""),
              HasSubstr("variable of the shell"));
}

}  // namespace
}  // namespace clicklake
