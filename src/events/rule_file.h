#pragma once
/// Rules as files hold them: one JSON object each, on a line of its own or over many.
///
/// Place: between files of rules and a Matcher. Invariant: the rules stand in the order of the
/// text. Thread safety: pure functions. Source: docs/events.md, "Rules in files".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake::events {

struct RuleText {
  std::string name;        ///< `name`, `Name` or `id`; else the given one
  std::string pattern;     ///< JSON; "" where the rule only has a schedule
  std::string document;    ///< the whole object
  std::uint64_t line = 0;  ///< of the object's first byte, from 1
  bool is_enabled = true;  ///< `state` is not DISABLED
  bool has_schedule = false;
};

/// The rules of a file's text. `source` is for messages, `name` for a single rule that has none.
/// The pattern is `eventPattern`, `EventPattern` or `pattern`: an object, or its JSON in a string.
/// Errors: kInvalidData, with source and line: no JSON object, no name, no pattern.
Result<std::vector<RuleText>> read_rules(std::string_view text, std::string_view source,
                                         std::string_view name);

}  // namespace clicklake::events
