#include "ddl/lexer.h"

#include <cstddef>

#include "base/utf8.h"

namespace clicklake::ddl {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_octal(char c) { return c >= '0' && c <= '7'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_word_byte(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool starts_with_at(std::string_view sql, Position at, std::string_view what) {
  return sql.substr(at, what.size()) == what;
}

/// The place behind blanks and comments; `*unclosed` where a comment has no end.
Position skip_blanks(std::string_view sql, Position at, bool* unclosed) {
  while (at < sql.size()) {
    if (is_blank(sql[at])) {
      ++at;
    } else if (starts_with_at(sql, at, "--")) {
      const std::size_t end = sql.find('\n', at);
      at = end == std::string_view::npos ? sql.size() : end + 1;
    } else if (starts_with_at(sql, at, "/*")) {
      const std::size_t end = sql.find("*/", at + 2);
      if (end == std::string_view::npos) {
        *unclosed = true;
        return at;
      }
      at = end + 2;
    } else {
      break;
    }
  }
  return at;
}

Token quoted_token(std::string_view sql, Position begin, TokenKind kind, bool backslashes) {
  const char quote = sql[begin];
  for (Position at = begin + 1; at < sql.size(); ++at) {
    if (backslashes && sql[at] == '\\') {
      ++at;
    } else if (sql[at] == quote) {
      if (at + 1 >= sql.size() || sql[at + 1] != quote)
        return {.kind = kind, .begin = begin, .end = at + 1};
      ++at;
    }
  }
  return {.kind = TokenKind::kUnclosed, .begin = begin, .end = sql.size()};
}

/// Where the digits of an exponent, signed or not, end; `at` where there are none.
Position exponent_end(std::string_view sql, Position at) {
  if (at >= sql.size() || lower(sql[at]) != 'e') return at;
  Position end = at + 1;
  if (end < sql.size() && (sql[end] == '+' || sql[end] == '-')) ++end;
  if (end >= sql.size() || !is_digit(sql[end])) return at;
  while (end < sql.size() && is_digit(sql[end])) ++end;
  return end;
}

/// A number, or a word that begins with digits, as names of Hive's may.
Token number_token(std::string_view sql, Position begin) {
  Position end = begin;
  while (end < sql.size() && is_digit(sql[end])) ++end;
  if (end + 1 < sql.size() && sql[end] == '.' && is_digit(sql[end + 1])) {
    ++end;
    while (end < sql.size() && is_digit(sql[end])) ++end;
    return {.kind = TokenKind::kNumber, .begin = begin, .end = exponent_end(sql, end)};
  }
  end = exponent_end(sql, end);
  if (end >= sql.size() || !is_word_byte(sql[end]))
    return {.kind = TokenKind::kNumber, .begin = begin, .end = end};
  end = begin;
  while (end < sql.size() && is_word_byte(sql[end])) ++end;
  return {.kind = TokenKind::kWord, .begin = begin, .end = end};
}

bool hex_value(std::string_view digits, std::uint32_t* value) {
  if (digits.size() != 4) return false;
  *value = 0;
  for (const char c : digits) {
    const char d = lower(c);
    if (!is_digit(d) && (d < 'a' || d > 'f')) return false;
    *value = *value * 16 + static_cast<std::uint32_t>(is_digit(d) ? d - '0' : d - 'a' + 10);
  }
  return true;
}

/// Appends what the escape at `at` (its backslash) means; returns the place behind it.
Position append_escape(std::string* out, std::string_view text, Position at) {
  const char c = text[at + 1];
  if (at + 3 < text.size() && (c == '0' || c == '1') && is_octal(text[at + 2]) &&
      is_octal(text[at + 3])) {
    append_utf8(out, static_cast<std::uint32_t>((c - '0') * 64 + (text[at + 2] - '0') * 8 +
                                                (text[at + 3] - '0')));
    return at + 4;
  }
  std::uint32_t unit = 0;
  if (c == 'u' && hex_value(text.substr(at + 2, 4), &unit)) {
    at += 6;
    std::uint32_t low = 0;
    if (unit >= 0xD800 && unit < 0xDC00 && starts_with_at(text, at, "\\u") &&
        hex_value(text.substr(at + 2, 4), &low) && low >= 0xDC00 && low < 0xE000) {
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      at += 6;
    }
    append_utf8(out, unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
    return at;
  }
  switch (c) {
    case '0': *out += '\0'; break;
    case 'b': *out += '\b'; break;
    case 'n': *out += '\n'; break;
    case 'r': *out += '\r'; break;
    case 't': *out += '\t'; break;
    case 'Z': *out += '\x1a'; break;
    case '%':
    case '_':  // left to LIKE
      *out += '\\';
      *out += c;
      break;
    default: *out += c;
  }
  return at + 2;
}

}  // namespace

Token next_token(std::string_view sql, Position from, Grammar grammar) {
  bool unclosed = false;
  const Position begin = skip_blanks(sql, from, &unclosed);
  if (unclosed) return {.kind = TokenKind::kUnclosed, .begin = begin, .end = sql.size()};
  if (begin >= sql.size()) return {.kind = TokenKind::kEnd, .begin = sql.size(), .end = sql.size()};
  const bool hive = grammar == Grammar::kHive;
  const char c = sql[begin];
  if (c == '\'') return quoted_token(sql, begin, TokenKind::kText, hive);
  if (c == '"') return quoted_token(sql, begin, TokenKind::kDoubleQuoted, hive);
  if (c == '`') return quoted_token(sql, begin, TokenKind::kBackquoted, false);
  if (is_digit(c)) return number_token(sql, begin);
  Position end = begin;
  while (end < sql.size() && is_word_byte(sql[end])) ++end;
  if (end > begin) return {.kind = TokenKind::kWord, .begin = begin, .end = end};
  return {.kind = TokenKind::kSymbol, .begin = begin, .end = begin + 1};
}

std::string text_value(std::string_view quoted, Grammar grammar) {
  const char quote = quoted.front();
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (Position at = 0; at < text.size();) {
    if (grammar == Grammar::kHive && text[at] == '\\' && at + 1 < text.size()) {
      at = append_escape(&out, text, at);
    } else {
      out += text[at];
      at += text[at] == quote ? 2 : 1;
    }
  }
  return out;
}

std::string name_value(std::string_view quoted) {
  return lower_case(text_value(quoted, Grammar::kTrino));
}

bool is_keyword(std::string_view word, std::string_view upper_case_keyword) {
  if (word.size() != upper_case_keyword.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(word[i]) != lower(upper_case_keyword[i])) return false;
  }
  return true;
}

}  // namespace clicklake::ddl
