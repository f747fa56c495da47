#include "classify/agent_classifier.h"

#include <vector>

namespace clicklake {
namespace {

constexpr std::string_view kOther = "Other";
constexpr std::string_view kUnknown = "unknown";
enum : std::size_t { kBrowsers, kSystems, kCrawlers };

std::vector<std::string_view> expressions(const std::vector<AgentRule>& rules) {
  std::vector<std::string_view> out;
  out.reserve(rules.size());
  for (const AgentRule& rule : rules) out.push_back(rule.regex);
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

/// `replacement` with $1 to $9 replaced by the groups; one that took no part is empty.
std::string replace_groups(std::string_view replacement, const RuleFilter::Match& match) {
  std::string out;
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char next = i + 1 < replacement.size() ? replacement[i + 1] : '\0';
    if (replacement[i] == '$' && next >= '1' && next <= '9') {
      const auto group = static_cast<std::size_t>(next - '0');
      if (group < match.groups.size()) out += match.groups[group];
      ++i;
    } else {
      out += replacement[i];
    }
  }
  return out;
}

/// The first `most` bytes of valid UTF-8, whole characters.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80U) --most;
  return text.substr(0, most);
}

}  // namespace

AgentClassifier::AgentClassifier(AgentList list, RuleFilter filter)
    : list_(std::move(list)), filter_(std::move(filter)) {}

Result<AgentClassifier> AgentClassifier::create(std::string_view list_text) {
  ASSIGN_OR_RETURN(AgentList list, read_agent_list(list_text));
  ASSIGN_OR_RETURN(RuleFilter filter,
                   RuleFilter::create({expressions(list.browsers), expressions(list.systems),
                                       expressions(list.crawlers)}));
  return AgentClassifier(std::move(list), std::move(filter));
}

Result<std::string> AgentClassifier::family(std::size_t list, const std::vector<AgentRule>& rules) {
  ASSIGN_OR_RETURN(const RuleFilter::Match match, filter_.first_match(list));
  if (match.rule < 0) return std::string(kOther);
  const AgentRule& rule = rules[static_cast<std::size_t>(match.rule)];
  std::string out;
  if (rule.replacement) {
    out = trim(replace_groups(*rule.replacement, match));
  } else if (match.groups.size() > 1) {
    out = trim(match.groups[1]);
  }
  return out.empty() ? std::string(kOther) : out;
}

Result<AgentFamilies> AgentClassifier::classify(std::string_view agent) {
  AgentFamilies out{std::string(kUnknown), std::string(kUnknown), std::nullopt};
  if (agent.empty() || list_.empty()) return out;
  filter_.look_at(cut(agent, kMostBytes));
  ASSIGN_OR_RETURN(out.browser, family(kBrowsers, list_.browsers));
  ASSIGN_OR_RETURN(out.os, family(kSystems, list_.systems));
  ASSIGN_OR_RETURN(const RuleFilter::Match crawler, filter_.first_match(kCrawlers));
  out.is_bot = crawler.rule >= 0;
  return out;
}

}  // namespace clicklake
