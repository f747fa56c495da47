#pragma once
/// How many columns of a terminal a text takes.
///
/// Place: the table format's alignment and the prompt. Thread safety: pure functions.
/// Source: Unicode 15 East Asian Width (W and F take two) and zero-width marks, by ranges.

#include <cstddef>
#include <string_view>

namespace clicklake {

/// Columns of valid UTF-8 `text` without control characters. Cost: O(n).
std::size_t display_width(std::string_view text);

}  // namespace clicklake
