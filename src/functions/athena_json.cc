#include "functions/athena_json.h"

#include <charconv>

#include "base/utf8.h"

namespace clicklake {

namespace {

/// Deeper nesting than this is refused by Trino's reader too.
constexpr int kDeepest = 1000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A reader of one value after the other; each step fails where the text is no JSON.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  /// The first byte of the next token; '\0' at the end of the text.
  char peek() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  /// `out` may be null.
  bool string(std::string* out) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20U) return false;
      if (c == '\\') {
        if (!escape(out)) return false;
      } else if (out != nullptr) {
        *out += c;
      }
    }
    return false;
  }

  /// A number, true, false or null, as written.
  bool literal(std::string_view* out) {
    const char c = peek();
    const std::size_t begin = at_;
    if (c == '-' || is_digit(c)) {
      if (!number()) return false;
    } else {
      bool known = false;
      for (const std::string_view word : {"true", "false", "null"}) {
        if (text_.substr(at_, word.size()) == word) {
          at_ += word.size();
          known = true;
          break;
        }
      }
      if (!known) return false;
    }
    if (at_ < text_.size() &&
        std::string_view(" \t\r\n,:]}").find(text_[at_]) == std::string_view::npos) {
      return false;
    }
    *out = text_.substr(begin, at_ - begin);
    return true;
  }

  /// Passes over one value.
  bool skip(int depth = 0) {
    const char c = peek();
    if (c == '"') return string(nullptr);
    if (c != '{' && c != '[') {
      std::string_view text;
      return literal(&text);
    }
    if (depth >= kDeepest) return false;
    const bool object = c == '{';
    const char close = object ? '}' : ']';
    ++at_;
    if (take(close)) return true;
    while (true) {
      if (object && !(string(nullptr) && take(':'))) return false;
      if (!skip(depth + 1)) return false;
      if (take(close)) return true;
      if (!take(',')) return false;
    }
  }

 private:
  bool digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > begin;
  }

  bool number() {
    if (text_[at_] == '-') ++at_;
    const std::size_t begin = at_;
    if (!digits()) return false;
    if (text_[begin] == '0' && at_ > begin + 1) return false;
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  std::optional<std::uint32_t> four_digits() {
    std::uint32_t unit = 0;
    if (at_ + 4 > text_.size()) return std::nullopt;
    const char* begin = text_.data() + at_;
    const auto read = std::from_chars(begin, begin + 4, unit, 16);
    if (read.ec != std::errc() || read.ptr != begin + 4) return std::nullopt;
    at_ += 4;
    return unit;
  }

  bool escape(std::string* out) {
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    if (c == 'u') {
      auto unit = four_digits();
      if (!unit) return false;
      std::uint32_t point = *unit;
      if (point >= 0xD800U && point <= 0xDFFFU) {
        const std::size_t behind = at_;
        std::optional<std::uint32_t> low;
        if (point <= 0xDBFFU && text_.substr(at_, 2) == "\\u") {
          at_ += 2;
          low = four_digits();
          if (!low) return false;
        }
        if (low && *low >= 0xDC00U && *low <= 0xDFFFU) {
          point = 0x10000U + ((point - 0xD800U) << 10U) + (*low - 0xDC00U);
        } else {
          at_ = behind;
          point = '?';  // half a pair: what Java's encoder makes of it
        }
      }
      if (out != nullptr) append_utf8(out, point);
      return true;
    }
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const std::size_t which = kNames.find(c);
    if (which == std::string_view::npos) return false;
    if (out != nullptr) *out += kValues[which];
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool enter_member(JsonReader& reader, const std::string& name) {
  reader.take('{');
  if (reader.take('}')) return false;
  std::string key;
  while (true) {
    key.clear();
    if (!reader.string(&key) || !reader.take(':')) return false;
    if (key == name) return true;
    if (!reader.skip() || !reader.take(',')) return false;
  }
}

bool enter_element(JsonReader& reader, const std::string& name) {
  std::int32_t index = -1;
  const char* begin = name.data();
  const char* end = begin + name.size();
  if (name.size() > 1 && *begin == '+') ++begin;
  const auto read = std::from_chars(begin, end, index);
  if (read.ec != std::errc() || read.ptr != end || index < 0) return false;
  reader.take('[');
  if (reader.peek() == ']') return false;
  for (; index > 0; --index) {
    if (!reader.skip() || !reader.take(',')) return false;
  }
  return true;
}

/// Moves `reader` to the value of `path`.
bool enter(JsonReader& reader, const std::vector<std::string>& path) {
  for (const std::string& name : path) {
    const char c = reader.peek();
    if (c == '{') {
      if (!enter_member(reader, name)) return false;
    } else if (c == '[') {
      if (!enter_element(reader, name)) return false;
    } else {
      return false;
    }
  }
  return true;
}

bool is_unquoted(char c, bool colon) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (colon && c == ':');
}

}  // namespace

Result<std::vector<std::string>> parse_json_path(std::string_view path) {
  const Error invalid{ErrorCode::kInvalidArgument,
                      "Invalid JSON path: '" + std::string(path) +
                          "' (write $, then .name, [0] or [\"any name\"] for each step)"};
  if (path.empty() || path.front() != '$') return invalid;
  std::vector<std::string> steps;
  std::size_t at = 1;
  const auto unquoted = [&](bool colon) {
    const std::size_t begin = at;
    while (at < path.size() && is_unquoted(path[at], colon)) ++at;
    steps.emplace_back(path.substr(begin, at - begin));
    return at > begin;
  };
  while (at < path.size()) {
    const char c = path[at++];
    if (c == '.') {
      if (!unquoted(true)) return invalid;
      continue;
    }
    if (c != '[') return invalid;
    if (at < path.size() && path[at] == '"') {
      std::string name;
      for (++at; at < path.size() && path[at] != '"'; ++at) {
        if (path[at] == '\\') {
          ++at;
          if (at >= path.size() || (path[at] != '"' && path[at] != '\\')) return invalid;
        }
        name += path[at];
      }
      if (at++ >= path.size()) return invalid;
      steps.push_back(std::move(name));
    } else if (!unquoted(false)) {
      return invalid;
    }
    if (at >= path.size() || path[at++] != ']') return invalid;
  }
  return steps;
}

std::optional<std::string> json_scalar(std::string_view json,
                                       const std::vector<std::string>& path) {
  JsonReader reader(json);
  if (!enter(reader, path)) return std::nullopt;
  if (reader.peek() == '"') {
    std::string text;
    if (!reader.string(&text)) return std::nullopt;
    return text;
  }
  std::string_view text;
  if (!reader.literal(&text) || text == "null") return std::nullopt;
  return std::string(text);
}

std::optional<std::int64_t> json_value_size(std::string_view json,
                                            const std::vector<std::string>& path) {
  JsonReader reader(json);
  if (!enter(reader, path)) return std::nullopt;
  const char open = reader.peek();
  if (open != '{' && open != '[') {
    if (!reader.skip()) return std::nullopt;
    return 0;
  }
  reader.take(open);
  const char close = open == '{' ? '}' : ']';
  if (reader.take(close)) return 0;
  std::int64_t size = 0;
  while (true) {
    if (open == '{' && !(reader.string(nullptr) && reader.take(':'))) return std::nullopt;
    if (!reader.skip()) return std::nullopt;
    ++size;
    if (reader.take(close)) return size;
    if (!reader.take(',')) return std::nullopt;
  }
}

}  // namespace clicklake
