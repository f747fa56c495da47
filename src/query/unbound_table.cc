#include "query/unbound_table.h"

#include <algorithm>
#include <string>

#include "model/star_schema.h"
#include "sql/session.h"
#include "sql/table_function.h"
#include "sql/value_type.h"

namespace clicklake {

namespace {

LogicalType duckdb_type_of(const DuckdbApi& api, ColumnType type) {
  switch (type) {
    case ColumnType::kBoolean: return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN)};
    case ColumnType::kInt: return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_INTEGER)};
    case ColumnType::kLong: return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_BIGINT)};
    case ColumnType::kDouble: return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE)};
    case ColumnType::kDecimal18_4: return {api, api.duckdb_create_decimal_type(18, 4)};
    case ColumnType::kString: return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR)};
    case ColumnType::kDate: return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_DATE)};
    case ColumnType::kTimestampTz:
      return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ)};
    case ColumnType::kMapStringString: {
      const LogicalType text(api, api.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
      return {api, api.duckdb_create_map_type(text.get(), text.get())};
    }
  }
  return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR)};
}

void bind_unbound(duckdb_bind_info info) {
  const DuckdbApi& api = callback_api();
  const std::string name = table_parameter(info);
  const auto& tables = *static_cast<const std::vector<const TableDefinition*>*>(
      api.duckdb_bind_get_extra_info(info));
  const auto at = std::find_if(tables.begin(), tables.end(),
                               [&](const TableDefinition* t) { return t->name == name; });
  if (at == tables.end()) {
    api.duckdb_bind_set_error(info, ("there is no lake table " + quote_literal(name)).c_str());
    return;
  }
  for (const ColumnDefinition& column : (*at)->columns) {
    const LogicalType type = duckdb_type_of(api, column.type);
    api.duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type.get());
  }
}

void refuse_reading(duckdb_init_info info) {
  callback_api().duckdb_init_set_error(
      info,
      "a lake table was read before its files were chosen: name the table itself in the statement");
}

}  // namespace

Status register_unbound_table(Session& session, const std::vector<const TableDefinition*>& tables) {
  return register_table_function(
      session, {.name = kUnboundTableFunction,
                .bind = bind_unbound,
                .init = refuse_reading,
                .read = read_no_rows,
                .extra = const_cast<std::vector<const TableDefinition*>*>(&tables)});
}

}  // namespace clicklake
