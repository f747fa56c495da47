#include "query/unbound_external.h"

#include "query/text_scan_vectors.h"
#include "sql/session.h"
#include "sql/table_function.h"

namespace clicklake {

namespace {

void bind(duckdb_bind_info info) {
  const DuckdbApi& api = callback_api();
  const std::string name = table_parameter(info);
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

}  // namespace

Status register_unbound_external(Session& session, const ExternalColumns& columns) {
  return register_table_function(session, {.name = kUnboundExternalFunction,
                                           .bind = bind,
                                           .init = refuse_reading,
                                           .read = read_no_rows,
                                           .extra = const_cast<ExternalColumns*>(&columns)});
}

}  // namespace clicklake
