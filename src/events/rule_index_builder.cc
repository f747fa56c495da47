#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

#include "events/byte_hash.h"
#include "events/pattern_code.h"
#include "events/rule_index.h"

namespace clicklake::events {
namespace {

/// Numbers equal byte strings alike, in the order in which they come. The strings must stay.
class Interner {
 public:
  /// The number of `bytes`, and whether it is new.
  std::pair<std::uint32_t, bool> number(std::string_view bytes) {
    if (known_.size() * 2 >= table_.size()) grow();
    const std::uint64_t hash = byte_hash(bytes, 0);
    std::size_t at = hash & (table_.size() - 1);
    for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1)) {
      const Known& known = known_[table_[at] - 1];
      if (known.hash == hash && known.bytes == bytes) return {table_[at] - 1, false};
    }
    known_.push_back({hash, bytes});
    table_[at] = static_cast<std::uint32_t>(known_.size());
    return {table_[at] - 1, true};
  }

 private:
  struct Known {
    std::uint64_t hash;
    std::string_view bytes;
  };

  void grow() {
    table_.assign(std::max<std::size_t>(64, table_.size() * 2), 0);
    for (std::uint32_t i = 0; i < known_.size(); ++i) {
      std::size_t at = known_[i].hash & (table_.size() - 1);
      while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
      table_[at] = i + 1;
    }
  }

  std::vector<Known> known_;
  std::vector<std::uint32_t> table_;
};

}  // namespace

class RuleIndexBuilder {
 public:
  RuleIndexBuilder(std::span<const RuleSource> rules, std::span<const std::string_view> paths)
      : index_(std::make_shared<RuleIndex>()), rules_(rules), paths_(paths) {}

  std::shared_ptr<const RuleIndex> build() {
    copy_rules();
    for (std::uint32_t i = 0; i < rules_.size(); ++i) add_rule(i);
    finish_conjunctions();
    choose_access();
    finish_paths();
    shrink();
    return std::move(index_);
  }

 private:
  void copy_rules() {
    std::size_t size = 0;
    for (const RuleSource& rule : rules_) size += rule.name.size() + rule.code.size();
    index_->text_.reserve(size);
    index_->rule_ends_.reserve(rules_.size() * 2);
    for (const RuleSource& rule : rules_) {
      index_->text_.append(rule.name);
      index_->rule_ends_.push_back(index_->text_.size());
      index_->text_.append(rule.code);
      index_->rule_ends_.push_back(index_->text_.size());
    }
  }

  void add_rule(std::uint32_t number) {
    PatternCode(index_->rule(number).code).read(&leaves_, &alternatives_);
    has_alternatives_.push_back(alternatives_.size() > 1);
    leaf_predicates_.clear();
    for (const std::string_view leaf : leaves_) leaf_predicates_.push_back(predicate_of(leaf));
    for (const auto& alternative : alternatives_) {
      chosen_.clear();
      for (const std::uint32_t leaf : alternative) chosen_.push_back(leaf_predicates_[leaf]);
      const std::uint32_t conjunction = conjunction_of(chosen_);
      rules_of_.emplace_back(conjunction, number);
    }
  }

  std::uint32_t local_path(std::uint32_t path) {
    if (index_->local_of_.size() <= path) index_->local_of_.resize(path + 1, kNone);
    std::uint32_t& local = index_->local_of_[path];
    if (local == kNone) {
      local = static_cast<std::uint32_t>(index_->paths_.size());
      index_->paths_.push_back(path);
    }
    return local;
  }

  std::uint32_t predicate_of(std::string_view leaf) {
    const auto [number, is_new] = predicates_.number(leaf);
    if (!is_new) return number;
    RuleIndex::Predicate predicate{};
    predicate.path = local_path(path_of_leaf(leaf));
    predicate.first_test = static_cast<std::uint32_t>(index_->tests_.size());
    for (const ValueTest& test : tests_of_leaf(leaf)) {
      predicate.may_be_absent |= test.kind == TestKind::kAbsent;
      index_->tests_.push_back(index_->operands_.compile(test));
    }
    predicate.test_count = static_cast<std::uint32_t>(index_->tests_.size()) - predicate.first_test;
    index_->predicates_.push_back(predicate);
    return number;
  }

