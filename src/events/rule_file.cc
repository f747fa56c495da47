#include "events/rule_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/json_document.h"

namespace clicklake::events {
namespace {

/// The first of these members that the object has; 0 where it has none.
std::uint32_t member_of(const JsonDocument& document, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (const std::uint32_t found = document.member(0, key); found != 0) return found;
  }
  return 0;
}

Status fill(const JsonDocument& document, std::string_view source, RuleText* rule) {
  const auto& nodes = document.nodes();
  const auto refuse = [&](std::string_view what) {
    return Error{ErrorCode::kInvalidData, fmt::format("{}:{}: {}", source, rule->line, what)};
  };
  rule->document = nodes[0].text;
  if (const std::uint32_t at = member_of(document, {"name", "Name", "id"}); at != 0) {
    if (nodes[at].kind != JsonKind::kText || nodes[at].text.empty())
      return refuse("the rule's name must be a string that is not empty");
    rule->name = nodes[at].text;
  }
  if (const std::uint32_t at = member_of(document, {"state", "State"}); at != 0)
    rule->is_enabled = nodes[at].text != "DISABLED";
  rule->has_schedule = member_of(document, {"scheduleExpression", "ScheduleExpression"}) != 0;
  const std::uint32_t at = member_of(document, {"eventPattern", "EventPattern", "pattern"});
  if (at == 0 && !rule->has_schedule) {
    return refuse(R"(the rule has neither a pattern nor a schedule; the right form: )"
                  R"({"name": "purchase", "eventPattern": {"detail-type": ["purchase"]}})");
  }
  if (at != 0) rule->pattern = nodes[at].text;
  return {};
}

}  // namespace

Result<std::vector<RuleText>> read_rules(std::string_view text, std::string_view source,
                                         std::string_view name) {
  std::vector<RuleText> out;
  JsonDocument document;
  std::uint64_t line = 1;
  for (;;) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    const std::string_view before = text.substr(0, begin);
    line += static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    RuleText& rule = out.emplace_back();
    rule.line = line;
    if (const Status read = document.read(text); !read) {
      return Error{ErrorCode::kInvalidData, fmt::format("{}:{}: a rule is a JSON object; {}",
                                                        source, line, read.error().message)};
    }
    RETURN_IF_ERROR(fill(document, source, &rule));
    const std::string_view taken = text.substr(0, document.end());
    line += static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), '\n'));
    text.remove_prefix(document.end());
  }
  for (RuleText& rule : out) {
    if (!rule.name.empty()) continue;
    if (out.size() > 1 || name.empty()) {
      return Error{
          ErrorCode::kInvalidData,
          fmt::format(R"({}:{}: the rule has no name: add "name" or "id")", source, rule.line)};
    }
    rule.name = name;
  }
  return out;
}

}  // namespace clicklake::events
