#pragma once
/// JSON as RFC 8259 and RFC 3629 say it, read the plainest way: a tree, one character at a time.
///
/// Place: the judge of the fuzz targets; shares no code with what it judges.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake::fuzz {

struct JsonMember;

struct JsonValue {
  enum Kind { kNull, kBoolean, kNumber, kText, kArray, kObject };
  Kind kind = kNull;
  std::string text;                 ///< of a string: decoded; of a number or literal: as written
  std::vector<JsonMember> members;  ///< an array's have empty names
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

struct JsonReading {
  enum Outcome { kValue, kFault, kTooDeep };
  Outcome outcome = kFault;
  JsonValue value;
  std::size_t end = 0;          ///< behind the value, or the first byte that can't be there
  bool lone_surrogate = false;  ///< an escape was half a pair; its text is U+FFFD
};

/// One value of `text` from `at` on, after white space (blank, tab, CR). More than 64 levels are
/// kTooDeep.
JsonReading read_json(std::string_view text, std::size_t at);
std::size_t skip_blanks(std::string_view text, std::size_t at);

/// The value without white space, strings with the escapes that RFC 8259 demands and no others.
std::string compact(const JsonValue& value);
void append_quoted(std::string_view text, std::string* out);

/// Offset of the first byte that begins no character; text.size() where all is UTF-8.
std::size_t utf8_until(std::string_view text);
/// Whether bytes could be added to `tail` that make it one character.
bool is_begun_character(std::string_view tail);

/// Ends the process, and so the fuzzer's run, where `holds` is false.
void require(bool holds);

}  // namespace clicklake::fuzz
