#include <algorithm>

#include "base/json_text.h"
#include "base/json_value.h"
#include "rules/rule_document.h"

namespace clicklake {
namespace {

void add_secret(JsonText* json, std::string_view name, const SecretText& secret) {
  if (!secret.is_set()) return;
  json->key(name);
  if (secret.from == SecretText::From::kDocument) {
    json->value(secret.text);
    return;
  }
  json->begin_object();
  json->member(secret.from == SecretText::From::kEnvironment ? "env" : "file", secret.text);
  json->end_object();
}

void add_text(JsonText* json, std::string_view name, const std::string& text) {
  if (!text.empty()) json->member(name, text);
}

void add_integer(JsonText* json, std::string_view name, std::int64_t value, std::int64_t standard) {
  if (value != standard) json->member(name, value);
}

void add_input(JsonText* json, const RuleTarget& target) {
  if (target.input) json->key("input").raw(*target.input);
  if (target.input_path) json->member("inputPath", target.input_path->text());
  if (!target.transformer) return;
  json->key("inputTransformer").begin_object();
  if (!target.transformer->paths().empty()) {
    json->key("inputPathsMap").begin_object();
    for (const auto& [name, path] : target.transformer->paths()) json->member(name, path);
    json->end_object();
  }
  json->member("inputTemplate", target.transformer->input_template()).end_object();
}

void add_auth(JsonText* json, const WebhookAuth& auth) {
  switch (auth.kind) {
    case WebhookAuth::Kind::kNone: return;
    case WebhookAuth::Kind::kBasic:
      json->key("auth").begin_object().member("kind", "basic").member("user", auth.name);
      add_secret(json, "password", auth.secret);
      break;
    case WebhookAuth::Kind::kApiKey:
      json->key("auth").begin_object().member("kind", "apiKey").member("header", auth.name);
      add_secret(json, "value", auth.secret);
      break;
    case WebhookAuth::Kind::kOauth:
      json->key("auth").begin_object().member("kind", "oauthClientCredentials");
      json->member("clientId", auth.name).member("tokenUrl", auth.url);
      add_text(json, "scope", auth.scope);
      add_secret(json, "clientSecret", auth.secret);
      break;
  }
  json->end_object();
}

void add_webhook(JsonText* json, const Webhook& webhook) {
  add_text(json, "url", webhook.url);
  if (webhook.method != "POST") json->member("method", webhook.method);
  if (!webhook.headers.empty()) {
    json->key("headers").begin_object();
    for (const auto& [name, value] : webhook.headers) json->member(name, value);
    json->end_object();
  }
  add_auth(json, webhook.auth);
  if (webhook.signing_secret.is_set()) {
    json->key("signature").begin_object();
    add_secret(json, "secret", webhook.signing_secret);
    json->end_object();
  }
  add_text(json, "caFile", webhook.ca_file);
}

void add_retry(JsonText* json, const RetryPolicy& retry) {
  const RetryPolicy standard;
  if (retry == standard) return;
  json->key("retryPolicy").begin_object();
  add_integer(json, "maximumRetryAttempts", retry.maximum_attempts, standard.maximum_attempts);
  add_integer(json, "maximumEventAgeInSeconds", retry.maximum_age_seconds,
              standard.maximum_age_seconds);
  add_integer(json, "backoffMilliseconds", retry.backoff_ms, standard.backoff_ms);
  add_integer(json, "maximumBackoffMilliseconds", retry.maximum_backoff_ms,
              standard.maximum_backoff_ms);
  json->end_object();
}

void add_target(JsonText* json, const RuleTarget& target) {
  const RuleTarget standard;
  json->begin_object().member("id", target.id).member("kind", to_string(target.kind));
  add_text(json, "arn", target.arn);
  add_text(json, "roleArn", target.role_arn);
  add_input(json, target);
  add_retry(json, target.retry);
  if (!target.dead_letter_arn.empty()) {
    json->key("deadLetter").begin_object().member("arn", target.dead_letter_arn).end_object();
  }
  if (target.key) json->member("key", target.key->text());
  if (target.rate_limit > 0) json->member("rateLimit", target.rate_limit);
  add_integer(json, "concurrency", target.concurrency, standard.concurrency);
  add_integer(json, "timeoutMilliseconds", target.timeout_ms, standard.timeout_ms);
  add_text(json, "messageGroupId", target.message_group_id);
  add_text(json, "subject", target.subject);
  add_webhook(json, target.webhook);
  if (!target.command.empty()) {
    json->key("command").begin_array();
    for (const std::string& word : target.command) json->value(word);
    json->end_array();
  }
  add_text(json, "file", target.file);
  json->end_object();
}

}  // namespace

std::string rule_document_json(const RuleDocument& rule) {
  JsonText json;
  json.begin_object().member("name", rule.name);
  add_text(&json, "description", rule.description);
  if (!rule.event_pattern.empty()) json.key("eventPattern").raw(rule.event_pattern);
  if (rule.scope_is_event) json.member("scope", "event");
  if (rule.schedule) json.member("scheduleExpression", rule.schedule->text());
  if (!rule.query.empty()) {
    json.key("query").begin_array();
    for (std::size_t begin = 0; begin <= rule.query.size();) {
      const std::size_t end = std::min(rule.query.find('\n', begin), rule.query.size());
      json.value(std::string_view(rule.query).substr(begin, end - begin));
      begin = end + 1;
    }
    json.end_array();
  }
  if (!rule.query_key.empty()) {
    json.key("queryKey").begin_array();
    for (const std::string& column : rule.query_key) json.value(column);
    json.end_array();
  }
  json.member("state", rule.enabled ? "ENABLED" : "DISABLED");
  if (!rule.targets.empty()) {
    json.key("targets").begin_array();
    for (const RuleTarget& target : rule.targets) add_target(&json, target);
    json.end_array();
  }
  json.end_object();
  std::string out;
  if (const auto value = parse_json(json.text())) {
    append_json_indented(&out, *value);
  } else {
    out = json.text();
  }
  out.push_back('\n');
  return out;
}

}  // namespace clicklake
