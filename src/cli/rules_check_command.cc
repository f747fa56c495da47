#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>

#include "base/json_text.h"
#include "cli/rules_command.h"
#include "events/aws_limits.h"
#include "events/matcher.h"

namespace clicklake {
namespace {

struct CheckArguments {
  std::vector<std::string> paths;
  bool aws = false;
  std::string format = "text";
};

struct Finding {
  std::string file;
  std::uint64_t line = 0;
  std::string rule;
  bool is_error = false;
  events::PatternFault fault;  // of warnings only the reason
};

struct Checked {
  std::size_t rules = 0;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::vector<Finding> findings;

  void add(const RuleOfFile& from, bool is_error, events::PatternFault fault) {
    ++(is_error ? errors : warnings);
    findings.push_back({from.file, from.rule.line, from.rule.name, is_error, std::move(fault)});
  }
};

Checked check(const std::vector<RuleOfFile>& rules, bool aws) {
  Checked out;
  out.rules = rules.size();
  std::map<std::string, std::string> seen;  // where a name was
  events::Matcher matcher;
  std::vector<events::NamedPattern> good;
  for (const RuleOfFile& one : rules) {
    const auto [place, is_new] =
        seen.try_emplace(one.rule.name, fmt::format("{}:{}", one.file, one.rule.line));
    if (!is_new) {
      out.add(
          one, true,
          {"", fmt::format("there is a rule of this name in {}", place->second), "another name"});
    }
    std::optional<events::Pattern> pattern;
    if (!one.rule.pattern.empty()) {
      events::PatternFault fault;
      if (auto parsed = events::parse_pattern(one.rule.pattern, {}, &fault)) {
        pattern = *std::move(parsed);
        if (is_new) good.push_back({one.rule.name, one.rule.pattern});
      } else {
        out.add(one, true, std::move(fault));
      }
    }
    if (!aws) continue;
    for (std::string& warning : events::aws_warnings(one.rule, pattern ? &*pattern : nullptr))
      out.add(one, false, {"", std::move(warning), ""});
  }
  if (const Status put = matcher.put_all(good); !put)
    out.add(rules.back(), true, {"", put.error().message, ""});
  if (aws && rules.size() > events::kAwsRulesOfBus) {
    out.add(rules[events::kAwsRulesOfBus], false,
            {"",
             fmt::format("these are {} rules, a bus of EventBridge has {} by default", rules.size(),
                         events::kAwsRulesOfBus),
             ""});
  }
  return out;
}

std::string as_json(const Checked& checked) {
  JsonText json;
  json.begin_object()
      .member("rules", static_cast<std::int64_t>(checked.rules))
      .member("invalid", static_cast<std::int64_t>(checked.errors))
      .member("warnings", static_cast<std::int64_t>(checked.warnings));
  json.key("findings").begin_array();
  for (const Finding& one : checked.findings) {
    json.begin_object()
        .member("file", one.file)
        .member("line", static_cast<std::int64_t>(one.line))
        .member("rule", one.rule)
        .member("level", one.is_error ? "error" : "warning")
        .member("path", one.fault.path)
        .member("reason", one.fault.reason)
        .member("example", one.fault.example)
        .end_object();
  }
  return json.end_array().end_object().text();
}

Result<int> execute(const CheckArguments& arguments) {
  ASSIGN_OR_RETURN(const std::vector<RuleOfFile> rules, load_rules(arguments.paths));
  const Checked checked = check(rules, arguments.aws);
  if (arguments.format == "json") {
    fmt::print("{}\n", as_json(checked));
    return checked.errors == 0 ? 0 : 1;
  }
  for (const Finding& one : checked.findings) {
    fmt::print("{}:{}: {}rule '{}': {}{}{}\n", one.file, one.line,
               one.is_error ? "" : "warning: ", one.rule, one.fault.path,
               one.fault.path.empty() ? "" : ": ", one.fault.reason);
    if (!one.fault.example.empty()) fmt::print("    the right form: {}\n", one.fault.example);
  }
  fmt::print("{} rules, {} invalid, {} warnings\n", checked.rules, checked.errors,
             checked.warnings);
  return checked.errors == 0 ? 0 : 1;
}

}  // namespace

void add_rules_check_command(CLI::App* rules, CommandContext* context) {
  auto arguments = std::make_shared<CheckArguments>();
  CLI::App* command = rules->add_subcommand(
      "check",
      "Check the patterns of rules: each fault with its place, the reason and the right form. Exit "
      "code 1 where there is one\n\n"
      "Examples:\n"
      "  clicklake rules check rules/\n"
      "  clicklake rules check rules/big-basket.json more.jsonl --aws\n");
  command->add_option("FILE", arguments->paths, "Files of rules, or folders of them; - for input")
      ->required();
  command->add_flag("--aws", arguments->aws, "Warn of what EventBridge's service would refuse");
  add_format_option(command, &arguments->format);
  command->callback([=] {
    context->chosen = [=] {
      const Result<int> code = execute(*arguments);
      return code ? *code : fail(code.error());
    };
  });
}

}  // namespace clicklake
