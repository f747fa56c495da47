#include "slow_json.h"

#include <cstdlib>

namespace clicklake::fuzz {
namespace {

constexpr int kDeepest = 64;

std::string utf8_of(std::uint32_t c) {
  std::string out;
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 + (c >> shift) % 64); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 + c / 64);
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 + c / 4096);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 + c / 262144);
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

class Reader {
 public:
  Reader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  JsonReading read() {
    JsonReading reading;
    const bool whole = value(&reading.value, 0);
    reading.outcome = whole      ? JsonReading::kValue
                      : too_deep ? JsonReading::kTooDeep
                                 : JsonReading::kFault;
    reading.end = at_;
    reading.lone_surrogate = lone_;
    return reading;
  }

 private:
  /// The next character; -1 at the end.
  int peek() const { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  bool is_digit() const { return peek() >= '0' && peek() <= '9'; }
  void blanks() { at_ = skip_blanks(text_, at_); }

  bool value(JsonValue* value, int depth) {
    blanks();
    switch (peek()) {
      case '{': return object(value, depth + 1);
      case '[': return array(value, depth + 1);
      case '"': value->kind = JsonValue::kText; return string(&value->text);
      case 't': value->kind = JsonValue::kBoolean; return word("true", value);
      case 'f': value->kind = JsonValue::kBoolean; return word("false", value);
      case 'n': value->kind = JsonValue::kNull; return word("null", value);
      default: value->kind = JsonValue::kNumber; return number(value);
    }
  }

  bool word(std::string_view expected, JsonValue* value) {
    for (const char c : expected) {
      if (!take(c)) return false;
    }
    value->text = expected;
    return true;
  }

  bool digits() {
    if (!is_digit()) return false;
    while (is_digit()) ++at_;
    return true;
  }

  bool number(JsonValue* value) {
    const std::size_t begin = at_;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    value->text = text_.substr(begin, at_ - begin);
    return true;
  }

  bool four_digits(std::uint32_t* unit) {
    *unit = 0;
    for (int i = 0; i < 4; ++i) {
      static constexpr std::string_view kLower = "0123456789abcdef";
      static constexpr std::string_view kUpper = "0123456789ABCDEF";
      if (peek() < 0) return false;
      std::size_t digit = kLower.find(text_[at_]);
      if (digit == std::string_view::npos) digit = kUpper.find(text_[at_]);
      if (digit == std::string_view::npos) return false;
      *unit = *unit * 16 + static_cast<std::uint32_t>(digit);
      ++at_;
    }
    return true;
  }

  bool string(std::string* text) {
    text->clear();
    take('"');
    std::uint32_t high = 0;  // the first half of a pair whose second half may come next
    const auto forget_high = [&] {
      if (high != 0) {
        lone_ = true;
        *text += utf8_of(0xFFFD);
      }
      high = 0;
    };
    for (;;) {
      const int c = peek();
      if (c < 0x20) return false;  // the end, too
      if (c != '\\') {
        forget_high();
        ++at_;
        if (c == '"') return true;
        *text += static_cast<char>(c);
        continue;
      }
      ++at_;
      static constexpr std::string_view kLetters = "\"\\/bfnrt";
      static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
      if (peek() < 0) return false;
      const std::size_t letter = kLetters.find(text_[at_]);
      if (letter != std::string_view::npos) {
        forget_high();
        ++at_;
        *text += kMeanings[letter];
        continue;
      }
      if (!take('u')) return false;
      std::uint32_t unit = 0;
      if (!four_digits(&unit)) return false;
      const bool second_half = unit >= 0xDC00 && unit <= 0xDFFF;
      if (high != 0 && second_half) {
        *text += utf8_of(0x10000 + (high - 0xD800) * 0x400 + (unit - 0xDC00));
        high = 0;
        continue;
      }
      forget_high();
      if (unit >= 0xD800 && unit <= 0xDBFF) {
        high = unit;
      } else if (second_half) {
        lone_ = true;
        *text += utf8_of(0xFFFD);
      } else {
        *text += utf8_of(unit);
      }
    }
  }

  bool array(JsonValue* value, int depth) {
    if (depth > kDeepest) {
      too_deep = true;
      return false;
    }
    value->kind = JsonValue::kArray;
    take('[');
    blanks();
    if (take(']')) return true;
    for (;;) {
      value->members.emplace_back();
      if (!this->value(&value->members.back().value, depth)) return false;
      blanks();
      if (take(']')) return true;
      if (!take(',')) return false;
    }
  }

  bool object(JsonValue* value, int depth) {
    if (depth > kDeepest) {
      too_deep = true;
      return false;
    }
    value->kind = JsonValue::kObject;
    take('{');
    blanks();
    if (take('}')) return true;
    for (;;) {
      blanks();
      if (peek() != '"') return false;
      value->members.emplace_back();
      if (!string(&value->members.back().name)) return false;
      blanks();
      if (!take(':')) return false;
      if (!this->value(&value->members.back().value, depth)) return false;
      blanks();
      if (take('}')) return true;
      if (!take(',')) return false;
    }
  }

  std::string_view text_;
  std::size_t at_;
  bool lone_ = false;
  bool too_deep = false;
};

}  // namespace

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) ++at;
  return at;
}

