#pragma once
/// The interactive prompt: statements over several lines, results at once.
///
/// Place: the `sql` command on a terminal without SQL. Thread safety: thread-compatible.

#include <functional>
#include <string_view>

#include "base/result.h"
#include "console/line_editor.h"
#include "query/lake_session.h"
#include "sql/output.h"

namespace clicklake {

/// Runs one statement and shows its result; errors go back to the prompt, which shows them and goes
/// on.
using StatementRunner = std::function<Status(std::string_view statement)>;

/// Reads statements from `editor` until `.quit` or the end of the input. A statement goes on over
/// lines until its `;`; Ctrl-C forgets it. `.tables`, `.schema T`, `.help` and `.quit` stand alone
/// on a line. Errors: kIo, the terminal can't be written to.
Status run_prompt(LakeSession& session, LineEditor& editor, const StatementRunner& runner,
                  Output& out);

/// Tables and columns of `session`, for completion. Errors: those of a query.
Result<Completer> session_names(LakeSession& session);

}  // namespace clicklake
