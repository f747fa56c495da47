/// SHOW of tables, views, columns, partitions, properties and definitions.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ddl/ddl_text.h"
#include "ddl/parser.h"
#include "metastore/partition_value.h"
#include "statements/hive_storage.h"
#include "statements/name_pattern.h"
#include "statements/statement_runs.h"

namespace clicklake {
namespace {

Result<std::vector<Table>> tables_of(const StatementContext& context, const std::string& database) {
  const std::string name = database.empty() ? std::string(context.current_database) : database;
  auto tables = context.metastore.tables(name);
  if (!tables && tables.error().code == ErrorCode::kNotFound) return database_not_found(name);
  return tables;
}

/// Each line of `text` as a row.
StatementRows lines(std::string column, std::string_view text) {
  StatementRows rows;
  rows.columns = {std::move(column)};
  while (text.ends_with('\n')) text.remove_suffix(1);
  while (true) {
    const std::size_t end = text.find('\n');
    rows.rows.push_back({std::string(text.substr(0, end))});
    if (end == std::string_view::npos) return rows;
    text.remove_prefix(end + 1);
  }
}

/// A name as CREATE VIEW reads it: in double quotes where it needs some.
std::string view_name_text(const std::string& name) {
  const bool plain =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string::npos &&
      name.find_first_of("0123456789") != 0 && !ddl::is_reserved_word(name);
  return plain ? name : "\"" + name + "\"";
}

}  // namespace

StatementResult run_statement(const StatementContext& context, const ddl::ShowTables& show) {
  ASSIGN_OR_RETURN(const auto tables, tables_of(context, show.database));
  StatementRows rows;
  rows.columns = {"tab_name"};
  for (const Table& table : tables)
    if (fits_name_pattern(table.name, show.pattern)) rows.rows.push_back({table.name});
  return rows;
}

StatementResult run_statement(const StatementContext& context, const ddl::ShowViews& show) {
  ASSIGN_OR_RETURN(const auto tables, tables_of(context, show.database));
  StatementRows rows;
  rows.columns = {"views"};
  for (const Table& table : tables)
    if (table.is_view() && fits_name_pattern(table.name, show.pattern))
      rows.rows.push_back({table.name});
  return rows;
}

StatementResult run_statement(const StatementContext& context, const ddl::ShowColumns& show) {
  ASSIGN_OR_RETURN(const Table table, find_table(context, show.name));
  StatementRows rows;
  rows.columns = {"field"};
  for (const HiveColumn& column : table.storage.columns) rows.rows.push_back({column.name});
  for (const HiveColumn& key : table.partition_keys) rows.rows.push_back({key.name});
  return rows;
}

StatementResult run_statement(const StatementContext& context, const ddl::ShowPartitions& show) {
  ASSIGN_OR_RETURN(const Table table, find_table(context, show.name));
  if (table.partition_keys.empty())
    return error_at(context, ErrorCode::kInvalidArgument, show.name.position,
                    "SemanticException [Error 10241]: Table " + full_name(table) +
                        " is not a partitioned table");
  PartialSpecValues only;
  if (show.partition) {
    ASSIGN_OR_RETURN(only, partial_spec(context, table, *show.partition));
  }
  const PartitionTest keep = [&only](const std::vector<std::string>& values) {
    for (std::size_t i = 0; i < only.given.size(); ++i)
      if (only.given[i] && only.canonical[i] != values[i]) return false;
    return true;
  };
  ASSIGN_OR_RETURN(const auto partitions,
                   context.metastore.partitions(table.database, table.name, keep));
  StatementRows rows;
  rows.columns = {"partition"};
  for (const Partition& partition : partitions)
    rows.rows.push_back({partition_name(table, partition.values)});
  return rows;
}

StatementResult run_statement(const StatementContext& context, const ddl::ShowCreateTable& show) {
  ASSIGN_OR_RETURN(const Table table, find_table(context, show.name));
  if (table.is_view())
    return error_at(context, ErrorCode::kInvalidArgument, show.name.position,
                    full_name(table) + " is a view: SHOW CREATE VIEW shows its query");
  return lines("createtab_stmt", ddl::create_table_text(create_statement_of(table)));
}

StatementResult run_statement(const StatementContext& context, const ddl::ShowCreateView& show) {
  ASSIGN_OR_RETURN(const Table view, find_table(context, show.name));
  if (!view.is_view())
    return error_at(context, ErrorCode::kInvalidArgument, show.name.position,
                    full_name(view) + " is a table: SHOW CREATE TABLE shows its definition");
  return lines("createview_stmt", "CREATE VIEW " + view_name_text(view.database) + "." +
                                      view_name_text(view.name) + " AS\n" +
                                      view.view_original_text);
}

StatementResult run_statement(const StatementContext& context,
                              const ddl::ShowTableProperties& show) {
  ASSIGN_OR_RETURN(const Table table, find_table(context, show.name));
  StatementRows rows;
  const Parameters properties = shown_properties(table);
  if (show.key) {
    const std::string* value = find_parameter(properties, *show.key);
    rows.columns = {"prpt_value"};
    rows.rows.push_back(
        {value != nullptr ? *value
                          : "Table " + full_name(table) + " does not have property: " + *show.key});
    return rows;
  }
  rows.columns = {"prpt_name", "prpt_value"};
  for (const auto& [key, value] : properties) rows.rows.push_back({key, value});
  return rows;
}

}  // namespace clicklake
