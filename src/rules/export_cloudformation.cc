#include <algorithm>

#include "base/json_text.h"
#include "base/json_value.h"
#include "rules/aws_form.h"
#include "rules/export_forms.h"

namespace clicklake {
namespace {

std::string destination_id(const RuleDocument& rule, const RuleTarget& target) {
  return export_identifier(rule.name, true) + "To" + export_identifier(target.id, true);
}

/// {"Ref": name} or {"Fn::GetAtt": [name, "Arn"]}.
std::string reference_to(const std::string& name) { return R"({"Ref": ")" + name + R"("})"; }
std::string arn_of(const std::string& name) {
  return R"({"Fn::GetAtt": [")" + name + R"(", "Arn"]})";
}

void add_parameters(JsonText* json, const std::vector<RuleDocument>& rules) {
  bool any = false;
  bool role = false;
  for (const RuleDocument& rule : rules) {
    for (const RuleTarget& target : rule.targets) {
      if (target.kind != TargetKind::kWebhook) continue;
      if (!any) json->key("Parameters").begin_object();
      any = true;
      json->key(destination_id(rule, target) + "Secret").begin_object().member("Type", "String");
      json->member("NoEcho", true).end_object();
      role |= target.role_arn.empty();
    }
  }
  if (role) {
    json->key("EventsRoleArn").begin_object().member("Type", "String");
    json->member("Description", "May do events:InvokeApiDestination").end_object();
  }
  if (any) json->end_object();
}

void add_auth(JsonText* json, const WebhookAuth& auth, const std::string& secret) {
  json->key("AuthParameters").begin_object();
  if (auth.kind == WebhookAuth::Kind::kBasic) {
    json->key("BasicAuthParameters").begin_object().member("Username", auth.name);
    json->key("Password").raw(secret).end_object();
  } else if (auth.kind == WebhookAuth::Kind::kApiKey) {
    json->key("ApiKeyAuthParameters").begin_object().member("ApiKeyName", auth.name);
    json->key("ApiKeyValue").raw(secret).end_object();
  } else {
    json->key("OAuthParameters").begin_object().member("AuthorizationEndpoint", auth.url);
    json->member("HttpMethod", "POST").key("ClientParameters").begin_object();
    json->member("ClientID", auth.name).key("ClientSecret").raw(secret).end_object();
    json->key("OAuthHttpParameters").begin_object().key("BodyParameters").begin_array();
    const auto body = [&](const char* key, const std::string& value) {
      if (value.empty()) return;
      json->begin_object().member("Key", key).member("Value", value);
      json->member("IsValueSecret", false).end_object();
    };
    body("grant_type", "client_credentials");
    body("scope", auth.scope);
    json->end_array().end_object().end_object();
  }
  json->end_object();
}

void add_destination(JsonText* json, const RuleTarget& target, const std::string& id) {
  const Webhook& webhook = target.webhook;
  json->key(id + "Connection").begin_object().member("Type", "AWS::Events::Connection");
  json->key("Properties").begin_object();
  json->member("AuthorizationType", export_authorization(webhook.auth));
  add_auth(json, webhook.auth, reference_to(id + "Secret"));
  json->end_object().end_object();
  json->key(id).begin_object().member("Type", "AWS::Events::ApiDestination");
  json->key("Properties").begin_object().member("InvocationEndpoint", webhook.url);
  json->member("HttpMethod", webhook.method);
  if (target.rate_limit > 0) json->member("InvocationRateLimitPerSecond", export_rate(target));
  json->key("ConnectionArn").raw(arn_of(id + "Connection")).end_object().end_object();
}

void add_target(JsonText* json, const RuleTarget& target, const std::string& destination) {
  if (target.kind != TargetKind::kWebhook) {
    add_aws_target(json, target);
    return;
  }
  RuleTarget bare = target;
  bare.arn = "-";
  JsonText text;
  add_aws_target(&text, bare);
  JsonValue value = *parse_json(text.text());
  value.elements[1] = *parse_json(arn_of(destination));
  if (target.role_arn.empty()) {
    value.names.emplace_back("RoleArn");
    value.elements.push_back(*parse_json(reference_to("EventsRoleArn")));
  }
  if (!target.webhook.headers.empty()) {
    JsonText headers;
    headers.begin_object().key("HeaderParameters").begin_object();
    for (const auto& [name, header] : target.webhook.headers) headers.member(name, header);
    headers.end_object().end_object();
    value.names.emplace_back("HttpParameters");
    value.elements.push_back(*parse_json(headers.text()));
  }
  json->raw(to_json(value));
}

}  // namespace

std::string cloudformation(const std::vector<RuleDocument>& rules) {
  JsonText json;
  json.begin_object().member("AWSTemplateFormatVersion", "2010-09-09");
  add_parameters(&json, rules);
  json.key("Resources").begin_object();
  std::vector<std::string> used;
  for (const RuleDocument& rule : rules) {
    const std::string id = export_identifier(rule.name, true);
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
      for (const RuleTarget& target : rule.targets)
        add_target(&json, target, destination_id(rule, target));
      json.end_array();
    }
    json.end_object().end_object();
    for (const RuleTarget& target : rule.targets) {
      if (target.kind == TargetKind::kWebhook)
        add_destination(&json, target, destination_id(rule, target));
    }
  }
  json.end_object().end_object();
  return indented_json(json.text()) + "\n";
}

}  // namespace clicklake
