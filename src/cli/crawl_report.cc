#include "cli/crawl_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/json_text.h"
#include "cli/report.h"

namespace clicklake {
namespace {

/// Lines of one kind that are shown as text; JSON has more of them.
constexpr std::size_t kMostLines = 20;
constexpr std::size_t kMostElements = 1000;

std::string_view state_of(const CrawledTable& table) {
  if (table.refused) return "refused";
  if (table.is_new) return "new";
  const bool changed = std::any_of(table.changes.begin(), table.changes.end(),
                                   [](const SchemaChange& change) { return change.applied; }) ||
                       !table.added.empty() || !table.moved.empty() || !table.vanished.empty() ||
                       table.returned > 0;
  return changed ? "changed" : "unchanged";
}

std::string_view kind_text(SchemaChange::Kind kind) {
  switch (kind) {
    case SchemaChange::Kind::kNewColumn: return "new_column";
    case SchemaChange::Kind::kNewField: return "new_field";
    case SchemaChange::Kind::kWiderType: return "wider_type";
    default: return "misfit";
  }
}

std::string values_text(const Table& table, const std::vector<std::string>& values) {
  std::string out;
  for (std::size_t i = 0; i < values.size(); ++i)
    out += (i > 0 ? "/" : "") + table.partition_keys[i].name + "=" + values[i];
  return out;
}

void columns_json(std::string_view name, const std::vector<HiveColumn>& columns, JsonText* json) {
  json->key(name).begin_array();
  for (const HiveColumn& column : columns)
    json->begin_object()
        .member("name", column.name)
        .member("type", to_string(column.type))
        .end_object();
  json->end_array();
}

void partitions_json(std::string_view name, const CrawledTable& table,
                     const std::vector<CrawledPartition>& partitions, JsonText* json) {
  json->key(name)
      .begin_object()
      .member("count", static_cast<std::int64_t>(partitions.size()))
      .key("first")
      .begin_array();
  for (std::size_t i = 0; i < std::min(partitions.size(), kMostElements); ++i) {
    json->begin_object()
        .member("partition", values_text(table.table, partitions[i].values))
        .member("location", as_utf8(partitions[i].location))
        .end_object();
  }
  json->end_array().end_object();
}

void things_json(std::string_view name, const std::vector<OddThing>& things, JsonText* json) {
  json->key(name)
      .begin_object()
      .member("count", static_cast<std::int64_t>(things.size()))
      .key("first")
      .begin_array();
  for (std::size_t i = 0; i < std::min(things.size(), kMostElements); ++i) {
    json->begin_object()
        .member("path", as_utf8(things[i].path))
        .member("reason", as_utf8(things[i].reason))
        .end_object();
  }
  json->end_array().end_object();
}

std::string report_json(const CrawlReport& report, bool dry_run) {
  JsonText json;
  json.begin_object().member("dry_run", dry_run).key("tables").begin_array();
  for (const CrawledTable& table : report.tables) {
    json.begin_object()
        .member("database", table.table.database)
        .member("name", table.table.name)
        .member("state", state_of(table))
        .member("format", to_string(table.format))
        .member("location", as_utf8(table.table.storage.location))
        .member("version", table.table.version);
    columns_json("columns", table.table.storage.columns, &json);
    columns_json("partition_keys", table.table.partition_keys, &json);
    json.key("changes").begin_array();
    for (const SchemaChange& change : table.changes) {
      json.begin_object()
          .member("kind", kind_text(change.kind))
          .member("what", change.what)
          .member("origin", as_utf8(change.origin))
          .member("applied", change.applied)
          .end_object();
    }
    json.end_array();
    json.member("partitions", table.partitions);
    partitions_json("added", table, table.added, &json);
    partitions_json("moved", table, table.moved, &json);
    partitions_json("vanished", table, table.vanished, &json);
    json.member("returned", table.returned).key("remarks").begin_array();
    for (const std::string& remark : table.remarks) json.value(as_utf8(remark));
    json.end_array().end_object();
  }
  json.end_array();
  things_json("odd", report.odd, &json);
  things_json("unreadable", report.unreadable, &json);
  json.member("folders_listed", report.folders_listed)
      .member("folders_skipped", report.folders_skipped)
      .member("files", report.files)
      .member("files_sampled", report.files_sampled)
      .member("lines_sampled", report.lines_sampled)
      .member("seconds", report.seconds);
  return json.end_object().text();
}

void print_partitions(std::string_view what, const CrawledTable& table,
                      const std::vector<CrawledPartition>& partitions) {
  if (partitions.empty()) return;
  const auto& first = partitions.front().values;
  const auto& last = partitions.back().values;
  fmt::print("  {} {} partitions: {}{}\n",
             number_text(static_cast<std::int64_t>(partitions.size())), what,
             as_line(values_text(table.table, first)),
             partitions.size() > 1 ? " ... " + as_line(values_text(table.table, last)) : "");
}

void print_table(const CrawledTable& table, bool drop_vanished) {
  const Table& t = table.table;
  fmt::print("\n{}.{} ({}, {}) at {}\n", t.database, t.name, state_of(table),
             to_string(table.format), as_line(t.storage.location));
  if (table.is_new) {
    std::size_t width = 0;
    for (const auto* columns : {&t.storage.columns, &t.partition_keys}) {
      for (const HiveColumn& column : *columns) width = std::max(width, column.name.size());
    }
    for (const HiveColumn& column : t.storage.columns)
      fmt::print("  {:<{}}  {}\n", column.name, width, to_string(column.type));
    for (const HiveColumn& key : t.partition_keys)
      fmt::print("  {:<{}}  {}, a partition key\n", key.name, width, to_string(key.type));
  }
  for (const SchemaChange& change : table.changes)
    fmt::print("  {}{} (in {})\n", change.applied ? "" : "not applied: ", as_line(change.what),
               as_line(change.origin));
  print_partitions("new", table, table.added);
  print_partitions("moved", table, table.moved);
  print_partitions(drop_vanished ? "vanished, now dropped," : "vanished, now marked,", table,
                   table.vanished);
  if (table.returned > 0) fmt::print("  {} partitions are back\n", number_text(table.returned));
  for (const std::string& remark : table.remarks) fmt::print("  note: {}\n", as_line(remark));
}

void print_things(std::FILE* out, std::string_view what, const std::vector<OddThing>& things) {
  if (things.empty()) return;
  fmt::print(out, "{}: {}\n", what, number_text(static_cast<std::int64_t>(things.size())));
  for (std::size_t i = 0; i < std::min(things.size(), kMostLines); ++i)
    fmt::print(out, "  {}: {}\n", as_line(things[i].path), as_line(things[i].reason));
  if (things.size() > kMostLines)
    fmt::print(out, "  ... and {} more; --format json lists up to {}\n",
               number_text(static_cast<std::int64_t>(things.size() - kMostLines)),
               number_text(static_cast<std::int64_t>(kMostElements)));
}

}  // namespace

void print_crawl_report(const CrawlReport& report, const CrawlReportOptions& options) {
  if (options.json) {
    fmt::print("{}\n", report_json(report, options.dry_run));
    return;
  }
  fmt::print("{:<32}{:<11}{:<9}{:>8}{:>12}{:>10}{:>10}\n", "table", "state", "format", "columns",
             "partitions", "new", "vanished");
  for (const CrawledTable& table : report.tables) {
    fmt::print(
        "{:<32}{:<11}{:<9}{:>8}{:>12}{:>10}{:>10}\n", table.table.database + "." + table.table.name,
        state_of(table), to_string(table.format), table.table.storage.columns.size(),
        number_text(table.partitions), number_text(static_cast<std::int64_t>(table.added.size())),
        number_text(static_cast<std::int64_t>(table.vanished.size())));
  }
  if (report.tables.empty()) fmt::print("no tables\n");
  for (const CrawledTable& table : report.tables) {
    if (state_of(table) != "unchanged" || !table.remarks.empty())
      print_table(table, options.drop_vanished);
  }
  if (!report.tables.empty() || !report.odd.empty()) fmt::print("\n");
  print_things(stdout, "odd, not registered", report.odd);
  fmt::print("folders listed {}, as they were {}; files {}, sampled {}; {:.2f} s{}\n",
             number_text(report.folders_listed), number_text(report.folders_skipped),
             number_text(report.files), number_text(report.files_sampled), report.seconds,
             options.dry_run ? "; dry run: nothing was written" : "");
}

void print_crawl_problems(const CrawlReport& report) {
  print_things(stderr, "clicklake: unreadable", report.unreadable);
  for (const CrawledTable& table : report.tables) {
    if (!table.refused) continue;
    fmt::print(stderr,
               "clicklake: {}.{} was not changed: its files hold what a policy refuses; see the "
               "report, or crawl with --new-columns add and --changed-types widen\n",
               table.table.database, table.table.name);
  }
}

}  // namespace clicklake
