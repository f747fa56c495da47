#include "rules/shell_words.h"

#include <algorithm>

namespace clicklake {

Result<std::vector<std::vector<std::string>>> shell_commands(std::string_view text) {
  std::vector<std::vector<std::string>> commands;
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  const auto end_word = [&] {
    if (in_word) words.push_back(std::move(word));
    word.clear();
    in_word = false;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      ++i;
      if (text[i] == '\n') continue;
      word.push_back(text[i]);
      in_word = true;
    } else if (c == '\'' || c == '"') {
      in_word = true;
      const std::size_t open = i;
      for (++i; i < text.size() && text[i] != c; ++i) {
        if (c == '"' && text[i] == '\\' && i + 1 < text.size()) {
          const char next = text[i + 1];
          if (next == '\n') {
            ++i;
            continue;
          }
          if (next == '"' || next == '\\' || next == '$' || next == '`') ++i;
        }
        word.push_back(text[i]);
      }
      if (i >= text.size()) {
        const auto line =
            1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(open), '\n');
        return Error{ErrorCode::kInvalidData,
                     "line " + std::to_string(line) + ": the quote is not closed"};
      }
    } else if (c == '#' && !in_word) {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      end_word();
    } else if (c == '\n' || c == ';' || c == '&' || c == '|') {
      end_word();
      if (!words.empty()) commands.push_back(std::move(words));
      words.clear();
    } else {
      word.push_back(c);
      in_word = true;
    }
  }
  end_word();
  if (!words.empty()) commands.push_back(std::move(words));
  return commands;
}

std::string shell_quoted(std::string_view word) {
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out.push_back(c);
    }
  }
  return out + "'";
}

}  // namespace clicklake
