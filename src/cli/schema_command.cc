#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "base/json_text.h"
#include "cli/command.h"
#include "cli/report.h"
#include "metastore/metastore.h"
#include "model/time.h"

namespace clicklake {
namespace {

struct SchemaArguments {
  std::string lake;
  std::string table;
  std::string format = "text";
};

struct TableVersions {
  std::string name;  ///< database.table
  std::vector<SchemaVersion> versions;
};

Result<std::vector<TableVersions>> read_versions(const SchemaArguments& arguments) {
  ASSIGN_OR_RETURN(const std::filesystem::path lake, find_lake(arguments.lake));
  ASSIGN_OR_RETURN(const std::unique_ptr<Metastore> metastore,
                   Metastore::open(lake / "catalog.db"));
  std::vector<std::pair<std::string, std::string>> names;
  if (arguments.table.empty()) {
    ASSIGN_OR_RETURN(names, metastore->table_names());
  } else {
    const std::size_t dot = arguments.table.find('.');
    if (dot == std::string::npos) {
      names.emplace_back("default", arguments.table);
    } else {
      names.emplace_back(arguments.table.substr(0, dot), arguments.table.substr(dot + 1));
    }
  }
  std::vector<TableVersions> out;
  for (const auto& [database, table] : names) {
    ASSIGN_OR_RETURN(std::vector<SchemaVersion> versions,
                     metastore->schema_versions(database, table));
    std::string name = database;
    name += '.';
    name += table;
    out.push_back({std::move(name), std::move(versions)});
  }
  return out;
}

std::string log_json(const std::vector<TableVersions>& tables) {
  JsonText json;
  json.begin_object().key("tables").begin_array();
  for (const TableVersions& table : tables) {
    json.begin_object().member("table", table.name).key("versions").begin_array();
    for (const SchemaVersion& version : table.versions) {
      json.begin_object()
          .member("version", version.version)
          .member("time", format_timestamp(version.time_us))
          .member("change", as_utf8(version.change))
          .member("origin", as_utf8(version.origin))
          .key("columns")
          .begin_array();
      for (const HiveColumn& column : version.columns) {
        json.begin_object()
            .member("name", column.name)
            .member("type", to_string(column.type))
            .end_object();
      }
      json.end_array().end_object();
    }
    json.end_array().end_object();
  }
  return json.end_array().end_object().text();
}

void print_log(const std::vector<TableVersions>& tables) {
  bool first = true;
  for (const TableVersions& table : tables) {
    if (table.versions.empty()) continue;
    fmt::print("{}{}\n", first ? "" : "\n", table.name);
    first = false;
    for (const SchemaVersion& version : table.versions) {
      // To the second: what is behind it tells nobody anything.
      const std::int64_t whole = version.time_us - version.time_us % kMicrosPerSecond;
      fmt::print("  {:>4}  {}  {}\n", version.version, format_timestamp(whole),
                 as_line(version.change));
      if (!version.origin.empty()) fmt::print("        from {}\n", as_line(version.origin));
    }
  }
  if (first) fmt::print("no schema versions\n");
}

}  // namespace

void add_schema_command(CLI::App* app, CommandContext* context) {
  auto arguments = std::make_shared<SchemaArguments>();
  CLI::App* schema = app->add_subcommand(
      "schema",
      "The columns of tables over time\n\nExample:\n  clicklake schema log --lake mylake\n");
  schema->require_subcommand(1);
  CLI::App* log = schema->add_subcommand(
      "log",
      "Every version of the columns of tables: what changed, when, and from which file\n\n"
      "Examples:\n"
      "  clicklake schema log --lake mylake\n"
      "  clicklake schema log --lake mylake --format json web.clicks\n");
  add_lake_option(log, *context, &arguments->lake);
  log->add_option("TABLE", arguments->table,
                  "DATABASE.TABLE, or TABLE in `default` (default: all tables)");
  log->add_option("--format", arguments->format, "text or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  log->callback([=] {
    context->chosen = [=] {
      const auto versions = read_versions(*arguments);
      if (!versions) return fail(versions.error());
      if (arguments->format == "json") {
        fmt::print("{}\n", log_json(*versions));
      } else {
        print_log(*versions);
      }
      return 0;
    };
  });
}

}  // namespace clicklake
