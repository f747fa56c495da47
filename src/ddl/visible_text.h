#pragma once
/// Pieces of a statement as an error message can show them.
///
/// Place: error messages of ddl. Invariant: valid UTF-8 on one line, whatever came in. Thread
/// safety: pure functions.

#include <cstddef>
#include <string>
#include <string_view>

namespace clicklake::ddl {

/// Bytes of the character at `at` (< text.size()); 1 for a byte that belongs to none.
std::size_t character_size(std::string_view text, std::size_t at);

/// `text` with a blank for every control character and U+FFFD for every broken byte; behind
/// `longest` characters "..." stands for the rest.
std::string visible_text(std::string_view text, std::size_t longest);

}  // namespace clicklake::ddl
