#pragma once
/// Many rules, compiled: from an event's leaves to the rules that match.
///
/// A rule is one conjunction of predicates for each way through its `$or`s; equal predicates and
/// equal conjunctions are one. Each conjunction is reached through its most selective predicate and
/// then held against the others; a predicate is asked once an event.
///
/// Place: a Matcher has a few of these, of growing size. Invariant: immutable once built.
/// Thread safety: immutable; a MatchState belongs to one thread. Source: ADR 18.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/access_index.h"
#include "events/compiled_test.h"
#include "events/event_leaves.h"

namespace clicklake::events {

/// A rule as a matcher keeps it.
struct RuleSource {
  std::string_view name;
  std::string_view code;  ///< of pattern_code.h
};

/// Which of an index's rules are no more: bit i of word i / 64.
using RemovedRules = std::vector<std::uint64_t>;

/// What one thread remembers about one index while it matches.
class MatchState {
 public:
  std::size_t bytes() const {
    return (predicates_.capacity() + rules_.capacity()) * sizeof(std::uint32_t);
  }

 private:
  friend class RuleIndex;

  std::uint32_t epoch_ = 0;
  std::vector<std::uint32_t> predicates_;  // epoch * 4 + what is known
  std::vector<std::uint32_t> rules_;       // the epoch in which it last matched
};

class RuleIndex {
 public:
  /// Copies what it needs of `rules`. `paths[i]` is the path of number i.
  /// Cost: about 0.5 us a rule.
  static std::shared_ptr<const RuleIndex> build(std::span<const RuleSource> rules,
                                                std::span<const std::string_view> paths);

  /// Appends the names of the rules that match, each once; they live as long as the index.
  void match(EventLeaves* leaves, MatchState* state, const RemovedRules* removed,
             std::vector<std::string_view>* names) const;

  std::uint32_t size() const { return static_cast<std::uint32_t>(rule_ends_.size() / 2); }
  RuleSource rule(std::uint32_t number) const;
  /// The path's number where one of the rules names it, else kNone.
  std::uint32_t find_path(std::string_view path) const;
  std::size_t longest_path() const { return longest_path_; }

  std::size_t conjunctions() const { return conjunctions_.size(); }
  std::size_t predicates() const { return predicates_.size(); }
  std::size_t bytes() const;

 private:
  friend class RuleIndexBuilder;

  struct Predicate {
    std::uint32_t path;        ///< of paths_
    std::uint32_t first_test;  ///< of tests_
    std::uint32_t test_count;
    std::uint32_t first_conjunction;  ///< of reached_: those reached through it
    std::uint32_t conjunction_count;
    bool may_be_absent;  ///< one of its tests is exists:false
  };
  struct Conjunction {
    std::uint32_t first_predicate;  ///< of conjunction_predicates_, in the order of their paths
    std::uint32_t predicate_count;
    std::uint32_t first_rule;  ///< of conjunction_rules_
    std::uint32_t rule_count : 31;
    std::uint32_t may_repeat : 1;  ///< one of its rules has other conjunctions, too
  };
  /// A conjunction, and those two of its other predicates that hold most seldom (or kNone).
  struct Reached {
    std::uint32_t conjunction;
    std::uint32_t second;
    std::uint32_t third;
  };
  struct Matching;  // one event's

  void reach(Matching* m, std::uint32_t predicate, bool sure) const;
  bool holds(Matching* m, std::uint32_t predicate) const;
  bool evaluate(Matching* m, const Predicate& predicate) const;
  bool any_test_holds(const Predicate& predicate, EventLeaves* leaves, EventLeaf* leaf) const;
  bool is_consistent(Matching* m, const Conjunction& conjunction) const;
  void emit(Matching* m, const Conjunction& conjunction) const;

  std::string text_;                      // names and codes of the rules
  std::vector<std::uint64_t> rule_ends_;  // of each rule: the end of its name, of its code
  CompiledTests operands_;
  std::vector<CompiledTest> tests_;
  std::vector<Predicate> predicates_;
  std::vector<Conjunction> conjunctions_;
  std::vector<std::uint32_t> conjunction_predicates_;
  std::vector<std::uint32_t> conjunction_rules_;
  std::vector<Reached> reached_;         // of a predicate: by their second
  std::vector<std::uint32_t> paths_;     // their numbers in events
  std::vector<std::uint32_t> local_of_;  // the other way; kNone
  std::string path_text_;
  std::vector<std::uint32_t> path_ends_;
  std::vector<std::uint32_t> path_table_;  // open addressing by text; 0 is free
  std::size_t longest_path_ = 0;
  AccessIndex access_;
};

}  // namespace clicklake::events
