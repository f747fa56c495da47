#include "statements/name_pattern.h"

#include <cstddef>
#include <string>

namespace clicklake {
namespace {

/// Stands for any text; no name has this byte.
constexpr char kAnyText = '\0';

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// `.*` and `*` as kAnyText, letters lower.
std::string compiled(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool dot_star = pattern[i] == '.' && i + 1 < pattern.size() && pattern[i + 1] == '*';
    if (dot_star) ++i;
    out += pattern[i] == '*' ? kAnyText : lower(pattern[i]);
  }
  return out;
}

bool fits(std::string_view name, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t after_star = std::string_view::npos;  // in the pattern
  std::size_t star_at = 0;                          // how far the last star reaches in the name
  while (at < name.size()) {
    if (in < pattern.size() && pattern[in] == kAnyText) {
      after_star = ++in;
      star_at = at;
    } else if (in < pattern.size() && (pattern[in] == '.' || pattern[in] == lower(name[at]))) {
      ++in;
      ++at;
    } else if (after_star != std::string_view::npos) {
      in = after_star;
      at = ++star_at;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == kAnyText) ++in;
  return in == pattern.size();
}

}  // namespace

bool fits_name_pattern(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return true;
  while (true) {
    const std::size_t bar = pattern.find('|');
    if (fits(name, compiled(pattern.substr(0, bar)))) return true;
    if (bar == std::string_view::npos) return false;
    pattern.remove_prefix(bar + 1);
  }
}

}  // namespace clicklake
