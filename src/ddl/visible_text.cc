#include "ddl/visible_text.h"

#include <algorithm>

#include "base/utf8.h"
#include "ddl/parser.h"

namespace clicklake::ddl {
namespace {

/// Characters of a line that are shown on one screen line.
constexpr std::size_t kLongestLine = 120;

std::size_t whole_character(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  const std::string_view character = text.substr(at, size);
  return character.size() == size && find_invalid_utf8(character) == std::string_view::npos ? size
                                                                                            : 0;
}

}  // namespace

std::size_t character_size(std::string_view text, std::size_t at) {
  return std::max<std::size_t>(whole_character(text, at), 1);
}

std::string visible_text(std::string_view text, std::size_t longest) {
  std::string out;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) {
    if (characters == longest) {
      out += "...";
      break;
    }
    const std::size_t size = whole_character(text, at);
    const auto first = static_cast<unsigned char>(text[at]);
    const bool control = size == 1   ? first < 0x20 || first == 0x7F
                         : size == 2 ? first == 0xC2 && (text[at + 1] & 0x7F) < 0x20
                                     : false;
    if (size == 0) {
      append_utf8(&out, 0xFFFD);
    } else if (control) {
      out += ' ';
    } else {
      out += text.substr(at, size);
    }
    at += std::max<std::size_t>(size, 1);
  }
  return out;
}

std::string at_position(std::string_view sql, Position position, std::string_view message) {
  position = std::min(position, sql.size());
  const std::size_t before = position == 0 ? std::string_view::npos : sql.rfind('\n', position - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const auto line_number =
      1 + std::count(sql.begin(), sql.begin() + static_cast<long>(begin), '\n');
  std::string_view line = sql.substr(begin, sql.find('\n', position) - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);

  // Character by character: those before the place, and where those begin that are shown.
  std::size_t column = 0;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < line.size(); at += character_size(line, at)) {
    if (begin + at < position) ++column;
    ++characters;
  }
  std::size_t first = 0;
  if (characters > kLongestLine && column > kLongestLine / 2)
    first = std::min(column - kLongestLine / 2, characters - kLongestLine);
  std::size_t first_byte = 0;
  for (std::size_t i = 0; i < first; ++i) first_byte += character_size(line, first_byte);

  const std::string_view cut = first > 0 ? "..." : "";
  std::string out = "line " + std::to_string(line_number) + ":" + std::to_string(column + 1) + ": ";
  out += message;
  out += "\n  ";
  out += cut;
  out += visible_text(line.substr(first_byte), kLongestLine);
  out += "\n  ";
  out.append(cut.size() + column - first, ' ');
  out += '^';
  return out;
}

}  // namespace clicklake::ddl
