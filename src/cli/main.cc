/// The clicklake program: reads the command line and hands over to one subcommand.
///
/// Place: outermost. It alone reads the environment and owns the process; SQL's library is opened
/// only by the subcommands that need it.

#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "base/fault_point.h"
#include "cli/command.h"

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets a variable
  return value == nullptr ? "" : value;
}

std::filesystem::path history_file() {
  const std::string state = environment("XDG_STATE_HOME");
  if (!state.empty()) return std::filesystem::path(state) / "clicklake" / "history";
  const std::string home = environment("HOME");
  return home.empty() ? std::filesystem::path()
                      : std::filesystem::path(home) / ".local" / "state" / "clicklake" / "history";
}

/// What an hour's buffers held goes back when they grow and when the hour is done. With an arena a
/// thread and glibc's threshold, which follows the largest block freed, each thread keeps its own
/// high water: at ten times the events an hour a run's peak was 87 MB, and is 80.
void keep_memory_small() {
#if defined(__GLIBC__)
  constexpr unsigned kThreadsAnArena = 8;
  const unsigned threads = std::thread::hardware_concurrency();
  ::mallopt(M_ARENA_MAX, static_cast<int>(1 + threads / kThreadsAnArena));
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  using namespace clicklake;
  std::signal(SIGPIPE, SIG_IGN);
  keep_memory_small();
  arm_fault_points(environment("CLICKLAKE_FAULT"));

  CLI::App app{
      "clicklake: hourly click files to a star schema that you can query.\n\n"
      "Examples:\n"
      "  clicklake init mylake                         make a lake\n"
      "  clicklake run --lake mylake clicks/           take all event files of a folder, publish "
      "the star tables\n"
      "  clicklake sql --lake mylake \"SELECT event_type, count(*) FROM fact_clicks GROUP BY 1\"\n"
      "  clicklake status --lake mylake                what is in it, and how fresh\n"};
  app.name("clicklake");
  app.set_version_flag("--version", "clicklake " CLICKLAKE_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  CommandContext context;
  context.lake_from_environment = environment("CLICKLAKE_LAKE");
  context.history_file = history_file();
  context.environment = [](std::string_view name) {
    return environment(std::string(name).c_str());
  };
  add_init_command(&app, &context);
  add_run_command(&app, &context);
  add_ingest_command(&app, &context);
  add_transform_command(&app, &context);
  add_sql_command(&app, &context);
  add_status_command(&app, &context);
  add_verify_command(&app, &context);
  add_maintain_command(&app, &context);
  add_backup_command(&app, &context);
  add_relocate_command(&app, &context);
  add_replay_command(&app, &context);
  add_backfill_command(&app, &context);
  add_rollback_command(&app, &context);
  add_crawl_command(&app, &context);
  add_drift_command(&app, &context);
  add_schema_command(&app, &context);
  add_cost_command(&app, &context);
  add_ddl_command(&app, &context);
  add_marts_command(&app, &context);
  add_rules_command(&app, &context);
  add_deliver_command(&app, &context);
  add_deliveries_command(&app, &context);
  add_dead_letters_command(&app, &context);
  add_events_command(&app, &context);
  add_archive_command(&app, &context);
  add_generate_command(&app, &context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    if (app.get_subcommands().empty() && !app.remaining().empty()) {
      return fail({ErrorCode::kInvalidArgument, "there is no command '" + app.remaining().front() +
                                                    "': `clicklake --help` lists them"});
    }
    app.exit(error);
    return 2;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return context.chosen();
}
