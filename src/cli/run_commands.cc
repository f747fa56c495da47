#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "base/byte_size.h"
#include "catalog/catalog.h"
#include "catalog/lake_lock.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/progress_meter.h"
#include "cli/report.h"
#include "ingest/sources.h"
#include "model/time.h"
#include "pipeline/run.h"
#include "upkeep/maintain.h"

namespace clicklake {
namespace {

enum class What { kIngest, kTransform, kRun };

struct RunArguments {
  std::string lake;
  std::vector<std::string> sources;
  std::string format = "text";
  std::string arrived_at;
  std::string max_line_bytes;
  double max_quarantine_ratio = -1;
  int threads = 0;
  bool in_place = false;
  bool no_wait = false;
  bool no_rules = false;
};

Status apply_flags(const RunArguments& arguments, RunOptions* options) {
  options->in_place |= arguments.in_place;
  options->match_rules &= !arguments.no_rules;
  if (arguments.threads > 0) options->threads = arguments.threads;
  if (arguments.max_quarantine_ratio >= 0)
    options->max_quarantine_ratio = arguments.max_quarantine_ratio;
  if (!arguments.max_line_bytes.empty()) {
    ASSIGN_OR_RETURN(options->max_line_bytes, parse_byte_size(arguments.max_line_bytes));
  }
  if (!arguments.arrived_at.empty()) {
    options->arrived_at_us = parse_timestamp(arguments.arrived_at);
    if (!options->arrived_at_us) {
      return Error{ErrorCode::kInvalidArgument,
                   "--arrived-at '" + arguments.arrived_at +
                       "' is no time: write it as in 2024-11-04T15:00:00Z"};
    }
  }
  return {};
}

/// Sources in groups that are taken in one way each: those of the command line, or those of the
/// config.
struct SourceGroup {
  std::vector<std::string> paths;
  bool in_place;
};

Result<RunReport> execute(What what, const RunArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(Config config, load_config(lake));
  RETURN_IF_ERROR(apply_flags(arguments, &config.run));

  std::vector<SourceGroup> groups;
  if (what != What::kTransform) {
    if (!arguments.sources.empty()) {
      groups.push_back({arguments.sources, config.run.in_place});
    } else {
      for (const bool in_place : {false, true}) {
        SourceGroup group{{}, in_place || config.run.in_place};
        for (const ConfiguredSource& source : config.sources) {
          if (source.in_place == in_place) group.paths.push_back(source.path);
        }
        if (!group.paths.empty()) groups.push_back(std::move(group));
      }
      if (groups.empty()) {
        return Error{ErrorCode::kInvalidArgument,
                     "no SOURCE: name files, folders, globs or - (standard input), or write "
                     "[source.NAME] path = \"...\" in " +
                         (lake / "clicklake.toml").string()};
      }
    }
  }
  std::vector<SourceListing> listings;
  for (const SourceGroup& group : groups) {
    ASSIGN_OR_RETURN(SourceListing listing, list_sources(group.paths, lake));
    listings.push_back(std::move(listing));
  }

  ASSIGN_OR_RETURN(const LakeLock lock, LakeLock::acquire(lake,
                                                          what == What::kRun      ? "run"
                                                          : what == What::kIngest ? "ingest"
                                                                                  : "transform",
                                                          !arguments.no_wait));
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
  RunProgress progress;
  const ProgressMeter meter(&progress);
  if (what == What::kTransform) return run_transform(*catalog, config.run, &progress);
  RunReport sum;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    RunOptions options = config.run;
    options.in_place = groups[i].in_place;
    ASSIGN_OR_RETURN(RunReport report,
                     what == What::kIngest
                         ? run_ingest(*catalog, options, std::move(listings[i]), &progress)
                         : run_all(*catalog, options, std::move(listings[i]), &progress));
    add_up(std::move(report), &sum);
  }
  return sum;
}

/// Within its budget, where the config asks for it. Another command that works on the lake by now
/// is not waited for.
Status maintain_after_run(const RunArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(const Config config, load_config(lake));
  if (!config.maintain_after_run) return {};
  MaintainOptions options = maintain_options(config);
  if (!options.budget) options.budget = std::chrono::seconds(10);
  options.wait = false;
  options.remove_every = std::chrono::hours(1);
  const auto done = maintain(options);
  return done || done.error().code == ErrorCode::kBusy ? Status() : Status(done.error());
}

void add_command(CLI::App* app, CommandContext* context, What what, const char* name,
                 const char* description) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app->add_subcommand(name, description);
  add_lake_option(command, *context, &arguments->lake);
  if (what != What::kTransform) {
    command->add_option(
        "SOURCE", arguments->sources,
        "Folders, files, globs, or - for standard input (.json .ndjson .jsonl, also .gz and .zst)");
    command->add_flag("--in-place", arguments->in_place,
                      "Register hourly files where they lie (year=/month=/day=/hour=, or "
                      "YYYY/MM/DD/HH); copy nothing");
    command
        ->add_option("--arrived-at", arguments->arrived_at,
                     "When the events arrived (default: the files' modification times, now for "
                     "standard input)")
        ->type_name("TIME");
    command
        ->add_option("--max-line-bytes", arguments->max_line_bytes,
                     "Longer lines go to quarantine (config: max_line_bytes)")
        ->type_name("SIZE");
    command
        ->add_option("--max-quarantine-ratio", arguments->max_quarantine_ratio,
                     "Publish nothing where a larger share of records is bad")
        ->type_name("RATIO")
        ->check(CLI::Range(0.0, 1.0));
  }
  command->add_option("--threads", arguments->threads, "Worker threads (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  if (what != What::kIngest) {
    command->add_flag("--no-rules", arguments->no_rules,
                      "Events meet no rules: for old data that nobody is to be alerted of");
  }
  command->add_flag("--no-wait", arguments->no_wait,
                    "Fail at once, saying who, where another command works on the lake");
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([=] {
    context->chosen = [=] {
      const Result<RunReport> report = execute(what, *arguments);
      if (!report) return fail(report.error());
      if (const Status kept = maintain_after_run(*arguments); !kept) {
        // The run is published; what was not done is done after the next one.
        fmt::print(stderr, "upkeep after the run failed: {}\n", kept.error().message);
      }
      return print_run_report(*report, arguments->format == "json");
    };
  });
}

}  // namespace

void add_ingest_command(CLI::App* app, CommandContext* context) {
  add_command(app, context, What::kIngest, "ingest",
              "Take events into the raw layer: read, check, write by hour\n\n"
              "Examples:\n"
              "  clicklake ingest --lake mylake clicks/ 'more/**/*.json.gz'\n"
              "  zcat old.gz | clicklake ingest --lake mylake -\n");
}

void add_transform_command(CLI::App* app, CommandContext* context) {
  add_command(app, context, What::kTransform, "transform",
              "Make star tables of the raw batches that are not in them yet\n\n"
              "Example:\n"
              "  clicklake transform --lake mylake\n");
}

void add_run_command(CLI::App* app, CommandContext* context) {
  add_command(
      app, context, What::kRun, "run",
      "Ingest and transform, then report; without a SOURCE, what is new in the config's "
      "[source.NAME] paths\n\n"
      "Examples:\n"
      "  clicklake run --lake mylake clicks/\n"
      "  clicklake run --lake mylake --in-place /data/clickstream\n"
      "  curl -s https://example.com/events.json | clicklake run --lake mylake --format json -\n");
}

}  // namespace clicklake
