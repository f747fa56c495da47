#include "rules/hcl.h"

#include <algorithm>
#include <cctype>

#include "base/utf8.h"

namespace clicklake {
namespace {

constexpr int kMaxDepth = 64;

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_name_part(char c) {
  return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-';
}

JsonValue text_value(std::string text) {
  JsonValue value;
  value.kind = JsonValue::Kind::kString;
  value.text = std::move(text);
  return value;
}

class HclReader {
 public:
  HclReader(std::string_view text, const HclFilter& wanted) : text_(text), wanted_(wanted) {}

  Result<std::vector<HclBlock>> read_file() {
    std::vector<HclBlock> blocks;
    while (skip_space(true)) {
      HclBlock block;
      block.line = line();
      ASSIGN_OR_RETURN(block.type, name());
      skip_space(false);
      if (peek() == '=') {  // an attribute at the top, as a .tfvars file has
        RETURN_IF_ERROR(skip_expression());
        continue;
      }
      RETURN_IF_ERROR(labels(&block.labels));
      if (!wanted_(block.type, block.labels)) {
        RETURN_IF_ERROR(skip_braces());
        continue;
      }
      ++at_;
      RETURN_IF_ERROR(body(&block.body, 0));
      blocks.push_back(std::move(block));
    }
    return blocks;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  std::size_t line() const {
    return 1 + static_cast<std::size_t>(std::count(
                   text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
  }
  Error wrong(std::string_view what) const {
    return {ErrorCode::kInvalidData, "line " + std::to_string(line()) + ": " + std::string(what)};
  }
  Error unsupported(std::string_view what) const {
    return {ErrorCode::kUnsupported,
            "line " + std::to_string(line()) + ": " + std::string(what) +
                " can't be worked out here: import the output of `terraform show -json` instead"};
  }

  /// Passes white space and comments; whether anything is left.
  bool skip_space(bool lines) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n')) {
        ++at_;
      } else if (c == '#' || text_.substr(at_).starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_).starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        return true;
      }
    }
    return false;
  }

