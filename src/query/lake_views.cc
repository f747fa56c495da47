#include "query/lake_views.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "query/unbound_table.h"
#include "sql/session.h"

namespace clicklake {

namespace {

std::string_view sql_type(ColumnType type) {
  switch (type) {
    case ColumnType::kBoolean: return "BOOLEAN";
    case ColumnType::kInt: return "INTEGER";
    case ColumnType::kLong: return "BIGINT";
    case ColumnType::kDouble: return "DOUBLE";
    case ColumnType::kDecimal18_4: return "DECIMAL(18,4)";
    case ColumnType::kString: return "VARCHAR";
    case ColumnType::kDate: return "DATE";
    case ColumnType::kTimestampTz: return "TIMESTAMPTZ";
    case ColumnType::kMapStringString: return "MAP(VARCHAR, VARCHAR)";
  }
  return "VARCHAR";
}

std::string create_view(const TableDefinition& table) {
  return "CREATE OR REPLACE VIEW memory.main." + quote_identifier(table.name) + " AS SELECT ";
}

/// `"a", "b"`, with `NULL::TYPE AS` before each where there is nothing to read.
std::string select_list(const TableDefinition& table, bool nulls) {
  std::string list;
  for (const ColumnDefinition& column : table.columns) {
    if (!list.empty()) list += ", ";
    if (nulls) list.append("NULL::").append(sql_type(column.type)).append(" AS ");
    list += quote_identifier(column.name);
  }
  return list;
}

std::string field_map(const TableDefinition& table) {
  std::string map = "MAP {";
  for (const ColumnDefinition& column : table.columns) {
    if (map.back() != '{') map += ", ";
    map += std::to_string(column.field_id) + ": {name: " + quote_literal(column.name) + ", type: '";
    map.append(sql_type(column.type)).append("', default_value: NULL}");
  }
  return map + "}";
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
