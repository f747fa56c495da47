#pragma once
/// Expands a glob pattern to the paths that it matches.
///
/// Place: under the listing of sources, for patterns that no shell has expanded.
/// Thread safety: safe; no state.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ingest/sources.h"

namespace clicklake {

/// Whether `text` holds `*`, `?` or `[`.
bool is_glob(std::string_view text);

/// Paths of files and folders that `pattern` matches, in order, once each. Within a name `*`, `?`
/// and `[...]` match as in sh; a name `**` matches any number of folders, also none (at the end:
/// the folder itself); it follows no links. Names that begin with `_` or `.` are matched only where
/// the pattern spells that character. Folders on the way that can't be read are added to
/// `problems`.
std::vector<std::string> expand_glob(const std::string& pattern,
                                     std::vector<SourceProblem>* problems);

}  // namespace clicklake
