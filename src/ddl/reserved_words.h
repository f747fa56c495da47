#pragma once
/// Words that are no names unless quoted.
///
/// Place: where a name is read or written. Thread safety: pure functions. Source: Athena user
/// guide, "Escape reserved keywords in queries": the list of DDL is ddl/parser.h's
/// is_reserved_word.

#include <string_view>

namespace clicklake::ddl {

/// The words that Trino reserves: a name in a query, CTAS or view needs double quotes for them.
bool is_reserved_in_queries(std::string_view lower_case_word);

}  // namespace clicklake::ddl
