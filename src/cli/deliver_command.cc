/// `deliver`, and `deliveries` list, show and retry.

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>

#include "base/json_text.h"
#include "base/json_value.h"
#include "catalog/catalog.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/rule_query.h"
#include "deliver/delivery_store.h"
#include "deliver/dispatcher.h"
#include "model/time.h"
#include "outbox/outbox_file.h"

namespace clicklake {
namespace {

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Asks the catalog which outbox files are published. Looks at the catalog's files first: most
/// looks find that nothing was committed since.
class PublishedFiles {
 public:
  PublishedFiles(std::filesystem::path lake, Catalog* catalog)
      : lake_(std::move(lake)), catalog_(catalog) {}

  Result<std::vector<std::string>> operator()() {
    const auto now = std::chrono::steady_clock::now();
    const std::string state = catalog_state();
    // Two commits within one tick of the file system's clock may look alike.
    if (state == seen_ && now < again_) return names_;
    ASSIGN_OR_RETURN(const std::vector<SideFile> files, catalog_->side_files("outbox"));
    names_.clear();
    for (const SideFile& file : files)
      names_.push_back(std::filesystem::path(file.path).filename().string());
    seen_ = state;
    again_ = now + std::chrono::seconds(1);
    return names_;
  }

 private:
  std::string catalog_state() const {
    std::string state;
    for (const char* name : {"catalog.db", "catalog.db-wal"}) {
      std::error_code error;
      const auto time = std::filesystem::last_write_time(lake_ / name, error);
      const auto size = std::filesystem::file_size(lake_ / name, error);
      state += fmt::format("{} {} ", time.time_since_epoch().count(), error ? 0 : size);
    }
    return state;
  }

