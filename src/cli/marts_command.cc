#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "base/json_text.h"
#include "catalog/catalog.h"
#include "catalog/lake_lock.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/report.h"
#include "marts/mart_folder.h"
#include "marts/marts.h"
#include "pipeline/replay.h"

namespace clicklake {
namespace {

struct MartArguments {
  std::string lake;
  std::string format = "text";
  std::vector<std::string> names;
};

struct OpenLake {
  std::filesystem::path folder;
  Config config;
  std::unique_ptr<Catalog> catalog;

  MartInput input() const {
    MartInput input;
    input.lake = folder;
    input.session = {.threads = config.run.threads,
                     .memory_limit = config.run.memory_limit,
                     .temp_dir = config.run.temp_dir};
    input.base_currency = config.run.base_currency;
    input.options = config.run.marts;
    return input;
  }
};

Result<OpenLake> open_lake(const MartArguments& arguments) {
  ASSIGN_OR_RETURN(std::filesystem::path folder, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(Config config, load_config(folder));
  ASSIGN_OR_RETURN(std::unique_ptr<Catalog> catalog, Catalog::open(folder / "catalog.db"));
  return OpenLake{std::move(folder), std::move(config), std::move(catalog)};
}

std::string state_text(const MartState& state) {
  if (!state.problem.empty()) return "its file is wrong";
  if (state.file_gone) return "not kept up: its file is gone";
  if (state.all_due) return "made whole by the next run";
  if (state.days_due > 0) return fmt::format("{} days due", state.days_due);
  return "up to date";
}

Status list_marts(const MartArguments& arguments) {
  ASSIGN_OR_RETURN(const OpenLake lake, open_lake(arguments));
  ASSIGN_OR_RETURN(const std::vector<MartState> states, mart_states(*lake.catalog, lake.input()));
  ASSIGN_OR_RETURN(const std::vector<TableInfo> tables, lake.catalog->tables());
  const auto rows_of = [&](const std::string& name) {
    const auto found = std::find_if(tables.begin(), tables.end(),
                                    [&](const TableInfo& table) { return table.name == name; });
    return found == tables.end() ? 0 : found->rows;
  };
  if (arguments.format == "json") {
    JsonText json;
    json.begin_object().member("enabled", lake.config.run.marts.enabled).key("marts").begin_array();
    for (const MartState& state : states) {
      json.begin_object()
          .member("name", state.name)
          .member("grain", as_utf8(state.grain))
          .member("rows", rows_of(state.name))
          .member("state", state_text(state))
          .member("problem", as_utf8(state.problem))
          .end_object();
    }
    fmt::print("{}\n", json.end_array().end_object().text());
    return {};
  }
  if (!lake.config.run.marts.enabled) fmt::print("marts are off: [marts] enabled = false\n");
  std::size_t width = 4;
  for (const MartState& state : states) width = std::max(width, state.name.size());
  fmt::print("{:<{}}  {:>12}  {}\n", "mart", width, "rows", "state");
  for (const MartState& state : states) {
    fmt::print("{:<{}}  {:>12}  {}\n", state.name, width, rows_of(state.name), state_text(state));
    if (!state.grain.empty())
      fmt::print("{:<{}}  {:>12}  {}\n", "", width, "", as_line(state.grain));
  }
  std::fflush(stdout);
  for (const MartState& state : states) {
    if (!state.problem.empty()) fmt::print(stderr, "clicklake: {}\n", state.problem);
  }
  return {};
}

Result<int> check(const MartArguments& arguments) {
  ASSIGN_OR_RETURN(const OpenLake lake, open_lake(arguments));
  ASSIGN_OR_RETURN(const std::vector<std::string> problems,
                   check_marts(*lake.catalog, lake.input()));
  for (const std::string& problem : problems) fmt::print(stderr, "clicklake: {}\n", problem);
  if (problems.empty()) fmt::print("every mart's query runs and fits its table\n");
  return problems.empty() ? 0 : 1;
}

Status add_ready(const MartArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  for (const std::string& name : arguments.names) {
    if (std::none_of(ready_marts().begin(), ready_marts().end(),
                     [&](const ReadyMart& mart) { return mart.name == name; })) {
      std::string known;
      for (const ReadyMart& mart : ready_marts())
        known += fmt::format("{}{}", known.empty() ? "" : ", ", mart.name);
      return Error{ErrorCode::kNotFound,
                   "there is no ready mart " + name + "; those that are: " + known +
                       "; others are files of your own in " + marts_folder(lake).string()};
    }
  }
  for (const ReadyMart& mart : ready_marts()) {
    if (!arguments.names.empty() && std::find(arguments.names.begin(), arguments.names.end(),
                                              mart.name) == arguments.names.end())
      continue;
    const Status written = write_mart(marts_folder(lake), mart.name, mart.text);
    if (!written && written.error().code != ErrorCode::kAlreadyExists) return written;
    fmt::print("{} {}\n", mart.name, written ? "added: the next run makes it" : "is there already");
  }
  return {};
}

Result<RunReport> rebuild(const MartArguments& arguments) {
  ASSIGN_OR_RETURN(const OpenLake lake, open_lake(arguments));
  ASSIGN_OR_RETURN(const LakeLock lock, LakeLock::acquire(lake.folder, "marts rebuild", true));
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog,
                   Catalog::open(lake.folder / "catalog.db"));
  if (!lake.config.run.marts.enabled) {
    return Error{ErrorCode::kInvalidArgument,
                 "marts are off: write enabled = true below [marts] in " +
                     (lake.folder / "clicklake.toml").string()};
  }
  RunProgress progress;
  return run_marts(*catalog, lake.config.run, arguments.names, &progress);
}

void add_format(CLI::App* command, MartArguments* arguments) {
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
}

}  // namespace

void add_marts_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<MartArguments>();
  CLI::App* marts = app->add_subcommand(
      "marts",
      "Tables that queries in the lake's marts/ folder fill: a file there is a mart\n\n"
      "Examples:\n"
      "  clicklake marts list --lake mylake\n"
      "  clicklake marts check --lake mylake      # after a change to a file\n"
      "  clicklake marts rebuild --lake mylake revenue_daily\n");
  marts->require_subcommand(1);

