#pragma once
/// What table functions of ours have in common: one text parameter that names what is read.
///
/// Place: query/ declares lake and external tables by them.
/// Invariant: DuckDB calls back without anything that leads to a session, and the library is never
/// closed: the functions that the first session found stay good for all.
/// Thread safety: callback_api may be called from any thread once a session was opened.
/// Source: DuckDB's C API, "Table Functions".

#include <string>

#include "base/result.h"
#include "sql/duckdb_api.h"

namespace clicklake {

class Session;

/// DuckDB's functions, inside of a callback.
const DuckdbApi& callback_api();
/// Remembers those of `session` for callbacks, once in a process.
const DuckdbApi& callback_api_of(const Session& session);

struct TableFunction {
  const char* name;
  duckdb_table_function_bind_t bind;
  duckdb_table_function_init_t init;
  duckdb_table_function_init_t local_init = nullptr;
  duckdb_table_function_t read;
  void* extra = nullptr;  ///< for duckdb_bind_get_extra_info; outlives the session
};

/// Makes `function` known in `session`: one VARCHAR parameter, projection pushed down, no filters.
/// Errors: kCorruption.
Status register_table_function(Session& session, const TableFunction& function);

/// The parameter's text.
std::string table_parameter(duckdb_bind_info info);

/// For functions that must not be read: an init that fails with `problem` is the caller's; this
/// gives no rows.
void read_no_rows(duckdb_function_info info, duckdb_data_chunk output);

}  // namespace clicklake
