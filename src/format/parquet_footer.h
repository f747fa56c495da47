#pragma once
/// The columns that a Parquet file says it has.
///
/// Place: the crawler makes tables of files that others wrote; queries read them by DuckDB.
/// Invariant: reads the footer alone, never beyond its bytes, whatever they are: a damaged file is
/// an error. Thread safety: pure functions.
/// Source: apache/parquet-format 2.10, README.md "File format", LogicalTypes.md; Thrift's "compact
/// protocol" specification.

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/hive_type.h"

namespace clicklake {

/// The columns of the FileMetaData in `footer`, in the order of the file, names in lower case.
/// Errors: kInvalidData, it is damaged, nested too deeply, or has a type that Hive has not.
Result<std::vector<HiveColumn>> parquet_columns(std::string_view footer);

/// Reads a file's footer. Errors: kInvalidData naming the file, it is no Parquet, its footer is
/// longer than 64 MiB, or encrypted; kNotFound, kIo. Cost: two reads from the file's end.
Result<std::vector<HiveColumn>> read_parquet_columns(const std::filesystem::path& file);

}  // namespace clicklake