JsonReading read_json(std::string_view text, std::size_t at) { return Reader(text, at).read(); }

void append_quoted(std::string_view text, std::string* out) {
  static constexpr std::string_view kMeanings = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\bfnrt";
  static constexpr std::string_view kDigits = "0123456789abcdef";
  *out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t at = kMeanings.find(c); at != std::string_view::npos) {
      *out += {'\\', kLetters[at]};
    } else if (byte < 0x20) {
      *out += {'\\', 'u', '0', '0', kDigits[byte / 16U], kDigits[byte % 16U]};
    } else {
      *out += c;
    }
  }
  *out += '"';
}

std::string compact(const JsonValue& value) {
  std::string out;
  if (value.kind == JsonValue::kText) {
    append_quoted(value.text, &out);
    return out;
  }
  if (value.kind != JsonValue::kArray && value.kind != JsonValue::kObject) return value.text;
  const bool object = value.kind == JsonValue::kObject;
  out += object ? '{' : '[';
  for (std::size_t i = 0; i < value.members.size(); ++i) {
    if (i != 0) out += ',';
    if (object) {
      append_quoted(value.members[i].name, &out);
      out += ':';
    }
    out += compact(value.members[i].value);
  }
  out += object ? '}' : ']';
  return out;
}

namespace {

/// Bytes of the character that begins `text`; 0 where none does. `*begun` tells whether it is just
/// not all there.
std::size_t character(std::string_view text, bool* begun) {
  *begun = false;
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xC0 && lead < 0xE0   ? 2
                           : lead >= 0xE0 && lead < 0xF0 ? 3
                           : lead >= 0xF0 && lead < 0xF8 ? 4
                                                         : 0;
  if (size == 0) return 0;
  // The code points that these first bytes may still become.
  std::uint32_t low = lead & (0x7FU >> size);
  std::uint32_t high = low;
  for (std::size_t i = 1; i < size; ++i) {
    if (i < text.size()) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte < 0x80 || byte > 0xBF) return 0;
      low = low * 64 + byte % 64;
      high = high * 64 + byte % 64;
    } else {
      low = low * 64;
      high = high * 64 + 63;
    }
  }
  static constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (high < kLeast[size] || low > 0x10FFFF || (low >= 0xD800 && high <= 0xDFFF)) return 0;
  if (text.size() >= size) return size;
  *begun = true;
  return 0;
}

}  // namespace

std::size_t utf8_until(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    bool begun = false;
    const std::size_t size = character(text.substr(at), &begun);
    if (size == 0) break;
    at += size;
  }
  return at;
}

bool is_begun_character(std::string_view tail) {
  bool begun = false;
  return !tail.empty() && character(tail, &begun) == 0 && begun;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace clicklake::fuzz
