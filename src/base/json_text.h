#pragma once
/// Writing small JSON texts: reports, status, quarantine lines.
///
/// Place: wherever JSON is shown. Thread safety: values. Source: RFC 8259.

#include <cstdint>
#include <string>
#include <string_view>

namespace clicklake {

/// Appends `text` (UTF-8) as a JSON string with its quotes.
void append_json_string(std::string* out, std::string_view text);

/// Builds one JSON value piece by piece; commas come by themselves.
class JsonText {
 public:
  JsonText& begin_object() { return open('{'); }
  JsonText& end_object() { return close('}'); }
  JsonText& begin_array() { return open('['); }
  JsonText& end_array() { return close(']'); }
  /// In an object, before each value.
  JsonText& key(std::string_view name);
  JsonText& value(std::string_view text);
  JsonText& value(const char* text) { return value(std::string_view(text)); }
  JsonText& value(const std::string& text) { return value(std::string_view(text)); }
  JsonText& value(std::int64_t number);
  JsonText& value(double number);
  JsonText& value(bool truth);
  JsonText& null();
  /// `json` is one JSON value.
  JsonText& raw(std::string_view json);
  template <typename T>
  JsonText& member(std::string_view name, const T& v) {
    return key(name).value(v);
  }

  const std::string& text() const { return text_; }

 private:
  JsonText& open(char bracket);
  JsonText& close(char bracket);
  void separate();

  std::string text_;
  bool need_comma_ = false;
};

}  // namespace clicklake
