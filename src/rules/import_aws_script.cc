#include <algorithm>

#include "rules/import_state.h"
#include "rules/shell_words.h"

namespace clicklake {
namespace {

JsonValue text_value(std::string_view text) {
  JsonValue value;
  value.kind = JsonValue::Kind::kString;
  value.text = text;
  return value;
}

void set(JsonValue* object, std::string_view name, JsonValue value) {
  object->kind = JsonValue::Kind::kObject;
  object->names.emplace_back(name);
  object->elements.push_back(std::move(value));
}

/// "Id"="1","Arn"="arn:..." as the command line's shorthand has it, flat members only.
Result<JsonValue> read_shorthand(const std::string& text, const std::string& where) {
  const std::string target = where + ": the target '" + text + "'";
  JsonValue object;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t equals = text.find('=', at);
    if (equals == std::string::npos || equals == at) {
      return Error{ErrorCode::kInvalidData, target + " is neither JSON nor Id=...,Arn=..."};
    }
    std::string name = text.substr(at, equals - at);
    std::erase(name, '"');
    const bool quoted = equals + 1 < text.size() && text[equals + 1] == '"';
    const std::size_t begin = equals + (quoted ? 2 : 1);
    const std::size_t end = std::min(text.find(quoted ? '"' : ',', begin), text.size());
    if (!quoted && begin < text.size() && (text[begin] == '{' || text[begin] == '[')) {
      return Error{ErrorCode::kUnsupported, target +
                                                ": write it as JSON: nested members of the "
                                                "shorthand are not read"};
    }
    set(&object, name, text_value(std::string_view(text).substr(begin, end - begin)));
    at = quoted ? end + 2 : end + 1;
  }
  return object;
}

Status put_targets(const JsonValue& input, const std::string& where, ImportState* state) {
  const JsonValue* rule = input.find("Rule");
  const JsonValue* targets = input.find("Targets");
  if (rule == nullptr || targets == nullptr) {
    return Error{ErrorCode::kInvalidData, where + ": put-targets needs a rule and targets"};
  }
  for (const JsonValue& target : targets->elements) {
    RETURN_IF_ERROR(state->put_target(rule->text, target, where));
  }
  return {};
}

class AwsCommand {
 public:
  AwsCommand(const std::vector<std::string>& words, std::size_t at, std::string where)
      : words_(words), at_(at), where_(std::move(where)) {}

  Status run(ImportState* state) {
    const bool rule = words_[at_] == "put-rule";
    for (++at_; at_ < words_.size(); ++at_) {
      std::string option = words_[at_];
      if (!option.starts_with("--")) {
        return wrong("'" + option + "' is not understood");
      }
      if (const std::size_t equals = option.find('='); equals != std::string::npos) {
        values_ = {option.substr(equals + 1)};
        option.erase(equals);
      } else {
        values_.clear();
        while (at_ + 1 < words_.size() && !words_[at_ + 1].starts_with("--")) {
          values_.push_back(words_[++at_]);
        }
      }
      RETURN_IF_ERROR(take(option, rule));
    }
    return rule ? state->put_rule(input_, where_) : put_targets(input_, where_, state);
  }

 private:
  Error wrong(std::string_view what) const {
    return {ErrorCode::kInvalidData, where_ + ": " + std::string(what)};
  }

  Status take(const std::string& option, bool rule) {
    struct Known {
      std::string_view option, member;
    };
    static constexpr Known kMembers[] = {
        {"--name", "Name"},        {"--event-pattern", "EventPattern"},
        {"--state", "State"},      {"--schedule-expression", "ScheduleExpression"},
        {"--rule", "Rule"},        {"--description", "Description"},
        {"--role-arn", "RoleArn"}, {"--event-bus-name", "EventBusName"},
    };
    for (const std::string& value : values_) {
      std::string shown = option;
      shown.append(" '").append(value).append("'");
      if (value.starts_with("file://")) {
        return wrong(shown +
                     " names another file: import that file's JSON instead, together with this");
      }
      if (value.find('$') != std::string::npos && option != "--targets" &&
          option != "--cli-input-json" && value.find("$.") == std::string::npos) {
        return wrong(shown + " holds a variable of the shell: write its value");
      }
    }
    if (option == "--cli-input-json") {
      if (values_.size() != 1) return wrong(option + " needs one JSON text");
      auto parsed = parse_json(values_[0]);
      if (!parsed) return wrong(option + ": " + parsed.error().message);
      input_ = std::move(*parsed);
      return {};
    }
    if (option == "--targets") return targets();
    for (const Known& known : kMembers) {
      if (known.option != option) continue;
      if (values_.size() != 1) return wrong(option + " needs one value");
      set(&input_, known.member, text_value(values_[0]));
      return {};
    }
    for (const char* ignored : {"--region", "--profile", "--tags", "--output", "--endpoint-url"}) {
      if (option == ignored) return {};
    }
    return wrong(std::string(rule ? "put-rule" : "put-targets") + " " + option +
                 " is not understood");
  }

  Status targets() {
    JsonValue all;
    all.kind = JsonValue::Kind::kArray;
    for (const std::string& value : values_) {
      if (value.starts_with('[') || value.starts_with('{')) {
        auto parsed = parse_json(value);
        if (!parsed) return wrong("--targets: " + parsed.error().message);
        if (parsed->kind == JsonValue::Kind::kArray) {
          for (JsonValue& element : parsed->elements) all.elements.push_back(std::move(element));
        } else {
          all.elements.push_back(std::move(*parsed));
        }
      } else {
        ASSIGN_OR_RETURN(all.elements.emplace_back(), read_shorthand(value, where_));
      }
    }
    set(&input_, "Targets", std::move(all));
    return {};
  }

  const std::vector<std::string>& words_;
  std::size_t at_;
  std::string where_;
  std::vector<std::string> values_;
  JsonValue input_;
};

}  // namespace

Status import_aws_script(std::string_view text, const std::string& where, ImportState* state) {
  const auto commands = shell_commands(text);
  if (!commands) return Error{commands.error().code, where + ": " + commands.error().message};
  std::size_t number = 0;
  for (const std::vector<std::string>& words : *commands) {
    const auto events = std::find(words.begin(), words.end(), "events");
    if (events == words.end() || events + 1 == words.end()) continue;
    if (*(events + 1) != "put-rule" && *(events + 1) != "put-targets") continue;
    const std::string at = where + ": aws events command " + std::to_string(++number);
    AwsCommand command(words, static_cast<std::size_t>(events - words.begin()) + 1, at);
    RETURN_IF_ERROR(command.run(state));
  }
  return {};
}

}  // namespace clicklake
