#include "events/slow_tree_fixture.h"

#include <cstddef>

namespace clicklake::events {

void append_code_point(std::string* out, unsigned c) {
  if (c < 0x80) {
    *out += static_cast<char>(c);
    return;
  }
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  const unsigned marks[] = {0, 0xC0, 0xE0, 0xF0};
  *out += static_cast<char>(marks[more] | c >> (6 * more));
  for (int k = more - 1; k >= 0; --k) *out += static_cast<char>(0x80 | (c >> (6 * k) & 0x3F));
}
namespace {

struct TreeReader {
  std::string_view text;
  std::size_t at = 0;

  [[noreturn]] static void refuse() { throw Refused{}; }
  char peek() const { return at < text.size() ? text[at] : '\0'; }
  void expect(char c) {
    if (peek() != c) refuse();
    ++at;
  }
  void blanks() {
    while (at < text.size() && std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos)
      ++at;
  }
  void word(const char* expected) {
    for (; *expected != '\0'; ++expected) expect(*expected);
  }
  void digits() {
    if (peek() < '0' || peek() > '9') refuse();
    while (peek() >= '0' && peek() <= '9') ++at;
  }

  unsigned unit() {
    unsigned v = 0;
    for (int i = 0; i < 4; ++i) {
      const std::size_t digit = std::string_view("0123456789abcdefABCDEF").find(peek());
      if (peek() == '\0' || digit == std::string_view::npos) refuse();
      v = v * 16 + static_cast<unsigned>(digit < 16 ? digit : digit - 6);
      ++at;
    }
    return v;
  }
  std::string string() {
    expect('"');
    std::string out;
    std::vector<unsigned> units;  // of escapes in a row
    const auto flush = [&] {
      for (std::size_t i = 0; i < units.size(); ++i) {
        const bool is_pair = i + 1 < units.size() && units[i] >= 0xD800 && units[i] < 0xDC00 &&
                             units[i + 1] >= 0xDC00 && units[i + 1] < 0xE000;
        if (is_pair) {
          append_code_point(&out, 0x10000 + (units[i] - 0xD800) * 0x400 + (units[i + 1] - 0xDC00));
          ++i;
        } else {
          append_code_point(&out, units[i]);
        }
      }
      units.clear();
    };
    while (peek() != '"') {
      if (at >= text.size() || static_cast<unsigned char>(peek()) < 0x20) refuse();
      if (peek() != '\\') {
        flush();
        out += text[at++];
        continue;
      }
      ++at;
      const std::size_t letter = std::string_view("\"\\/bfnrt").find(peek());
      if (peek() == 'u') {
        ++at;
        units.push_back(unit());
      } else if (at < text.size() && letter != std::string_view::npos) {
        flush();
        out += "\"\\/\b\f\n\r\t"[letter];
        ++at;
      } else {
        refuse();
      }
    }
    flush();
    ++at;
    return out;
  }

  Tree value(int depth = 0) {
    blanks();
    if (depth >= 1000 && (peek() == '{' || peek() == '[')) refuse();
    Tree out;
    out.kind = peek();
    const std::size_t begin = at;
    switch (peek()) {
      case 'n': word("null"); break;
      case 't': word("true"); break;
      case 'f': word("false"); break;
      case '"': out.text = string(); return out;
      case '{':
      case '[': {
        const char close = peek() == '{' ? '}' : ']';
        ++at;
        blanks();
        if (peek() == close) {
          ++at;
          return out;
        }
        for (;;) {
          std::string key;
          blanks();
          if (close == '}') {
            key = string();
            blanks();
            expect(':');
          }
          out.members.push_back({key, value(depth + 1)});
          blanks();
          if (peek() == close) break;
          expect(',');
        }
        ++at;
        return out;
      }
      default:
        out.kind = '0';
        if (peek() == '-') ++at;
        if (peek() == '0') {
          ++at;
        } else {
          digits();
        }
        if (peek() == '.') {
          ++at;
          digits();
        }
        if (peek() == 'e' || peek() == 'E') {
          ++at;
          if (peek() == '+' || peek() == '-') ++at;
          digits();
        }
    }
    out.text = text.substr(begin, at - begin);
    return out;
  }
};

void check_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) -> unsigned {
      return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0;
    };
    const unsigned first = byte(0);
    const std::size_t more = first < 0x80                    ? 0
                             : first >= 0xC2 && first < 0xE0 ? 1
                             : first >= 0xE0 && first < 0xF0 ? 2
                             : first >= 0xF0 && first < 0xF5 ? 3
                                                             : 9;
    if (more == 9) throw Refused{};
    for (std::size_t k = 1; k <= more; ++k) {
      if (byte(k) < 0x80 || byte(k) > 0xBF) throw Refused{};
    }
    if (first == 0xE0 && byte(1) < 0xA0) throw Refused{};
    if (first == 0xED && byte(1) > 0x9F) throw Refused{};
    if (first == 0xF0 && byte(1) < 0x90) throw Refused{};
    if (first == 0xF4 && byte(1) > 0x8F) throw Refused{};
    i += more + 1;
  }
}

}  // namespace

Tree read_object(std::string_view text) {
  TreeReader reader{text};
  Tree tree = reader.value();
  check_utf8(text.substr(0, reader.at));
  if (tree.kind != '{') throw Refused{};
  return tree;
}

}  // namespace clicklake::events
