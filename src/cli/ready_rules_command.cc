/// `rules add`: ready rules; `rules query`: what a rule with a query would send.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <stop_token>

#include "cli/config.h"
#include "cli/rule_query.h"
#include "cli/rules_command.h"
#include "model/time.h"
#include "rules/ready_rules.h"
#include "rules/rule_folder.h"

namespace clicklake {
namespace {

Result<int> list_ready() {
  for (const ReadyRule& ready : ready_rules()) {
    ASSIGN_OR_RETURN(const RuleDocument rule, parse_rule_document(ready.document, ready.name));
    fmt::print("{:<18} {}\n", rule.name, rule.description);
  }
  return 0;
}

Result<int> add_ready(const std::string& lake_name, const std::vector<std::string>& names,
                      bool enable) {
  if (names.empty()) return list_ready();
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(lake_name));
  const std::filesystem::path folder = rules_folder(lake);
  ASSIGN_OR_RETURN(const RuleFolder known, load_rule_folder(folder));
  for (const std::string& name : names) {
    const auto all = ready_rules();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const ReadyRule& ready) { return ready.name == name; });
    if (found == all.end()) {
      return Error{ErrorCode::kNotFound,
                   "there is no ready rule '" + name + "': `clicklake rules add` lists them"};
    }
    if (known.find(name) != nullptr) {
      return Error{ErrorCode::kAlreadyExists, "there is a rule '" + name + "' in " +
                                                  folder.string() + " already: it is left alone"};
    }
    ASSIGN_OR_RETURN(RuleDocument rule, parse_rule_document(found->document, found->name));
    rule.enabled = enable;
    ASSIGN_OR_RETURN(const std::filesystem::path file, store_rule(folder, rule));
    fmt::print("added {} ({}) to {}\n", name, enable ? "enabled" : "disabled", file.string());
  }
  return 0;
}

Result<int> show_query(const std::string& lake_name, const std::string& name,
                       const std::string& at) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(lake_name));
  ASSIGN_OR_RETURN(const Config config, load_config(lake));
  ASSIGN_OR_RETURN(const RuleFolder folder, load_rule_folder(rules_folder(lake)));
  for (const Error& problem : folder.problems)
    fmt::print(stderr, "clicklake: {}\n", problem.message);
  const RuleDocument* rule = folder.find(name);
  if (rule == nullptr || rule->query.empty()) {
    return Error{ErrorCode::kNotFound,
                 "there is no rule '" + name + "' with a query in " + rules_folder(lake).string()};
  }
  std::int64_t time_us = std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  if (!at.empty()) {
    const auto given = parse_timestamp(at);
    if (!given) {
      return Error{ErrorCode::kInvalidArgument,
                   "--at '" + at + "' is no time: write it as in 2024-11-04T15:00:00Z"};
    }
    time_us = *given;
  }
  const auto rows = run_rule_query(config, *rule, time_us, std::stop_token());
  if (!rows) {
    // The rule is wrong, not the command.
    const ErrorCode code = rows.error().code;
    return Error{code == ErrorCode::kInvalidArgument ? ErrorCode::kInvalidData : code,
                 "rule '" + name + "': its query: " + rows.error().message};
  }
  for (const QueryRow& row : *rows) fmt::print("{}\n", row.event);
  return 0;
}

int exit_code(const Result<int>& result) { return result ? *result : fail(result.error()); }

}  // namespace

void add_ready_rules_commands(CLI::App* rules, CommandContext* context) {
  struct Arguments {
    std::string lake;
    std::vector<std::string> names;
    bool enable = false;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* add = rules->add_subcommand(
      "add",
      "Copy ready rules into the lake, disabled; without a NAME, list them\n\n"
      "Examples:\n"
      "  clicklake rules add\n"
      "  clicklake rules add --lake mylake purchase big-basket --enable\n");
  add_lake_option(add, *context, &arguments->lake);
  add->add_option("NAME", arguments->names, "Names of ready rules");
  add->add_flag("--enable", arguments->enable, "Enabled at once");
  add->callback([=] {
    context->chosen = [=] {
      return exit_code(add_ready(arguments->lake, arguments->names, arguments->enable));
    };
  });

  struct QueryArguments {
    std::string lake;
    std::string name;
    std::string at;
  };
  auto asked = std::make_shared<QueryArguments>();
  CLI::App* query = rules->add_subcommand(
      "query",
      "Run the query of a rule and print its rows; nothing is sent\n\n"
      "Example:\n  clicklake rules query --lake mylake cart-abandoned --at 2024-11-04T15:00:00Z\n");
  add_lake_option(query, *context, &asked->lake);
  query->add_option("NAME", asked->name, "The rule")->required();
  query->add_option("--at", asked->at, "The schedule's time (default: now)")->type_name("TIME");
  query->callback([=] {
    context->chosen = [=] { return exit_code(show_query(asked->lake, asked->name, asked->at)); };
  });
}

}  // namespace clicklake
