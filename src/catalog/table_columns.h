#pragma once
/// A star table's columns, those that the lake has added included.
///
/// Place: inside catalog, wherever rows name a table. Thread safety: as the connection's.
/// Source: ADR-0025.

#include <string_view>

#include "base/result.h"
#include "catalog/sqlite_connection.h"
#include "model/star_schema.h"

namespace clicklake {

/// Errors: kNotFound, the program has no such table; kCorruption.
Result<const TableDefinition*> table_definition(Connection& connection, std::string_view table);

}  // namespace clicklake
