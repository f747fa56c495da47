#pragma once
/// The queries inside statements, kept as text.
///
/// Place: parse_queries.cc. Invariant: a query's text begins and ends with a token: comments and
/// blanks around it are left out, those within it are kept. Thread safety: as the cursor.

#include <string_view>
#include <vector>

#include "ddl/cursor.h"
#include "ddl/statement.h"

namespace clicklake::ddl {

/// A query from the cursor to the statement's end.
bool read_query(Cursor& cursor, Query* query);
/// The same without WITH [NO] DATA at its end, which decides `*with_data`.
bool read_query_with_data(Cursor& cursor, Query* query, bool* with_data);
/// A query up to the `)` that closes a parenthesis opened before it; the cursor is left there.
bool read_query_in_parentheses(Cursor& cursor, Query* query);
/// Any statement up to the end.
bool read_statement_text(Cursor& cursor, Query* query);
/// Expressions with commas between them up to the statement's end.
bool read_expressions(Cursor& cursor, std::vector<Query>* expressions);

}  // namespace clicklake::ddl
