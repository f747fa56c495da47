#pragma once
/// Letter case of ASCII, whatever the locale is; other bytes stay.
///
/// Place: names of tables, columns and properties. Thread safety: pure functions.

#include <string>
#include <string_view>

namespace clicklake {

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace clicklake
