#include "console/sql_command.h"

#include <memory>

#include "base/byte_size.h"
#include "catalog/catalog.h"
#include "cli/command.h"
#include "cli/config.h"

namespace clicklake {

void add_sql_command(CLI::App* app, CommandContext* context) {
  struct Arguments {
    std::string lake;
    std::string sql;
    std::string file;
    std::string format = "table";
    std::string output;
    std::string database = "default";
    std::string tag;
    std::string max_scan;
    bool dry_run = false;
    int threads = 0;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app->add_subcommand(
      "sql",
      "Query the published tables; on a terminal without SQL, a prompt\n\n"
      "Examples:\n"
      "  clicklake sql --lake mylake \"SELECT event_type, count(*) FROM fact_clicks GROUP BY 1 "
      "ORDER BY 2 DESC\"\n"
      "  clicklake sql --lake mylake -f report.sql --format csv --output report.csv\n"
      "  clicklake sql --lake mylake \"MSCK REPAIR TABLE clickstream_raw.click_events_raw\"\n"
      "  clicklake sql --lake mylake --dry-run \"SELECT * FROM click_events_raw WHERE day = 4\"\n"
      "  echo 'SELECT count(*) FROM dim_users' | clicklake sql --lake mylake --format json\n");
  add_lake_option(command, *context, &arguments->lake);
  CLI::Option* sql = command->add_option("SQL", arguments->sql, "Statements, separated by ;");
  command->add_option("-f,--file", arguments->file, "A file of statements (-: standard input)")
      ->type_name("FILE")
      ->excludes(sql);
  command->add_option("--format", arguments->format, "table, csv, json, ndjson or parquet")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "csv", "json", "ndjson", "parquet"}));
  command->add_option("--output", arguments->output, "Where the rows go (default: standard output)")
      ->type_name("FILE");
  command
      ->add_option("--database", arguments->database,
                   "Where names without a database are looked for first (default: default)")
      ->type_name("NAME");
  command->add_flag("--dry-run", arguments->dry_run,
                    "Say what each statement would scan and cost, and run none");
  command
      ->add_option("--max-scan", arguments->max_scan,
                   "Refuse a statement that scans more (default: max_scan of the settings)")
      ->type_name("SIZE");
  command->add_option("--tag", arguments->tag, "A word for `clicklake cost --by tag`")
      ->type_name("TAG");
  command->add_option("--threads", arguments->threads, "DuckDB's threads (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command->callback([=] {
    context->chosen = [=] {
      const auto code = [&]() -> Result<int> {
        ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments->lake));
        ASSIGN_OR_RETURN(const Config config, load_config(lake));
        ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog,
                         Catalog::open(lake / "catalog.db"));
        SqlCommandOptions options;
        if (sql->count() > 0) options.sql = arguments->sql;
        options.file = arguments->file;
        options.output = arguments->output;
        ASSIGN_OR_RETURN(options.format, parse_output_format(arguments->format));
        options.session.session.threads =
            arguments->threads > 0 ? arguments->threads : config.run.threads;
        options.session.session.memory_limit = config.run.memory_limit;
        options.session.session.temp_dir = config.run.temp_dir;
        options.session.locations = config.locations;
        options.session.database = arguments->database;
        options.session.with_bill = true;
        options.session.max_scan = config.max_scan.value_or(0);
        if (!arguments->max_scan.empty()) {
          ASSIGN_OR_RETURN(const std::uint64_t most, parse_byte_size(arguments->max_scan));
          options.session.max_scan = static_cast<std::int64_t>(most);
        }
        options.price = config.price;
        options.tag = arguments->tag;
        options.dry_run = arguments->dry_run;
        options.history_file = context->history_file;
        return run_sql_command(*catalog, lake, options);
      }();
      return code ? *code : fail(code.error());
    };
  });
}

}  // namespace clicklake
