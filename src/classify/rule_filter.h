#pragma once
/// An ordered list of regular expressions, of which the first that matches is wanted.
///
/// Place: under AgentClassifier. Invariant: the same answer as trying one after another; those of
/// which the subject holds no required text are not tried. Thread safety: thread-compatible, it
/// compiles an expression when it is first tried.
/// Source: ADR-0027; PCRE2's pcre2_jit_match.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "classify/text_finder.h"

namespace clicklake {

/// Several lists of expressions, answered by one pass over a subject and few tries.
class RuleFilter {
 public:
  /// The expressions of each list, in order; their texts outlive the filter.
  /// Errors: kInvalidArgument, more than 65,535 expressions.
  static Result<RuleFilter> create(const std::vector<std::vector<std::string_view>>& lists);
  ~RuleFilter();
  RuleFilter(RuleFilter&&) noexcept;
  RuleFilter& operator=(RuleFilter&&) noexcept;

  /// Looks through `subject` (valid UTF-8, outlives the calls of first_match) once for all lists.
  void look_at(std::string_view subject);

  struct Match {
    int rule = -1;                         ///< place in the list; -1: none matches
    std::vector<std::string_view> groups;  ///< of the subject; [0] is the whole match
  };
  /// The first expression of list `list` that matches the subject looked at. An expression whose
  /// search takes more than a bounded number of steps does not match.
  /// Errors: kInvalidData, an expression does not compile.
  Result<Match> first_match(std::size_t list);

  /// Expressions tried since the filter was made.
  std::uint64_t tries() const;

 private:
  struct Impl;
  explicit RuleFilter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clicklake
