#pragma once
/// Data files of a table as DuckDB reads them: by field id, whatever other engines named or left
/// out.
///
/// Place: under whatever reads a table's files by SQL. Thread safety: a pure function. Source:
/// Iceberg table spec v2, "Column Projection".

#include <filesystem>
#include <span>
#include <string>

#include "model/star_schema.h"

namespace clicklake {

/// `read_parquet([...], schema = MAP {...}, ...)` with the table's columns in its order; one that a
/// file does not have is NULL. `paths`: at least one, absolute, taken literally (see
/// LiteralFolder).
std::string field_scan(const TableDefinition& table, std::span<const std::filesystem::path> paths);

}  // namespace clicklake
