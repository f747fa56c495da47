#include "classify/agent_list.h"

#include <fmt/format.h>

namespace clicklake {
namespace {

constexpr std::string_view kHeader = "clicklake-agents 1";

/// Takes what stands before `separator` off the front of `text`; all of it where there is none.
std::string_view take_until(char separator, std::string_view* text) {
  const std::size_t at = text->find(separator);
  const std::string_view head = text->substr(0, at);
  text->remove_prefix(at == std::string_view::npos ? text->size() : at + 1);
  return head;
}

}  // namespace

Result<AgentList> read_agent_list(std::string_view text) {
  AgentList list;
  if (text.empty()) return list;
  const auto wrong = [](int line, std::string_view what) {
    return Error{
        ErrorCode::kInvalidData,
        fmt::format("list of user agents, line {}: {}; make it again (tools/make-agent-list)", line,
                    what)};
  };
  std::string_view header = take_until('\n', &text);
  if (take_until('\t', &header) != kHeader)
    return wrong(1, fmt::format("does not begin with '{}'", kHeader));
  list.sources = header;
  for (int number = 2; !text.empty(); ++number) {
    std::string_view line = take_until('\n', &text);
    const std::string_view kind = take_until('\t', &line);
    std::vector<AgentRule>* rules = kind == "B"   ? &list.browsers
                                    : kind == "O" ? &list.systems
                                    : kind == "C" ? &list.crawlers
                                                  : nullptr;
    if (rules == nullptr)
      return wrong(number, fmt::format("'{}' is no kind of rule (B, O, C)", kind));
    AgentRule rule;
    const bool replaced = line.find('\t') != std::string_view::npos;
    rule.regex = take_until('\t', &line);
    if (rule.regex.empty()) return wrong(number, "a rule without a regular expression");
    if (replaced) rule.replacement = line;
    rules->push_back(rule);
  }
  return list;
}

}  // namespace clicklake
