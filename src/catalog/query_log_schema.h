#pragma once
/// The tables of the query log in the catalog's file.
///
/// Place: inside catalog: the migration to format version 3 calls it; metastore/query_log reads and
/// writes them. Thread safety: a function over one connection. Source: ADR-0015;
/// docs/formats/catalog.md, "Query log".

#include "base/result.h"
#include "catalog/sqlite_connection.h"

namespace clicklake {

/// Makes `queries` and `query_scans`. Errors: Connection's.
Status create_query_log(Connection& connection);

}  // namespace clicklake
