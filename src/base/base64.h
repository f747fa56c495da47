#pragma once
/// Base64 with the standard alphabet and padding.
///
/// Place: signatures, basic authentication, record data of AWS. Thread safety: pure functions.
/// Source: RFC 4648, section 4.

#include <optional>
#include <string>
#include <string_view>

namespace clicklake {

std::string to_base64(std::string_view bytes);
/// Nothing where `text` is no padded base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace clicklake
