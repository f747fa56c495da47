#include "base/json_value.h"

#include <algorithm>

#include "base/json_text.h"
#include "base/utf8.h"

namespace clicklake {
namespace {

constexpr int kMaxDepth = 256;

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  bool read_all(JsonValue* value) {
    if (!read(value, 0)) return false;
    skip_space();
    return at_ == text_.size();
  }
  bool read_first(JsonValue* value) {
    if (!read(value, 0)) return false;
    skip_space();
    return true;
  }
  std::size_t position() const { return at_; }

 private:
  bool read(JsonValue* value, int depth) {
    skip_space();
    if (at_ == text_.size() || depth > kMaxDepth) return false;
    switch (text_[at_]) {
      case '{': return object(value, depth);
      case '[': return array(value, depth);
      case '"': value->kind = JsonValue::Kind::kString; return string(&value->text);
      case 't':
        value->truth = true;
        value->kind = JsonValue::Kind::kBool;
        return literal("true");
      case 'f': value->kind = JsonValue::Kind::kBool; return literal("false");
      case 'n': return literal("null");
      default: return number(value);
    }
  }

  bool object(JsonValue* value, int depth) {
    value->kind = JsonValue::Kind::kObject;
    ++at_;
    if (take('}')) return true;
    do {
      skip_space();
      if (!string(&value->names.emplace_back()) || !take(':')) return false;
      if (!read(&value->elements.emplace_back(), depth + 1)) return false;
    } while (take(','));
    return take('}');
  }

  bool array(JsonValue* value, int depth) {
    value->kind = JsonValue::Kind::kArray;
    ++at_;
    if (take(']')) return true;
    do {
      if (!read(&value->elements.emplace_back(), depth + 1)) return false;
    } while (take(','));
    return take(']');
  }

  bool number(JsonValue* value) {
    value->kind = JsonValue::Kind::kNumber;
    const std::size_t start = at_;
    (void)take_one("-");
    if (!take_one("0") && !digits()) return false;
    if (take_one(".") && !digits()) return false;
    if (take_one("eE")) {
      (void)take_one("+-");
      if (!digits()) return false;
    }
    value->text = text_.substr(start, at_ - start);
    return true;
  }

  bool take_one(std::string_view of) {
    if (at_ == text_.size() || of.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > start;
  }

  bool string(std::string* out) {
    if (at_ == text_.size() || text_[at_] != '"') return false;
    ++at_;
    for (;;) {
      std::size_t stop = at_;
      while (stop < text_.size() && text_[stop] != '"' && text_[stop] != '\\' &&
             static_cast<unsigned char>(text_[stop]) >= 0x20) {
        ++stop;
      }
      out->append(text_, at_, stop - at_);
      at_ = stop;
      if (stop == text_.size() || static_cast<unsigned char>(text_[stop]) < 0x20) return false;
      at_ = stop + 1;
      if (text_[stop] == '"') return true;
      if (!escape(out)) return false;
    }
  }

  bool escape(std::string* out) {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    switch (c) {
      case 'n': *out += '\n'; return true;
      case 'r': *out += '\r'; return true;
      case 't': *out += '\t'; return true;
      case 'b': *out += '\b'; return true;
      case 'f': *out += '\f'; return true;
      case '"':
      case '\\':
      case '/': *out += c; return true;
      case 'u': return code_point(out);
      default: return false;
    }
  }

  bool code_point(std::string* out) {
    std::uint32_t code = 0;
    if (!hex4(&code)) return false;
    if (code >= 0xD800 && code < 0xDC00) {
      std::uint32_t low = 0;
      if (!text_.substr(at_).starts_with("\\u")) return false;
      at_ += 2;
      if (!hex4(&low) || low < 0xDC00 || low > 0xDFFF) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code < 0xE000) {
      return false;
    }
    append_utf8(out, code);
    return true;
  }

  bool hex4(std::uint32_t* code) {
    if (text_.size() - at_ < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      std::uint32_t digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<std::uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<std::uint32_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<std::uint32_t>(c - 'A' + 10);
      } else {
        return false;
      }
      *code = *code * 16 + digit;
    }
    return true;
  }

