#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "base/json_text.h"
#include "catalog/catalog.h"
#include "catalog/lake_lock.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/progress_meter.h"
#include "cli/report.h"
#include "model/time.h"
#include "pipeline/replay.h"

namespace clicklake {
namespace {

enum class What { kReplay, kBackfill, kRollback };

struct ReplayArguments {
  std::string lake;
  std::string from;
  std::string to;
  std::vector<std::string> batches;
  std::string batch;
  std::string format = "text";
  std::int64_t step = 24;
  int threads = 0;
  bool forget_sources = false;
  bool no_wait = false;
};

Result<std::optional<std::int64_t>> time_of(const std::string& option, const std::string& text) {
  if (text.empty()) return std::optional<std::int64_t>();
  auto time = parse_timestamp(text);
  if (!time) time = parse_timestamp(text + "T00:00:00Z");
  if (time) return time;
  return Error{ErrorCode::kInvalidArgument, option + " '" + text +
                                                "' is no time: write it as in 2024-11-04 or "
                                                "2024-11-04T15:00:00Z"};
}

Result<RunReport> execute(What what, const ReplayArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(Config config, load_config(lake));
  if (arguments.threads > 0) config.run.threads = arguments.threads;
  ReplayScope scope;
  ASSIGN_OR_RETURN(scope.from_us, time_of("--from", arguments.from));
  ASSIGN_OR_RETURN(scope.to_us, time_of("--to", arguments.to));
  scope.batches = arguments.batches;
  const char* const name = what == What::kReplay     ? "replay"
                           : what == What::kBackfill ? "backfill"
                                                     : "rollback";
  ASSIGN_OR_RETURN(const LakeLock lock, LakeLock::acquire(lake, name, !arguments.no_wait));
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
  RunProgress progress;
  const ProgressMeter meter(&progress);
  if (what == What::kReplay) return run_replay(*catalog, config.run, scope, &progress);
  if (what == What::kBackfill) {
    ASSIGN_OR_RETURN(BackfillReport report,
                     run_backfill(*catalog, config.run, scope, arguments.step, &progress));
    return std::move(report.sum);
  }
  ASSIGN_OR_RETURN(RollbackReport report, run_rollback(*catalog, config.run, arguments.batch,
                                                       arguments.forget_sources, &progress));
  return std::move(report.replay);
}

CLI::App* add(CLI::App* app, CommandContext* context, What what, const char* name,
              const char* description, const std::shared_ptr<ReplayArguments>& arguments) {
  CLI::App* command = app->add_subcommand(name, description);
  add_lake_option(command, *context, &arguments->lake);
  command->add_option("--threads", arguments->threads, "Worker threads (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--no-wait", arguments->no_wait,
                    "Fail at once, saying who, where another command works on the lake");
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([=] {
    context->chosen = [=] {
      const Result<RunReport> report = execute(what, *arguments);
      if (!report) return fail(report.error());
      return print_run_report(*report, arguments->format == "json");
    };
  });
  return command;
}

void add_scope(CLI::App* command, const std::shared_ptr<ReplayArguments>& arguments) {
  command->add_option("--from", arguments->from, "First hour (default: the first there is)")
      ->type_name("TIME");
  command->add_option("--to", arguments->to, "The hour after the last one")->type_name("TIME");
  command->add_option("--batch", arguments->batches, "Only the hours of this batch's raw files")
      ->type_name("ID");
}

}  // namespace

void add_replay_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<ReplayArguments>();
  add_scope(add(app, context, What::kReplay, "replay",
                "Build hours again from their raw files, in one commit\n\n"
                "Examples:\n"
                "  clicklake replay --lake mylake --from 2024-11-04 --to 2024-11-05\n"
                "  clicklake replay --lake mylake --batch 0192f0c4-...\n",
                arguments),
            arguments);
}

void add_backfill_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* command =
      add(app, context, What::kBackfill, "backfill",
          "Build many hours again, some at a time; cut off, it goes on where it was\n\n"
          "Example:\n  clicklake backfill --lake mylake --from 2024-01-01 --step 24\n",
          arguments);
  add_scope(command, arguments);
  command->add_option("--step", arguments->step, "Hours a commit (default: 24)")
      ->type_name("HOURS")
      ->check(CLI::Range(1, 24 * 366));
}

void add_rollback_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* command =
      add(app, context, What::kRollback, "rollback",
          "Take back a batch: its raw files no longer count, its hours are built without them\n\n"
          "Example:\n  clicklake rollback --lake mylake 0192f0c4-5d1e-7b43-9a3f-3f6f2e1c8d10\n",
          arguments);
  command->add_option("BATCH", arguments->batch, "Of an ingest, a transform or a run")->required();
  command->add_flag("--forget-sources", arguments->forget_sources,
                    "Let the batch's sources be taken again");
}

}  // namespace clicklake
