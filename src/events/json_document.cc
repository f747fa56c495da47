#include "events/json_document.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace clicklake::events {

Status JsonDocument::read(std::string_view text) {
  text_ = text;
  at_ = 0;
  nodes_.clear();
  decoded_.clear();
  if (text.size() >= 0x7FFFFFFF) return fault("it is larger than 2 GiB");
  skip_space();
  if (peek() != '{') return fault("a JSON object must begin here, with '{'");
  RETURN_IF_ERROR(read_value(0));
  const std::size_t invalid = find_invalid_utf8(text.substr(0, at_));
  if (invalid != std::string_view::npos) {
    at_ = invalid;
    return fault("this byte is not UTF-8");
  }
  return {};
}

std::uint32_t JsonDocument::member(std::uint32_t at, std::string_view key) const {
  std::uint32_t found = 0;
  if (nodes_[at].kind != JsonKind::kObject) return found;
  for (std::uint32_t i = at + 1; i < nodes_[at].next; i = nodes_[i].next) {
    if (nodes_[i].key == key) found = i;
  }
  return found;
}

Status JsonDocument::fault(std::string_view what) const {
  return Error{ErrorCode::kInvalidData, fmt::format("not JSON at byte {}: {}", at_, what)};
}

void JsonDocument::skip_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
    ++at_;
  }
}

Status JsonDocument::read_value(int depth) {
  switch (peek()) {
    case '{':
    case '[': return read_container(depth);
    case 't': return read_word("true", JsonKind::kTrue);
    case 'f': return read_word("false", JsonKind::kFalse);
    case 'n': return read_word("null", JsonKind::kNull);
    case '"': {
      const std::size_t node = nodes_.size();
      nodes_.push_back({.kind = JsonKind::kText, .next = static_cast<std::uint32_t>(node + 1)});
      return read_text(&nodes_[node].text);
    }
    default: return read_number();
  }
}

Status JsonDocument::read_container(int depth) {
  if (depth >= kMaxDepth) return fault("more than 1,000 levels");
  const bool is_object = text_[at_] == '{';
  const char close = is_object ? '}' : ']';
  const std::size_t node = nodes_.size();
  nodes_.push_back({.kind = is_object ? JsonKind::kObject : JsonKind::kArray});
  const std::size_t begin = at_++;
  std::uint32_t count = 0;
  skip_space();
  if (peek() == close) {
    ++at_;
  } else {
    for (;;) {
      std::string_view key;
      if (is_object) {
        if (peek() != '"') return fault("a key in double quotes is missing");
        RETURN_IF_ERROR(read_text(&key));
        skip_space();
        if (peek() != ':') return fault("a ':' is missing behind a key");
        ++at_;
        skip_space();
      }
      const std::size_t child = nodes_.size();
      RETURN_IF_ERROR(read_value(depth + 1));
      nodes_[child].key = key;
      ++count;
      skip_space();
      const char c = peek();
      if (c != ',' && c != close) {
        return fault(is_object ? "',' or '}' is missing" : "',' or ']' is missing");
      }
      ++at_;
      if (c == close) break;
      skip_space();
    }
  }
  nodes_[node].text = text_.substr(begin, at_ - begin);
  nodes_[node].count = count;
  nodes_[node].next = static_cast<std::uint32_t>(nodes_.size());
  return {};
}

Status JsonDocument::read_word(std::string_view word, JsonKind kind) {
  if (text_.substr(at_, word.size()) != word) return fault("this is no JSON value");
  nodes_.push_back({.kind = kind,
                    .text = text_.substr(at_, word.size()),
                    .next = static_cast<std::uint32_t>(nodes_.size() + 1)});
  at_ += word.size();
  return {};
}

Status JsonDocument::read_number() {
  const std::size_t begin = at_;
  const auto digits = [&] {
    const std::size_t first = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ != first;
  };
  if (peek() == '-') ++at_;
  if (peek() == '0') {
    ++at_;
  } else if (!digits()) {
    return fault("this is no JSON value");
  }
  if (peek() == '.') {
    ++at_;
    if (!digits()) return fault("a digit is missing behind the point");
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return fault("a digit of the exponent is missing");
  }
  nodes_.push_back({.kind = JsonKind::kNumber,
                    .text = text_.substr(begin, at_ - begin),
                    .next = static_cast<std::uint32_t>(nodes_.size() + 1)});
  return {};
}

Status JsonDocument::read_text(std::string_view* out) {
  const std::size_t begin = ++at_;
  const auto stop = [&] {
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
           static_cast<unsigned char>(text_[at_]) >= 0x20) {
      ++at_;
    }
    return at_ < text_.size() ? text_[at_] : '\0';
  };
  if (stop() == '"') {
    *out = text_.substr(begin, at_++ - begin);
    return {};
  }
  std::string decoded(text_.substr(begin, at_ - begin));
  for (;;) {
    const std::size_t from = at_;
    const char c = stop();
    decoded.append(text_.substr(from, at_ - from));
    if (c == '"') break;
    if (c != '\\') {
      return fault(at_ == text_.size() ? "the text ends inside quotes"
                                       : "a control character must be escaped, as in \\n");
    }
    ++at_;
    if (!read_escape(&decoded)) return fault("this is no JSON escape");
  }
  ++at_;
  *out = decoded_.emplace_back(std::move(decoded));
  return {};
}

bool JsonDocument::read_unit(std::uint32_t* unit) {
  *unit = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = peek();
    if (c >= '0' && c <= '9') {
      *unit = *unit << 4 | static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      *unit = *unit << 4 | static_cast<std::uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      *unit = *unit << 4 | static_cast<std::uint32_t>(c - 'A' + 10);
    } else {
      return false;
    }
  }
  return true;
}

bool JsonDocument::read_escape(std::string* out) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const char letter = peek();
  if (letter == '\0') return false;
  const std::size_t known = kLetters.find(letter);
  ++at_;
  if (known != std::string_view::npos) {
    out->push_back(kMeanings[known]);
    return true;
  }
  std::uint32_t unit = 0;
  if (letter != 'u' || !read_unit(&unit)) return false;
  if (unit >= 0xD800 && unit <= 0xDBFF && text_.substr(at_, 2) == "\\u") {
    const std::size_t back = at_;
    at_ += 2;
    std::uint32_t second = 0;
    if (!read_unit(&second)) return false;
    if (second >= 0xDC00 && second <= 0xDFFF) {
      append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00));
      return true;
    }
    at_ = back;  // half a pair, and something else
  }
  append_utf8(out, unit);  // three bytes for a lone surrogate
  return true;
}

}  // namespace clicklake::events
