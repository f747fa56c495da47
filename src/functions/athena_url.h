#pragma once
/// The parts of a URL as Athena's url_extract functions tell them.
///
/// Place: behind the SQL functions url_extract_* (athena_functions.h).
/// Invariant: the answers are those of java.net.URI, which Trino asks: RFC 2396 with its deviations
/// (non-ASCII letters stand for themselves, an empty authority may precede a path).
/// Thread safety: pure functions.
/// Source: java.net.URI, "URI syntax and components"; Trino's UrlFunctions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clicklake {

/// Views into the text; nothing where the URL lacks the part.
struct AthenaUrl {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> host;
  std::optional<std::int32_t> port;
  std::optional<std::string_view> path;      ///< as written; nothing for mailto: and its like
  std::optional<std::string_view> query;     ///< as written
  std::optional<std::string_view> fragment;  ///< as written
};

/// Nothing where `text` is no URI (a blank, `^`, `<`, `%` without two hexadecimal digits, ...).
/// Cost: O(bytes).
std::optional<AthenaUrl> parse_athena_url(std::string_view text);

/// `%41` becomes `A`; bytes that are not UTF-8 become U+FFFD.
std::string decode_percent(std::string_view text);

/// The value of the first parameter `name` of the query, with `+` as a blank and percent-decoded;
/// "" where the parameter has no `=`; nothing where there is none of that name.
std::optional<std::string> url_parameter(const AthenaUrl& url, std::string_view name);

}  // namespace clicklake
