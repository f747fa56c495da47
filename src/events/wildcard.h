#pragma once
/// `wildcard` operands: texts in which `*` stands for any run of characters.
///
/// Place: between the pattern parser and the rules' index. Invariant: `parts` has one element more
/// than there are stars; inner ones are never empty. Thread safety: immutable values.
/// Source: Event Ruler 2.1.0; docs/events.md, "Wildcards".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake::events {

struct Wildcard {
  std::vector<std::string> parts;  ///< literal text before, between and behind the stars

  std::size_t stars() const { return parts.size() - 1; }
  /// Cost: O(value) for each part at the worst, most often one comparison.
  bool matches(std::string_view value) const;
};

/// `*` is a star, `\*` and `\\` are literal; `**` and other escapes are refused: then `*reason`
/// says so.
std::optional<Wildcard> parse_wildcard(std::string_view text, std::string* reason);

}  // namespace clicklake::events
