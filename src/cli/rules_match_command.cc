#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>

#include "base/json_text.h"
#include "cli/report.h"
#include "cli/rules_command.h"
#include "events/matcher.h"

namespace clicklake {
namespace {

struct MatchArguments {
  std::vector<std::string> rules;
  std::string events = "-";
  bool count = false;
  std::string format = "text";
};

struct Counts {
  std::uint64_t events = 0;
  std::uint64_t matched = 0;
  std::uint64_t matches = 0;
  std::uint64_t bad = 0;
  std::map<std::string, std::uint64_t, std::less<>> of_rule;
  double seconds = 0;

  double rate() const { return seconds > 0 ? static_cast<double>(events) / seconds : 0; }
};

std::string as_json(const Counts& counts) {
  JsonText json;
  json.begin_object()
      .member("events", static_cast<std::int64_t>(counts.events))
      .member("matched", static_cast<std::int64_t>(counts.matched))
      .member("matches", static_cast<std::int64_t>(counts.matches))
      .member("bad_events", static_cast<std::int64_t>(counts.bad))
      .member("seconds", counts.seconds)
      .member("events_per_second", static_cast<std::int64_t>(counts.rate()));
  json.key("rules").begin_object();
  for (const auto& [name, count] : counts.of_rule)
    json.member(name, static_cast<std::int64_t>(count));
  return json.end_object().end_object().text();
}

void print_counts(const Counts& counts, bool json) {
  if (json) {
    fmt::print("{}\n", as_json(counts));
    return;
  }
  for (const auto& [name, count] : counts.of_rule)
    fmt::print("{:>14}  {}\n", number_text(static_cast<std::int64_t>(count)), as_line(name));
  fmt::print("{} events, {} matched by {} rules, {} matches; {} events/s\n",
             number_text(static_cast<std::int64_t>(counts.events)),
             number_text(static_cast<std::int64_t>(counts.matched)), counts.of_rule.size(),
             number_text(static_cast<std::int64_t>(counts.matches)),
             number_text(static_cast<std::int64_t>(counts.rate())));
}

void print_match(std::uint64_t line, const std::vector<std::string_view>& names, bool json) {
  if (json) {
    JsonText text;
    text.begin_object().member("line", static_cast<std::int64_t>(line)).key("rules").begin_array();
    for (const std::string_view name : names) text.value(name);
    fmt::print("{}\n", text.end_array().end_object().text());
    return;
  }
  std::string all;
  for (const std::string_view name : names) all += (all.empty() ? "" : ", ") + as_line(name);
  fmt::print("{}\t{}\n", line, all);
}

Status put_rules(const std::vector<std::string>& paths, events::Matcher* matcher) {
  ASSIGN_OR_RETURN(const std::vector<RuleOfFile> rules, load_rules(paths));
  std::vector<events::NamedPattern> patterns;
  for (const RuleOfFile& one : rules) {
    if (one.rule.is_enabled && !one.rule.pattern.empty())
      patterns.push_back({one.rule.name, one.rule.pattern});
  }
  return matcher->put_all(patterns);
}

Result<int> execute(const MatchArguments& arguments) {
  events::Matcher matcher;
  RETURN_IF_ERROR(put_rules(arguments.rules, &matcher));
  const bool json = arguments.format == "json";
  events::MatchReader reader(matcher);
  Counts counts;
  std::vector<std::string_view> names;
  const auto begin = std::chrono::steady_clock::now();
  const Status read = each_line(arguments.events, [&](std::string_view event, std::uint64_t line) {
    ++counts.events;
    const auto found = reader.match(event);
    if (!found) {
      ++counts.bad;
      std::fflush(stdout);
      fmt::print(stderr, "clicklake: {}:{}: {}\n", arguments.events, line, found.error().message);
      return;
    }
    counts.matched += found->empty() ? 0 : 1;
    counts.matches += found->size();
    if (arguments.count) {
      for (const std::string_view name : *found) {
        const auto known = counts.of_rule.find(name);
        if (known != counts.of_rule.end()) {
          ++known->second;
        } else {
          counts.of_rule.emplace(name, 1);
        }
      }
      return;
    }
    names.assign(found->begin(), found->end());
    std::sort(names.begin(), names.end());
    print_match(line, names, json);
  });
  counts.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (arguments.count) print_counts(counts, json);
  RETURN_IF_ERROR(read);
  return counts.bad == 0 ? 0 : 1;
}

}  // namespace

void add_rules_match_command(CLI::App* rules, CommandContext* context) {
  auto arguments = std::make_shared<MatchArguments>();
  CLI::App* command = rules->add_subcommand(
      "match",
      "For each event (a line of NDJSON) the names of the rules that match it\n\n"
      "Examples:\n"
      "  clicklake rules match --rules rules/ events.ndjson\n"
      "  zcat clicks.gz | clicklake rules match --rules rules.jsonl --count\n");
  command->add_option("--rules", arguments->rules, "Files of rules, or folders of them")
      ->type_name("FILE")
      ->allow_extra_args(false)  // what follows is EVENTS; --rules may be given again
      ->required();
  command->add_option("EVENTS", arguments->events, "NDJSON; - is standard input (default)");
  command->add_flag("--count", arguments->count,
                    "Only how often each rule matched, and events a second");
  add_format_option(command, &arguments->format);
  command->callback([=] {
    context->chosen = [=] {
      const Result<int> code = execute(*arguments);
      return code ? *code : fail(code.error());
    };
  });
}

}  // namespace clicklake
