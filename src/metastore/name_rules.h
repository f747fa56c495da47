#pragma once
/// What databases, tables, columns and stored statements may be called.
///
/// Place: sqlite_metastore checks by it before it stores. Thread safety: pure.
/// Source: docs of Athena, "Name databases, tables, and columns"; AWS Glue API, "Table".

#include <string_view>

#include "metastore/metastore.h"

namespace clicklake {

/// `what` is "database" or "table": 1 to 255 bytes of lower-case letters, digits, '_' and '-' (the
/// last needs quotes in SQL, Glue allows it). Errors: kInvalidArgument.
Status check_name(std::string_view what, std::string_view name);
/// 1 to 256 letters, digits, '_', '@' and ':'. Errors: kInvalidArgument.
Status check_statement_name(std::string_view name);
/// At least one column, none twice (partition keys among them), names in lower case and of 1 to 255
/// bytes of UTF-8, partition keys of simple types. Errors: kInvalidArgument.
Status check_columns(const Table& table);

}  // namespace clicklake
