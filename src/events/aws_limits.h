#pragma once
/// What EventBridge's service would say of a rule that Event Ruler takes.
///
/// Place: behind `rules check --aws`. Thread safety: pure functions.
/// Source: EventBridge's API model and user guide; docs/events.md, "The same rules on AWS".

#include <string>
#include <string_view>
#include <vector>

#include "events/pattern.h"
#include "events/rule_file.h"

namespace clicklake::events {

/// Rules that a bus has by default.
inline constexpr std::size_t kAwsRulesOfBus = 300;

/// Warnings, one for each limit that the rule passes; `pattern` is null where it has none.
std::vector<std::string> aws_warnings(const RuleText& rule, const Pattern* pattern);

}  // namespace clicklake::events
