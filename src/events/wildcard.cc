#include "events/wildcard.h"

#include <fmt/format.h>

namespace clicklake::events {

bool Wildcard::matches(std::string_view value) const {
  const std::string& head = parts.front();
  if (parts.size() == 1) return value == head;
  const std::string& tail = parts.back();
  if (value.size() < head.size() + tail.size() || !value.starts_with(head) ||
      !value.ends_with(tail)) {
    return false;
  }
  value.remove_prefix(head.size());
  value.remove_suffix(tail.size());
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    const std::size_t at = value.find(parts[i]);
    if (at == std::string_view::npos) return false;
    value.remove_prefix(at + parts[i].size());
  }
  return true;
}

std::optional<Wildcard> parse_wildcard(std::string_view text, std::string* reason) {
  Wildcard out;
  out.parts.emplace_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '*') {
      if (i > 0 && out.parts.size() > 1 && out.parts.back().empty()) {
        *reason = fmt::format("two stars follow each other at byte {}", i);
        return std::nullopt;
      }
      out.parts.emplace_back();
    } else if (text[i] == '\\') {
      if (i + 1 == text.size() || (text[i + 1] != '*' && text[i + 1] != '\\')) {
        *reason = fmt::format("the backslash at byte {} escapes neither a star nor a backslash", i);
        return std::nullopt;
      }
      out.parts.back() += text[++i];
    } else {
      out.parts.back() += text[i];
    }
  }
  return out;
}

}  // namespace clicklake::events
