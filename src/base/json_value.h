#pragma once
/// Reading small JSON texts as a tree: documents of settings, rules and the metastore.
///
/// Place: wherever a document is read once; streams of events have readers of their own.
/// Invariant: an object's members keep the order of the text, repeated names included; numbers keep
///   their spelling, so that a text written from the tree says the same.
/// Thread safety: values.
/// Source: RFC 8259.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

struct JsonValue {
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  bool truth = false;
  std::string text;                 ///< a string decoded, a number as written
  std::vector<JsonValue> elements;  ///< of an array, or the values of an object's members
  std::vector<std::string> names;   ///< of an object's members

  /// The member `name`; null where there is none.
  const JsonValue* find(std::string_view name) const;
};

/// The one value that is all of `text`, at most 256 levels deep. Errors: kCorruption with the byte
/// and line.
Result<JsonValue> parse_json(std::string_view text);
/// The first value of `text`; `end` is set behind it and the white space that follows. For texts of
/// several documents.
Result<JsonValue> parse_json_prefix(std::string_view text, std::size_t* end);

/// Appends the value without white space.
void append_json(std::string* out, const JsonValue& value);
std::string to_json(const JsonValue& value);
/// The same for people: two blanks a level; arrays and objects of at most `width` bytes on one
/// line.
void append_json_indented(std::string* out, const JsonValue& value, std::size_t width = 60);

}  // namespace clicklake
