#include <fmt/format.h>

#include <cstdio>
#include <limits>
#include <memory>
#include <optional>

#include "base/byte_size.h"
#include "base/json_text.h"
#include "cli/command.h"
#include "cli/config.h"
#include "metastore/query_log.h"
#include "model/time.h"
#include "query/cost_summary.h"

namespace clicklake {

namespace {

struct CostReport {
  CostGrouping grouping = CostGrouping::kDay;
  std::string by;
  ScanPrice price;
  CostSummary summary;
};

/// The beginning of a day, UTC.
Result<std::int64_t> day_start(const std::string& option, const std::string& text) {
  const auto time = text.size() == 10 ? parse_timestamp(text) : std::nullopt;
  if (time) return *time;
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("{} is a day such as 2024-11-01, not '{}'", option, text)};
}

Result<CostReport> read_costs(const std::string& lake_option, const std::string& since,
                              const std::string& until, const std::string& by) {
  std::int64_t from = 0;
  std::int64_t to = std::numeric_limits<std::int64_t>::max();
  if (!since.empty()) {
    ASSIGN_OR_RETURN(from, day_start("--since", since));
  }
  if (!until.empty()) {
    ASSIGN_OR_RETURN(to, day_start("--until", until));
    to += kMicrosPerDay;
  }
  CostReport report;
  report.by = by;
  ASSIGN_OR_RETURN(report.grouping, parse_cost_grouping(by));
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(lake_option));
  ASSIGN_OR_RETURN(const Config config, load_config(lake));
  report.price = config.price;
  ASSIGN_OR_RETURN(const auto log, QueryLog::open(lake / "catalog.db"));
  CostSums sums(report.grouping, report.price);
  RETURN_IF_ERROR(log->read(from, to, [&](const LoggedQuery& query) -> Status {
    sums.add(query);
    return {};
  }));
  report.summary = sums.summary();
  return report;
}

void add_row(JsonText* json, const CostRow& row) {
  json->member("queries", row.queries).member("bytes", row.bytes).member("dollars", row.dollars);
  json->member("raw_bytes", row.raw_bytes).member("raw_dollars", row.raw_dollars);
  json->member("saved_percent", row.saved_percent());
}

std::string costs_json(const CostReport& report) {
  JsonText json;
  json.begin_object().member("by", report.by);
  json.member("price_per_tb", report.price.dollars_per_tb);
  json.member("scan_minimum", report.price.minimum_bytes);
  json.key("rows").begin_array();
  for (const CostRow& row : report.summary.rows) {
    json.begin_object().member(report.by, row.key);
    add_row(&json, row);
    json.end_object();
  }
  json.end_array();
  for (const auto& [name, row] :
       {std::pair<std::string_view, const CostRow&>("total", report.summary.total),
        {"raw", report.summary.raw},
        {"processed", report.summary.processed}}) {
    json.key(name).begin_object();
    add_row(&json, row);
    json.end_object();
  }
  return json.end_object().text();
}

std::string size_text(std::int64_t bytes) {
  return format_byte_size(static_cast<std::uint64_t>(bytes));
}

void print_row(std::string_view key, const CostRow& row) {
  const std::string saved = row.raw_bytes > 0 ? fmt::format("{:.2f} %", row.saved_percent()) : "";
  fmt::print("{:<34}{:>9}{:>11}{:>11}{:>11}{:>11}{:>9}\n", key, row.queries, size_text(row.bytes),
             format_dollars(row.dollars), size_text(row.raw_bytes), format_dollars(row.raw_dollars),
             saved);
}

void print_costs(const CostReport& report) {
  const CostSummary& summary = report.summary;
  if (summary.total.queries == 0) {
    fmt::print("no queries of tables are logged\n");
    return;
  }
  fmt::print("{:<34}{:>9}{:>11}{:>11}{:>11}{:>11}{:>9}\n", report.by, "queries", "scanned",
             "dollars", "all of raw", "dollars", "saved");
  for (const CostRow& row : summary.rows) print_row(row.key.empty() ? "(no tag)" : row.key, row);
  print_row("total", summary.total);
  fmt::print("\n");
  print_row("queries of raw text", summary.raw);
  print_row("queries of Parquet alone", summary.processed);
}

}  // namespace

void add_cost_command(CLI::App* app, CommandContext* context) {
  struct Arguments {
    std::string lake;
    std::string since;
    std::string until;
    std::string by = "day";
    std::string format = "text";
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app->add_subcommand(
      "cost",
      "What the lake's queries scanned, what Athena would have charged, and what raw would have "
      "cost\n\n"
      "Examples:\n"
      "  clicklake cost --lake mylake --since 2024-11-01 --until 2024-11-30\n"
      "  clicklake cost --lake mylake --by tag --format json\n");
  add_lake_option(command, *context, &arguments->lake);
  command->add_option("--since", arguments->since, "The first day, UTC")->type_name("DAY");
  command->add_option("--until", arguments->until, "The last day, UTC")->type_name("DAY");
  command->add_option("--by", arguments->by, "day, tag or table")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"day", "tag", "table"}));
  command->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  command->callback([=] {
    context->chosen = [=] {
      const auto report =
          read_costs(arguments->lake, arguments->since, arguments->until, arguments->by);
      if (!report) return fail(report.error());
      if (arguments->format == "json") {
        fmt::print("{}\n", costs_json(*report));
      } else {
        print_costs(*report);
      }
      return 0;
    };
  });
}

}  // namespace clicklake
