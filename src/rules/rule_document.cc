#include "rules/rule_document.h"

#include <array>
#include <limits>

#include "base/json_value.h"
#include "rules/arn.h"
#include "rules/member_reader.h"

namespace clicklake {
namespace {

constexpr std::array<std::string_view, 9> kKindNames = {
    "sns", "sqs", "lambda", "eventbridge", "firehose", "webhook", "command", "file", "stdout"};

Status read_secret(const JsonValue& value, const std::string& path, SecretText* secret) {
  if (value.kind == JsonValue::Kind::kString) {
    *secret = {SecretText::From::kDocument, value.text};
    return {};
  }
  ASSIGN_OR_RETURN(MemberReader members, MemberReader::open(value, path));
  std::string env;
  std::string file;
  RETURN_IF_ERROR(members.text("env", &env));
  RETURN_IF_ERROR(members.text("file", &file));
  RETURN_IF_ERROR(members.finish());
  if (env.empty() == file.empty()) {
    return Error{ErrorCode::kInvalidData,
                 path + R"(: say where the secret is: {"env": "NAME"} or {"file": "PATH"})"};
  }
  *secret = env.empty() ? SecretText{SecretText::From::kFile, file}
                        : SecretText{SecretText::From::kEnvironment, env};
  return {};
}

Status read_secret_member(MemberReader* members, std::string_view name, SecretText* secret) {
  const JsonValue* value = members->take(name);
  return value == nullptr ? Status() : read_secret(*value, members->path_of(name), secret);
}

Status read_auth(const JsonValue& value, const std::string& path, WebhookAuth* auth) {
  ASSIGN_OR_RETURN(MemberReader members, MemberReader::open(value, path));
  std::string kind;
  RETURN_IF_ERROR(members.required_text("kind", &kind));
  if (kind == "basic") {
    auth->kind = WebhookAuth::Kind::kBasic;
    RETURN_IF_ERROR(members.required_text("user", &auth->name));
    RETURN_IF_ERROR(read_secret_member(&members, "password", &auth->secret));
  } else if (kind == "apiKey") {
    auth->kind = WebhookAuth::Kind::kApiKey;
    RETURN_IF_ERROR(members.required_text("header", &auth->name));
    RETURN_IF_ERROR(read_secret_member(&members, "value", &auth->secret));
  } else if (kind == "oauthClientCredentials") {
    auth->kind = WebhookAuth::Kind::kOauth;
    RETURN_IF_ERROR(members.required_text("clientId", &auth->name));
    RETURN_IF_ERROR(members.required_text("tokenUrl", &auth->url));
    RETURN_IF_ERROR(members.text("scope", &auth->scope));
    RETURN_IF_ERROR(read_secret_member(&members, "clientSecret", &auth->secret));
  } else {
    return members.wrong("kind", "is one of basic, apiKey, oauthClientCredentials");
  }
  if (!auth->secret.is_set()) return members.wrong("kind", "the secret is missing");
  return members.finish();
}

Status read_webhook(MemberReader* members, Webhook* webhook) {
  RETURN_IF_ERROR(members->text("url", &webhook->url));
  RETURN_IF_ERROR(members->text("method", &webhook->method));
  RETURN_IF_ERROR(members->text("caFile", &webhook->ca_file));
  if (const JsonValue* headers = members->take("headers")) {
    if (headers->kind != JsonValue::Kind::kObject) {
      return members->wrong("headers", "an object of strings is expected");
    }
    for (std::size_t i = 0; i < headers->elements.size(); ++i) {
      if (headers->elements[i].kind != JsonValue::Kind::kString) {
        return members->wrong("headers", "an object of strings is expected");
      }
      webhook->headers.emplace_back(headers->names[i], headers->elements[i].text);
    }
  }
  if (const JsonValue* auth = members->take("auth")) {
    RETURN_IF_ERROR(read_auth(*auth, members->path_of("auth"), &webhook->auth));
  }
  if (const JsonValue* signature = members->take("signature")) {
    ASSIGN_OR_RETURN(MemberReader inner,
                     MemberReader::open(*signature, members->path_of("signature")));
    RETURN_IF_ERROR(read_secret_member(&inner, "secret", &webhook->signing_secret));
    RETURN_IF_ERROR(inner.finish());
  }
  return {};
}

Status read_input(MemberReader* members, RuleTarget* target) {
  if (const JsonValue* input = members->take("input")) {
    target->input.emplace();
    append_json(&*target->input, *input);
  }
  std::string path;
  RETURN_IF_ERROR(members->text("inputPath", &path));
  if (!path.empty()) {
    auto compiled = JsonPath::compile(path);
    if (!compiled) return members->wrong("inputPath", compiled.error().message);
    target->input_path = std::move(*compiled);
  }
  const JsonValue* transformer = members->take("inputTransformer");
  if (transformer == nullptr) return {};
  ASSIGN_OR_RETURN(MemberReader inner,
                   MemberReader::open(*transformer, members->path_of("inputTransformer")));
  InputTransformer::Paths paths;
  if (const JsonValue* map = inner.take("inputPathsMap")) {
    if (map->kind != JsonValue::Kind::kObject) {
      return inner.wrong("inputPathsMap", "an object of paths is expected");
    }
    for (std::size_t i = 0; i < map->elements.size(); ++i) {
      if (map->elements[i].kind != JsonValue::Kind::kString) {
        return inner.wrong("inputPathsMap", "an object of paths is expected");
      }
      paths.emplace_back(map->names[i], map->elements[i].text);
    }
  }
  std::string input_template;
  RETURN_IF_ERROR(inner.required_text("inputTemplate", &input_template));
  RETURN_IF_ERROR(inner.finish());
  auto compiled = InputTransformer::compile(paths, input_template);
  if (!compiled) return members->wrong("inputTransformer", compiled.error().message);
  target->transformer = std::move(*compiled);
  return {};
}

Status read_retry(const JsonValue& value, const std::string& path, RetryPolicy* retry) {
  ASSIGN_OR_RETURN(MemberReader members, MemberReader::open(value, path));
  std::int64_t attempts = retry->maximum_attempts;
  RETURN_IF_ERROR(members.integer("maximumRetryAttempts", 0, 185, &attempts));
  retry->maximum_attempts = static_cast<int>(attempts);
  RETURN_IF_ERROR(
      members.integer("maximumEventAgeInSeconds", 60, 86'400, &retry->maximum_age_seconds));
  RETURN_IF_ERROR(members.integer("backoffMilliseconds", 1, 3'600'000, &retry->backoff_ms));
  RETURN_IF_ERROR(
      members.integer("maximumBackoffMilliseconds", 1, 86'400'000, &retry->maximum_backoff_ms));
  return members.finish();
}

Status read_kind(MemberReader* members, RuleTarget* target) {
  std::string kind;
  RETURN_IF_ERROR(members->text("kind", &kind));
  RETURN_IF_ERROR(members->text("arn", &target->arn));
  if (kind.empty() && !target->arn.empty()) {
    const auto found = kind_of_arn(target->arn);
    if (!found) return members->wrong("arn", found.error().message);
    target->kind = *found;
    return {};
  }
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kind != kKindNames[i]) continue;
    target->kind = static_cast<TargetKind>(i);
    return {};
  }
  std::string known;
  for (const std::string_view name : kKindNames) {
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  return members->wrong("kind", "is one of " + known);
}

Status read_target(const JsonValue& value, const std::string& path, RuleTarget* target) {
  ASSIGN_OR_RETURN(MemberReader members, MemberReader::open(value, path));
  RETURN_IF_ERROR(members.required_text("id", &target->id));
  RETURN_IF_ERROR(read_kind(&members, target));
  RETURN_IF_ERROR(members.text("roleArn", &target->role_arn));
  RETURN_IF_ERROR(read_input(&members, target));
  if (const JsonValue* retry = members.take("retryPolicy")) {
    RETURN_IF_ERROR(read_retry(*retry, members.path_of("retryPolicy"), &target->retry));
  }
  if (const JsonValue* dead = members.take("deadLetter")) {
    ASSIGN_OR_RETURN(MemberReader inner, MemberReader::open(*dead, members.path_of("deadLetter")));
    RETURN_IF_ERROR(inner.required_text("arn", &target->dead_letter_arn));
    RETURN_IF_ERROR(inner.finish());
  }
  std::string key;
  RETURN_IF_ERROR(members.text("key", &key));
  if (!key.empty()) {
    auto compiled = JsonPath::compile(key);
    if (!compiled) return members.wrong("key", compiled.error().message);
    target->key = std::move(*compiled);
  }
  RETURN_IF_ERROR(members.number("rateLimit", 0, 1'000'000, &target->rate_limit));
  std::int64_t concurrency = target->concurrency;
  RETURN_IF_ERROR(members.integer("concurrency", 1, 1'000, &concurrency));
  target->concurrency = static_cast<int>(concurrency);
  RETURN_IF_ERROR(members.integer("timeoutMilliseconds", 1, 900'000, &target->timeout_ms));
  RETURN_IF_ERROR(members.text("messageGroupId", &target->message_group_id));
  RETURN_IF_ERROR(members.text("subject", &target->subject));
  RETURN_IF_ERROR(read_webhook(&members, &target->webhook));
  RETURN_IF_ERROR(members.texts("command", &target->command));
  RETURN_IF_ERROR(members.text("file", &target->file));
  return members.finish();
}

Status read_pattern(MemberReader* members, RuleDocument* rule) {
  const JsonValue* pattern = members->take("eventPattern");
  if (pattern == nullptr) return {};
  JsonValue inner;
  if (pattern->kind == JsonValue::Kind::kString) {
    auto parsed = parse_json(pattern->text);
    if (!parsed) return members->wrong("eventPattern", parsed.error().message);
    inner = std::move(*parsed);
    pattern = &inner;
  }
  if (pattern->kind != JsonValue::Kind::kObject) {
    return members->wrong("eventPattern",
                          R"(a pattern is an object, as in {"detail-type": ["purchase"]})");
  }
  append_json(&rule->event_pattern, *pattern);
  return {};
}

/// SQL as one text, or as an array of its lines.
Status read_query(MemberReader* members, RuleDocument* rule) {
  const JsonValue* query = members->take("query");
  if (query != nullptr && query->kind == JsonValue::Kind::kString) {
    rule->query = query->text;
  } else if (query != nullptr) {
    const auto wrong = [&] {
      return members->wrong("query", "SQL is expected: a text, or an array of its lines");
    };
    if (query->kind != JsonValue::Kind::kArray) return wrong();
    for (std::size_t i = 0; i < query->elements.size(); ++i) {
      if (query->elements[i].kind != JsonValue::Kind::kString) return wrong();
      rule->query += (i > 0 ? "\n" : "") + query->elements[i].text;
    }
    if (rule->query.empty()) return wrong();
  }
  return members->texts("queryKey", &rule->query_key);
}

}  // namespace

std::string_view to_string(TargetKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

Result<TargetKind> kind_of_arn(std::string_view text) {
  const auto arn = parse_arn(text);
  if (!arn) {
    return Error{ErrorCode::kInvalidData,
                 "'" + std::string(text) +
                     "' is no ARN; one looks like arn:aws:sns:eu-west-1:111122223333:alerts"};
  }
  if (arn->service == "sns") return TargetKind::kSns;
  if (arn->service == "sqs") return TargetKind::kSqs;
  if (arn->service == "lambda") return TargetKind::kLambda;
  if (arn->service == "firehose") return TargetKind::kFirehose;
  if (arn->service == "events" && arn->resource.starts_with("event-bus/")) {
    return TargetKind::kEventBridge;
  }
  return Error{ErrorCode::kUnsupported,
               "'" + std::string(text) +
                   "' is of a service that nothing is delivered to from here: sns, sqs, lambda, "
                   "firehose and event buses are; reach others through a webhook or a bus"};
}

bool RuleDocument::operator==(const RuleDocument& other) const {
  const auto text = [](const std::optional<Schedule>& s) { return s ? s->text() : ""; };
  return name == other.name && description == other.description &&
         event_pattern == other.event_pattern && scope_is_event == other.scope_is_event &&
         text(schedule) == text(other.schedule) && query == other.query &&
         query_key == other.query_key && enabled == other.enabled && targets == other.targets;
}

Result<RuleDocument> parse_rule_document(std::string_view json, std::string_view where) {
  const auto value = parse_json(json);
  const std::string top = std::string(where) + ":";
  if (!value) return Error{ErrorCode::kInvalidData, top + " " + value.error().message};
  ASSIGN_OR_RETURN(MemberReader members, MemberReader::open(*value, top));
  RuleDocument rule;
  RETURN_IF_ERROR(members.required_text("name", &rule.name));
  RETURN_IF_ERROR(members.text("description", &rule.description));
  RETURN_IF_ERROR(read_pattern(&members, &rule));
  std::string scope;
  RETURN_IF_ERROR(members.text("scope", &scope));
  if (!scope.empty() && scope != "event" && scope != "envelope") {
    return members.wrong("scope", "is envelope (EventBridge's, the default) or event");
  }
  rule.scope_is_event = scope == "event";
  std::string schedule;
  RETURN_IF_ERROR(members.text("scheduleExpression", &schedule));
  if (!schedule.empty()) {
    auto parsed = Schedule::parse(schedule);
    if (!parsed) return members.wrong("scheduleExpression", parsed.error().message);
    rule.schedule = std::move(*parsed);
  }
  RETURN_IF_ERROR(read_query(&members, &rule));
  std::string state = "ENABLED";
  RETURN_IF_ERROR(members.text("state", &state));
  if (state != "ENABLED" && state != "DISABLED") {
    return members.wrong("state", "is ENABLED or DISABLED");
  }
  rule.enabled = state == "ENABLED";
  if (const JsonValue* targets = members.take("targets")) {
    if (targets->kind != JsonValue::Kind::kArray) {
      return members.wrong("targets", "an array is expected");
    }
    for (std::size_t i = 0; i < targets->elements.size(); ++i) {
      const std::string path = members.path_of("targets[" + std::to_string(i) + "]");
      RETURN_IF_ERROR(read_target(targets->elements[i], path, &rule.targets.emplace_back()));
    }
  }
  RETURN_IF_ERROR(members.finish());
  const Status checked = check_rule(rule);
  if (!checked) return Error{ErrorCode::kInvalidData, top + " " + checked.error().message};
  return rule;
}

}  // namespace clicklake
