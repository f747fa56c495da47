#pragma once
/// Reads Athena's statements.
///
/// Place: the `sql` command asks it first; what is none of Athena's statements goes to DuckDB as it
/// is. Invariant: reads nothing but its text; time and memory are linear in it.
/// Thread safety: pure functions.
/// Source: Athena user guide; Hive's and Trino's grammars for what the guide leaves open; ADR-0011.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "ddl/statement.h"

namespace clicklake::ddl {

/// Whether `sql` (one statement, no `;`) begins as a statement that this module reads. Not: SELECT,
/// WITH, VALUES, DuckDB's own SET, PRAGMA, ATTACH, COPY, CREATE TEMP ..., CREATE MACRO, SUMMARIZE,
/// DESCRIBE SELECT, EXPLAIN without Athena's options, and the like.
bool is_athena_statement(std::string_view sql);

/// The tree of `sql`, for which is_athena_statement holds. Errors: kInvalidArgument with message
///
///     line 1:16: mismatched input 'LIKE'. Expecting: '(', '.', 'AS', 'COMMENT', 'WITH'
///       CREATE TABLE x LIKE click_events_raw
///                      ^
///
/// kUnsupported, a statement that Athena itself refuses (UPDATE of a Hive table, ...), in the same
/// form. What needs the catalog (does the table exist?) is not checked here.
Result<Statement> parse(std::string_view sql);

/// `message` in the form above: the line and column (both from 1, columns in code points), the line
/// itself and a caret under the place. Long lines are cut around the place.
std::string at_position(std::string_view sql, Position position, std::string_view message);

/// The words that a Hive name must be quoted for in DDL ("date", "timestamp", "order", ...).
bool is_reserved_word(std::string_view lower_case_word);

/// A name as DDL has to spell it: in backticks, those inside doubled.
std::string quote_name(std::string_view name);
/// A string literal of DDL: in single quotes, with backslash escapes.
std::string quote_text(std::string_view text);

}  // namespace clicklake::ddl
