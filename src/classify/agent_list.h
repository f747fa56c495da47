#pragma once
/// The rules by which user agents are told apart, as one text.
///
/// Place: made at build time by tools/make-agent-list from uap-core's rules and the list of
/// crawlers, carried inside the program, read once where agents are classified. Invariant: rules
/// keep the order of their source, for the first that matches decides. Thread safety: functions of
/// their inputs.
/// Source: docs/lists.md; ADR-0027.
///
/// The text: a first line "clicklake-agents 1", then after tabs the names and versions of what it
/// was made from; then a rule a line: its kind (B browser, O operating system, C crawler), a tab,
/// its regular expression and, after another tab, the replacement where there is one. An empty
/// text is the list that knows nothing.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

struct AgentRule {
  std::string_view regex;
  std::optional<std::string_view> replacement;  ///< may refer to groups: $1 to $9
};

/// Views into the text that it was read from.
struct AgentList {
  std::string_view sources;  ///< names and versions, tabs between them
  std::vector<AgentRule> browsers;
  std::vector<AgentRule> systems;
  std::vector<AgentRule> crawlers;

  bool empty() const { return browsers.empty() && systems.empty() && crawlers.empty(); }
};

/// Reads `text`, which outlives the list. Errors: kInvalidData, naming the line.
Result<AgentList> read_agent_list(std::string_view text);

/// The list that the program was built with; "" where the build had none.
std::string_view embedded_agent_list();

}  // namespace clicklake
