#include <algorithm>

#include "base/utf8.h"
#include "rules/arn.h"
#include "rules/rule_document.h"

namespace clicklake {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

/// A header's name, RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_header_text(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_url(std::string_view text) {
  const bool known = text.starts_with("https://") || text.starts_with("http://");
  const std::size_t host = text.find("://") + 3;
  return known && text.size() > host && text[host] != '/' &&
         text.find_first_of(" \t\r\n") == std::string_view::npos;
}

/// Line breaks and tabs apart, no control characters.
bool is_plain_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') ||
           c == 0x7F;
  });
}

Error wrong(const RuleTarget& target, std::string_view what) {
  return {ErrorCode::kInvalidData, "target '" + target.id + "': " + std::string(what)};
}

Status check_arn(const RuleTarget& target) {
  const auto kind = kind_of_arn(target.arn);
  if (!kind) return wrong(target, "arn: " + kind.error().message);
  if (*kind != target.kind) {
    return wrong(target, "arn: " + target.arn + " is not of the kind " +
                             std::string(to_string(target.kind)));
  }
  if (parse_arn(target.arn)->region.empty()) return wrong(target, "arn: it names no region");
  return {};
}

Status check_webhook(const RuleTarget& target) {
  const Webhook& webhook = target.webhook;
  if (!is_url(webhook.url)) {
    return wrong(target, "url: '" + webhook.url + "' is no address like https://example.com/hook");
  }
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS", ""}) {
    if (webhook.method == method) break;
    if (*method == '\0') {
      return wrong(target, "method: POST, PUT, PATCH, DELETE, GET, HEAD or OPTIONS");
    }
  }
  for (const auto& [name, value] : webhook.headers) {
    if (!is_token(name) || !is_header_text(value)) {
      return wrong(target, "headers: '" + name + "' is no header, or its value has a line break");
    }
  }
  if (webhook.auth.kind == WebhookAuth::Kind::kApiKey && !is_token(webhook.auth.name)) {
    return wrong(target, "auth.header: '" + webhook.auth.name + "' is no header's name");
  }
  if (webhook.auth.kind == WebhookAuth::Kind::kOauth && !is_url(webhook.auth.url)) {
    return wrong(target, "auth.tokenUrl: '" + webhook.auth.url + "' is no address");
  }
  return {};
}

