#pragma once
/// DuckDB's C functions, found in a library that is opened when the first session needs it.
///
/// Place: everything of this module that talks to DuckDB holds one; no other module sees it.
/// Invariant: header and library are of one version; every pointer is set.
/// Thread safety: immutable once loaded; DuckDB's own rules hold for what the functions are given.
/// Source: ADR-0006; duckdb.h of the same version.

#include <duckdb.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// Expands X for each function that the module uses.
#define CLICKLAKE_DUCKDB_FUNCTIONS(X)                   \
  X(duckdb_library_version)                             \
  X(duckdb_create_config)                               \
  X(duckdb_set_config)                                  \
  X(duckdb_destroy_config)                              \
  X(duckdb_open_ext)                                    \
  X(duckdb_close)                                       \
  X(duckdb_connect)                                     \
  X(duckdb_disconnect)                                  \
  X(duckdb_interrupt)                                   \
  X(duckdb_free)                                        \
  X(duckdb_extract_statements)                          \
  X(duckdb_extract_statements_error)                    \
  X(duckdb_prepare_extracted_statement)                 \
  X(duckdb_destroy_extracted)                           \
  X(duckdb_prepare_error)                               \
  X(duckdb_destroy_prepare)                             \
  X(duckdb_execute_prepared_streaming)                  \
  X(duckdb_result_error)                                \
  X(duckdb_result_return_type)                          \
  X(duckdb_column_count)                                \
  X(duckdb_column_name)                                 \
  X(duckdb_column_logical_type)                         \
  X(duckdb_destroy_result)                              \
  X(duckdb_fetch_chunk)                                 \
  X(duckdb_destroy_data_chunk)                          \
  X(duckdb_data_chunk_get_size)                         \
  X(duckdb_data_chunk_get_vector)                       \
  X(duckdb_vector_get_data)                             \
  X(duckdb_vector_get_validity)                         \
  X(duckdb_list_vector_get_child)                       \
  X(duckdb_array_vector_get_child)                      \
  X(duckdb_struct_vector_get_child)                     \
  X(duckdb_get_type_id)                                 \
  X(duckdb_logical_type_get_alias)                      \
  X(duckdb_decimal_width)                               \
  X(duckdb_decimal_scale)                               \
  X(duckdb_decimal_internal_type)                       \
  X(duckdb_enum_internal_type)                          \
  X(duckdb_enum_dictionary_size)                        \
  X(duckdb_enum_dictionary_value)                       \
  X(duckdb_list_type_child_type)                        \
  X(duckdb_array_type_child_type)                       \
  X(duckdb_array_type_array_size)                       \
  X(duckdb_map_type_key_type)                           \
  X(duckdb_map_type_value_type)                         \
  X(duckdb_struct_type_child_count)                     \
  X(duckdb_struct_type_child_name)                      \
  X(duckdb_struct_type_child_type)                      \
  X(duckdb_union_type_member_count)                     \
  X(duckdb_union_type_member_name)                      \
  X(duckdb_union_type_member_type)                      \
  X(duckdb_destroy_logical_type)                        \
  X(duckdb_create_logical_type)                         \
  X(duckdb_create_decimal_type)                         \
  X(duckdb_create_map_type)                             \
  X(duckdb_create_list_type)                            \
  X(duckdb_create_struct_type)                          \
  X(duckdb_table_function_set_extra_info)               \
  X(duckdb_bind_get_extra_info)                         \
  X(duckdb_bind_set_bind_data)                          \
  X(duckdb_bind_set_cardinality)                        \
  X(duckdb_init_get_column_count)                       \
  X(duckdb_init_get_column_index)                       \
  X(duckdb_init_set_max_threads)                        \
  X(duckdb_init_set_init_data)                          \
  X(duckdb_function_get_bind_data)                      \
  X(duckdb_function_get_init_data)                      \
  X(duckdb_data_chunk_set_size)                         \
  X(duckdb_vector_assign_string_element_len)            \
  X(duckdb_vector_ensure_validity_writable)             \
  X(duckdb_validity_set_row_invalid)                    \
  X(duckdb_create_table_function)                       \
  X(duckdb_destroy_table_function)                      \
  X(duckdb_table_function_set_name)                     \
  X(duckdb_table_function_add_parameter)                \
  X(duckdb_table_function_set_bind)                     \
  X(duckdb_table_function_set_init)                     \
  X(duckdb_table_function_set_function)                 \
  X(duckdb_table_function_supports_projection_pushdown) \
  X(duckdb_register_table_function)                     \
  X(duckdb_create_scalar_function)                      \
  X(duckdb_destroy_scalar_function)                     \
  X(duckdb_scalar_function_set_name)                    \
  X(duckdb_scalar_function_add_parameter)               \
  X(duckdb_scalar_function_set_return_type)             \
  X(duckdb_scalar_function_set_function)                \
  X(duckdb_scalar_function_set_error)                   \
  X(duckdb_register_scalar_function)                    \
  X(duckdb_data_chunk_get_column_count)                 \
  X(duckdb_vector_get_column_type)                      \
  X(duckdb_bind_get_parameter)                          \
  X(duckdb_bind_add_result_column)                      \
  X(duckdb_bind_set_error)                              \
  X(duckdb_init_set_error)                              \
  X(duckdb_create_interval)                             \
  X(duckdb_create_time_tz_value)                        \
  X(duckdb_create_bit)                                  \
  X(duckdb_create_bignum)                               \
  X(duckdb_get_varchar)                                 \
  X(duckdb_table_function_set_local_init)               \
  X(duckdb_init_get_extra_info)                         \
  X(duckdb_init_get_bind_data)                          \
  X(duckdb_function_get_extra_info)                     \
  X(duckdb_function_get_local_init_data)                \
  X(duckdb_function_set_error)                          \
  X(duckdb_unsafe_vector_assign_string_element_len)     \
  X(duckdb_list_vector_reserve)                         \
  X(duckdb_list_vector_set_size)                        \
  X(duckdb_vector_reference_value)                      \
  X(duckdb_create_bool)                                 \
  X(duckdb_create_int8)                                 \
  X(duckdb_create_int16)                                \
  X(duckdb_create_int32)                                \
  X(duckdb_create_int64)                                \
  X(duckdb_create_float)                                \
  X(duckdb_create_double)                               \
  X(duckdb_create_decimal)                              \
  X(duckdb_create_varchar_length)                       \
  X(duckdb_create_blob)                                 \
  X(duckdb_create_date)                                 \
  X(duckdb_create_timestamp)                            \
  X(duckdb_vector_size)                                 \
  X(duckdb_destroy_value)

struct DuckdbApi {
#define CLICKLAKE_DUCKDB_MEMBER(name) decltype(&::name) name = nullptr;
  CLICKLAKE_DUCKDB_FUNCTIONS(CLICKLAKE_DUCKDB_MEMBER)
#undef CLICKLAKE_DUCKDB_MEMBER

  /// Where the library is looked for: `../lib` of the running executable, then the path of the
  /// build.
  static std::vector<std::filesystem::path> library_candidates();

  /// Opens the first of `candidates` that exists and resolves all functions. The library stays open
  /// for the life of the process. Errors: kNotFound, no candidate exists; kUnsupported, it is
  /// another version or lacks a function; kIo, the loader refused it. Cost: about 9 ms the first
  /// time, microseconds after.
  static Result<std::shared_ptr<const DuckdbApi>> load(
      const std::vector<std::filesystem::path>& candidates = library_candidates());
};

}  // namespace clicklake
