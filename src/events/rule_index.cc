#include "events/rule_index.h"

#include "events/array_search.h"
#include "events/byte_hash.h"

namespace clicklake::events {
namespace {

// What is known of a predicate in this event, in the low bits of its word.
constexpr std::uint32_t kFalse = 1;
constexpr std::uint32_t kTrue = 2;
constexpr std::uint32_t kReached = 3;  // true, and its conjunctions have been looked at

}  // namespace

struct RuleIndex::Matching {
  EventLeaves* leaves;
  MatchState* state;
  const RemovedRules* removed;
  std::vector<std::string_view>* names;
  std::uint32_t epoch;
};

RuleSource RuleIndex::rule(std::uint32_t number) const {
  const std::uint64_t begin = number == 0 ? 0 : rule_ends_[number * 2 - 1];
  const std::uint64_t middle = rule_ends_[number * 2];
  const std::string_view text(text_);
  return {text.substr(begin, middle - begin),
          text.substr(middle, rule_ends_[number * 2 + 1] - middle)};
}

std::uint32_t RuleIndex::find_path(std::string_view path) const {
  const std::size_t mask = path_table_.size() - 1;
  for (std::size_t at = byte_hash(path, 2) & mask; path_table_[at] != 0; at = (at + 1) & mask) {
    const std::uint32_t local = path_table_[at] - 1;
    const std::uint32_t begin = local == 0 ? 0 : path_ends_[local - 1];
    if (std::string_view(path_text_).substr(begin, path_ends_[local] - begin) == path)
      return paths_[local];
  }
  return kNone;
}

bool RuleIndex::any_test_holds(const Predicate& predicate, EventLeaves* leaves,
                               EventLeaf* leaf) const {
  const CompiledTest* const first = tests_.data() + predicate.first_test;
  for (const CompiledTest* test = first; test != first + predicate.test_count; ++test) {
    if (operands_.holds(*test, leaves, leaf)) return true;
  }
  return false;
}

bool RuleIndex::evaluate(Matching* m, const Predicate& predicate) const {
  std::uint32_t at = m->leaves->first(paths_[predicate.path]);
  // Where leaves exclude each other a value may come not to count: is_consistent() decides.
  if (predicate.may_be_absent && (at == kNone || m->leaves->in_arrays())) return true;
  for (; at != kNone; at = m->leaves->leaf(at).next) {
    if (any_test_holds(predicate, m->leaves, &m->leaves->leaf(at))) return true;
  }
  return false;
}

bool RuleIndex::holds(Matching* m, std::uint32_t predicate) const {
  std::uint32_t& known = m->state->predicates_[predicate];
  if (known >> 2 == m->epoch) return (known & 3) != kFalse;
  const bool result = evaluate(m, predicates_[predicate]);
  known = m->epoch << 2 | (result ? kTrue : kFalse);
  return result;
}

void RuleIndex::reach(Matching* m, std::uint32_t number, bool sure) const {
  std::uint32_t& known = m->state->predicates_[number];
  if (known == (m->epoch << 2 | kReached)) return;
  if (!sure && !holds(m, number)) return;
  known = m->epoch << 2 | kReached;
  const Predicate& predicate = predicates_[number];
  const Reached* const first = reached_.data() + predicate.first_conjunction;
  std::uint32_t failed = kNone - 1;  // no predicate's number
  for (const Reached* one = first; one != first + predicate.conjunction_count; ++one) {
    if (one->second == failed) continue;
    if (one->second != kNone) {
      if (!holds(m, one->second)) {
        failed = one->second;
        continue;
      }
      if (one->third != kNone && !holds(m, one->third)) continue;
    }
    const Conjunction& conjunction = conjunctions_[one->conjunction];
    bool all = true;
    if (conjunction.predicate_count > 3) {
      for (std::uint32_t i = 0; all && i < conjunction.predicate_count; ++i)
        all = holds(m, conjunction_predicates_[conjunction.first_predicate + i]);
    }
    if (!all || (m->leaves->in_arrays() && !is_consistent(m, conjunction))) continue;
    emit(m, conjunction);
  }
}

bool RuleIndex::is_consistent(Matching* m, const Conjunction& conjunction) const {
  const std::uint32_t* const first = conjunction_predicates_.data() + conjunction.first_predicate;
  if (conjunction.predicate_count == 1 && !predicates_[*first].may_be_absent) return true;
  std::vector<ArrayStep> steps;
  for (std::uint32_t i = 0; i < conjunction.predicate_count; ++i) {
    const Predicate& predicate = predicates_[first[i]];
    ArrayStep step{.may_be_absent = predicate.may_be_absent, .values = {}};
    for (std::uint32_t at = m->leaves->first(paths_[predicate.path]); at != kNone;
         at = m->leaves->leaf(at).next) {
      EventLeaf& leaf = m->leaves->leaf(at);
      step.values.push_back({leaf.membership, any_test_holds(predicate, m->leaves, &leaf)});
    }
    steps.push_back(std::move(step));
  }
  return find_consistent(*m->leaves, steps);
}

void RuleIndex::emit(Matching* m, const Conjunction& conjunction) const {
  for (std::uint32_t i = 0; i < conjunction.rule_count; ++i) {
    const std::uint32_t number = conjunction_rules_[conjunction.first_rule + i];
    if (conjunction.may_repeat != 0) {
      std::uint32_t& last = m->state->rules_[number];
      if (last == m->epoch) continue;
      last = m->epoch;
    }
    if (m->removed != nullptr && ((*m->removed)[number / 64] >> (number % 64) & 1) != 0) continue;
    m->names->push_back(rule(number).name);
  }
}

void RuleIndex::match(EventLeaves* leaves, MatchState* state, const RemovedRules* removed,
                      std::vector<std::string_view>* names) const {
  if (state->predicates_.size() != predicates_.size() || state->epoch_ == (1U << 30) - 1) {
    state->predicates_.assign(predicates_.size(), 0);
    state->rules_.assign(size(), 0);
    state->epoch_ = 0;
  }
  Matching m{leaves, state, removed, names, ++state->epoch_};
  for (const std::uint32_t path : leaves->touched()) {
    const std::uint32_t local = path < local_of_.size() ? local_of_[path] : kNone;
    if (local == kNone) continue;
    for (std::uint32_t at = leaves->first(path); at != kNone; at = leaves->leaf(at).next) {
      access_.find(local, leaves, &leaves->leaf(at),
                   [&](std::uint32_t predicate, bool sure) { reach(&m, predicate, sure); });
    }
  }
  for (const std::uint32_t local : access_.absent_paths()) {
    if (!leaves->in_arrays() && leaves->first(paths_[local]) != kNone) continue;
    for (const std::uint32_t predicate : access_.absent(local)) reach(&m, predicate, true);
  }
}

std::size_t RuleIndex::bytes() const {
  const auto size_of = [](const auto& list) { return list.capacity() * sizeof(list[0]); };
  return sizeof *this + text_.capacity() + size_of(rule_ends_) + operands_.bytes() +
         size_of(tests_) + size_of(predicates_) + size_of(conjunctions_) +
         size_of(conjunction_predicates_) + size_of(conjunction_rules_) + size_of(reached_) +
         size_of(paths_) + size_of(local_of_) + path_text_.capacity() + size_of(path_ends_) +
         size_of(path_table_) + access_.bytes();
}

}  // namespace clicklake::events
