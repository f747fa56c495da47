#include "rules/aws_form.h"

#include "rules/member_reader.h"

namespace clicklake {
namespace {

Status read_transformer(MemberReader* members, RuleTarget* target) {
  const JsonValue* value = members->take("InputTransformer");
  if (value == nullptr) return {};
  ASSIGN_OR_RETURN(MemberReader inner,
                   MemberReader::open(*value, members->path_of("InputTransformer")));
  InputTransformer::Paths paths;
  if (const JsonValue* map = inner.take("InputPathsMap")) {
    for (std::size_t i = 0; i < map->names.size(); ++i) {
      paths.emplace_back(map->names[i], map->elements[i].text);
    }
  }
  std::string input_template;
  RETURN_IF_ERROR(inner.required_text("InputTemplate", &input_template));
  RETURN_IF_ERROR(inner.finish());
  auto compiled = InputTransformer::compile(paths, input_template);
  if (!compiled) return members->wrong("InputTransformer", compiled.error().message);
  target->transformer = std::move(*compiled);
  return {};
}

Status read_policies(MemberReader* members, RuleTarget* target) {
  if (const JsonValue* retry = members->take("RetryPolicy")) {
    ASSIGN_OR_RETURN(MemberReader inner,
                     MemberReader::open(*retry, members->path_of("RetryPolicy")));
    std::int64_t attempts = target->retry.maximum_attempts;
    RETURN_IF_ERROR(inner.integer("MaximumRetryAttempts", 0, 185, &attempts));
    target->retry.maximum_attempts = static_cast<int>(attempts);
    RETURN_IF_ERROR(
        inner.integer("MaximumEventAgeInSeconds", 60, 86'400, &target->retry.maximum_age_seconds));
    RETURN_IF_ERROR(inner.finish());
  }
  if (const JsonValue* dead = members->take("DeadLetterConfig")) {
    ASSIGN_OR_RETURN(MemberReader inner,
                     MemberReader::open(*dead, members->path_of("DeadLetterConfig")));
    RETURN_IF_ERROR(inner.text("Arn", &target->dead_letter_arn));
    RETURN_IF_ERROR(inner.finish());
  }
  if (const JsonValue* queue = members->take("SqsParameters")) {
    ASSIGN_OR_RETURN(MemberReader inner,
                     MemberReader::open(*queue, members->path_of("SqsParameters")));
    RETURN_IF_ERROR(inner.text("MessageGroupId", &target->message_group_id));
    RETURN_IF_ERROR(inner.finish());
  }
  return {};
}

}  // namespace

Status read_aws_rule(const JsonValue& value, const std::string& path, RuleDocument* rule,
                     std::vector<std::string>* notes) {
  ASSIGN_OR_RETURN(MemberReader members, MemberReader::open(value, path));
  RETURN_IF_ERROR(members.required_text("Name", &rule->name));
  RETURN_IF_ERROR(members.text("Description", &rule->description));
  if (const JsonValue* pattern = members.take("EventPattern")) {
    JsonValue inner = *pattern;
    if (pattern->kind == JsonValue::Kind::kString) {
      auto parsed = parse_json(pattern->text);
      if (!parsed) return members.wrong("EventPattern", parsed.error().message);
      inner = std::move(*parsed);
    }
    if (inner.kind != JsonValue::Kind::kObject) {
      return members.wrong("EventPattern", "a pattern is an object");
    }
    rule->event_pattern.clear();
    append_json(&rule->event_pattern, inner);
  }
  std::string schedule;
  RETURN_IF_ERROR(members.text("ScheduleExpression", &schedule));
  if (!schedule.empty()) {
    auto parsed = Schedule::parse(schedule);
    if (!parsed) return members.wrong("ScheduleExpression", parsed.error().message);
    rule->schedule = std::move(*parsed);
  }
  std::string state = "ENABLED";
  RETURN_IF_ERROR(members.text("State", &state));
  if (state != "ENABLED" && state != "DISABLED") {
    return members.wrong("State", "ENABLED or DISABLED can be carried out here");
  }
  rule->enabled = state == "ENABLED";
  for (const char* name : {"Arn", "CreatedBy", "Targets", "RuleArn", "ResponseMetadata"}) {
    (void)members.take(name);
  }
  for (const char* name : {"RoleArn", "Tags", "EventBusName", "ManagedBy"}) {
    const JsonValue* extra = members.take(name);
    if (extra == nullptr || (extra->text.empty() && extra->elements.empty())) continue;
    if (std::string_view(name) == "EventBusName" && extra->text == "default") continue;
    notes->push_back(members.path_of(name) + " has no meaning here and is left out");
  }
  return members.finish();
}

Status read_aws_target(const JsonValue& value, const std::string& path, RuleTarget* target) {
  ASSIGN_OR_RETURN(MemberReader members, MemberReader::open(value, path));
  RETURN_IF_ERROR(members.required_text("Id", &target->id));
  RETURN_IF_ERROR(members.required_text("Arn", &target->arn));
  const auto kind = kind_of_arn(target->arn);
  if (!kind) return Error{kind.error().code, members.path_of("Arn") + ": " + kind.error().message};
  target->kind = *kind;
  RETURN_IF_ERROR(members.text("RoleArn", &target->role_arn));
  std::string input;
  RETURN_IF_ERROR(members.text("Input", &input));
  if (!input.empty()) {
    const auto parsed = parse_json(input);
    if (!parsed) return members.wrong("Input", parsed.error().message);
    append_json(&target->input.emplace(), *parsed);
  }
  std::string input_path;
  RETURN_IF_ERROR(members.text("InputPath", &input_path));
  if (!input_path.empty()) {
    auto compiled = JsonPath::compile(input_path);
    if (!compiled) return members.wrong("InputPath", compiled.error().message);
    target->input_path = std::move(*compiled);
  }
  RETURN_IF_ERROR(read_transformer(&members, target));
  RETURN_IF_ERROR(read_policies(&members, target));
  return members.finish();
}

void add_aws_rule(JsonText* json, const RuleDocument& rule, bool pattern_as_object) {
  json->member("Name", rule.name);
  if (!rule.description.empty()) json->member("Description", rule.description);
  if (!rule.event_pattern.empty()) {
    json->key("EventPattern");
    if (pattern_as_object) {
      json->raw(rule.event_pattern);
    } else {
      json->value(rule.event_pattern);
    }
  }
  if (rule.schedule) json->member("ScheduleExpression", rule.schedule->text());
  json->member("State", rule.enabled ? "ENABLED" : "DISABLED");
}

void add_aws_target(JsonText* json, const RuleTarget& target) {
  json->begin_object().member("Id", target.id).member("Arn", target.arn);
  if (!target.role_arn.empty()) json->member("RoleArn", target.role_arn);
  if (target.input) json->member("Input", *target.input);
  if (target.input_path) json->member("InputPath", target.input_path->text());
  if (target.transformer) {
    json->key("InputTransformer").begin_object();
    if (!target.transformer->paths().empty()) {
      json->key("InputPathsMap").begin_object();
      for (const auto& [name, path] : target.transformer->paths()) json->member(name, path);
      json->end_object();
    }
    json->member("InputTemplate", target.transformer->input_template()).end_object();
  }
  const RetryPolicy standard;
  if (target.retry.maximum_attempts != standard.maximum_attempts ||
      target.retry.maximum_age_seconds != standard.maximum_age_seconds) {
    json->key("RetryPolicy").begin_object();
    json->member("MaximumRetryAttempts", std::int64_t{target.retry.maximum_attempts});
    json->member("MaximumEventAgeInSeconds", target.retry.maximum_age_seconds).end_object();
  }
  if (!target.dead_letter_arn.empty()) {
    json->key("DeadLetterConfig").begin_object().member("Arn", target.dead_letter_arn).end_object();
  }
  if (!target.message_group_id.empty()) {
    json->key("SqsParameters").begin_object();
    json->member("MessageGroupId", target.message_group_id).end_object();
  }
  json->end_object();
}

}  // namespace clicklake
