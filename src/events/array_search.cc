#include "events/array_search.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace clicklake::events {
namespace {

/// After so many steps, choices that failed are remembered.
constexpr std::uint64_t kPatience = 256;

class Search {
 public:
  Search(const EventLeaves& leaves, const std::vector<ArrayStep>& steps)
      : leaves_(leaves), steps_(steps) {}

  bool run() { return from(0); }

 private:
  /// Fixed elements, by array.
  using Fixed = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  /// Fixes the elements that `membership` lies in, as far as they are not; false, and nothing new
  /// fixed, where one is fixed otherwise.
  bool fix(std::uint32_t membership) {
    const std::size_t before = fixed_.size();
    for (; membership != kNone; membership = leaves_.membership(membership).outer) {
      const Membership& one = leaves_.membership(membership);
      const auto known =
          std::find_if(fixed_.begin(), fixed_.begin() + static_cast<std::ptrdiff_t>(before),
                       [&](const auto& pair) { return pair.first == one.array; });
      if (known == fixed_.begin() + static_cast<std::ptrdiff_t>(before)) {
        fixed_.emplace_back(one.array, one.index);
      } else if (known->second != one.index) {
        fixed_.resize(before);
        return false;
      }
    }
    return true;
  }

  bool from(std::size_t step) {
    if (step == steps_.size()) return true;
    const bool remembers = ++taken_ > kPatience;
    if (remembers && failed_.count({step, relevant(step)}) > 0) return false;
    bool any = false;
    for (const ArrayValue& value : steps_[step].values) {
      if (!value.passes && (any || !steps_[step].may_be_absent)) continue;
      const std::size_t before = fixed_.size();
      if (!fix(value.membership)) continue;
      any = true;
      if (value.passes && from(step + 1)) return true;
      fixed_.resize(before);
    }
    if (!any && steps_[step].may_be_absent && from(step + 1)) return true;
    if (remembers) failed_.insert({step, relevant(step)});
    return false;
  }

  /// What is fixed of the arrays that values of this step or of later ones lie in.
  Fixed relevant(std::size_t step) {
    if (arrays_from_.empty()) {
      arrays_from_.resize(steps_.size() + 1);
      for (std::size_t i = steps_.size(); i-- > 0;) {
        arrays_from_[i] = arrays_from_[i + 1];
        for (const ArrayValue& value : steps_[i].values) {
          for (std::uint32_t m = value.membership; m != kNone; m = leaves_.membership(m).outer)
            arrays_from_[i].insert(leaves_.membership(m).array);
        }
      }
    }
    Fixed out;
    for (const auto& pair : fixed_) {
      if (arrays_from_[step].count(pair.first) > 0) out.push_back(pair);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  const EventLeaves& leaves_;
  const std::vector<ArrayStep>& steps_;
  Fixed fixed_;
  std::uint64_t taken_ = 0;
  std::vector<std::set<std::uint32_t>> arrays_from_;
  std::set<std::pair<std::size_t, Fixed>> failed_;
};

}  // namespace

bool find_consistent(const EventLeaves& leaves, const std::vector<ArrayStep>& steps) {
  return Search(leaves, steps).run();
}

}  // namespace clicklake::events
