#pragma once
/// The enabled rules of a lake with a pattern, compiled: made once for a batch, shared by its
/// workers.
///
/// Place: rules/*.json -> matcher; transform and replay read it.
/// Invariant: immutable. A rule that can't be used costs itself only, and is told in problems().
/// Thread safety: immutable.
/// Source: ADR-0018; docs/events.md.

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/matcher.h"
#include "rules/rule_folder.h"

namespace clicklake {

class RuleSet {
 public:
  /// Rules of `folder` that are enabled, have a pattern and a target; of these only `only`, unless
  /// it is empty. A missing folder has none. Errors: kIo, the folder can't be listed.
  static Result<std::unique_ptr<const RuleSet>> load(const std::filesystem::path& folder,
                                                     std::string_view only = {});

  bool empty() const { return targets_.empty(); }
  std::size_t size() const { return targets_.size(); }
  /// Rules that can't be used, and why: file, place in the pattern, reason.
  const std::vector<std::string>& problems() const { return problems_; }

  /// Rules over EventBridge's envelope, and over the event itself; null where there are none.
  const events::Matcher* over_envelope() const { return envelope_.get(); }
  const events::Matcher* over_event() const { return event_.get(); }
  /// Whether an event of that type may match at all: false only where every rule names the types
  /// that it is for, and this is none of them. Cost: a comparison a type.
  bool may_match(std::string_view event_type) const;
  /// Whether some pattern over the envelope asks for the lake's keys.
  bool asks_for_keys() const { return asks_for_keys_; }
  /// Ids of the rule's targets.
  const std::vector<std::string>& targets(std::string_view rule) const {
    return targets_.find(rule)->second;
  }

 private:
  void add(const StoredRule& stored, std::unique_ptr<events::Matcher>* matcher);
  void note_types(const RuleDocument& rule);

  std::unique_ptr<events::Matcher> envelope_;
  std::unique_ptr<events::Matcher> event_;
  std::map<std::string, std::vector<std::string>, std::less<>> targets_;
  std::vector<std::string> problems_;
  bool asks_for_keys_ = false;
  std::vector<std::string> types_;  ///< that rules are for
  bool any_type_ = false;           ///< a rule may match others
};

}  // namespace clicklake
