#pragma once
/// Why a rule matches an event, or which of its leaves does not.
///
/// Place: behind `rules explain`. Invariant: it matches where a Matcher says so.
/// Thread safety: a pure function. Source: docs/events.md, "Why did it not match?".

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "events/pattern.h"

namespace clicklake::events {

struct LeafExplanation {
  std::string path;
  std::string asked;                ///< the leaf's matchers, as JSON
  std::vector<std::string> values;  ///< the event's, as JSON
  bool holds = false;               ///< looked at alone
};

/// One way through the pattern's `$or`s.
struct WayExplanation {
  std::vector<LeafExplanation> leaves;
  /// All leaves hold together. Where each holds alone and this is false, their values lie in
  /// different elements of an array.
  bool matches = false;
};

struct Explanation {
  std::vector<WayExplanation> ways;
  bool matches = false;
};

/// Errors: kInvalidData where `event` is no JSON object.
Result<Explanation> explain(const Pattern& pattern, std::string_view event);

/// The matcher as the JSON that it was written as, or that says the same.
std::string test_text(const ValueTest& test);

}  // namespace clicklake::events
