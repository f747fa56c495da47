#pragma once
/// A pattern as bytes: what a matcher keeps of a rule, and from which its indexes are made.
///
/// Place: between a parsed pattern and the rules' index. Invariant: two leaves are the same test of
/// the same path if and only if their bytes are the same. Thread safety: pure functions.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/pattern.h"

namespace clicklake::events {

/// Appends the pattern to `out`; `number` gives the number of a path.
void encode_pattern(const Pattern& pattern,
                    const std::function<std::uint32_t(std::string_view)>& number, std::string* out);

/// Reads codes, one after the other; a code is what encode_pattern() wrote.
class PatternCode {
 public:
  explicit PatternCode(std::string_view code) : rest_(code) {}

  /// The bytes of each leaf (its path's number first), and the leaves of each alternative.
  void read(std::vector<std::string_view>* leaves,
            std::vector<std::vector<std::uint32_t>>* alternatives);

 private:
  std::string_view rest_;
};

/// The path's number of a leaf's bytes.
std::uint32_t path_of_leaf(std::string_view leaf);
/// The wildcards among the tests of a leaf's bytes, those of anything-but too.
std::vector<std::string_view> wildcards_of_leaf(std::string_view leaf);
/// The tests of a leaf's bytes.
std::vector<ValueTest> tests_of_leaf(std::string_view leaf);

}  // namespace clicklake::events
