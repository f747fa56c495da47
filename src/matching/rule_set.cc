#include "matching/rule_set.h"

#include <algorithm>

#include "base/json_value.h"

namespace clicklake {
namespace {

constexpr std::size_t kMostTypes = 16;

/// What could be spelled in other ways, too, as addresses are, is told by the matcher alone.
bool has_one_spelling(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF.:") != std::string_view::npos;
}

}  // namespace

void RuleSet::add(const StoredRule& stored, std::unique_ptr<events::Matcher>* matcher) {
  const RuleDocument& rule = stored.rule;
  if (*matcher == nullptr) *matcher = std::make_unique<events::Matcher>();
  if (const Status put = (*matcher)->put(rule.name, rule.event_pattern); !put) {
    problems_.push_back(stored.file.string() + ": " + put.error().message);
    return;
  }
  note_types(rule);
  std::vector<std::string>& targets = targets_[rule.name];
  for (const RuleTarget& target : rule.targets) targets.push_back(target.id);
  asks_for_keys_ |=
      !rule.scope_is_event && rule.event_pattern.find("\"lake\"") != std::string::npos;
  // A pattern may write the path with points.
  asks_for_keys_ |=
      !rule.scope_is_event && rule.event_pattern.find("detail.lake") != std::string::npos;
}

void RuleSet::note_types(const RuleDocument& rule) {
  if (any_type_) return;
  any_type_ = true;
  const auto pattern = parse_json(rule.event_pattern);
  if (rule.scope_is_event || !pattern) return;
  const std::vector<std::string>& names = pattern->names;
  if (std::count(names.begin(), names.end(), "detail-type") != 1) return;
  const std::vector<JsonValue>& types = pattern->find("detail-type")->elements;
  for (const JsonValue& type : types) {
    if (type.kind != JsonValue::Kind::kString || !has_one_spelling(type.text)) return;
    if (std::find(types_.begin(), types_.end(), type.text) == types_.end())
      types_.push_back(type.text);
  }
  any_type_ = types_.size() > kMostTypes;
}

bool RuleSet::may_match(std::string_view event_type) const {
  return any_type_ || std::find(types_.begin(), types_.end(), event_type) != types_.end();
}

Result<std::unique_ptr<const RuleSet>> RuleSet::load(const std::filesystem::path& folder,
                                                     std::string_view only) {
  ASSIGN_OR_RETURN(const RuleFolder loaded, load_rule_folder(folder));
  auto rules = std::make_unique<RuleSet>();
  for (const Error& problem : loaded.problems) rules->problems_.push_back(problem.message);
  for (const StoredRule& stored : loaded.rules) {
    const RuleDocument& rule = stored.rule;
    if (!rule.enabled || rule.event_pattern.empty() || rule.targets.empty()) continue;
    if (!only.empty() && rule.name != only) continue;
    rules->add(stored, rule.scope_is_event ? &rules->event_ : &rules->envelope_);
  }
  return std::unique_ptr<const RuleSet>(std::move(rules));
}

}  // namespace clicklake
