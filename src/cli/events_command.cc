/// `events replay`, and `archive`: what may be replayed.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>

#include "base/json_text.h"
#include "catalog/catalog.h"
#include "catalog/lake_lock.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/report.h"
#include "deliver/delivery_store.h"
#include "matching/rule_set.h"
#include "model/time.h"
#include "objstore/durable_file.h"
#include "outbox/outbox_file.h"
#include "pipeline/event_replay.h"

namespace clicklake {
namespace {

constexpr std::string_view kReplayPrefix = "replay-";
constexpr std::string_view kOutboxSuffix = ".jsonl";

struct ReplayArguments {
  std::string lake;
  std::string from;
  std::string to;
  std::string rule;
  std::string name;
  std::string format = "text";
};

Result<std::int64_t> time_of(const std::string& option, const std::string& text) {
  const auto time = parse_timestamp(text);
  if (time) return *time;
  return Error{ErrorCode::kInvalidArgument,
               option + " '" + text + "' is no time: write it as in 2024-11-04T15:00:00Z"};
}

/// The same command again is the same replay.
std::string name_of(const ReplayArguments& arguments, std::int64_t from_us, std::int64_t to_us) {
  if (!arguments.name.empty()) return arguments.name;
  std::string name = format_timestamp(from_us) + "-" + format_timestamp(to_us);
  std::erase(name, ':');
  if (!arguments.rule.empty()) name += "-" + arguments.rule;
  return name;
}

Status check_name(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
  if (plain && name.size() <= 200) return {};
  return Error{ErrorCode::kInvalidArgument,
               "--name '" + name + "': letters, digits, '.', '-' and '_' are allowed, at most 200"};
}

Result<int> replay(const ReplayArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(const Config config, load_config(lake));
  EventReplayOptions options;
  options.lake = lake;
  ASSIGN_OR_RETURN(options.from_us, time_of("--from", arguments.from));
  ASSIGN_OR_RETURN(options.to_us, time_of("--to", arguments.to));
  if (options.from_us >= options.to_us)
    return Error{ErrorCode::kInvalidArgument, "--from is not before --to"};
  options.name = name_of(arguments, options.from_us, options.to_us);
  RETURN_IF_ERROR(check_name(options.name));
  options.accepted_us = std::chrono::duration_cast<std::chrono::microseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
  options.max_line_bytes = config.run.max_line_bytes;
  options.session = {config.run.threads, config.run.memory_limit, config.run.temp_dir};

  ASSIGN_OR_RETURN(const auto rules, RuleSet::load(rules_folder(lake), arguments.rule));
  for (const std::string& problem : rules->problems())
    fmt::print(stderr, "clicklake: {}\n", problem);
  if (rules->empty()) {
    return Error{ErrorCode::kNotFound,
                 arguments.rule.empty() ? "no rule with a pattern and a target is enabled in " +
                                              rules_folder(lake).string()
                                        : "there is no rule '" + arguments.rule +
                                              "' that is enabled and has a pattern and a target"};
  }
  // Two replays of one name would write one file.
  const std::filesystem::path lock_folder = lake / "events" / "replays";
  RETURN_IF_ERROR(make_folders(lock_folder));
  ASSIGN_OR_RETURN(const LakeLock lock, LakeLock::acquire(lock_folder, "replay", /*wait=*/true));
  ASSIGN_OR_RETURN(const std::unique_ptr<DeliveryStore> store, DeliveryStore::open(lake));
  ASSIGN_OR_RETURN(const std::vector<std::string> made, store->own_files());
  const std::string file = std::string(kReplayPrefix) + options.name;
  const bool again =
      std::find(made.begin(), made.end(), file + std::string(kOutboxSuffix)) != made.end();
  EventReplayReport report;
  if (!again) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
    OutboxWriter outbox(outbox_folder(lake), file);
    ASSIGN_OR_RETURN(report, replay_events(*catalog, options, *rules, &outbox));
    ASSIGN_OR_RETURN(const auto written, outbox.finish());
    if (written) {
      ASSIGN_OR_RETURN(const bool published, store->publish(written->name));
      (void)published;
      ring_doorbell(outbox_folder(lake));
    }
  }
  if (arguments.format == "json") {
    JsonText json;
    json.begin_object().member("name", options.name).member("made_before", again);
    json.member("events", report.events).member("matches", report.matches);
    json.member("missing", report.missing).end_object();
    fmt::print("{}\n", json.text());
  } else if (again) {
    fmt::print("the replay {} was made before: nothing was sent; another --name sends again\n",
               options.name);
  } else {
    fmt::print("replay {}: {} events, {} matches are in the outbox\n", options.name,
               number_text(report.events), number_text(report.matches));
  }
  if (report.missing > 0) {
    fmt::print(stderr,
               "clicklake: {} events are in the tables, but their raw files are gone or have "
               "changed: they were not replayed\n",
               number_text(report.missing));
  }
  std::fflush(stdout);
  return report.missing > 0 ? 1 : 0;
}

struct ArchiveDay {
  std::int64_t files = 0;
  std::int64_t bytes = 0;
  std::int64_t events = 0;
  std::int64_t gone = 0;  ///< files
};

Result<int> show_archive(const std::string& lake_name, bool json) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(lake_name));
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
  ASSIGN_OR_RETURN(const std::vector<RawFile> files, catalog->raw_files(""));
  std::map<std::string, ArchiveDay> days;
  for (const RawFile& file : files) {
    ArchiveDay& day =
        days[file.hour ? format_timestamp(hour_start(*file.hour)).substr(0, 10) : "any"];
    ++day.files;
    day.bytes += file.size;
    day.events += std::max<std::int64_t>(file.records, 0);
    std::error_code error;
    if (!std::filesystem::exists(
            file.in_place ? std::filesystem::path(file.path) : lake / file.path, error))
      ++day.gone;
  }
  std::vector<std::string> replays;
  std::error_code error;
  if (std::filesystem::exists(lake / "events" / "deliveries.db", error)) {
    ASSIGN_OR_RETURN(const std::unique_ptr<DeliveryStore> store, DeliveryStore::open(lake));
    ASSIGN_OR_RETURN(const std::vector<std::string> own, store->own_files());
    for (const std::string& name : own) {
      if (name.starts_with(kReplayPrefix)) {
        replays.push_back(name.substr(kReplayPrefix.size(),
                                      name.size() - kReplayPrefix.size() - kOutboxSuffix.size()));
      }
    }
  }
  if (json) {
    JsonText out;
    out.begin_object().key("days").begin_array();
    for (const auto& [name, day] : days) {
      out.begin_object().member("day", name).member("files", day.files);
      out.member("bytes", day.bytes).member("events", day.events).member("gone", day.gone);
      out.end_object();
    }
    out.end_array().key("replays").begin_array();
    for (const std::string& name : replays) out.value(name);
    fmt::print("{}\n", out.end_array().end_object().text());
    return 0;
  }
  fmt::print("{:<12} {:>8} {:>16} {:>14} {:>6}\n", "DAY", "FILES", "BYTES", "EVENTS", "GONE");
  for (const auto& [name, day] : days) {
    fmt::print("{:<12} {:>8} {:>16} {:>14} {:>6}\n", name, day.files, number_text(day.bytes),
               number_text(day.events), day.gone);
  }
  for (const std::string& name : replays) fmt::print("replayed: {}\n", name);
  return 0;
}

