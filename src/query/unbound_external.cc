#include "query/unbound_external.h"

#include "query/text_scan_vectors.h"
#include "sql/duckdb_api.h"
#include "sql/session.h"

namespace clicklake {

namespace {

/// As in value_rows.
const DuckdbApi& callback_api(const DuckdbApi* api = nullptr) {
  static const DuckdbApi kFunctions = *api;
  return kFunctions;
}

void bind(duckdb_bind_info info) {
  const DuckdbApi& api = callback_api();
  duckdb_value parameter = api.duckdb_bind_get_parameter(info, 0);
  char* text = api.duckdb_get_varchar(parameter);
  const std::string name = text != nullptr ? text : "";
  api.duckdb_free(text);
  api.duckdb_destroy_value(&parameter);
  const auto& tables = *static_cast<const ExternalColumns*>(api.duckdb_bind_get_extra_info(info));
  const auto table = tables.find(name);
  if (table == tables.end()) {
    api.duckdb_bind_set_error(info, ("there is no external table " + name).c_str());
    return;
  }
  for (const HiveColumn& column : table->second) {
    const LogicalType type = duckdb_logical_type_of(api, column.type);
    api.duckdb_bind_add_result_column(info, column.name.c_str(), type.get());
  }
}

void refuse_reading(duckdb_init_info info) {
  callback_api().duckdb_init_set_error(
      info,
      "an external table was read before its partitions were chosen: name the table itself in the "
      "statement");
}

void no_rows(duckdb_function_info /*info*/, duckdb_data_chunk /*output*/) {}

}  // namespace

Status register_unbound_external(Session& session, const ExternalColumns& columns) {
  const DuckdbApi& api = callback_api(session.api().get());
  const LogicalType text(api, api.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  duckdb_table_function function = api.duckdb_create_table_function();
  api.duckdb_table_function_set_name(function, kUnboundExternalFunction);
  api.duckdb_table_function_add_parameter(function, text.get());
  api.duckdb_table_function_set_extra_info(function, const_cast<ExternalColumns*>(&columns),
                                           nullptr);
  api.duckdb_table_function_set_bind(function, bind);
  api.duckdb_table_function_set_init(function, refuse_reading);
  api.duckdb_table_function_set_function(function, no_rows);
  api.duckdb_table_function_supports_projection_pushdown(function, true);
  const duckdb_state state = api.duckdb_register_table_function(
      static_cast<duckdb_connection>(session.connection()), function);
  api.duckdb_destroy_table_function(&function);
  if (state == DuckDBSuccess) return {};
  return Error{ErrorCode::kCorruption,
               std::string("DuckDB refuses the table function ") + kUnboundExternalFunction};
}

}  // namespace clicklake
