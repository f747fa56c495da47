#pragma once
/// Hive's types for DuckDB's, from their spelling in DESCRIBE.
///
/// Place: CTAS, UNLOAD and views write columns of a query's types.
/// Invariant: every value of the DuckDB type can be cast to duckdb_type_name of the answer.
/// Thread safety: pure functions.

#include <string_view>

#include "base/result.h"
#include "model/hive_type.h"

namespace clicklake {

/// "MAP(VARCHAR, BIGINT)" -> map<string,bigint>. Unsigned and 128-bit integers become the next
/// wider number, times with a zone lose it (they are UTC), UUID, ENUM and JSON become string.
/// Errors: kUnsupported, Athena has no such type (TIME, INTERVAL, BIT, UNION, ...).
Result<HiveType> hive_type_of(std::string_view duckdb_type);

}  // namespace clicklake