  /// The conjunction of these predicates, by number.
  std::uint32_t conjunction_of(const std::vector<std::uint32_t>& chosen) {
    const std::string_view bytes(reinterpret_cast<const char*>(chosen.data()),
                                 chosen.size() * sizeof(std::uint32_t));
    const std::uint64_t hash = byte_hash(bytes, 1);
    if (conjunction_table_.size() < 2 * (index_->conjunctions_.size() + 1)) grow_conjunctions();
    std::size_t at = hash & (conjunction_table_.size() - 1);
    for (; conjunction_table_[at] != 0; at = (at + 1) & (conjunction_table_.size() - 1)) {
      const std::uint32_t number = conjunction_table_[at] - 1;
      if (conjunction_hashes_[number] == hash && predicates_of(number) == bytes) return number;
    }
    auto& all = index_->conjunction_predicates_;
    index_->conjunctions_.push_back({static_cast<std::uint32_t>(all.size()),
                                     static_cast<std::uint32_t>(chosen.size()), 0, 0, 0});
    all.insert(all.end(), chosen.begin(), chosen.end());
    conjunction_hashes_.push_back(hash);
    conjunction_table_[at] = static_cast<std::uint32_t>(index_->conjunctions_.size());
    return conjunction_table_[at] - 1;
  }

  std::string_view predicates_of(std::uint32_t number) const {
    const auto& one = index_->conjunctions_[number];
    return {
        reinterpret_cast<const char*>(index_->conjunction_predicates_.data() + one.first_predicate),
        one.predicate_count * sizeof(std::uint32_t)};
  }

  void grow_conjunctions() {
    conjunction_table_.assign(std::max<std::size_t>(64, conjunction_table_.size() * 2), 0);
    for (std::uint32_t i = 0; i < conjunction_hashes_.size(); ++i) {
      std::size_t at = conjunction_hashes_[i] & (conjunction_table_.size() - 1);
      while (conjunction_table_[at] != 0) at = (at + 1) & (conjunction_table_.size() - 1);
      conjunction_table_[at] = i + 1;
    }
  }

  /// Gives each conjunction its rules.
  void finish_conjunctions() {
    auto& conjunctions = index_->conjunctions_;
    for (const auto& [conjunction, rule] : rules_of_) {
      auto& one = conjunctions[conjunction];
      one.rule_count = one.rule_count + 1;
    }
    std::uint32_t total = 0;
    for (auto& one : conjunctions) {
      one.first_rule = total;
      total += one.rule_count;
      one.rule_count = 0;
    }
    index_->conjunction_rules_.resize(total);
    for (const auto& [conjunction, rule] : rules_of_) {
      auto& one = conjunctions[conjunction];
      index_->conjunction_rules_[one.first_rule + one.rule_count] = rule;
      one.rule_count = one.rule_count + 1;
      if (has_alternatives_[rule]) one.may_repeat = 1;
    }
  }

  /// Through which of its predicates each conjunction is reached.
  void choose_access() {
    auto& predicates = index_->predicates_;
    AccessIndex& access = index_->access_;
    const auto each_test = [&](const RuleIndex::Predicate& predicate, auto&& call) {
      for (std::uint32_t i = 0; i < predicate.test_count; ++i)
        call(index_->tests_[predicate.first_test + i]);
    };
    for (const auto& predicate : predicates) {
      each_test(predicate, [&](const CompiledTest& test) {
        access.count(predicate.path, index_->operands_, test);
      });
    }
    std::vector<double> costs;
    costs.reserve(predicates.size());
    for (const auto& predicate : predicates) {
      double cost = 0;
      each_test(predicate, [&](const CompiledTest& test) {
        cost += access.cost(predicate.path, index_->operands_, test);
      });
      costs.push_back(cost);
    }
    std::vector<std::uint32_t> chosen;
    chosen.reserve(index_->conjunctions_.size());
    for (const auto& one : index_->conjunctions_) {
      const std::uint32_t* const first =
          index_->conjunction_predicates_.data() + one.first_predicate;
      const std::uint32_t* const best =
          std::min_element(first, first + one.predicate_count,
                           [&](std::uint32_t a, std::uint32_t b) { return costs[a] < costs[b]; });
      chosen.push_back(*best);
      ++predicates[*best].conjunction_count;
    }
    std::uint32_t total = 0;
    for (std::uint32_t i = 0; i < predicates.size(); ++i) {
      auto& predicate = predicates[i];
      if (predicate.conjunction_count == 0) continue;
      each_test(predicate, [&](const CompiledTest& test) {
        access.add(predicate.path, index_->operands_, test, i);
      });
      predicate.first_conjunction = total;
      total += predicate.conjunction_count;
      predicate.conjunction_count = 0;
    }
    share_predicates();
    index_->reached_.resize(total);
    for (std::uint32_t i = 0; i < chosen.size(); ++i) {
      auto& predicate = predicates[chosen[i]];
      index_->reached_[predicate.first_conjunction + predicate.conjunction_count++] =
          reached(i, chosen[i], costs);
    }
    for (const auto& predicate : predicates) {
      auto* const first = index_->reached_.data() + predicate.first_conjunction;
      std::sort(first, first + predicate.conjunction_count,
                [](const auto& a, const auto& b) { return a.second < b.second; });
    }
    access.finish();
  }

