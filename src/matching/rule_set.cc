#include "matching/rule_set.h"

namespace clicklake {

void RuleSet::add(const StoredRule& stored, std::unique_ptr<events::Matcher>* matcher) {
  const RuleDocument& rule = stored.rule;
  if (*matcher == nullptr) *matcher = std::make_unique<events::Matcher>();
  if (const Status put = (*matcher)->put(rule.name, rule.event_pattern); !put) {
    problems_.push_back(stored.file.string() + ": " + put.error().message);
    return;
  }
  std::vector<std::string>& targets = targets_[rule.name];
  for (const RuleTarget& target : rule.targets) targets.push_back(target.id);
  asks_for_keys_ |=
      !rule.scope_is_event && rule.event_pattern.find("\"lake\"") != std::string::npos;
  // A pattern may write the path with points.
  asks_for_keys_ |=
      !rule.scope_is_event && rule.event_pattern.find("detail.lake") != std::string::npos;
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
