#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "base/byte_size.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/crawl_report.h"
#include "cli/report.h"
#include "crawl/crawl_ddl.h"
#include "crawl/crawler.h"
#include "crawl/path_layout.h"

namespace clicklake {
namespace {

struct CrawlArguments {
  std::string lake;
  std::string path;
  std::string database = "default";
  std::string table;
  std::string new_columns = "add";
  std::string changed_types = "widen";
  std::string vanished = "mark";
  std::string format = "text";
  std::int64_t sample_lines = 100;
  std::int64_t sample_files = 2;
  int threads = 0;
  bool dry_run = false;
  bool ddl = false;
  bool full = false;
};

/// The line that shows how a crawl goes; on a terminal only.
class CrawlMeter {
 public:
  void show(const CrawlOptions::Progress& progress) {
    if (!terminal_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    shown_ = true;
    fmt::print(stderr, "\r\033[K{} {}{}", progress.phase, number_text(progress.done),
               progress.total > 0 ? " of " + number_text(progress.total) : "");
    std::fflush(stderr);
  }
  CrawlMeter() = default;
  CrawlMeter(const CrawlMeter&) = delete;
  CrawlMeter& operator=(const CrawlMeter&) = delete;
  ~CrawlMeter() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) != 0;
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

ChangePolicy policy_of(const std::string& text) {
  return text == "refuse"   ? ChangePolicy::kRefuse
         : text == "ignore" ? ChangePolicy::kIgnore
                            : ChangePolicy::kApply;
}

Result<CrawlReport> execute(const CrawlArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(const Config config, load_config(lake));
  CrawlOptions options;
  std::filesystem::path path = arguments.path;
  if (arguments.path.find("://") != std::string::npos) {
    ASSIGN_OR_RETURN(path, config.locations.resolve(arguments.path));
  }
  std::error_code error;
  options.folder = std::filesystem::absolute(path, error).lexically_normal();
  if (!is_plain_name(arguments.database))
    return Error{ErrorCode::kInvalidArgument, "--database '" + arguments.database +
                                                  "' is no name: lower-case letters, digits and _"};
  options.database = arguments.database;
  if (!arguments.table.empty() && sanitised_name(arguments.table) != arguments.table)
    return Error{ErrorCode::kInvalidArgument, "--table '" + arguments.table + "' is no name: try " +
                                                  sanitised_name(arguments.table)};
  options.table = arguments.table;
  options.policies = {policy_of(arguments.new_columns), policy_of(arguments.changed_types)};
  options.drop_vanished = arguments.vanished == "drop";
  options.dry_run = arguments.dry_run;
  options.full = arguments.full;
  const int threads = arguments.threads > 0 ? arguments.threads : config.run.threads;
  options.threads = static_cast<std::size_t>(std::max(threads, 1));
  options.sample_files = static_cast<std::size_t>(arguments.sample_files);
  options.sample.lines = static_cast<std::size_t>(arguments.sample_lines);
  ASSIGN_OR_RETURN(const std::unique_ptr<Metastore> metastore,
                   Metastore::open(lake / "catalog.db"));
  const std::unique_ptr<ObjectStore> store = local_object_store();
  CrawlMeter meter;
  options.progress = [&](const CrawlOptions::Progress& progress) { meter.show(progress); };
  return crawl(*metastore, *store, config.locations, options);
}

int run(const CrawlArguments& arguments) {
  const Result<CrawlReport> report = execute(arguments);
  if (!report) return fail(report.error());
  const bool drop = arguments.vanished == "drop";
  if (arguments.ddl) {
    for (const CrawledTable& table : report->tables) fmt::print("{}", crawl_ddl(table, drop));
    std::fflush(stdout);
    for (const OddThing& thing : report->odd)
      fmt::print(stderr, "clicklake: odd: {}: {}\n", as_line(thing.path), as_line(thing.reason));
  } else {
    print_crawl_report(*report, {arguments.format == "json", arguments.dry_run, drop});
  }
  std::fflush(stdout);
  print_crawl_problems(*report);
  return report->refused() || !report->unreadable.empty() ? 1 : 0;
}

}  // namespace

void add_crawl_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<CrawlArguments>();
  CLI::App* command = app->add_subcommand(
      "crawl",
      "Find tables and partitions under a folder, infer their columns, and bring the catalog up to "
      "date\n\n"
      "Examples:\n"
      "  clicklake crawl --lake mylake /data/clickstream\n"
      "  clicklake crawl --lake mylake --dry-run --ddl s3://company-raw/clickstream/\n"
      "  clicklake crawl --lake mylake --database web --new-columns refuse --vanished drop "
      "/data/web\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_option("PATH", arguments->path, "A folder, or an address that [locations] maps")
      ->required();
  command->add_option("--database", arguments->database, "Where new tables go (default: default)")
      ->type_name("NAME");
  command
      ->add_option("--table", arguments->table,
                   "The name of the one new table (default: its folder's)")
      ->type_name("NAME");
  command
      ->add_option("--new-columns", arguments->new_columns,
                   "What files have more than the catalog: add (default), ignore, or refuse the "
                   "table")
      ->type_name("POLICY")
      ->check(CLI::IsMember({"add", "ignore", "refuse"}));
  command
      ->add_option("--changed-types", arguments->changed_types,
                   "Types that the catalog's do not read: widen (default), ignore, or refuse")
      ->type_name("POLICY")
      ->check(CLI::IsMember({"widen", "ignore", "refuse"}));
  command
      ->add_option("--vanished", arguments->vanished,
                   "Partitions whose folder is gone: mark (default; queries pass by), or drop")
      ->type_name("POLICY")
      ->check(CLI::IsMember({"mark", "drop"}));
  command
      ->add_option("--sample-lines", arguments->sample_lines,
                   "Lines read of a sampled file (default: 100)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command
      ->add_option("--sample-files", arguments->sample_files,
                   "Files sampled of a new folder (default: 2, its first and last)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  command->add_flag("--full", arguments->full, "Read folders again that are as they were");
  command->add_flag("--dry-run", arguments->dry_run, "Write nothing; show what would be");
  command->add_flag("--ddl", arguments->ddl, "Print the statements instead of the report");
  command->add_option("--threads", arguments->threads, "Threads (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([=] { context->chosen = [=] { return run(*arguments); }; });
}

}  // namespace clicklake
