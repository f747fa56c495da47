#include "rules/input_transformer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/json_text.h"

namespace clicklake {
namespace {

constexpr std::array<std::string_view, 5> kPredefined = {
    "aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time",
    "aws.events.event", "aws.events.event.json"};

Error wrong(std::string message) { return {ErrorCode::kInvalidData, std::move(message)}; }

/// One JSON value or several, white space between them.
Status check_json(std::string_view text) {
  std::size_t at = 0;
  do {
    std::size_t end = 0;
    const auto value = parse_json_prefix(text.substr(at), &end);
    if (!value) return value.error();
    at += end;
  } while (at < text.size());
  return {};
}

JsonValue text_value(std::string_view text) {
  JsonValue value;
  value.kind = JsonValue::Kind::kString;
  value.text = text;
  return value;
}

/// The envelope without detail, as the service orders and spells it.
JsonValue without_detail(const JsonValue& event) {
  JsonValue out;
  out.kind = JsonValue::Kind::kObject;
  const auto add = [&](const char* name, const char* as) {
    if (const JsonValue* value = event.find(name)) {
      out.names.emplace_back(as);
      out.elements.push_back(*value);
    }
  };
  for (const char* name : {"id", "account"}) add(name, name);
  add("detail-type", "detailType");
  for (const char* name : {"time", "source", "region", "resources", "version"}) add(name, name);
  for (std::size_t i = 0; i < event.names.size(); ++i) {
    const std::string& name = event.names[i];
    if (name == "detail" || name == "detail-type" || out.find(name) != nullptr) continue;
    out.names.push_back(name);
    out.elements.push_back(event.elements[i]);
  }
  return out;
}

std::optional<JsonValue> predefined(std::string_view name, const JsonValue& event,
                                    const MatchContext& context) {
  if (name == kPredefined[0]) return text_value(context.rule_arn);
  if (name == kPredefined[1]) return text_value(context.rule_name);
  if (name == kPredefined[2]) return text_value(context.ingestion_time);
  if (name == kPredefined[3]) return without_detail(event);
  return event;
}

/// Between quotes: a string's own text, anything else as JSON without its quotes.
void append_quoted(std::string* out, const JsonValue& value) {
  std::string json;
  append_json(&json, value);
  if (value.kind == JsonValue::Kind::kString) {
    out->append(json, 1, json.size() - 2);
    return;
  }
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '\\') {
      out->append(json, i, 2);
      ++i;
    } else if (json[i] != '"') {
      out->push_back(json[i]);
    }
  }
}

}  // namespace

int InputTransformer::variable_of(std::string_view name) {
  const auto known = std::find_if(variables_.begin(), variables_.end(),
                                  [&](const Variable& v) { return v.name == name; });
  if (known != variables_.end()) return static_cast<int>(known - variables_.begin());
  Variable variable{std::string(name), -1};
  if (std::find(kPredefined.begin(), kPredefined.end(), name) == kPredefined.end()) {
    const auto path = std::find_if(paths_.begin(), paths_.end(),
                                   [&](const auto& entry) { return entry.first == name; });
    if (path == paths_.end()) return -1;
    variable.path = static_cast<int>(path - paths_.begin());
  }
  variables_.push_back(std::move(variable));
  return static_cast<int>(variables_.size()) - 1;
}

Status InputTransformer::split() {
  std::string sample;  // the template with something harmless for each placeholder
  Piece piece;
  bool quoted = false;
  bool held_one = false;  // the string that is open holds a placeholder
  for (std::size_t i = 0; i < template_.size(); ++i) {
    const char c = template_[i];
    const std::size_t close = c == '<' ? template_.find('>', i) : std::string::npos;
    if (close != std::string::npos) {
      const std::string_view name = std::string_view(template_).substr(i + 1, close - i - 1);
      piece.variable = variable_of(name);
      if (piece.variable < 0) {
        return wrong("the input template contains the invalid placeholder <" + std::string(name) +
                     ">: define it in inputPathsMap, or take one of aws.events.rule-name, "
                     "aws.events.rule-arn, aws.events.event.ingestion-time, aws.events.event, "
                     "aws.events.event.json");
      }
      piece.quoted = quoted;
      held_one = held_one || quoted;
      pieces_.push_back(std::move(piece));
      piece = Piece();
      sample += quoted ? "x" : "0";
      i = close;
      if (!quoted) {
        const std::size_t next = template_.find_first_not_of(" \t\r\n", close + 1);
        if (next != std::string::npos && template_[next] == ':') {
          return wrong("the input template has <" + std::string(name) +
                       "> as an object's key: keys are constant");
        }
      }
      continue;
    }
    piece.text.push_back(c);
    sample.push_back(c);
    if (c == '\\' && quoted && i + 1 < template_.size()) {
      piece.text.push_back(template_[++i]);
      sample.push_back(template_[i]);
    } else if (c == '"') {
      if (quoted && held_one) {
        const std::size_t next = template_.find_first_not_of(" \t\r\n", i + 1);
        if (next != std::string::npos && template_[next] == ':') {
          return wrong(
              "the input template has a placeholder in an object's key: keys are constant");
        }
      }
      quoted = !quoted;
      held_one = false;
    }
  }
  pieces_.push_back(std::move(piece));
  if (const Status status = check_json(sample); !status) {
    return wrong("the input template is neither JSON nor quoted text (" + status.error().message +
                 "): write {\"user\": <user>} or \"user <user> bought\"");
  }
  return {};
}

Result<InputTransformer> InputTransformer::compile(const Paths& paths,
                                                   std::string_view input_template) {
  InputTransformer transformer;
  transformer.paths_ = paths;
  transformer.template_ = input_template;
  for (const auto& [name, path] : paths) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '<' && c != '>';
    });
    if (name.empty() || !plain) {
      return wrong("inputPathsMap: '" + name + "' is no name of a placeholder");
    }
    if (name.starts_with("aws.") || name.starts_with("AWS.")) {
      return wrong("inputPathsMap: '" + name + "': names beginning with aws. are reserved");
    }
    const auto compiled = JsonPath::compile(path);
    if (!compiled) return wrong("inputPathsMap." + name + ": " + compiled.error().message);
    transformer.compiled_.push_back(*compiled);
  }
  RETURN_IF_ERROR(transformer.split());
  return transformer;
}

Result<std::string> InputTransformer::apply(const JsonValue& event,
                                            const MatchContext& context) const {
  std::vector<std::optional<JsonValue>> values(variables_.size());
  for (std::size_t i = 0; i < variables_.size(); ++i) {
    const Variable& variable = variables_[i];
    values[i] = variable.path < 0 ? predefined(variable.name, event, context)
                                  : compiled_[static_cast<std::size_t>(variable.path)].find(event);
  }
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.text;
    if (piece.variable < 0) continue;
    const std::optional<JsonValue>& value = values[static_cast<std::size_t>(piece.variable)];
    if (piece.quoted) {
      if (value) append_quoted(&out, *value);
    } else if (value) {
      append_json(&out, *value);
    } else {
      out += "\"\"";
    }
  }
  if (const Status status = check_json(out); !status) {
    return wrong("the filled input template is not JSON: " + status.error().message);
  }
  return out;
}

}  // namespace clicklake
