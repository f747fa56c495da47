#pragma once
/// DuckDB's types for Hive's.
///
/// Place: table functions declare the columns of external tables with it.
/// Invariant: as Athena's own types: timestamps have no zone; char and varchar are VARCHAR.
/// Thread safety: pure functions.

#include "model/hive_type.h"
#include "sql/value_type.h"

namespace clicklake {

LogicalType logical_type_of(const DuckdbApi& api, const HiveType& type);

}  // namespace clicklake
