#pragma once
/// How DuckDB finds a star table's columns in Parquet files: by field id.
///
/// Place: under everything that reads a table's files, of older and newer schemas alike.
/// Invariant: a column that a file does not have reads as NULL. Thread safety: pure functions.
/// Source: DuckDB's read_parquet with `schema`.

#include <string>
#include <string_view>

#include "model/star_schema.h"

namespace clicklake {

/// "BIGINT", "MAP(VARCHAR, VARCHAR)", ...
std::string_view duckdb_type(ColumnType type);
/// The value of read_parquet's `schema`: `MAP {1: {name: 'event_key', ...}, ...}`.
std::string field_map(const TableDefinition& table);

}  // namespace clicklake