Status check_target(const RuleTarget& target) {
  if (!is_name(target.id)) {
    return wrong(target, "id: letters, digits, '.', '-' and '_' are allowed");
  }
  if (target.id.ends_with("._dlq")) {
    return wrong(target, "id: ._dlq at the end is kept for queues of dead letters");
  }
  for (const std::string* text : {&target.arn, &target.role_arn, &target.dead_letter_arn,
                                  &target.message_group_id, &target.subject}) {
    if (!is_plain_text(*text)) return wrong(target, "it holds a control character");
  }
  const int inputs =
      (target.input ? 1 : 0) + (target.input_path ? 1 : 0) + (target.transformer ? 1 : 0);
  if (inputs > 1) {
    return wrong(target, "only one of input, inputPath and inputTransformer may be there");
  }
  if (!target.dead_letter_arn.empty()) {
    const auto arn = parse_arn(target.dead_letter_arn);
    if (!arn || arn->service != "sqs" || arn->region.empty() || arn->account.empty()) {
      return wrong(target, "deadLetter.arn: '" + target.dead_letter_arn +
                               "' is no queue's ARN, arn:aws:sqs:REGION:ACCOUNT:NAME");
    }
  }
  switch (target.kind) {
    case TargetKind::kSns:
    case TargetKind::kSqs:
    case TargetKind::kLambda:
    case TargetKind::kEventBridge:
    case TargetKind::kFirehose: RETURN_IF_ERROR(check_arn(target)); break;
    case TargetKind::kWebhook: RETURN_IF_ERROR(check_webhook(target)); break;
    case TargetKind::kCommand:
      if (target.command.empty() || target.command[0].empty()) {
        return wrong(target, R"(command: a program and its arguments, as in ["mail", "-s", "x"])");
      }
      break;
    case TargetKind::kFile:
      if (target.file.empty()) return wrong(target, "file: the path of the file is missing");
      break;
    case TargetKind::kStdout: break;
  }
  return {};
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

Status check_rule(const RuleDocument& rule) {
  const auto wrong_rule = [](std::string message) {
    return Error{ErrorCode::kInvalidData, std::move(message)};
  };
  if (!is_name(rule.name) || rule.name.starts_with('.') || rule.name.size() > 200) {
    return wrong_rule("name: '" + rule.name +
                      "': letters, digits, '.', '-' and '_' are allowed, no '.' at the beginning");
  }
  if (!is_plain_text(rule.description)) {
    return wrong_rule("description: it holds a control character");
  }
  if (rule.event_pattern.empty() && !rule.schedule) {
    return wrong_rule("a rule needs an eventPattern or a scheduleExpression");
  }
  if (!rule.query.empty() && (!rule.schedule || !rule.event_pattern.empty())) {
    return wrong_rule(
        "query: it is run by a scheduleExpression, and a rule with it has no eventPattern");
  }
  if (rule.query.empty() && !rule.query_key.empty()) {
    return wrong_rule("queryKey: it names columns of a query, and there is none");
  }
  for (std::size_t i = 0; i < rule.targets.size(); ++i) {
    RETURN_IF_ERROR(check_target(rule.targets[i]));
    for (std::size_t k = 0; k < i; ++k) {
      if (rule.targets[k].id == rule.targets[i].id) {
        return wrong_rule("target '" + rule.targets[i].id + "': two targets have this id");
      }
    }
  }
  return {};
}

std::vector<std::string> eventbridge_warnings(const RuleDocument& rule) {
  std::vector<std::string> warnings;
  const auto limit = [&](std::string_view what, std::size_t size, std::size_t most) {
    if (size <= most) return;
    warnings.push_back(std::string(what) + ": " + std::to_string(size) + " is more than the " +
                       std::to_string(most) + " that EventBridge takes");
  };
  limit("name, characters", rule.name.size(), 64);
  limit("description, characters", characters(rule.description), 512);
  limit("eventPattern, characters", characters(rule.event_pattern), 4096);
  if (rule.event_pattern.size() > 2048 && rule.event_pattern.size() <= 4096) {
    warnings.emplace_back("eventPattern: more than 2048 characters needs a raised quota");
  }
  if (rule.schedule) limit("scheduleExpression", rule.schedule->text().size(), 256);
  if (rule.schedule && rule.schedule->text().starts_with("at(")) {
    warnings.emplace_back("scheduleExpression: at() is EventBridge Scheduler's, not a rule's");
  }
  if (!rule.query.empty()) {
    warnings.emplace_back("query: EventBridge runs no SQL: the rule is left out of exports");
  }
  if (rule.scope_is_event) {
    warnings.emplace_back("scope: event: on EventBridge the pattern is written below \"detail\"");
  }
  limit("targets", rule.targets.size(), 5);
  for (const RuleTarget& target : rule.targets) {
    const std::string at = "target '" + target.id + "': ";
    limit(at + "id, characters", target.id.size(), 64);
    if (target.input) limit(at + "input, characters", characters(*target.input), 8192);
    if (target.input_path)
      limit(at + "inputPath, characters", target.input_path->text().size(), 256);
    if (target.transformer) {
      limit(at + "inputTemplate, characters", characters(target.transformer->input_template()),
            8192);
      limit(at + "inputPathsMap", target.transformer->paths().size(), 100);
    }
    limit(at + "messageGroupId", target.message_group_id.size(), 100);
    if (target.kind >= TargetKind::kCommand) {
      warnings.push_back(at + "EventBridge has no target of the kind " +
                         std::string(to_string(target.kind)));
    }
  }
  return warnings;
}

}  // namespace clicklake
