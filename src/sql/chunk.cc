#include "sql/chunk.h"

#include <cstddef>

#include "sql/duckdb_api.h"

namespace clicklake {

static_assert(sizeof(chunk_internal::StringCell) == sizeof(duckdb_string_t));
static_assert(offsetof(chunk_internal::StringCell, pointer) ==
              offsetof(duckdb_string_t, value.pointer.ptr));
static_assert(sizeof(chunk_internal::ListCell) == sizeof(duckdb_list_entry));

void Chunk::bind(const DuckdbApi& api, void* handle, std::span<const Storage> storages) {
  auto* chunk = static_cast<duckdb_data_chunk>(handle);
  handle_ = handle;
  rows_ = api.duckdb_data_chunk_get_size(chunk);
  columns_.resize(storages.size());
  for (std::size_t i = 0; i < storages.size(); ++i) {
    chunk_internal::ColumnView& column = columns_[i];
    column = {};
    column.storage = storages[i];
    duckdb_vector vector = api.duckdb_data_chunk_get_vector(chunk, i);
    column.data = api.duckdb_vector_get_data(vector);
    column.validity = api.duckdb_vector_get_validity(vector);
    if (column.storage == Storage::kStringMap) {
      duckdb_vector entries = api.duckdb_list_vector_get_child(vector);
      duckdb_vector keys = api.duckdb_struct_vector_get_child(entries, 0);
      duckdb_vector values = api.duckdb_struct_vector_get_child(entries, 1);
      column.map_keys =
          static_cast<const chunk_internal::StringCell*>(api.duckdb_vector_get_data(keys));
      column.map_values =
          static_cast<const chunk_internal::StringCell*>(api.duckdb_vector_get_data(values));
      column.map_value_validity = api.duckdb_vector_get_validity(values);
    }
  }
}

}  // namespace clicklake
