#pragma once
/// Functions that Athena's users type and DuckDB spells otherwise.
///
/// Place: a session knows them beside DuckDB's own; LakeSession runs no statement without asking
/// prepare_athena_functions first.
/// Invariant: a function here means exactly what it means in Athena (Trino 4xx) or is refused with
/// DuckDB's spelling; a name that DuckDB has keeps DuckDB's meaning but for the few of
/// docs/athena-functions.md.
/// Thread safety: as the session's.
/// Source: Trino's documentation, "Functions and operators", and its source; ADR-0011;
/// docs/athena-functions.md.

#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

class Session;

/// Makes those known in `session` that no macro can express (JSON, URLs, date formats), once when
/// it opens. Errors: kCorruption, DuckDB refuses one. Cost: below 1 ms.
Status register_athena_functions(Session& session);

/// Gives `session` the macros of the functions that `statement` calls, as temporary ones: found
/// whatever USE says, made again where a ROLLBACK took them. Only a name followed by `(` outside of
/// quotes and comments is a call; columns, CTEs and aliases may have the names.
/// Errors: kUnsupported, the statement calls a refused function, or defines a macro that has a name
/// of these; with DuckDB's spelling and the place in the statement.
/// Cost: a pass over the text, and about 0.1 ms for each function that it calls.
Status prepare_athena_functions(Session& session, std::string_view statement);

/// All names, in order: of registered functions, macros and refused ones.
std::vector<std::string_view> athena_function_names();

}  // namespace clicklake