  bool literal(std::string_view name) {
    if (!text_.substr(at_).starts_with(name)) return false;
    at_ += name.size();
    return true;
  }

  bool take(char c) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  std::string_view text_;
  std::size_t at_ = 0;
};

Error broken_off(std::string_view text, std::size_t position) {
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n');
  return {ErrorCode::kCorruption, "JSON breaks off at byte " + std::to_string(position) +
                                      " (line " + std::to_string(line) + ")"};
}

/// On one line, with a blank behind each comma and colon.
void append_spaced(std::string* out, const JsonValue& value) {
  if (value.elements.empty()) {
    append_json(out, value);
    return;
  }
  const bool object = value.kind == JsonValue::Kind::kObject;
  out->push_back(object ? '{' : '[');
  for (std::size_t i = 0; i < value.elements.size(); ++i) {
    if (i > 0) out->append(", ");
    if (object) {
      append_json_string(out, value.names[i]);
      out->append(": ");
    }
    append_spaced(out, value.elements[i]);
  }
  out->push_back(object ? '}' : ']');
}

void append_indented(std::string* out, const JsonValue& value, std::size_t width, int level) {
  std::string flat;
  append_spaced(&flat, value);
  if (flat.size() <= width || value.elements.empty()) {
    out->append(flat);
    return;
  }
  const bool object = value.kind == JsonValue::Kind::kObject;
  const std::string blanks(static_cast<std::size_t>(level) * 2 + 2, ' ');
  out->push_back(object ? '{' : '[');
  for (std::size_t i = 0; i < value.elements.size(); ++i) {
    out->append(i > 0 ? ",\n" : "\n");
    out->append(blanks);
    if (object) {
      append_json_string(out, value.names[i]);
      out->append(": ");
    }
    append_indented(out, value.elements[i], width, level + 1);
  }
  out->push_back('\n');
  out->append(blanks, 2);
  out->push_back(object ? '}' : ']');
}

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  const auto it = std::find(names.begin(), names.end(), name);
  return it == names.end() ? nullptr : &elements[static_cast<std::size_t>(it - names.begin())];
}

Result<JsonValue> parse_json(std::string_view text) {
  JsonReader reader(text);
  JsonValue value;
  if (reader.read_all(&value)) return value;
  return broken_off(text, reader.position());
}

Result<JsonValue> parse_json_prefix(std::string_view text, std::size_t* end) {
  JsonReader reader(text);
  JsonValue value;
  if (!reader.read_first(&value)) return broken_off(text, reader.position());
  *end = reader.position();
  return value;
}

void append_json(std::string* out, const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::kNull: out->append("null"); return;
    case JsonValue::Kind::kBool: out->append(value.truth ? "true" : "false"); return;
    case JsonValue::Kind::kNumber: out->append(value.text); return;
    case JsonValue::Kind::kString: append_json_string(out, value.text); return;
    case JsonValue::Kind::kArray:
    case JsonValue::Kind::kObject: break;
  }
  const bool object = value.kind == JsonValue::Kind::kObject;
  out->push_back(object ? '{' : '[');
  for (std::size_t i = 0; i < value.elements.size(); ++i) {
    if (i > 0) out->push_back(',');
    if (object) {
      append_json_string(out, value.names[i]);
      out->push_back(':');
    }
    append_json(out, value.elements[i]);
  }
  out->push_back(object ? '}' : ']');
}

std::string to_json(const JsonValue& value) {
  std::string text;
  append_json(&text, value);
  return text;
}

void append_json_indented(std::string* out, const JsonValue& value, std::size_t width) {
  append_indented(out, value, width, 0);
}

}  // namespace clicklake
