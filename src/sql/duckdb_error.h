#pragma once
/// DuckDB's errors as ours: the one place that knows how DuckDB words them.
///
/// Place: every call of this module that DuckDB can refuse.
/// Thread safety: pure functions.
/// Source: DuckDB's exception.cpp, whose names ("Parser Error", ...) begin each message.

#include <string_view>

#include "base/result.h"

namespace clicklake {

/// The error of DuckDB's `message` (null or empty: an unnamed one). The text is kept, with DuckDB's
/// `LINE n:` and caret where it points into the statement; what the user can do is added where
/// DuckDB does not say so. kInvalidArgument: the statement is wrong. kCancelled: it was
/// interrupted. kNoSpace: no disk, or more memory than `memory_limit`. kNotFound, kIo: a file.
/// kCorruption: a file that is not what it says, or DuckDB's own state.
Error duckdb_error(const char* message);

}  // namespace clicklake
