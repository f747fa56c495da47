#include "rules/rule_import.h"

#include <algorithm>

#include "rules/aws_form.h"
#include "rules/import_state.h"

namespace clicklake {

ImportState::Entry& ImportState::entry(const std::string& name, const std::string& path) {
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& e) { return e.rule.name == name; });
  if (known != entries_.end()) return *known;
  Entry& made = entries_.emplace_back();
  made.rule.name = name;
  made.first_seen = path;
  return made;
}

Status ImportState::put_rule(const JsonValue& value, const std::string& path) {
  RuleDocument rule;
  RETURN_IF_ERROR(read_aws_rule(value, path, &rule, &notes_));
  Entry& known = entry(rule.name, path);
  rule.targets = std::move(known.rule.targets);
  known.rule = std::move(rule);
  known.has_rule = true;
  return {};
}

Status ImportState::put_target(const std::string& rule, const JsonValue& value,
                               const std::string& path) {
  RuleTarget target;
  RETURN_IF_ERROR(read_aws_target(value, path, &target));
  if (rule.empty() && entries_.size() != 1) {
    return Error{ErrorCode::kInvalidData,
                 path +
                     ": whose targets are these? Give the rule in the same import, alone, or "
                     "add \"Rule\": \"<name>\" to the document"};
  }
  std::vector<RuleTarget>& targets =
      rule.empty() ? entries_.front().rule.targets : entry(rule, path).rule.targets;
  std::erase_if(targets, [&](const RuleTarget& t) { return t.id == target.id; });
  targets.push_back(std::move(target));
  return {};
}

void ImportState::put_document(RuleDocument rule) {
  Entry& known = entry(rule.name, rule.name);
  known.rule = std::move(rule);
  known.has_rule = true;
}

Result<std::vector<RuleDocument>> ImportState::take() {
  std::vector<RuleDocument> rules;
  for (Entry& entry : entries_) {
    if (!entry.has_rule) {
      return Error{ErrorCode::kInvalidData, entry.first_seen + ": there are targets of the rule '" +
                                                entry.rule.name +
                                                "', but not the rule: import both together"};
    }
    if (const Status status = check_rule(entry.rule); !status) {
      return Error{ErrorCode::kInvalidData,
                   "rule '" + entry.rule.name + "': " + status.error().message};
    }
    rules.push_back(std::move(entry.rule));
  }
  return rules;
}

