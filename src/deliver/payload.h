#pragma once
/// What a target gets of an event.
///
/// Place: the dispatcher, before each attempt. Thread safety: pure functions.
/// Source: EventBridge API, Target: Input, InputPath, InputTransformer.

#include <string>
#include <string_view>

#include "base/result.h"
#include "rules/rule_document.h"

namespace clicklake {

struct Payload {
  std::string text;
  std::string key;  ///< the value at the target's key as text; "" without key or value
};

/// Errors: kInvalidData, the path finds nothing or the filled template is not JSON: nothing that
/// another attempt would change. Cost: a parse of the event where the target asks for parts of it.
Result<Payload> make_payload(const RuleTarget& target, std::string_view event,
                             const MatchContext& context);

}  // namespace clicklake
