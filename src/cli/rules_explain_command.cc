#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/json_text.h"
#include "cli/rules_command.h"
#include "events/explain.h"
#include "events/json_document.h"

namespace clicklake {
namespace {

struct ExplainArguments {
  std::string rule;
  std::string event;
  std::string name;
  std::string format = "text";
};

/// The pattern of the argument: a rule or a bare pattern, as JSON or in a file; one of several
/// rules by its name.
Result<std::string> pattern_of(const ExplainArguments& arguments) {
  ASSIGN_OR_RETURN(const std::string text, text_or_file(arguments.rule));
  events::JsonDocument document;
  const bool is_rule =
      document.read(text) &&
      (document.member(0, "eventPattern") != 0 || document.member(0, "EventPattern") != 0 ||
       (document.member(0, "pattern") != 0 &&
        document.nodes()[document.member(0, "pattern")].kind != events::JsonKind::kArray));
  if (!is_rule) return text;
  ASSIGN_OR_RETURN(const std::vector<events::RuleText> rules,
                   events::read_rules(text, arguments.rule, "rule"));
  const auto found =
      arguments.name.empty()
          ? rules.begin()
          : std::find_if(rules.begin(), rules.end(),
                         [&](const events::RuleText& rule) { return rule.name == arguments.name; });
  if (found == rules.end() || (arguments.name.empty() && rules.size() > 1)) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("{} holds {} rules{}: name one of them with --name", arguments.rule,
                    rules.size(), arguments.name.empty() ? "" : ", none '" + arguments.name + "'")};
  }
  if (found->pattern.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("rule '{}' has a schedule and no pattern", found->name)};
  }
  return found->pattern;
}

bool fails_together(const events::WayExplanation& way) {
  return !way.matches && std::all_of(way.leaves.begin(), way.leaves.end(),
                                     [](const auto& leaf) { return leaf.holds; });
}

std::string as_json(const events::Explanation& told) {
  JsonText json;
  json.begin_object().member("matches", told.matches).key("ways").begin_array();
  for (const events::WayExplanation& way : told.ways) {
    json.begin_object().member("matches", way.matches);
    json.member("fails_together", fails_together(way)).key("leaves").begin_array();
    for (const events::LeafExplanation& leaf : way.leaves) {
      json.begin_object().member("path", leaf.path).member("holds", leaf.holds);
      json.member("asked", leaf.asked).key("values").begin_array();
      for (const std::string& value : leaf.values) json.value(value);
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }
  return json.end_array().end_object().text();
}

void print(const events::Explanation& told) {
  for (std::size_t i = 0; i < told.ways.size(); ++i) {
    const events::WayExplanation& way = told.ways[i];
    if (told.ways.size() > 1)
      fmt::print("way {} of {}: {}\n", i + 1, told.ways.size(),
                 way.matches ? "matches" : "does not match");
    for (const events::LeafExplanation& leaf : way.leaves) {
      fmt::print("  {}  {}: {}\n", leaf.holds ? "ok    " : "FAILED", leaf.path, leaf.asked);
      if (leaf.values.empty()) {
        fmt::print("          the event has no value there\n");
      } else {
        fmt::print("          the event has {}\n", fmt::join(leaf.values, ", "));
      }
    }
    if (fails_together(way)) {
      fmt::print(
          "  FAILED  all leaves hold, but not together: their values lie in different elements of "
          "an array\n");
    }
  }
  fmt::print("{}\n",
             told.matches ? "the rule matches the event" : "the rule does not match the event");
}

Result<int> execute(const ExplainArguments& arguments) {
  ASSIGN_OR_RETURN(const std::string text, pattern_of(arguments));
  Result<events::Pattern> pattern = events::parse_pattern(text);
  if (!pattern) {
    return Error{pattern.error().code,
                 fmt::format("the pattern is none: {}", pattern.error().message)};
  }
  ASSIGN_OR_RETURN(const std::string event, text_or_file(arguments.event));
  ASSIGN_OR_RETURN(const events::Explanation told, events::explain(*pattern, event));
  if (arguments.format == "json") {
    fmt::print("{}\n", as_json(told));
  } else {
    print(told);
  }
  return 0;
}

}  // namespace

void add_rules_explain_command(CLI::App* rules, CommandContext* context) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* command =
      rules->add_subcommand("explain",
                            "Why a rule matches an event, or which of its leaves does not\n\n"
                            "Examples:\n"
                            "  clicklake rules explain rules/big-basket.json event.json\n"
                            "  clicklake rules explain '{\"event_type\": [\"purchase\"]}' "
                            "'{\"event_type\": \"click\"}'\n");
  command->add_option("RULE", arguments->rule, "A rule or a pattern: JSON, or a file of it")
      ->required();
  command->add_option("EVENT", arguments->event, "An event: JSON, or a file of it; - for input")
      ->required();
  command->add_option("--name", arguments->name, "Which rule of a file of several");
  add_format_option(command, &arguments->format);
  command->callback([=] {
    context->chosen = [=] {
      const Result<int> code = execute(*arguments);
      return code ? *code : fail(code.error());
    };
  });
}

}  // namespace clicklake
