#include "query/value_rows.h"

#include <algorithm>
#include <utility>

#include "sql/session.h"
#include "sql/table_function.h"
#include "sql/value_type.h"

namespace clicklake {

namespace {

constexpr std::size_t kRowsAChunk = 2048;  // STANDARD_VECTOR_SIZE

using Held = std::shared_ptr<const ValueRows::Table>;

struct Reading {
  std::size_t row = 0;
  std::vector<std::size_t> columns;  ///< those that the statement asks for
};

void bind(duckdb_bind_info info) {
  const DuckdbApi& api = callback_api();
  const std::string name = table_parameter(info);
  const auto* rows = static_cast<const ValueRows*>(api.duckdb_bind_get_extra_info(info));
  Held table = rows->find(name);
  if (table == nullptr) {
    api.duckdb_bind_set_error(info, "there are no such rows");
    return;
  }
  const LogicalType type(api, api.duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR));
  for (const std::string& column : table->columns)
    api.duckdb_bind_add_result_column(info, column.c_str(), type.get());
  api.duckdb_bind_set_cardinality(info, table->rows.size(), true);
  api.duckdb_bind_set_bind_data(info, new Held(std::move(table)),
                                [](void* data) { delete static_cast<Held*>(data); });
}

void init(duckdb_init_info info) {
  const DuckdbApi& api = callback_api();
  auto reading = std::make_unique<Reading>();
  for (idx_t i = 0; i < api.duckdb_init_get_column_count(info); ++i)
    reading->columns.push_back(api.duckdb_init_get_column_index(info, i));
  api.duckdb_init_set_max_threads(info, 1);
  api.duckdb_init_set_init_data(info, reading.release(),
                                [](void* data) { delete static_cast<Reading*>(data); });
}

void read(duckdb_function_info info, duckdb_data_chunk output) {
  const DuckdbApi& api = callback_api();
  const ValueRows::Table& table = **static_cast<Held*>(api.duckdb_function_get_bind_data(info));
  auto& reading = *static_cast<Reading*>(api.duckdb_function_get_init_data(info));
  const std::size_t count = std::min(kRowsAChunk, table.rows.size() - reading.row);
  for (std::size_t i = 0; i < reading.columns.size(); ++i) {
    if (reading.columns[i] >= table.columns.size()) continue;  // the row's number, unused
    duckdb_vector vector = api.duckdb_data_chunk_get_vector(output, i);
    for (std::size_t row = 0; row < count; ++row) {
      const auto& value = table.rows[reading.row + row][reading.columns[i]];
      if (value) {
        api.duckdb_vector_assign_string_element_len(vector, row, value->data(), value->size());
      } else {
        api.duckdb_vector_ensure_validity_writable(vector);
        api.duckdb_validity_set_row_invalid(api.duckdb_vector_get_validity(vector), row);
      }
    }
  }
  reading.row += count;
  api.duckdb_data_chunk_set_size(output, count);
}

}  // namespace

std::string ValueRows::add(std::vector<std::string> columns, std::vector<Row> rows) {
  std::string name = std::to_string(next_++);
  tables_[name] =
      std::make_shared<const Table>(Table{.columns = std::move(columns), .rows = std::move(rows)});
  return name;
}

std::shared_ptr<const ValueRows::Table> ValueRows::find(const std::string& name) const {
  const auto it = tables_.find(name);
  return it == tables_.end() ? nullptr : it->second;
}

Status register_value_rows(Session& session, const ValueRows& rows) {
  return register_table_function(session, {.name = kValueRowsFunction,
                                           .bind = bind,
                                           .init = init,
                                           .read = read,
                                           .extra = const_cast<ValueRows*>(&rows)});
}

}  // namespace clicklake
