#include "events/aws_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "events/explain.h"
#include "events/json_document.h"

namespace clicklake::events {
namespace {

constexpr std::size_t kPatternQuota = 2'048;
constexpr std::size_t kPatternMost = 4'096;
constexpr std::size_t kNameMost = 64;
constexpr std::size_t kDescriptionMost = 512;
constexpr std::size_t kScheduleMost = 256;
constexpr std::uint32_t kTargetsMost = 5;
constexpr double kNumberMost = 5e9;

/// Characters as the service counts them.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
}

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

void check_document(const RuleText& rule, std::vector<std::string>* out) {
  JsonDocument document;
  if (!document.read(rule.document)) return;
  const auto& nodes = document.nodes();
  const auto too_long = [&](const char* key, std::size_t most) {
    const std::uint32_t at = document.member(0, key);
    if (at != 0 && characters(nodes[at].text) > most)
      out->push_back(fmt::format("{} has {} characters, EventBridge takes {}", key,
                                 characters(nodes[at].text), most));
  };
  too_long("description", kDescriptionMost);
  too_long("Description", kDescriptionMost);
  too_long("scheduleExpression", kScheduleMost);
  too_long("ScheduleExpression", kScheduleMost);
  for (const char* key : {"targets", "Targets"}) {
    const std::uint32_t at = document.member(0, key);
    if (at != 0 && nodes[at].kind == JsonKind::kArray && nodes[at].count > kTargetsMost)
      out->push_back(fmt::format("it has {} targets, a rule of EventBridge has at most {}",
                                 nodes[at].count, kTargetsMost));
  }
  for (const JsonNode& node : nodes) {
    if (node.key == "exactly")
      out->emplace_back(
          R"(the operator "exactly" is not documented for EventBridge: write the string alone)");
  }
}

void check_leaf(const PatternLeaf& leaf, std::vector<std::string>* out) {
  for (const ValueTest& test : leaf.tests) {
    if (test.kind != TestKind::kRange && test.kind != TestKind::kNumber &&
        test.kind != TestKind::kNotNumber)
      continue;
    if (std::any_of(test.numbers.begin(), test.numbers.end(), [](double number) {
          return std::isfinite(number) && std::abs(number) > kNumberMost;
        })) {
      out->push_back(fmt::format("{}: {}: EventBridge compares numbers from -5e9 to 5e9", leaf.path,
                                 test_text(test)));
    }
  }
}

}  // namespace

std::vector<std::string> aws_warnings(const RuleText& rule, const Pattern* pattern) {
  std::vector<std::string> out;
  if (!is_name(rule.name) || rule.name.size() > kNameMost) {
    out.push_back(
        fmt::format("the name '{}' is not one of EventBridge: 1 to {} of . - _ A-Z a-z 0-9",
                    rule.name, kNameMost));
  }
  const std::size_t size = characters(rule.pattern);
  if (size > kPatternMost) {
    out.push_back(fmt::format("the pattern has {} characters, EventBridge's API takes {}", size,
                              kPatternMost));
  } else if (size > kPatternQuota) {
    out.push_back(fmt::format(
        "the pattern has {} characters, more than the default quota of {} (it can be raised to {})",
        size, kPatternQuota, kPatternMost));
  }
  check_document(rule, &out);
  if (pattern == nullptr) return out;
  JsonDocument document;
  if (document.read(rule.pattern) &&
      rule.pattern.find_first_not_of(" \t\r\n", document.end()) != std::string::npos) {
    out.emplace_back("there is text behind the pattern's closing brace, which EventBridge refuses");
  }
  for (const PatternLeaf& leaf : pattern->leaves) check_leaf(leaf, &out);
  return out;
}

}  // namespace clicklake::events
