#include "rules/rule_export.h"

#include "base/json_text.h"
#include "rules/aws_form.h"
#include "rules/export_forms.h"
#include "rules/shell_words.h"

namespace clicklake {
namespace {

bool is_aws(const RuleTarget& target) { return target.kind <= TargetKind::kFirehose; }

/// Why EventBridge can't have the target; "" where it can.
std::string why_left_out(const RuleTarget& target, ExportForm form) {
  if (is_aws(target)) return {};
  if (target.kind != TargetKind::kWebhook)
    return "EventBridge has no target of the kind " + std::string(to_string(target.kind));
  if (form == ExportForm::kAwsCli)
    return "a webhook needs a connection with its secret: export to Terraform or CloudFormation";
  const Webhook& webhook = target.webhook;
  if (!webhook.url.starts_with("https://")) return "API destinations are https only";
  if (!webhook.ca_file.empty()) return "API destinations know no authorities of one's own (caFile)";
  if (webhook.auth.kind == WebhookAuth::Kind::kNone)
    return "an API destination needs an auth: basic, apiKey or oauthClientCredentials";
  return {};
}

/// The rule as EventBridge can hold it.
RuleDocument portable(const RuleDocument& rule, ExportForm form, std::vector<std::string>* notes) {
  RuleDocument out = rule;
  const std::string at = "rule '" + rule.name + "': ";
  if (rule.scope_is_event && !rule.event_pattern.empty()) {
    JsonText wrapped;
    wrapped.begin_object().key("source").begin_array().value("clicklake").end_array();
    wrapped.key("detail").raw(rule.event_pattern).end_object();
    out.event_pattern = wrapped.text();
    out.scope_is_event = false;
    notes->push_back(at + "its pattern of scope event is written below \"detail\"");
  }
  out.targets.clear();
  for (const RuleTarget& target : rule.targets) {
    const std::string where = at + "target '" + target.id + "'";
    if (const std::string why = why_left_out(target, form); !why.empty()) {
      notes->push_back(std::string(where).append(" is left out: ").append(why));
      continue;
    }
    RuleTarget bare;
    bare.id = target.id;
    bare.kind = target.kind;
    bare.arn = target.arn;
    bare.role_arn = target.role_arn;
    bare.input = target.input;
    bare.input_path = target.input_path;
    bare.transformer = target.transformer;
    bare.retry.maximum_attempts = target.retry.maximum_attempts;
    bare.retry.maximum_age_seconds = target.retry.maximum_age_seconds;
    bare.dead_letter_arn = target.dead_letter_arn;
    bare.message_group_id = target.message_group_id;
    if (target.kind == TargetKind::kWebhook) {
      bare.webhook = target.webhook;
      bare.webhook.signing_secret = {};
      bare.rate_limit = target.rate_limit;
      notes->push_back(where + " becomes an API destination; its secret is a variable" +
                       (target.webhook.signing_secret.is_set()
                            ? ", and it is not signed: EventBridge has no HMAC"
                            : ""));
      RuleTarget unsigned_one = target;
      unsigned_one.webhook.signing_secret = {};
      if (bare == unsigned_one) {
        out.targets.push_back(std::move(bare));
        continue;
      }
    }
    if (!(bare == target)) {
      notes->push_back(where +
                       ": key, rateLimit, concurrency, timeout, subject and backoff are this "
                       "program's own and are left out");
    }
    out.targets.push_back(std::move(bare));
  }
  return out;
}

std::string aws_cli(const std::vector<RuleDocument>& rules) {
  std::string out = "#!/bin/sh\nset -e\n";
  for (const RuleDocument& rule : rules) {
    JsonText put;
    put.begin_object();
    add_aws_rule(&put, rule, false);
    put.end_object();
    out += "aws events put-rule --cli-input-json " + shell_quoted(put.text()) + "\n";
    if (rule.targets.empty()) continue;
    JsonText targets;
    targets.begin_object().member("Rule", rule.name).key("Targets").begin_array();
    for (const RuleTarget& target : rule.targets) add_aws_target(&targets, target);
    targets.end_array().end_object();
    out += "aws events put-targets --cli-input-json " + shell_quoted(targets.text()) + "\n";
  }
  return out;
}

}  // namespace

ExportedRules export_rules(std::span<const RuleDocument> rules, ExportForm form) {
  ExportedRules exported;
  std::vector<RuleDocument> bare;
  for (const RuleDocument& rule : rules) {
    if (rule.query.empty()) {
      bare.push_back(portable(rule, form, &exported.notes));
    } else {
      exported.notes.push_back("rule '" + rule.name +
                               "' is left out: EventBridge runs no SQL when a schedule fires");
    }
  }
  switch (form) {
    case ExportForm::kTerraform: exported.text = terraform(bare); break;
    case ExportForm::kCloudFormation: exported.text = cloudformation(bare); break;
    case ExportForm::kAwsCli: exported.text = aws_cli(bare); break;
  }
  return exported;
}

}  // namespace clicklake
