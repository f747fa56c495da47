#include "query/unbound_table.h"

#include <string>

#include "model/star_schema.h"
#include "sql/duckdb_api.h"
#include "sql/session.h"
#include "sql/value_type.h"

namespace clicklake {

namespace {

LogicalType duckdb_type_of(const DuckdbApi& api, ColumnType type) {
  switch (type) {
    case ColumnType::kBoolean: return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN)};
    case ColumnType::kInt: return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_INTEGER)};
    case ColumnType::kLong: return {api, api.duckdb_create_logical_type(DUCKDB_TYPE_BIGINT)};
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

/// DuckDB calls back without anything that leads here, and the functions found by the first
/// registration stay good: the library is never closed.
const DuckdbApi& callback_api(const DuckdbApi* api = nullptr) {
  static const DuckdbApi kFunctions = *api;
  return kFunctions;
}

void bind_unbound(duckdb_bind_info info) {
  const DuckdbApi& api = callback_api();
  duckdb_value parameter = api.duckdb_bind_get_parameter(info, 0);
  char* text = api.duckdb_get_varchar(parameter);
  const std::string name = text != nullptr ? text : "";
  api.duckdb_free(text);
  api.duckdb_destroy_value(&parameter);
  const TableDefinition* table = find_table(name);
  if (table == nullptr) {
    api.duckdb_bind_set_error(info, ("there is no lake table " + quote_literal(name)).c_str());
    return;
  }
  for (const ColumnDefinition& column : table->columns) {
    const LogicalType type = duckdb_type_of(api, column.type);
    api.duckdb_bind_add_result_column(info, std::string(column.name).c_str(), type.get());
  }
}

void refuse_reading(duckdb_init_info info) {
  callback_api().duckdb_init_set_error(
      info,
      "a lake table was read before its files were chosen: name the table itself in the statement");
}

void no_rows(duckdb_function_info /*info*/, duckdb_data_chunk /*output*/) {}

}  // namespace

Status register_unbound_table(Session& session) {
  const DuckdbApi& api = callback_api(session.api().get());
  const LogicalType text(api, api.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  duckdb_table_function function = api.duckdb_create_table_function();
  api.duckdb_table_function_set_name(function, kUnboundTableFunction);
  api.duckdb_table_function_add_parameter(function, text.get());
  api.duckdb_table_function_set_bind(function, bind_unbound);
  api.duckdb_table_function_set_init(function, refuse_reading);
  api.duckdb_table_function_set_function(function, no_rows);
  api.duckdb_table_function_supports_projection_pushdown(function, true);
  const duckdb_state state = api.duckdb_register_table_function(
      static_cast<duckdb_connection>(session.connection()), function);
  api.duckdb_destroy_table_function(&function);
  if (state != DuckDBSuccess) {
    return Error{ErrorCode::kCorruption,
                 "DuckDB refuses the table function " + std::string(kUnboundTableFunction)};
  }
  return {};
}

}  // namespace clicklake