  Result<std::string> name() {
    const std::size_t start = at_;
    if (!is_letter(peek())) return wrong("a name is expected");
    while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  Status labels(std::vector<std::string>* out) {
    while (true) {
      skip_space(false);
      if (peek() == '{') return {};
      if (peek() == '"') {
        ASSIGN_OR_RETURN(out->emplace_back(), quoted());
      } else {
        ASSIGN_OR_RETURN(out->emplace_back(), name());
      }
    }
  }

  /// What stands between { and }, the first of which was read.
  Status body(JsonValue* object, int depth) {
    if (depth > kMaxDepth) return wrong("blocks are nested too deeply");
    object->kind = JsonValue::Kind::kObject;
    while (true) {
      if (!skip_space(true)) return wrong("a } is missing");
      if (peek() == '}') {
        ++at_;
        return {};
      }
      ASSIGN_OR_RETURN(const std::string key, name());
      skip_space(false);
      if (peek() == '=') {
        ++at_;
        JsonValue value;
        RETURN_IF_ERROR(expression(&value, depth + 1));
        object->names.push_back(key);
        object->elements.push_back(std::move(value));
        continue;
      }
      std::vector<std::string> inner_labels;
      RETURN_IF_ERROR(labels(&inner_labels));
      ++at_;
      JsonValue inner;
      RETURN_IF_ERROR(body(&inner, depth + 1));
      const auto known = std::find(object->names.begin(), object->names.end(), key);
      if (known == object->names.end()) {
        object->names.push_back(key);
        object->elements.emplace_back().kind = JsonValue::Kind::kArray;
        object->elements.back().elements.push_back(std::move(inner));
      } else {
        object->elements[static_cast<std::size_t>(known - object->names.begin())]
            .elements.push_back(std::move(inner));
      }
    }
  }

  Status expression(JsonValue* value, int depth) {
    if (depth > kMaxDepth) return wrong("values are nested too deeply");
    skip_space(false);
    const char c = peek();
    Status status;
    if (c == '"') {
      ASSIGN_OR_RETURN(std::string text, quoted());
      *value = text_value(std::move(text));
    } else if (text_.substr(at_).starts_with("<<")) {
      ASSIGN_OR_RETURN(std::string text, heredoc());
      *value = text_value(std::move(text));
      return {};
    } else if (c == '[') {
      status = list(value, depth);
    } else if (c == '{') {
      status = object_value(value, depth);
    } else if (c == '-' || std::isdigit(static_cast<unsigned char>(c)) != 0) {
      const std::size_t end =
          std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
      value->kind = JsonValue::Kind::kNumber;
      value->text = text_.substr(at_, end - at_);
      at_ = end;
    } else {
      status = named(value, depth);
    }
    if (!status) return status;
    skip_space(false);
    const char next = peek();
    if (next == '\0' || next == '\n' || next == ',' || next == ']' || next == '}' || next == ')') {
      return {};
    }
    return unsupported("an expression with an operator");
  }

  Status list(JsonValue* value, int depth) {
    value->kind = JsonValue::Kind::kArray;
    ++at_;
    while (skip_space(true) && peek() != ']') {
      RETURN_IF_ERROR(expression(&value->elements.emplace_back(), depth + 1));
      skip_space(true);
      if (peek() == ',') {
        ++at_;
      } else if (peek() != ']') {
        return wrong("a , or ] is expected");
      }
    }
    if (peek() != ']') return wrong("a ] is missing");
    ++at_;
    return {};
  }

  Status object_value(JsonValue* value, int depth) {
    value->kind = JsonValue::Kind::kObject;
    ++at_;
    while (skip_space(true) && peek() != '}') {
      if (peek() == '"') {
        ASSIGN_OR_RETURN(value->names.emplace_back(), quoted());
      } else {
        ASSIGN_OR_RETURN(value->names.emplace_back(), name());
      }
      skip_space(false);
      if (peek() != '=' && peek() != ':') return unsupported("a for expression");
      ++at_;
      RETURN_IF_ERROR(expression(&value->elements.emplace_back(), depth + 1));
      skip_space(true);
      if (peek() == ',') ++at_;
    }
    if (peek() != '}') return wrong("a } is missing");
    ++at_;
    return {};
  }

  /// true, false, null, jsonencode(...) or a reference.
  Status named(JsonValue* value, int depth) {
    const std::size_t start = at_;
    ASSIGN_OR_RETURN(const std::string word, name());
    if (peek() == '(') {
      if (word != "jsonencode") return unsupported("the function " + word + "()");
      ++at_;
      skip_space(true);
      JsonValue inner;
      RETURN_IF_ERROR(expression(&inner, depth + 1));
      skip_space(true);
      if (peek() != ')') return wrong("a ) is missing");
      ++at_;
      std::string json;
      append_json(&json, inner);
      *value = text_value(std::move(json));
      return {};
    }
    if (word == "true" || word == "false") {
      value->kind = JsonValue::Kind::kBool;
      value->truth = word == "true";
      return {};
    }
    if (word == "null") return {};
    while (peek() == '.' || peek() == '[' || is_name_part(peek())) {
      if (peek() == '[') {
        const std::size_t close = text_.find_first_of("]\n", at_);
        if (close == std::string_view::npos || text_[close] != ']') return wrong("a ] is missing");
        at_ = close;
      }
      ++at_;
    }
    *value = text_value(std::string(1, kHclReference) + "${" +
                        std::string(text_.substr(start, at_ - start)) + "}");
    return {};
  }

  /// Copies "${ ... }" as it stands.
  Status interpolation(std::string* out) {
    out->push_back(kHclReference);
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') break;
      out->push_back(c);
      ++at_;
      if (c == '{') ++depth;
      if (c == '}' && --depth == 0) return {};
    }
    return wrong("a ${ is not closed");
  }

  Result<std::string> quoted() {
    std::string out;
    ++at_;
    while (true) {
      if (at_ >= text_.size() || text_[at_] == '\n') return wrong("the quote is not closed");
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("$${") || rest.starts_with("%%{")) {
        out += rest.substr(1, 2);
        at_ += 3;
      } else if (rest.starts_with("${") || rest.starts_with("%{")) {
        RETURN_IF_ERROR(interpolation(&out));
      } else if (c == '\\') {
        RETURN_IF_ERROR(escape(&out));
      } else {
        if (c != kHclReference) out.push_back(c);
        ++at_;
      }
    }
  }

