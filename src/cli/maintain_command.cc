#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "base/byte_size.h"
#include "base/json_text.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/report.h"
#include "upkeep/maintain.h"

namespace clicklake {
namespace {

struct MaintainArguments {
  std::string lake;
  std::string format = "text";
  int threads = 0;
  std::optional<double> budget;
  bool dry_run = false;
  bool full = false;
  bool no_wait = false;
};

Result<MaintainReport> execute(const MaintainArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(const Config config, load_config(lake));
  MaintainOptions options = maintain_options(config);
  if (arguments.threads > 0) options.threads = arguments.threads;
  options.budget.reset();
  if (arguments.budget)
    options.budget = std::chrono::milliseconds(static_cast<std::int64_t>(*arguments.budget * 1000));
  options.dry_run = arguments.dry_run;
  options.full = arguments.full;
  options.wait = !arguments.no_wait;
  return maintain(options);
}

void print_json(const MaintainReport& r) {
  JsonText json;
  json.begin_object()
      .member("dry_run", r.dry_run)
      .member("partitions_merged", r.partitions_merged)
      .member("files_merged", r.files_merged)
      .member("files_written", r.files_written)
      .member("rows_rewritten", r.rows_rewritten)
      .member("bytes_merged", r.bytes_merged)
      .member("bytes_written", r.bytes_written)
      .member("partitions_left", r.partitions_left);
  json.key("conflicts").begin_array();
  for (const std::string& conflict : r.conflicts) json.value(conflict);
  json.end_array();
  json.member("snapshots_expired", r.snapshots_expired)
      .member("data_files_removed", r.data_files_removed)
      .member("metadata_files_removed", r.metadata_files_removed)
      .member("raw_files_removed", r.raw_files_removed)
      .member("quarantine_files_removed", r.quarantine_files_removed)
      .member("bytes_removed", r.bytes_removed)
      .member("seconds", r.seconds)
      .end_object();
  fmt::print("{}\n", json.text());
}

void print_text(const MaintainReport& r) {
  const auto size = [](std::int64_t bytes) {
    return format_byte_size(static_cast<std::uint64_t>(bytes));
  };
  if (r.dry_run) {
    fmt::print("would merge {} files of {} partitions ({})\n", r.files_merged, r.partitions_merged,
               size(r.bytes_merged));
  } else {
    fmt::print("merged {} files of {} partitions ({}) into {} ({})\n", r.files_merged,
               r.partitions_merged, size(r.bytes_merged), r.files_written, size(r.bytes_written));
  }
  if (r.partitions_left > 0)
    fmt::print("{} partitions are left for lack of time: run it again, or with more\n",
               r.partitions_left);
  for (const std::string& conflict : r.conflicts)
    fmt::print("{} changed meanwhile: its work was dropped\n", conflict);
  fmt::print(
      "{} {} snapshots; {} {} data files, {} metadata files, {} raw files and {} quarantine "
      "files ({})\n",
      r.dry_run ? "would expire" : "expired", r.snapshots_expired, r.dry_run ? "remove" : "removed",
      r.data_files_removed, r.metadata_files_removed, r.raw_files_removed,
      r.quarantine_files_removed, size(r.bytes_removed));
  fmt::print("{:.2f} s\n", r.seconds);
  if (!r.symlink_problem.empty()) {
    fmt::print(stderr, "clicklake: symlink manifests are behind, the next run writes them: {}\n",
               r.symlink_problem);
  }
}

}  // namespace

MaintainOptions maintain_options(const Config& config) {
  MaintainOptions options = config.maintain;
  options.lake = config.run.lake;
  options.threads = config.run.threads;
  options.memory_limit = config.run.memory_limit;
  options.temp_dir = config.run.temp_dir;
  options.parquet = config.run.parquet;
  options.symlinks = config.run.symlinks;
  if (config.maintain_file_bytes == 0)
    options.target_file_bytes = static_cast<std::int64_t>(config.run.target_file_bytes);
  return options;
}

void add_maintain_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<MaintainArguments>();
  CLI::App* command = app->add_subcommand(
      "maintain",
      "Merge small files, expire old snapshots, remove files that nobody needs\n\n"
      "Rows stay as they are, and nobody waits for it: readers and runs go on meanwhile.\n\n"
      "Examples:\n"
      "  clicklake maintain --lake mylake --dry-run\n"
      "  clicklake maintain --lake mylake --budget 60\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_flag("--dry-run", arguments->dry_run, "Say what there is to do, and do nothing");
  command->add_flag("--full", arguments->full,
                    "Merge whatever can be merged, however little is gained");
  command->add_option("--budget", arguments->budget, "Begin no partition after so many seconds")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9));
  command->add_option("--threads", arguments->threads, "Worker threads (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command->add_flag("--no-wait", arguments->no_wait,
                    "Fail at once, saying who, where another command holds the lake at a commit");
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([=] {
    context->chosen = [=] {
      const Result<MaintainReport> report = execute(*arguments);
      if (!report) return fail(report.error());
      if (arguments->format == "json") {
        print_json(*report);
      } else {
        print_text(*report);
      }
      return 0;
    };
  });
}

}  // namespace clicklake
