#include "events/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json_text.h"
#include "events/array_search.h"
#include "events/compiled_test.h"
#include "events/event_reader.h"

namespace clicklake::events {
namespace {

/// The paths of a pattern's leaves, by leaf.
class LeafPaths final : public PathNumbers {
 public:
  explicit LeafPaths(const Pattern& pattern) : pattern_(pattern) {}

  /// The first leaf of the path.
  std::uint32_t find(std::string_view path) const override {
    for (std::uint32_t i = 0; i < pattern_.leaves.size(); ++i) {
      if (pattern_.leaves[i].path == path) return i;
    }
    return kNone;
  }
  std::size_t longest() const override {
    std::size_t out = 0;
    for (const PatternLeaf& leaf : pattern_.leaves) out = std::max(out, leaf.path.size());
    return out;
  }

 private:
  const Pattern& pattern_;
};

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(&out, text);
  return out;
}

std::string number_text(double number) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, number);
  return {text, end.ptr};
}

/// One string or number as it is, several as a list.
std::string list_text(const ValueTest& test) {
  std::vector<std::string> all;
  all.reserve(test.texts.size() + test.numbers.size());
  for (const std::string& text : test.texts) all.push_back(quoted(text));
  for (const double number : test.numbers) all.push_back(number_text(number));
  return all.size() == 1 ? all[0] : fmt::format("[{}]", fmt::join(all, ", "));
}

std::string address_text(const IpAddress& address) {
  if (address.size == 4) {
    return fmt::format("{}.{}.{}.{}", address.bytes[0], address.bytes[1], address.bytes[2],
                       address.bytes[3]);
  }
  std::string out;
  for (std::size_t i = 0; i < 16; i += 2) {
    out += fmt::format("{}{:x}", i == 0 ? "" : ":", address.bytes[i] << 8 | address.bytes[i + 1]);
  }
  return out;
}

std::string range_text(const ValueTest& test) {
  std::string out;
  if (std::isfinite(test.numbers[0]))
    out = fmt::format(R"("{}", {})", test.low_open ? ">" : ">=", number_text(test.numbers[0]));
  if (std::isfinite(test.numbers[1])) {
    out += fmt::format(R"({}"{}", {})", out.empty() ? "" : ", ",
                       test.high_open ? "<" : "<=", number_text(test.numbers[1]));
  }
  return fmt::format(R"({{"numeric": [{}]}})", out);
}

}  // namespace

std::string test_text(const ValueTest& test) {
  const auto operation = [&](const char* name) {
    return fmt::format(R"({{"{}": {}}})", name, list_text(test));
  };
  const auto inside = [&](const char* outer, const char* inner) {
    return fmt::format(R"({{"{}": {{"{}": {}}}}})", outer, inner, list_text(test));
  };
  switch (test.kind) {
    case TestKind::kText: return quoted(test.texts[0]);
    case TestKind::kWord:
    case TestKind::kNumberText: return test.texts[0];
    case TestKind::kNumber: return number_text(test.numbers[0]);
    case TestKind::kAddress: return quoted(address_text(test.address));
    case TestKind::kCidr:
      return fmt::format(R"({{"cidr": "{}/{}"}})", address_text(test.address), test.bits);
    case TestKind::kExists: return R"({"exists": true})";
    case TestKind::kAbsent: return R"({"exists": false})";
    case TestKind::kPrefix: return operation("prefix");
    case TestKind::kSuffix: return operation("suffix");
    case TestKind::kFolded: return operation("equals-ignore-case");
    case TestKind::kFoldedPrefix: return inside("prefix", "equals-ignore-case");
    case TestKind::kFoldedSuffix: return inside("suffix", "equals-ignore-case");
    case TestKind::kWildcard: return operation("wildcard");
    case TestKind::kRange: return range_text(test);
    case TestKind::kNotText:
    case TestKind::kNotNumber: return operation("anything-but");
    case TestKind::kNotPrefix: return inside("anything-but", "prefix");
    case TestKind::kNotSuffix: return inside("anything-but", "suffix");
    case TestKind::kNotFolded: return inside("anything-but", "equals-ignore-case");
    case TestKind::kNotWildcard: return inside("anything-but", "wildcard");
  }
  return {};
}

Result<Explanation> explain(const Pattern& pattern, std::string_view event) {
  const LeafPaths paths(pattern);
  EventLeaves leaves;
  leaves.begin(static_cast<std::uint32_t>(pattern.leaves.size()));
  EventReader reader;
  RETURN_IF_ERROR(reader.read(event, paths, &leaves));
  Explanation out;
  CompiledTests operands;
  for (const auto& alternative : pattern.alternatives) {
    WayExplanation& way = out.ways.emplace_back();
    std::vector<ArrayStep> steps;
    for (const std::uint32_t number : alternative) {
      const PatternLeaf& leaf = pattern.leaves[number];
      LeafExplanation& told = way.leaves.emplace_back();
      told.path = leaf.path;
      ArrayStep step{.may_be_absent = false, .values = {}};
      std::vector<CompiledTest> tests;
      for (const ValueTest& test : leaf.tests) {
        told.asked += (told.asked.empty() ? "" : ", ") + test_text(test);
        step.may_be_absent |= test.kind == TestKind::kAbsent;
        tests.push_back(operands.compile(test));
      }
      told.asked = '[' + told.asked + ']';
      for (std::uint32_t at = leaves.first(paths.find(leaf.path)); at != kNone;
           at = leaves.leaf(at).next) {
        EventLeaf& value = leaves.leaf(at);
        told.values.push_back(value.kind == JsonKind::kText ? quoted(value.text)
                                                            : std::string(value.text));
        const bool passes = std::any_of(tests.begin(), tests.end(), [&](const CompiledTest& test) {
          return operands.holds(test, &leaves, &value);
        });
        step.values.push_back({value.membership, passes});
        told.holds |= passes;
      }
      told.holds |= step.may_be_absent && step.values.empty();
      steps.push_back(std::move(step));
    }
    way.matches = find_consistent(leaves, steps);
    out.matches |= way.matches;
  }
  return out;
}

}  // namespace clicklake::events
