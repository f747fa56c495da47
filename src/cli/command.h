#pragma once
/// What the subcommands share: how they are declared, where the lake is, how a failure ends.
///
/// Place: one file a subcommand, each with one add_... function; main puts them together.
/// Invariant: results go to standard output, everything else to standard error; exit codes are 0
/// done, 1 failed, 2 wrong usage.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake {

/// Set by main, used by every subcommand.
struct CommandContext {
  std::string lake_from_environment;   ///< $CLICKLAKE_LAKE, may be ""
  std::filesystem::path history_file;  ///< of the SQL prompt; may be ""
  /// A variable of the environment, "" where it is not set: for secrets and credentials, which
  /// rules name.
  std::function<std::string(std::string_view)> environment;
  std::function<int()> chosen;  ///< the subcommand to run after parsing; gives the exit code
};

/// `--lake DIR`, defaulting to $CLICKLAKE_LAKE, then ./lake.
void add_lake_option(CLI::App* app, const CommandContext& context, std::string* lake);
/// The lake's absolute folder. Errors: kNotFound where none is, with what to do.
Result<std::filesystem::path> find_lake(const std::string& lake);

/// Prints the error to standard error and gives the exit code.
int fail(const Error& error);

void add_init_command(CLI::App* app, CommandContext* context);
void add_ingest_command(CLI::App* app, CommandContext* context);
void add_transform_command(CLI::App* app, CommandContext* context);
void add_run_command(CLI::App* app, CommandContext* context);
void add_sql_command(CLI::App* app, CommandContext* context);
void add_generate_command(CLI::App* app, CommandContext* context);
void add_status_command(CLI::App* app, CommandContext* context);
void add_crawl_command(CLI::App* app, CommandContext* context);
void add_drift_command(CLI::App* app, CommandContext* context);
void add_schema_command(CLI::App* app, CommandContext* context);
void add_ddl_command(CLI::App* app, CommandContext* context);
void add_marts_command(CLI::App* app, CommandContext* context);
void add_cost_command(CLI::App* app, CommandContext* context);
void add_deliver_command(CLI::App* app, CommandContext* context);
void add_deliveries_command(CLI::App* app, CommandContext* context);
void add_dead_letters_command(CLI::App* app, CommandContext* context);
void add_events_command(CLI::App* app, CommandContext* context);
void add_archive_command(CLI::App* app, CommandContext* context);
void add_verify_command(CLI::App* app, CommandContext* context);
void add_maintain_command(CLI::App* app, CommandContext* context);
void add_backup_command(CLI::App* app, CommandContext* context);
void add_relocate_command(CLI::App* app, CommandContext* context);
void add_replay_command(CLI::App* app, CommandContext* context);
void add_backfill_command(CLI::App* app, CommandContext* context);
void add_rollback_command(CLI::App* app, CommandContext* context);
void add_rules_command(CLI::App* app, CommandContext* context);

}  // namespace clicklake
