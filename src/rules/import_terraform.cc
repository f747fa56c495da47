#include <algorithm>
#include <utility>

#include "rules/hcl.h"
#include "rules/import_state.h"

namespace clicklake {
namespace {

constexpr std::string_view kRule = "aws_cloudwatch_event_rule";
constexpr std::string_view kTarget = "aws_cloudwatch_event_target";

/// A resource with its attributes as `terraform show -json` spells them.
struct Resource {
  std::string type;
  std::string label;
  JsonValue values;
  std::string path;  ///< for messages
};

using Renames = std::vector<std::pair<std::string_view, std::string_view>>;

bool is_empty(const JsonValue& value) {
  return value.kind == JsonValue::Kind::kNull ||
         (value.kind == JsonValue::Kind::kString && value.text.empty()) ||
         ((value.kind == JsonValue::Kind::kArray || value.kind == JsonValue::Kind::kObject) &&
          value.elements.empty());
}

/// The first of a list of blocks, or the object itself.
const JsonValue& block_of(const JsonValue& value) {
  return value.kind == JsonValue::Kind::kArray && !value.elements.empty() ? value.elements.front()
                                                                          : value;
}

/// Members of `from` under AWS's names, the empty ones left out. Errors: kUnsupported, one that has
/// no counterpart.
Status rename(const JsonValue& from, const Renames& names,
              const std::vector<std::string_view>& drop, const std::string& path, JsonValue* to) {
  to->kind = JsonValue::Kind::kObject;
  for (std::size_t i = 0; i < from.names.size(); ++i) {
    const std::string& name = from.names[i];
    if (is_empty(from.elements[i]) || std::find(drop.begin(), drop.end(), name) != drop.end()) {
      continue;
    }
    const auto known = std::find_if(names.begin(), names.end(),
                                    [&](const auto& entry) { return entry.first == name; });
    if (known == names.end()) {
      std::string message = path;
      message.append(".").append(name).append(": nothing of that kind can be carried out here");
      return Error{ErrorCode::kUnsupported, std::move(message)};
    }
    to->names.emplace_back(known->second);
    to->elements.push_back(from.elements[i]);
  }
  return {};
}

/// Renames within the block `name` of `object`, where there is one.
Status rename_block(JsonValue* object, std::string_view name, const Renames& names,
                    const std::string& path) {
  const auto at = std::find(object->names.begin(), object->names.end(), name);
  if (at == object->names.end()) return {};
  JsonValue& value = object->elements[static_cast<std::size_t>(at - object->names.begin())];
  JsonValue renamed;
  RETURN_IF_ERROR(rename(block_of(value), names, {}, path + "." + std::string(name), &renamed));
  value = std::move(renamed);
  return {};
}

/// References that stand where a value is due.
Status refuse_references(const JsonValue& value, const std::string& path) {
  if (value.kind == JsonValue::Kind::kString &&
      value.text.find(kHclReference) != std::string::npos) {
    std::string shown = value.text;
    std::erase(shown, kHclReference);
    return Error{ErrorCode::kUnsupported,
                 path + ": " + shown +
                     " can't be worked out here: write the value, or import the output of "
                     "`terraform show -json`, which has it"};
  }
  for (const JsonValue& element : value.elements) RETURN_IF_ERROR(refuse_references(element, path));
  return {};
}

Status put_rule(const Resource& resource, ImportState* state) {
  JsonValue form;
  RETURN_IF_ERROR(rename(resource.values,
                         {{"name", "Name"},
                          {"description", "Description"},
                          {"event_pattern", "EventPattern"},
                          {"schedule_expression", "ScheduleExpression"},
                          {"state", "State"},
                          {"role_arn", "RoleArn"},
                          {"event_bus_name", "EventBusName"}},
                         {"id", "arn", "tags", "tags_all", "is_enabled", "name_prefix",
                          "force_destroy", "region", "lifecycle", "provider", "timeouts"},
                         resource.path, &form));
  const JsonValue* enabled = resource.values.find("is_enabled");
  if (enabled != nullptr && form.find("State") == nullptr) {
    form.names.emplace_back("State");
    form.elements.emplace_back().kind = JsonValue::Kind::kString;
    form.elements.back().text = enabled->truth ? "ENABLED" : "DISABLED";
  }
  RETURN_IF_ERROR(refuse_references(form, resource.path));
  return state->put_rule(form, resource.path);
}

/// A target whose secret lies in a connection: it can't be worked out from here.
bool is_api_destination(const Resource& resource) {
  const JsonValue* arn = resource.values.find("arn");
  return arn != nullptr &&
         (arn->text.find("aws_cloudwatch_event_api_destination.") != std::string::npos ||
          arn->text.find(":api-destination/") != std::string::npos);
}

Status put_target(const Resource& resource, ImportState* state) {
  if (is_api_destination(resource)) {
    state->note(resource.path + " is an API destination and is left out: write it as a webhook");
    return {};
  }
  JsonValue form;
  RETURN_IF_ERROR(rename(
      resource.values,
      {{"rule", "Rule"},
       {"target_id", "Id"},
       {"arn", "Arn"},
       {"role_arn", "RoleArn"},
       {"input", "Input"},
       {"input_path", "InputPath"},
       {"input_transformer", "InputTransformer"},
       {"sqs_target", "SqsParameters"},
       {"retry_policy", "RetryPolicy"},
       {"dead_letter_config", "DeadLetterConfig"}},
      {"id", "event_bus_name", "force_destroy", "region", "lifecycle", "provider", "depends_on"},
      resource.path, &form));
  RETURN_IF_ERROR(rename_block(
      &form, "InputTransformer",
      {{"input_paths", "InputPathsMap"}, {"input_template", "InputTemplate"}}, resource.path));
  RETURN_IF_ERROR(rename_block(&form, "SqsParameters", {{"message_group_id", "MessageGroupId"}},
                               resource.path));
  RETURN_IF_ERROR(rename_block(&form, "RetryPolicy",
                               {{"maximum_retry_attempts", "MaximumRetryAttempts"},
                                {"maximum_event_age_in_seconds", "MaximumEventAgeInSeconds"}},
                               resource.path));
  RETURN_IF_ERROR(rename_block(&form, "DeadLetterConfig", {{"arn", "Arn"}}, resource.path));
  RETURN_IF_ERROR(refuse_references(form, resource.path));
  std::string rule;
  for (std::size_t i = 0; i < form.names.size(); ++i) {
    if (form.names[i] != "Rule") continue;
    rule = form.elements[i].text;
    form.names.erase(form.names.begin() + static_cast<std::ptrdiff_t>(i));
    form.elements.erase(form.elements.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  if (form.find("Id") == nullptr) {  // Terraform makes one up
    form.names.emplace_back("Id");
    form.elements.emplace_back().kind = JsonValue::Kind::kString;
    form.elements.back().text = resource.label;
  }
  return state->put_target(rule, form, resource.path);
}

/// Puts the names of rules where targets refer to them.
void resolve_rules(std::vector<Resource>* resources) {
  for (Resource& resource : *resources) {
    if (resource.type != kTarget) continue;
    for (std::size_t i = 0; i < resource.values.names.size(); ++i) {
      if (resource.values.names[i] != "rule") continue;
      std::string& text = resource.values.elements[i].text;
      for (const Resource& rule : *resources) {
        const JsonValue* name = rule.values.find("name");
        const std::string reference =
            std::string(1, kHclReference) + "${" + rule.type + "." + rule.label;
        if (rule.type == kRule && name != nullptr &&
            (text == reference + ".name}" || text == reference + ".id}" ||
             text == reference + "[0].name}")) {
          text = name->text;
        }
      }
    }
  }
}

Status put_resources(std::vector<Resource>* resources, ImportState* state) {
  resolve_rules(resources);
  for (const Resource& resource : *resources) {
    if (resource.type == kRule) RETURN_IF_ERROR(put_rule(resource, state));
  }
  for (const Resource& resource : *resources) {
    if (resource.type == kTarget) RETURN_IF_ERROR(put_target(resource, state));
  }
  return {};
}

void collect_module(const JsonValue& module, const std::string& where,
                    std::vector<Resource>* resources) {
  const auto text_at = [](const JsonValue& value, std::string_view name) {
    const JsonValue* member = value.find(name);
    return member == nullptr ? std::string() : member->text;
  };
  if (const JsonValue* list = module.find("resources")) {
    for (const JsonValue& resource : list->elements) {
      const JsonValue* values = resource.find("values");
      const std::string type = text_at(resource, "type");
      if (values == nullptr || (type != kRule && type != kTarget)) continue;
      resources->push_back(
          {type, text_at(resource, "name"), *values, where + ": " + text_at(resource, "address")});
    }
  }
  if (const JsonValue* children = module.find("child_modules")) {
    for (const JsonValue& child : children->elements) collect_module(child, where, resources);
  }
}

}  // namespace

Status import_hcl(std::string_view text, const std::string& where, ImportState* state) {
  const auto blocks = parse_hcl(text, [](std::string_view type, const auto& labels) {
    return type == "resource" && labels.size() == 2 && (labels[0] == kRule || labels[0] == kTarget);
  });
  if (!blocks) return Error{blocks.error().code, where + ": " + blocks.error().message};
  std::vector<Resource> resources;
  for (const HclBlock& block : *blocks) {
    resources.push_back({block.labels[0], block.labels[1], block.body,
                         where + ": line " + std::to_string(block.line) + ": " + block.labels[0] +
                             "." + block.labels[1]});
  }
  return put_resources(&resources, state);
}

Status import_terraform_show(const JsonValue& root, const std::string& where, ImportState* state) {
  const JsonValue* values = root.find("planned_values");
  if (values == nullptr) values = root.find("values");
  const JsonValue* module = values == nullptr ? nullptr : values->find("root_module");
  std::vector<Resource> resources;
  if (module != nullptr) collect_module(*module, where, &resources);
  if (resources.empty()) {
    return Error{ErrorCode::kInvalidData, where + ": there is no aws_cloudwatch_event_rule in it"};
  }
  return put_resources(&resources, state);
}

}  // namespace clicklake