int exit_code(const Result<int>& result) { return result ? *result : fail(result.error()); }

CLI::Option* add_format(CLI::App* command, std::string* format) {
  return command->add_option("--format", *format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
}

}  // namespace

void add_events_command(CLI::App* app, CommandContext* context) {
  CLI::App* events = app->add_subcommand("events", "Events of the past: replay");
  events->require_subcommand(1);
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* command = events->add_subcommand(
      "replay",
      "Let events of the past meet the rules again; what matches is delivered, marked as "
      "replayed\n\n"
      "Examples:\n"
      "  clicklake events replay --lake mylake --from 2024-11-04T00:00:00Z --to "
      "2024-11-05T00:00:00Z\n"
      "  clicklake events replay --from 2024-11-04T15:00:00Z --to 2024-11-04T16:00:00Z --rule "
      "purchase --name again\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_option("--from", arguments->from, "The first event time")
      ->type_name("TIME")
      ->required();
  command->add_option("--to", arguments->to, "The first event time that is left out")
      ->type_name("TIME")
      ->required();
  command->add_option("--rule", arguments->rule, "This rule only (default: all enabled ones)")
      ->type_name("NAME");
  command
      ->add_option("--name", arguments->name,
                   "The replay's name: one that was made is not made again (default: of times and "
                   "rule)")
      ->type_name("NAME");
  add_format(command, &arguments->format);
  command->callback([=] { context->chosen = [=] { return exit_code(replay(*arguments)); }; });
}

void add_archive_command(CLI::App* app, CommandContext* context) {
  struct Arguments {
    std::string lake;
    std::string format = "text";
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app->add_subcommand("archive",
                                          "What `events replay` can reach, by day, and the replays "
                                          "that were made; raw is the archive\n\n"
                                          "Example:\n  clicklake archive --lake mylake\n");
  add_lake_option(command, *context, &arguments->lake);
  add_format(command, &arguments->format);
  command->callback([=] {
    context->chosen = [=] {
      return exit_code(show_archive(arguments->lake, arguments->format == "json"));
    };
  });
}

}  // namespace clicklake
