#include "rules/json_path.h"

#include <algorithm>

namespace clicklake {
namespace {

Error wrong(std::string_view text, std::size_t at, std::string_view what) {
  return {ErrorCode::kInvalidData, "the path '" + std::string(text) + "' can't be read at byte " +
                                       std::to_string(at) + ": " + std::string(what) +
                                       "; write it like $.detail.items[0].sku"};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<JsonPath> JsonPath::compile(std::string_view text) {
  JsonPath path;
  path.text_ = text;
  const auto control = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (control != text.end()) {
    return wrong(text, static_cast<std::size_t>(control - text.begin()), "a control character");
  }
  if (!text.starts_with('$')) return wrong(text, 0, "a path begins with $");
  std::size_t at = 1;
  while (at < text.size()) {
    Step step;
    if (text[at] == '.') {
      const std::size_t end = std::min(text.find_first_of(".[]*\"' \t\r\n", at + 1), text.size());
      if (end == at + 1 && end < text.size() && text[end] == '*') {
        step.kind = Step::Kind::kAny;
        at = end + 1;
      } else if (end == at + 1) {
        return wrong(text, end, "a name is missing behind the dot");
      } else {
        step.name = text.substr(at + 1, end - at - 1);
        at = end;
      }
    } else if (text[at] == '[') {
      std::size_t end = at + 1;
      while (end < text.size() && is_digit(text[end])) ++end;
      if (text.substr(at).starts_with("[*]")) {
        step.kind = Step::Kind::kAny;
        at += 3;
      } else if (end == at + 1 || end - at > 10 || end == text.size() || text[end] != ']') {
        return wrong(text, at, "brackets hold an index or *");
      } else {
        step.kind = Step::Kind::kIndex;
        for (std::size_t i = at + 1; i < end; ++i) {
          step.index = step.index * 10 + static_cast<std::size_t>(text[i] - '0');
        }
        at = end + 1;
      }
    } else {
      return wrong(text, at, "a dot or a bracket is due");
    }
    path.many_ = path.many_ || step.kind == Step::Kind::kAny;
    path.steps_.push_back(std::move(step));
  }
  return path;
}

void JsonPath::collect(const JsonValue& value, std::size_t step,
                       std::vector<const JsonValue*>* found) const {
  if (step == steps_.size()) {
    found->push_back(&value);
    return;
  }
  const Step& next = steps_[step];
  switch (next.kind) {
    case Step::Kind::kAny:
      for (const JsonValue& element : value.elements) collect(element, step + 1, found);
      return;
    case Step::Kind::kIndex:
      if (value.kind == JsonValue::Kind::kArray && next.index < value.elements.size()) {
        collect(value.elements[next.index], step + 1, found);
      }
      return;
    case Step::Kind::kName: break;
  }
  const auto last = std::find(value.names.rbegin(), value.names.rend(), next.name);
  if (last == value.names.rend()) return;
  collect(value.elements[static_cast<std::size_t>(value.names.rend() - last) - 1], step + 1, found);
}

std::optional<JsonValue> JsonPath::find(const JsonValue& root) const {
  std::vector<const JsonValue*> found;
  collect(root, 0, &found);
  if (found.empty()) return std::nullopt;
  if (!many_) return *found.front();
  JsonValue all;
  all.kind = JsonValue::Kind::kArray;
  for (const JsonValue* value : found) all.elements.push_back(*value);
  return all;
}

}  // namespace clicklake
