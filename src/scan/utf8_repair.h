#pragma once
/// Bytes that are no UTF-8, read as Java reads them.
///
/// Place: row readers whose SerDe decodes lines before it looks at them.
/// Thread safety: pure functions. Source: Unicode, "Substitution of Maximal Subparts".

#include <string>
#include <string_view>

namespace clicklake {

/// Whether `text` is UTF-8; if not, `*repaired` is the text with U+FFFD for each broken character.
bool is_utf8(std::string_view text, std::string* repaired);

}  // namespace clicklake