  CLI::App* list = marts->add_subcommand(
      "list",
      "Marts, their rows and what is due\n\nExample:\n  clicklake marts list --lake mylake\n");
  add_lake_option(list, *context, &arguments->lake);
  add_format(list, arguments.get());
  list->callback([=] {
    context->chosen = [=] {
      const Status done = list_marts(*arguments);
      return done ? 0 : fail(done.error());
    };
  });

  CLI::App* check_command = marts->add_subcommand(
      "check",
      "Try every mart's query without rows; exit code 1 where one is wrong\n\n"
      "Example:\n  clicklake marts check --lake mylake\n");
  add_lake_option(check_command, *context, &arguments->lake);
  check_command->callback([=] {
    context->chosen = [=] {
      const auto done = check(*arguments);
      return done ? *done : fail(done.error());
    };
  });

  CLI::App* rebuild_command =
      marts->add_subcommand("rebuild",
                            "Make all days of marts anew, in one commit\n\n"
                            "Example:\n  clicklake marts rebuild --lake mylake engagement_daily\n");
  add_lake_option(rebuild_command, *context, &arguments->lake);
  add_format(rebuild_command, arguments.get());
  rebuild_command->add_option("NAME", arguments->names, "These marts (default: all)");
  rebuild_command->callback([=] {
    context->chosen = [=] {
      const auto report = rebuild(*arguments);
      return report ? print_run_report(*report, arguments->format == "json") : fail(report.error());
    };
  });

  CLI::App* add = marts->add_subcommand(
      "add",
      "Put ready marts into the lake's marts/ folder; files that are there stay\n\n"
      "Examples:\n  clicklake marts add --lake mylake\n"
      "  clicklake marts add --lake mylake funnel_daily\n");
  add_lake_option(add, *context, &arguments->lake);
  add->add_option("NAME", arguments->names, "These (default: all ready ones)");
  add->callback([=] {
    context->chosen = [=] {
      const Status done = add_ready(*arguments);
      return done ? 0 : fail(done.error());
    };
  });
}

}  // namespace clicklake
