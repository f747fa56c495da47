/// ALTER TABLE ... ADD COLUMNS and REPLACE COLUMNS, of a table or of one partition.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "statements/statement_runs.h"

namespace clicklake {
namespace {

using Columns = std::vector<HiveColumn>;

const HiveColumn* find_column(const Columns& columns, std::string_view name) {
  const auto it = std::find_if(columns.begin(), columns.end(),
                               [&](const HiveColumn& column) { return column.name == name; });
  return it == columns.end() ? nullptr : &*it;
}

/// No name twice, none of the partition keys'.
Status check_columns(const StatementContext& context, const ddl::TableName& name,
                     const Table& table, const Columns& columns) {
  for (auto it = columns.begin(); it != columns.end(); ++it) {
    const bool repeated = std::any_of(
        columns.begin(), it, [&](const HiveColumn& before) { return before.name == it->name; });
    if (repeated)
      return error_at(context, ErrorCode::kInvalidArgument, name.position,
                      "SemanticException [Error 10036]: Duplicate column name: " + it->name);
    if (find_column(table.partition_keys, it->name) != nullptr)
      return error_at(
          context, ErrorCode::kInvalidArgument, name.position,
          "SemanticException [Error 10035]: Column repeated in partitioning columns: " + it->name);
  }
  return {};
}

std::string declared(const HiveColumn& column) {
  return column.name + " " + to_string(column.type);
}

/// "added column score double, removed column x": for the table's history.
std::string change_text(const Columns& before, const Columns& after) {
  std::string text;
  const auto add = [&text](const std::string& one) { text += (text.empty() ? "" : ", ") + one; };
  for (const HiveColumn& column : after) {
    const HiveColumn* old = find_column(before, column.name);
    if (old == nullptr)
      add("added column " + declared(column));
    else if (old->type != column.type)
      add("changed " + column.name + " from " + to_string(old->type) + " to " +
          to_string(column.type));
  }
  for (const HiveColumn& column : before)
    if (find_column(after, column.name) == nullptr) add("removed column " + column.name);
  return text.empty() ? "changed the columns' order or comments" : text;
}

/// Gives the table, or the partition of `spec`, other columns: those that `change` makes of its
/// own.
template <typename Change>
StatementResult change_columns(const StatementContext& context, const ddl::TableName& name,
                               const std::optional<ddl::PartitionSpec>& spec,
                               std::string_view origin, const Change& change) {
  ASSIGN_OR_RETURN(Table table, find_changeable_table(context, name));
  if (spec) {
    ASSIGN_OR_RETURN(Partition partition, find_partition(context, table, *spec));
    partition.columns = change(partition.columns.value_or(table.storage.columns));
    RETURN_IF_ERROR(check_columns(context, name, table, *partition.columns));
    RETURN_IF_ERROR(context.metastore.update_partition(table.database, table.name, partition));
    return StatementRows{};
  }
  Columns columns = change(table.storage.columns);
  RETURN_IF_ERROR(check_columns(context, name, table, columns));
  const std::string text = change_text(table.storage.columns, columns);
  table.storage.columns = std::move(columns);
  RETURN_IF_ERROR(context.metastore.update_table(table, text, origin));
  return StatementRows{};
}

}  // namespace

StatementResult run_statement(const StatementContext& context, const ddl::AddColumns& add) {
  return change_columns(context, add.name, add.partition, "ALTER TABLE ADD COLUMNS",
                        [&](Columns columns) {
                          columns.insert(columns.end(), add.columns.begin(), add.columns.end());
                          return columns;
                        });
}

StatementResult run_statement(const StatementContext& context, const ddl::ReplaceColumns& replace) {
  return change_columns(context, replace.name, replace.partition, "ALTER TABLE REPLACE COLUMNS",
                        [&](const Columns&) { return replace.columns; });
}

}  // namespace clicklake