  Status escape(std::string* out) {
    if (at_ + 1 >= text_.size()) return wrong("the quote is not closed");
    const char c = text_[at_ + 1];
    at_ += 2;
    switch (c) {
      case 'n': out->push_back('\n'); return {};
      case 'r': out->push_back('\r'); return {};
      case 't': out->push_back('\t'); return {};
      case '"':
      case '\\': out->push_back(c); return {};
      case 'u':
      case 'U': break;
      default: return wrong("no such escape: \\" + std::string(1, c));
    }
    const std::size_t digits = c == 'u' ? 4 : 8;
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at_) {
      const char d = at_ < text_.size() ? text_[at_] : '\0';
      if (std::isxdigit(static_cast<unsigned char>(d)) == 0) return wrong("\\u wants hex digits");
      const int digit = d <= '9' ? d - '0' : (d | 0x20) - 'a' + 10;
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    if (code == kHclReference || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
      return wrong("no such character");
    append_utf8(out, code);
    return {};
  }

  Result<std::string> heredoc() {
    at_ += 2;
    const bool indented = peek() == '-';
    if (indented) ++at_;
    ASSIGN_OR_RETURN(const std::string marker, name());
    at_ = std::min(text_.find('\n', at_), text_.size());
    std::vector<std::string_view> lines;
    while (true) {
      if (at_ >= text_.size()) return wrong("the heredoc does not end with " + marker);
      const std::size_t begin = at_ + 1;
      at_ = std::min(text_.find('\n', begin), text_.size());
      if (begin > text_.size()) return wrong("the heredoc does not end with " + marker);
      const std::string_view one = text_.substr(begin, at_ - begin);
      const std::size_t first = one.find_first_not_of(" \t");
      std::string_view bare = first == std::string_view::npos ? "" : one.substr(first);
      if (bare.ends_with('\r')) bare.remove_suffix(1);
      if (bare == marker) break;
      lines.push_back(one);
    }
    std::size_t indent = indented ? std::string_view::npos : 0;
    if (indented) {
      for (const std::string_view one : lines) {
        const std::size_t first = one.find_first_not_of(" \t");
        if (first != std::string_view::npos) indent = std::min(indent, first);
      }
    }
    std::string out;
    for (const std::string_view one : lines) {
      std::string_view rest = one.substr(std::min(indent, one.size()));
      while (!rest.empty()) {
        if (rest.starts_with("$${") || rest.starts_with("%%{")) {
          out += rest.substr(1, 2);
          rest.remove_prefix(3);
        } else {
          if (rest.starts_with("${") || rest.starts_with("%{")) out.push_back(kHclReference);
          if (rest.front() != kHclReference) out.push_back(rest.front());
          rest.remove_prefix(1);
        }
      }
      out.push_back('\n');
    }
    return out;
  }

  /// From a { to its }, strings, heredocs and comments left alone.
  Status skip_braces() {
    int depth = 0;
    do {
      if (!skip_space(true)) return wrong("a } is missing");
      const char c = text_[at_];
      if (c == '"') {
        RETURN_IF_ERROR(quoted());
        continue;
      }
      if (text_.substr(at_).starts_with("<<") && at_ + 2 < text_.size() &&
          (text_[at_ + 2] == '-' || is_letter(text_[at_ + 2]))) {
        RETURN_IF_ERROR(heredoc());
        continue;
      }
      if (c == '{') ++depth;
      if (c == '}') --depth;
      ++at_;
    } while (depth > 0);
    return {};
  }

  Status skip_expression() {
    ++at_;
    JsonValue ignored;
    return expression(&ignored, 0);
  }

  std::string_view text_;
  const HclFilter& wanted_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::vector<HclBlock>> parse_hcl(std::string_view text, const HclFilter& wanted) {
  return HclReader(text, wanted).read_file();
}

}  // namespace clicklake
