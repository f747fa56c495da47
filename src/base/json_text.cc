#include "base/json_text.h"

#include <fmt/format.h>

#include <cmath>

namespace clicklake {

void append_json_string(std::string* out, std::string_view text) {
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != 0x7F;
  };
  out->push_back('"');
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    while (at < text.size() && is_plain(text[at])) ++at;
    out->append(text, start, at - start);
    if (at == text.size()) break;
    switch (const char c = text[at++]) {
      case '"': out->append("\\\""); break;
      case '\\': out->append("\\\\"); break;
      case '\n': out->append("\\n"); break;
      case '\r': out->append("\\r"); break;
      case '\t': out->append("\\t"); break;
      default:
        out->append(fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c))));
    }
  }
  out->push_back('"');
}

void JsonText::separate() {
  if (need_comma_) text_.push_back(',');
  need_comma_ = true;
}

JsonText& JsonText::open(char bracket) {
  separate();
  text_.push_back(bracket);
  need_comma_ = false;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  text_.push_back(bracket);
  need_comma_ = true;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  separate();
  append_json_string(&text_, name);
  text_.push_back(':');
  need_comma_ = false;
  return *this;
}

JsonText& JsonText::value(std::string_view text) {
  separate();
  append_json_string(&text_, text);
  return *this;
}

JsonText& JsonText::value(std::int64_t number) {
  separate();
  text_ += std::to_string(number);
  return *this;
}

JsonText& JsonText::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  text_ += fmt::format("{:.6g}", number);
  return *this;
}

JsonText& JsonText::value(bool truth) {
  separate();
  text_ += truth ? "true" : "false";
  return *this;
}

JsonText& JsonText::null() {
  separate();
  text_ += "null";
  return *this;
}

JsonText& JsonText::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

}  // namespace clicklake
