#pragma once
/// Texts of which a regular expression's match always holds one.
///
/// Place: under RuleFilter, which tries only rules whose texts an agent holds. Invariant: a text
/// that the expression matches holds at least one of the literals, letter case of A to Z aside;
/// what is not understood gives none, and the expression is then always tried. Thread safety: a
/// function of its input.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

/// In lower case, each of at least `min_bytes` bytes and at most 16, a beginning of what is
/// required telling as much; nothing where there are no such texts.
std::optional<std::vector<std::string>> required_literals(std::string_view regex,
                                                          std::size_t min_bytes = 2);

}  // namespace clicklake
