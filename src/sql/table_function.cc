#include "sql/table_function.h"

#include "sql/session.h"
#include "sql/value_type.h"

namespace clicklake {

namespace {

const DuckdbApi& remembered(const DuckdbApi* api) {
  static const DuckdbApi kFunctions = *api;
  return kFunctions;
}

}  // namespace

const DuckdbApi& callback_api() { return remembered(nullptr); }

const DuckdbApi& callback_api_of(const Session& session) { return remembered(session.api().get()); }

Status register_table_function(Session& session, const TableFunction& function) {
  const DuckdbApi& api = callback_api_of(session);
  const LogicalType text(api, api.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  duckdb_table_function made = api.duckdb_create_table_function();
  api.duckdb_table_function_set_name(made, function.name);
  api.duckdb_table_function_add_parameter(made, text.get());
  if (function.extra != nullptr)
    api.duckdb_table_function_set_extra_info(made, function.extra, nullptr);
  api.duckdb_table_function_set_bind(made, function.bind);
  api.duckdb_table_function_set_init(made, function.init);
  if (function.local_init != nullptr)
    api.duckdb_table_function_set_local_init(made, function.local_init);
  api.duckdb_table_function_set_function(made, function.read);
  api.duckdb_table_function_supports_projection_pushdown(made, true);
  const duckdb_state state = api.duckdb_register_table_function(
      static_cast<duckdb_connection>(session.connection()), made);
  api.duckdb_destroy_table_function(&made);
  if (state == DuckDBSuccess) return {};
  return Error{ErrorCode::kCorruption,
               std::string("DuckDB refuses the table function ") + function.name};
}

std::string table_parameter(duckdb_bind_info info) {
  const DuckdbApi& api = callback_api();
  duckdb_value parameter = api.duckdb_bind_get_parameter(info, 0);
  char* text = api.duckdb_get_varchar(parameter);
  std::string name = text != nullptr ? text : "";
  api.duckdb_free(text);
  api.duckdb_destroy_value(&parameter);
  return name;
}

void read_no_rows(duckdb_function_info /*info*/, duckdb_data_chunk /*output*/) {}

}  // namespace clicklake
