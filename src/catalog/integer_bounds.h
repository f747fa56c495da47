#pragma once
/// Iceberg's bounds of integer-like columns as numbers that SQL can compare.
///
/// Place: inside catalog; commit_batch stores them in file_bounds, live_files prunes by them.
/// Invariant: a file that holds a value v of a column has no entry for it, or one with
///   min <= v <= max.
/// Thread safety: pure functions.
/// Source: Iceberg spec, appendix D, "Single-value serialization".

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "format/parquet_writer.h"
#include "model/star_schema.h"

namespace clicklake {

struct IntegerBounds {
  int field_id;
  std::int64_t min;
  std::int64_t max;
};

/// The number of a bound's bytes: int and date 4 bytes, long and timestamptz 8 (an int widened is
/// 4), little-endian; decimal big-endian, 1 to 8 bytes, unscaled. Nothing for other types and
/// lengths.
std::optional<std::int64_t> bound_number(ColumnType type, std::string_view bytes);

/// The bounds worth keeping of a file of `table`. A column of nulls only gets (INT64_MAX,
/// INT64_MIN), which no range overlaps; one that spans half of all numbers or more, as hash keys
/// do, gets none: it would prune nothing and cost a row a file.
std::vector<IntegerBounds> integer_bounds(const TableDefinition& table,
                                          const ParquetFileInfo& info);

}  // namespace clicklake
