#pragma once
/// What a user agent is: its browser, its operating system, and whether it is a program.
///
/// Place: dim_devices' os, browser and is_bot, when a batch's new members are written.
/// Invariant: follows from the agent's text and the list alone; the same families as uap-core's
/// own reference, the same bots as the list of crawlers.
/// Thread safety: thread-compatible; one a thread.
/// Source: uap-core, docs/specification.md; docs/lists.md; ADR-0027.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "classify/agent_list.h"
#include "classify/rule_filter.h"

namespace clicklake {

struct AgentFamilies {
  std::string browser;
  std::string os;
  std::optional<bool> is_bot;  ///< nothing: not known
};

class AgentClassifier {
 public:
  /// Only the first bytes of an agent count.
  static constexpr std::size_t kMostBytes = 4096;

  /// `list_text`: see agent_list.h; outlives the classifier. Cost: a few milliseconds.
  /// Errors: kInvalidData.
  static Result<AgentClassifier> create(std::string_view list_text);

  /// Families are "Other" where no rule matches. Where the list is empty, or the agent, they are
  /// "unknown" and is_bot is not known. Cost: a few microseconds, more where a rule is first
  /// tried. Errors: kInvalidData, a rule does not compile.
  Result<AgentFamilies> classify(std::string_view agent);

 private:
  AgentClassifier(AgentList list, RuleFilter filter);
  Result<std::string> family(std::size_t list, const std::vector<AgentRule>& rules);

  AgentList list_;
  RuleFilter filter_;
};

}  // namespace clicklake
