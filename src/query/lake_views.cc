#include "query/lake_views.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "query/unbound_table.h"
#include "rows/field_map.h"
#include "sql/session.h"

namespace clicklake {

namespace {

std::string create_view(const TableDefinition& table) {
  return "CREATE OR REPLACE VIEW memory.main." + quote_identifier(table.name) + " AS SELECT ";
}

/// `"a", "b"`, with `NULL::TYPE AS` before each where there is nothing to read.
std::string select_list(const TableDefinition& table, bool nulls) {
  std::string list;
  for (const ColumnDefinition& column : table.columns) {
    if (!list.empty()) list += ", ";
    if (nulls) list.append("NULL::").append(duckdb_type(column.type)).append(" AS ");
    list += quote_identifier(column.name);
  }
  return list;
}

}  // namespace

std::string unbound_view(const TableDefinition& table) {
  return create_view(table) + select_list(table, false) + " FROM " + kUnboundTableFunction + "(" +
         quote_literal(table.name) + ");";
}

std::string bound_view(const TableDefinition& table, const std::filesystem::path& lake,
                       std::span<const DataFile> files) {
  if (files.empty()) return create_view(table) + select_list(table, true) + " WHERE false;";
  std::string list;
  std::int64_t rows = 0;
  for (const DataFile& file : files) {
    if (!list.empty()) list += ", ";
    list += quote_literal((lake / file.path).string());
    rows += file.info.record_count;
  }
  return create_view(table) + select_list(table, false) + " FROM read_parquet([" + list +
         "], schema = " + field_map(table) +
         ", hive_partitioning = false, explicit_cardinality = " + std::to_string(rows) + ");";
}

}  // namespace clicklake