namespace {

Status import_targets(const JsonValue& document, const std::string& where, ImportState* state) {
  const JsonValue* rule = document.find("Rule");
  const JsonValue* targets = document.find("Targets");
  if (targets->kind != JsonValue::Kind::kArray) {
    return Error{ErrorCode::kInvalidData, where + ".Targets: an array is expected"};
  }
  for (std::size_t i = 0; i < targets->elements.size(); ++i) {
    RETURN_IF_ERROR(state->put_target(rule == nullptr ? "" : rule->text, targets->elements[i],
                                      where + ".Targets[" + std::to_string(i) + "]"));
  }
  return {};
}

/// Whether `arn` is of an API destination, or refers to one of the template's.
bool is_api_destination(const JsonValue& arn, const JsonValue& resources) {
  if (arn.text.find(":api-destination/") != std::string::npos) return true;
  const JsonValue* attribute = arn.find("Fn::GetAtt");
  if (attribute == nullptr || attribute->elements.empty()) return false;
  const JsonValue* resource = resources.find(attribute->elements[0].text);
  const JsonValue* type = resource == nullptr ? nullptr : resource->find("Type");
  return type != nullptr && type->text == "AWS::Events::ApiDestination";
}

Status import_cloudformation(const JsonValue& resources, const std::string& where,
                             ImportState* state) {
  if (resources.kind != JsonValue::Kind::kObject) {
    return Error{ErrorCode::kInvalidData, where + ".Resources: an object is expected"};
  }
  for (std::size_t i = 0; i < resources.elements.size(); ++i) {
    const JsonValue* type = resources.elements[i].find("Type");
    const std::string path = where + ".Resources." + resources.names[i];
    if (type == nullptr || type->text != "AWS::Events::Rule") continue;
    const JsonValue* properties = resources.elements[i].find("Properties");
    if (properties == nullptr) {
      return Error{ErrorCode::kInvalidData, path + ".Properties: is missing"};
    }
    JsonValue rule = *properties;
    if (rule.find("Name") == nullptr) {  // CloudFormation makes one up from this
      rule.names.emplace_back("Name");
      rule.elements.emplace_back().kind = JsonValue::Kind::kString;
      rule.elements.back().text = resources.names[i];
    }
    RETURN_IF_ERROR(state->put_rule(rule, path + ".Properties"));
    const JsonValue* targets = rule.find("Targets");
    if (targets == nullptr) continue;
    for (std::size_t k = 0; k < targets->elements.size(); ++k) {
      const std::string at = path + ".Properties.Targets[" + std::to_string(k) + "]";
      const JsonValue* arn = targets->elements[k].find("Arn");
      if (arn != nullptr && is_api_destination(*arn, resources)) {
        state->note(at + " is an API destination and is left out: write it as a webhook");
        continue;
      }
      RETURN_IF_ERROR(state->put_target(rule.find("Name")->text, targets->elements[k], at));
    }
  }
  return {};
}

Status import_document(const JsonValue& document, const std::string& where, ImportState* state) {
  if (document.find("Resources") != nullptr) {
    return import_cloudformation(*document.find("Resources"), where, state);
  }
  if (document.find("terraform_version") != nullptr || document.find("planned_values") != nullptr ||
      document.find("values") != nullptr) {
    return import_terraform_show(document, where, state);
  }
  if (document.find("name") != nullptr) {
    std::string json;
    append_json(&json, document);
    ASSIGN_OR_RETURN(RuleDocument rule, parse_rule_document(json, where));
    state->put_document(std::move(rule));
    return {};
  }
  if (const JsonValue* rules = document.find("Rules")) {
    for (std::size_t i = 0; i < rules->elements.size(); ++i) {
      RETURN_IF_ERROR(
          state->put_rule(rules->elements[i], where + ".Rules[" + std::to_string(i) + "]"));
    }
    return {};
  }
  if (document.find("Name") != nullptr) RETURN_IF_ERROR(state->put_rule(document, where));
  if (document.find("Targets") != nullptr) {
    if (const JsonValue* name = document.find("Name");
        name != nullptr && document.find("Rule") == nullptr) {
      JsonValue named = document;
      named.names.emplace_back("Rule");
      named.elements.push_back(*name);
      return import_targets(named, where, state);
    }
    return import_targets(document, where, state);
  }
  if (document.find("Name") == nullptr) {
    return Error{ErrorCode::kInvalidData,
                 where +
                     ": this is no rule: a document of put-rule has Name, of put-targets "
                     "Targets, of CloudFormation Resources, of terraform show values"};
  }
  return {};
}

Status import_source(const ImportSource& source, ImportState* state) {
  const std::size_t first = source.text.find_first_not_of(" \t\r\n");
  const std::string where = source.name;
  if (first == std::string::npos) {
    return Error{ErrorCode::kInvalidData, where + ": is empty"};
  }
  if (source.text[first] == '{' || source.text[first] == '[') {
    std::size_t at = first;
    while (at < source.text.size()) {
      std::size_t end = 0;
      const auto value = parse_json_prefix(std::string_view(source.text).substr(at), &end);
      if (!value) return Error{ErrorCode::kInvalidData, where + ": " + value.error().message};
      at += end;
      if (value->kind == JsonValue::Kind::kArray) {
        for (const JsonValue& element : value->elements) {
          RETURN_IF_ERROR(import_document(element, where, state));
        }
      } else {
        RETURN_IF_ERROR(import_document(*value, where, state));
      }
    }
    return {};
  }
  const bool script = source.text.compare(first, 2, "#!") == 0;
  if (!script && source.text.find("\"aws_cloudwatch_event_") != std::string::npos) {
    return import_hcl(source.text, where, state);
  }
  if (source.text.find("events put-") != std::string::npos) {
    return import_aws_script(source.text, where, state);
  }
  return Error{ErrorCode::kInvalidData,
               where +
                   ": neither JSON, nor a script of `aws events put-rule`, nor Terraform's "
                   "aws_cloudwatch_event_rule"};
}

}  // namespace

Result<ImportedRules> import_rules(const std::vector<ImportSource>& sources) {
  ImportState state;
  for (const ImportSource& source : sources) RETURN_IF_ERROR(import_source(source, &state));
  ImportedRules imported;
  ASSIGN_OR_RETURN(imported.rules, state.take());
  imported.notes = std::move(state.notes());
  return imported;
}

}  // namespace clicklake
