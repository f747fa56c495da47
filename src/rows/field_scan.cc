#include "rows/field_scan.h"

#include <fmt/format.h>

#include "sql/session.h"

namespace clicklake {
namespace {

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

}  // namespace

std::string field_scan(const TableDefinition& table, std::span<const std::filesystem::path> paths) {
  std::string files;
  for (const auto& path : paths)
    files += fmt::format("{}{}", files.empty() ? "" : ", ", quote_literal(path.string()));
  std::string schema;
  for (const ColumnDefinition& column : table.columns) {
    schema += fmt::format("{}{}: {{name: {}, type: '{}', default_value: NULL}}",
                          schema.empty() ? "" : ", ", column.field_id, quote_literal(column.name),
                          duckdb_type(column.type));
  }
  return fmt::format("read_parquet([{}], schema = MAP {{{}}}, hive_partitioning = false)", files,
                     schema);
}

}  // namespace clicklake
