#pragma once
/// The commands of a shell script as lists of words.
///
/// Place: import of scripts that call `aws events`. Invariant: nothing is run and nothing expanded:
///   a word with a `$` outside single quotes keeps it.
/// Thread safety: pure functions.
/// Source: POSIX.1-2017, Shell Command Language, 2.2 Quoting and 2.3 Token Recognition.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// Words of each command; commands end at a line's end, `;`, `&` or `|`. Errors: kInvalidData, a
/// quote is not closed (with its line).
Result<std::vector<std::vector<std::string>>> shell_commands(std::string_view text);

/// `word` in single quotes, as a shell reads it back.
std::string shell_quoted(std::string_view word);

}  // namespace clicklake