  /// Predicates on exact texts that many conjunctions ask: one lookup of the event's value tells
  /// which of them hold.
  void share_predicates() {
    constexpr std::uint32_t kMany = 8;  // conjunctions
    constexpr std::uint32_t kFew = 8;   // predicates of a value
    auto& predicates = index_->predicates_;
    std::vector<std::uint32_t> uses(predicates.size(), 0);
    for (const std::uint32_t predicate : index_->conjunction_predicates_) ++uses[predicate];
    Interner keys;
    std::deque<std::string> key_bytes;
    std::vector<std::uint32_t> of_key;  // predicates of each key
    std::vector<std::vector<std::uint32_t>> keys_of(predicates.size());
    for (std::uint32_t i = 0; i < predicates.size(); ++i) {
      const auto& predicate = predicates[i];
      const auto* const first = index_->tests_.data() + predicate.first_test;
      const bool is_exact = std::all_of(first, first + predicate.test_count, [](const auto& test) {
        return test.kind == TestKind::kText;
      });
      if (uses[i] < kMany || !is_exact) continue;
      for (const auto* test = first; test != first + predicate.test_count; ++test) {
        key_bytes.push_back(std::to_string(predicate.path) + ' ');
        key_bytes.back() += index_->operands_.text(*test);
        const auto [number, is_new] = keys.number(key_bytes.back());
        if (is_new) of_key.push_back(0);
        ++of_key[number];
        keys_of[i].push_back(number);
      }
    }
    for (std::uint32_t i = 0; i < predicates.size(); ++i) {
      auto& predicate = predicates[i];
      if (keys_of[i].empty() ||
          std::any_of(keys_of[i].begin(), keys_of[i].end(),
                      [&](std::uint32_t key) { return of_key[key] > kFew; })) {
        continue;
      }
      predicate.is_shared = true;
      for (std::uint32_t k = 0; k < predicate.test_count; ++k) {
        index_->access_.add_shared(
            predicate.path, index_->operands_.text(index_->tests_[predicate.first_test + k]), i);
      }
    }
  }

  RuleIndex::Reached reached(std::uint32_t conjunction, std::uint32_t through,
                             const std::vector<double>& costs) const {
    RuleIndex::Reached out{conjunction, kNone, kNone};
    const auto& one = index_->conjunctions_[conjunction];
    for (std::uint32_t i = 0; i < one.predicate_count; ++i) {
      const std::uint32_t other = index_->conjunction_predicates_[one.first_predicate + i];
      if (other == through) continue;
      if (out.second == kNone || costs[other] < costs[out.second]) {
        out.third = out.second;
        out.second = other;
      } else if (out.third == kNone || costs[other] < costs[out.third]) {
        out.third = other;
      }
    }
    return out;
  }

  void finish_paths() {
    auto& table = index_->path_table_;
    std::size_t size = 16;
    while (size < 2 * index_->paths_.size()) size *= 2;
    table.assign(size, 0);
    for (std::uint32_t i = 0; i < index_->paths_.size(); ++i) {
      const std::string_view path = paths_[index_->paths_[i]];
      index_->path_text_.append(path);
      index_->path_ends_.push_back(static_cast<std::uint32_t>(index_->path_text_.size()));
      index_->longest_path_ = std::max(index_->longest_path_, path.size());
      std::size_t at = byte_hash(path, 2) & (size - 1);
      while (table[at] != 0) at = (at + 1) & (size - 1);
      table[at] = i + 1;
    }
  }

  void shrink() {
    index_->operands_.shrink();
    index_->tests_.shrink_to_fit();
    index_->predicates_.shrink_to_fit();
    index_->conjunctions_.shrink_to_fit();
    index_->conjunction_predicates_.shrink_to_fit();
    index_->local_of_.shrink_to_fit();
  }

  std::shared_ptr<RuleIndex> index_;
  std::span<const RuleSource> rules_;
  std::span<const std::string_view> paths_;
  Interner predicates_;
  std::vector<std::uint64_t> conjunction_hashes_;
  std::vector<std::uint32_t> conjunction_table_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rules_of_;  // conjunction, rule
  std::vector<bool> has_alternatives_;                             // of each rule
  // Of the rule being added.
  std::vector<std::string_view> leaves_;
  std::vector<std::vector<std::uint32_t>> alternatives_;
  std::vector<std::uint32_t> leaf_predicates_;
  std::vector<std::uint32_t> chosen_;
};

std::shared_ptr<const RuleIndex> RuleIndex::build(std::span<const RuleSource> rules,
                                                  std::span<const std::string_view> paths) {
  return RuleIndexBuilder(rules, paths).build();
}

}  // namespace clicklake::events
