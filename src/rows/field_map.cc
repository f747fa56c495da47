#include "rows/field_map.h"

#include "sql/session.h"

namespace clicklake {

std::string_view duckdb_type(ColumnType type) {
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

std::string field_map(const TableDefinition& table) {
  std::string map = "MAP {";
  for (const ColumnDefinition& column : table.columns) {
    if (map.back() != '{') map += ", ";
    map += std::to_string(column.field_id) + ": {name: " + quote_literal(column.name) + ", type: '";
    map.append(duckdb_type(column.type)).append("', default_value: NULL}");
  }
  return map + "}";
}

}  // namespace clicklake
