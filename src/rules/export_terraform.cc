#include <algorithm>
#include <cctype>

#include "base/json_text.h"
#include "base/json_value.h"
#include "rules/export_forms.h"

namespace clicklake {
namespace {

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
    std::string text = indented_json(json);
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

/// The variable with the secret, the connection that holds it, and the destination.
void add_api_destination(TerraformText* out, const RuleTarget& target, const std::string& label) {
  const WebhookAuth& auth = target.webhook.auth;
  const std::string secret = "var." + label + "_secret";
  out->open("variable \"" + label + "_secret\"");
  out->line("type = string");
  out->line("sensitive = true");
  out->close();
  out->line("");
  out->open("resource \"aws_cloudwatch_event_connection\" \"" + label + "\"");
  out->attribute("name", label.substr(0, 64));
  out->attribute("authorization_type", std::string(export_authorization(auth)));
  out->open("auth_parameters");
  if (auth.kind == WebhookAuth::Kind::kBasic) {
    out->open("basic");
    out->attribute("username", auth.name);
    out->line("password = " + secret);
  } else if (auth.kind == WebhookAuth::Kind::kApiKey) {
    out->open("api_key");
    out->attribute("key", auth.name);
    out->line("value = " + secret);
  } else {
    out->open("oauth");
    out->attribute("authorization_endpoint", auth.url);
    out->attribute("http_method", "POST");
    out->open("client_parameters");
    out->attribute("client_id", auth.name);
    out->line("client_secret = " + secret);
    out->close();
    out->open("oauth_http_parameters");
    const auto body = [&](std::string_view key, const std::string& value) {
      if (value.empty()) return;
      out->open("body");
      out->attribute("key", std::string(key));
      out->attribute("value", value);
      out->line("is_value_secret = false");
      out->close();
    };
    body("grant_type", "client_credentials");
    body("scope", auth.scope);
    out->close();
  }
  out->close();
  out->close();
  out->close();
  out->line("");
  out->open("resource \"aws_cloudwatch_event_api_destination\" \"" + label + "\"");
  out->attribute("name", label.substr(0, 64));
  out->attribute("invocation_endpoint", target.webhook.url);
  out->attribute("http_method", target.webhook.method);
  if (target.rate_limit > 0) out->number("invocation_rate_limit_per_second", export_rate(target));
  out->line("connection_arn = aws_cloudwatch_event_connection." + label + ".arn");
  out->close();
  out->line("");
}

void add_terraform(TerraformText* out, const RuleDocument& rule) {
  const std::string label = export_identifier(rule.name, false);
  out->open("resource \"aws_cloudwatch_event_rule\" \"" + label + "\"");
  out->attribute("name", rule.name);
  out->attribute("description", rule.description);
  if (!rule.event_pattern.empty()) out->heredoc("event_pattern", rule.event_pattern);
  if (rule.schedule) out->attribute("schedule_expression", rule.schedule->text());
  out->attribute("state", rule.enabled ? "ENABLED" : "DISABLED");
  out->close();
  for (const RuleTarget& target : rule.targets) {
    out->line("");
    const std::string target_label = label + "_" + export_identifier(target.id, false);
    const bool webhook = target.kind == TargetKind::kWebhook;
    if (webhook) add_api_destination(out, target, target_label);
    out->open("resource \"aws_cloudwatch_event_target\" \"" + target_label + "\"");
    out->line("rule = aws_cloudwatch_event_rule." + label + ".name");
    out->attribute("target_id", target.id);
    if (webhook) {
      out->line("arn = aws_cloudwatch_event_api_destination." + target_label + ".arn");
      if (target.role_arn.empty()) out->line("role_arn = var.events_role_arn");
      if (!target.webhook.headers.empty()) {
        out->open("http_target");
        out->line("header_parameters = {");
        for (const auto& [name, value] : target.webhook.headers)
          out->line("  " + hcl_quoted(name) + " = " + hcl_quoted(value));
        out->line("}");
        out->close();
      }
    }
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

}  // namespace

std::string indented_json(const std::string& json) {
  std::string out;
  if (const auto value = parse_json(json)) append_json_indented(&out, *value);
  return out;
}

std::string_view export_authorization(const WebhookAuth& auth) {
  switch (auth.kind) {
    case WebhookAuth::Kind::kBasic: return "BASIC";
    case WebhookAuth::Kind::kOauth: return "OAUTH_CLIENT_CREDENTIALS";
    case WebhookAuth::Kind::kApiKey:
    case WebhookAuth::Kind::kNone: break;
  }
  return "API_KEY";
}

std::string export_identifier(std::string_view text, bool only_letters) {
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

std::int64_t export_rate(const RuleTarget& target) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(target.rate_limit), 1, 300);
}

std::string terraform(const std::vector<RuleDocument>& rules) {
  TerraformText text;
  const bool wants_role = std::any_of(rules.begin(), rules.end(), [](const RuleDocument& rule) {
    return std::any_of(rule.targets.begin(), rule.targets.end(), [](const RuleTarget& target) {
      return target.kind == TargetKind::kWebhook && target.role_arn.empty();
    });
  });
  if (wants_role) {
    text.line("# May do events:InvokeApiDestination.");
    text.open("variable \"events_role_arn\"");
    text.line("type = string");
    text.close();
    text.line("");
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (i > 0) text.line("");
    add_terraform(&text, rules[i]);
  }
  return text.take();
}

}  // namespace clicklake