  std::filesystem::path lake_;
  Catalog* catalog_;
  std::string seen_;
  std::chrono::steady_clock::time_point again_;
  std::vector<std::string> names_;
};

Dispatcher* running = nullptr;

extern "C" void stop_delivery(int /*signal*/) {
  if (running != nullptr) running->request_stop();
}

struct DeliverArguments {
  std::string lake;
  std::string until = "stopped";
  std::string format = "text";
};

Result<int> deliver(const DeliverArguments& arguments, const CommandContext& context) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
  DispatcherOptions options;
  options.lake = lake;
  options.environment = context.environment;
  options.published = PublishedFiles(lake, catalog.get());
  ASSIGN_OR_RETURN(const Config config, load_config(lake));
  options.run_query = [&](const RuleDocument& rule, std::int64_t time_us,
                          const std::stop_token& stop) {
    return run_rule_query(config, rule, time_us, stop);
  };
  options.keep_files_seconds = config.keep_outbox_days * 86'400;
  options.keep_dead_letters_seconds = config.keep_dead_letters_days * 86'400;
  options.warn = [](const std::string& text) { fmt::print(stderr, "clicklake: {}\n", text); };
  ASSIGN_OR_RETURN(const std::unique_ptr<Dispatcher> dispatcher,
                   Dispatcher::open(std::move(options)));
  running = dispatcher.get();
  struct sigaction action {};
  action.sa_handler = &stop_delivery;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  const auto report = dispatcher->run(arguments.until == "idle"      ? Dispatcher::Until::kIdle
                                      : arguments.until == "drained" ? Dispatcher::Until::kDrained
                                                                     : Dispatcher::Until::kStopped);
  running = nullptr;
  if (!report) return report.error();
  // Standard output may be a target.
  if (arguments.format == "json") {
    JsonText json;
    json.begin_object().member("delivered", report->delivered).member("failed", report->failed);
    json.member("dead", report->dead).member("owed", report->owed).end_object();
    fmt::print(stderr, "{}\n", json.text());
  } else {
    fmt::print(stderr, "delivered {}, failed attempts {}, dead letters {}, still owed {}\n",
               report->delivered, report->failed, report->dead, report->owed);
  }
  return 0;
}

Result<int> list_deliveries(const std::string& lake_name, bool json) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(lake_name));
  ASSIGN_OR_RETURN(const std::unique_ptr<DeliveryStore> store, DeliveryStore::open(lake));
  ASSIGN_OR_RETURN(const DeliveryState state, store->load());
  if (json) {
    JsonText out;
    out.begin_object().key("targets").begin_array();
    for (const LaneRow& lane : state.lanes) {
      out.begin_object().member("rule", lane.rule).member("target", lane.target);
      out.member("delivered", lane.counters.delivered).member("failed", lane.counters.failed);
      out.member("dead", lane.counters.dead).member("waiting", lane.open);
      out.member("breaker", lane.breaker).member("lastError", lane.last_error).end_object();
    }
    out.end_array().key("waiting").begin_array();
    for (const OpenRow& row : state.open) {
      out.begin_object().member("id", row.id);
      out.member("acceptedAt", format_timestamp(row.match.accepted_us));
      out.member("dueAt", format_timestamp(row.match.due_us));
      out.member("attempts", std::int64_t{row.match.attempts}).member("code", row.match.code);
      out.member("message", row.match.message).end_object();
    }
    fmt::print("{}\n", out.end_array().end_object().text());
    return 0;
  }
  fmt::print("{:<28} {:<20} {:>10} {:>8} {:>6} {:>8}  {:<8} {}\n", "RULE", "TARGET", "DELIVERED",
             "FAILED", "DEAD", "WAITING", "BREAKER", "LAST ERROR");
  for (const LaneRow& lane : state.lanes) {
    fmt::print("{:<28} {:<20} {:>10} {:>8} {:>6} {:>8}  {:<8} {}\n", lane.rule, lane.target,
               lane.counters.delivered, lane.counters.failed, lane.counters.dead, lane.open,
               lane.breaker, lane.last_error);
  }
  if (!state.open.empty())
    fmt::print("\n{:<52} {:>8}  {:<27} {}\n", "WAITING", "ATTEMPTS", "NEXT", "WHY");
  for (const OpenRow& row : state.open) {
    fmt::print("{:<52} {:>8}  {:<27} {}: {}\n", row.id, row.match.attempts,
               format_timestamp(row.match.due_us), row.match.code, row.match.message);
  }
  return 0;
}

Result<int> show_delivery(const std::string& lake_name, const std::string& id) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(lake_name));
  ASSIGN_OR_RETURN(const std::unique_ptr<DeliveryStore> store, DeliveryStore::open(lake));
  ASSIGN_OR_RETURN(const DeliveryState state, store->load());
  ASSIGN_OR_RETURN(const std::vector<DeadRow> dead, store->dead_letters(/*all=*/true));
  const std::filesystem::path folder = outbox_folder(lake);
  for (const OutboxFileRow& file : state.files) {
    if (file.removed) continue;
    ASSIGN_OR_RETURN(OutboxReader reader, OutboxReader::open(folder / file.name));
    for (std::int64_t at = 0; at < reader.size();) {
      ASSIGN_OR_RETURN(const std::string_view line, reader.line_at(at));
      ASSIGN_OR_RETURN(const OutboxMatch match, parse_outbox_line(line));
      const MatchPlace place{file.number, at};
      at += static_cast<std::int64_t>(line.size()) + 1;
      for (const std::string_view target : match.targets) {
        if (delivery_id(match.id, target) != id) continue;
        std::string how = place < state.routed ? "delivered" : "not looked at yet";
        for (const LaneRow& lane : state.lanes) {
          if (lane.rule == match.rule && lane.target == target && lane.head && *lane.head <= place)
            how = "queued";
        }
        JsonText out;
        out.begin_object().member("id", id).member("rule", std::string(match.rule));
        out.member("target", std::string(target));
        out.member("acceptedAt", format_timestamp(match.accepted_us));
        for (const DeadRow& letter : dead) {
          if (letter.id == id)
            how = letter.redriven ? "redriven from the dead letters" : "dead letter";
        }
        for (const OpenRow& row : state.open) {
          if (row.id != id) continue;
          how = "waiting";
          out.member("attempts", std::int64_t{row.match.attempts}).member("code", row.match.code);
          out.member("message", row.match.message);
          out.member("dueAt", format_timestamp(row.match.due_us));
        }
        out.member("state", how).key("event").raw(match.event).end_object();
        ASSIGN_OR_RETURN(const JsonValue value, parse_json(out.text()));
        std::string text;
        append_json_indented(&text, value);
        fmt::print("{}\n", text);
        return 0;
      }
    }
  }
  return Error{ErrorCode::kNotFound, "there is no delivery '" + id +
                                         "' in the outbox: files of which all was delivered "
                                         "are removed after a week"};
}

