#include "rules/rule_export.h"

#include <algorithm>
#include <cctype>

#include "base/json_text.h"
#include "base/json_value.h"
#include "rules/aws_form.h"
#include "rules/shell_words.h"

namespace clicklake {
namespace {

bool is_aws(const RuleTarget& target) { return target.kind <= TargetKind::kFirehose; }

/// The rule as EventBridge can hold it.
RuleDocument portable(const RuleDocument& rule, std::vector<std::string>* notes) {
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
    if (!is_aws(target)) {
      notes->push_back(where + " is left out: EventBridge has no target of the kind " +
                       std::string(to_string(target.kind)) +
                       (target.kind == TargetKind::kWebhook
                            ? " (make an API destination with a connection that holds the secret)"
                            : ""));
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
    if (!(bare == target)) {
      notes->push_back(where +
                       ": key, rateLimit, concurrency, timeout, subject and backoff are this "
                       "program's own and are left out");
    }
    out.targets.push_back(std::move(bare));
  }
  return out;
}

std::string indented(const std::string& json) {
  std::string out;
  if (const auto value = parse_json(json)) append_json_indented(&out, *value);
  return out;
}

std::string hcl_quoted(std::string_view text) {
  std::string json;
  append_json_string(&json, text);
  std::string out;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if ((json[i] == '$' || json[i] == '%') && i + 1 < json.size() && json[i + 1] == '{') {
      out.push_back(json[i]);
    }
    out.push_back(json[i]);
  }
  return out;
}

std::string identifier(std::string_view text, bool only_letters) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (plain || (!only_letters && (c == '_' || c == '-'))) {
      out.push_back(c);
    } else if (!only_letters) {
      out.push_back('_');
    }
  }
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out[0])) != 0) out.insert(0, "r");
  return out;
}

class TerraformText {
 public:
  void attribute(std::string_view name, const std::string& value) {
    if (!value.empty()) line(std::string(name) + " = " + hcl_quoted(value));
  }
  void number(std::string_view name, std::int64_t value) {
    line(std::string(name) + " = " + std::to_string(value));
  }
  void heredoc(std::string_view name, const std::string& json) {
    line(std::string(name) + " = <<-JSON");
    std::string text = indented(json);
    std::size_t begin = 0;
    while (begin <= text.size()) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string one;
      for (std::size_t i = begin; i < end; ++i) {
        if ((text[i] == '$' || text[i] == '%') && i + 1 < end && text[i + 1] == '{') {
          one.push_back(text[i]);
        }
        one.push_back(text[i]);
      }
      line("  " + one);
      begin = end + 1;
    }
    line("JSON");
  }
  void open(const std::string& head) {
    line(head + " {");
    ++level_;
  }
  void close() {
    --level_;
    line("}");
  }
  void line(const std::string& text) {
    out_.append(static_cast<std::size_t>(level_) * 2, ' ');
    out_ += text + "\n";
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  int level_ = 0;
};

void add_terraform(TerraformText* out, const RuleDocument& rule) {
  const std::string label = identifier(rule.name, false);
  out->open("resource \"aws_cloudwatch_event_rule\" \"" + label + "\"");
  out->attribute("name", rule.name);
  out->attribute("description", rule.description);
  if (!rule.event_pattern.empty()) out->heredoc("event_pattern", rule.event_pattern);
  if (rule.schedule) out->attribute("schedule_expression", rule.schedule->text());
  out->attribute("state", rule.enabled ? "ENABLED" : "DISABLED");
  out->close();
  for (const RuleTarget& target : rule.targets) {
    out->line("");
    out->open("resource \"aws_cloudwatch_event_target\" \"" + label + "_" +
              identifier(target.id, false) + "\"");
    out->line("rule = aws_cloudwatch_event_rule." + label + ".name");
    out->attribute("target_id", target.id);
    out->attribute("arn", target.arn);
    out->attribute("role_arn", target.role_arn);
    if (target.input) out->attribute("input", *target.input);
    if (target.input_path) out->attribute("input_path", target.input_path->text());
    if (target.transformer) {
      out->open("input_transformer");
      if (!target.transformer->paths().empty()) {
        out->line("input_paths = {");
        for (const auto& [name, path] : target.transformer->paths()) {
          out->line("  " + hcl_quoted(name) + " = " + hcl_quoted(path));
        }
        out->line("}");
      }
      out->attribute("input_template", target.transformer->input_template());
      out->close();
    }
    if (!(target.retry == RetryPolicy())) {
      out->open("retry_policy");
      out->number("maximum_retry_attempts", target.retry.maximum_attempts);
      out->number("maximum_event_age_in_seconds", target.retry.maximum_age_seconds);
      out->close();
    }
    if (!target.dead_letter_arn.empty()) {
      out->open("dead_letter_config");
      out->attribute("arn", target.dead_letter_arn);
      out->close();
    }
    if (!target.message_group_id.empty()) {
      out->open("sqs_target");
      out->attribute("message_group_id", target.message_group_id);
      out->close();
    }
    out->close();
  }
}

std::string cloudformation(const std::vector<RuleDocument>& rules) {
  JsonText json;
  json.begin_object().member("AWSTemplateFormatVersion", "2010-09-09");
  json.key("Resources").begin_object();
  std::vector<std::string> used;
  for (const RuleDocument& rule : rules) {
    const std::string id = identifier(rule.name, true);
    std::string unique = id;
    for (int n = 2; std::find(used.begin(), used.end(), unique) != used.end(); ++n) {
      unique = id + std::to_string(n);
    }
    used.push_back(unique);
    json.key(unique).begin_object().member("Type", "AWS::Events::Rule");
    json.key("Properties").begin_object();
    add_aws_rule(&json, rule, true);
    if (!rule.targets.empty()) {
      json.key("Targets").begin_array();
      for (const RuleTarget& target : rule.targets) add_aws_target(&json, target);
      json.end_array();
    }
    json.end_object().end_object();
  }
  json.end_object().end_object();
  return indented(json.text()) + "\n";
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
  for (const RuleDocument& rule : rules) bare.push_back(portable(rule, &exported.notes));
  switch (form) {
    case ExportForm::kTerraform: {
      TerraformText text;
      for (std::size_t i = 0; i < bare.size(); ++i) {
        if (i > 0) text.line("");
        add_terraform(&text, bare[i]);
      }
      exported.text = text.take();
      break;
    }
    case ExportForm::kCloudFormation: exported.text = cloudformation(bare); break;
    case ExportForm::kAwsCli: exported.text = aws_cli(bare); break;
  }
  return exported;
}

}  // namespace clicklake