int exit_code(const Result<int>& result) { return result ? *result : fail(result.error()); }

}  // namespace

void add_deliver_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<DeliverArguments>();
  CLI::App* command = app->add_subcommand(
      "deliver",
      "Deliver what rules matched to their targets, and fire schedules; one process a lake\n\n"
      "Examples:\n"
      "  clicklake deliver --lake mylake                   until it is stopped\n"
      "  clicklake deliver --lake mylake --until drained   until nothing is owed, retries "
      "included\n");
  add_lake_option(command, *context, &arguments->lake);
  command
      ->add_option("--until", arguments->until,
                   "stopped (default), idle (nothing can be sent now) or drained (nothing is owed)")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"stopped", "idle", "drained"}));
  command->add_option("--format", arguments->format, "text or json, of the report at the end")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback(
      [=] { context->chosen = [=] { return exit_code(deliver(*arguments, *context)); }; });
}

void add_deliveries_command(CLI::App* app, CommandContext* context) {
  CLI::App* deliveries = app->add_subcommand(
      "deliveries", "What was delivered, what waits, and why: list, show, retry");
  deliveries->require_subcommand(1);
  struct Arguments {
    std::string lake;
    std::string format = "text";
    std::string id;
    std::string rule;
    std::string target;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* list = deliveries->add_subcommand(
      "list",
      "Targets with their counts, and deliveries that wait for another attempt\n\n"
      "Example:\n  clicklake deliveries list --lake mylake\n");
  add_lake_option(list, *context, &arguments->lake);
  list->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  list->callback([=] {
    context->chosen = [=] {
      return exit_code(list_deliveries(arguments->lake, arguments->format == "json"));
    };
  });
  CLI::App* show = deliveries->add_subcommand("show", "One delivery: its event and its state");
  add_lake_option(show, *context, &arguments->lake);
  show->add_option("ID", arguments->id, "The delivery's id")->required();
  show->callback([=] {
    context->chosen = [=] { return exit_code(show_delivery(arguments->lake, arguments->id)); };
  });
  CLI::App* retry = deliveries->add_subcommand(
      "retry",
      "Try waiting deliveries again at once, when a target was mended\n\n"
      "Examples:\n  clicklake deliveries retry 0192...-mail\n"
      "  clicklake deliveries retry --rule purchase --target mail\n");
  add_lake_option(retry, *context, &arguments->lake);
  retry->add_option("ID", arguments->id, "The delivery's id (default: all)");
  retry->add_option("--rule", arguments->rule, "Those of this rule")->type_name("NAME");
  retry->add_option("--target", arguments->target, "Those of this target")->type_name("ID");
  retry->callback([=] {
    context->chosen = [=] {
      return exit_code([&]() -> Result<int> {
        ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments->lake));
        ASSIGN_OR_RETURN(const std::unique_ptr<DeliveryStore> store, DeliveryStore::open(lake));
        ASSIGN_OR_RETURN(const std::int64_t count,
                         store->retry(arguments->id, arguments->rule, arguments->target, now_us()));
        fmt::print("{} deliveries are due now\n", count);
        return 0;
      }());
    };
  });
}

}  // namespace clicklake
