#pragma once
/// JSON texts as trees: read, looked into, written back.
///
/// Place: under the metastore's rows and Iceberg's metadata files. Invariant: an object's members
/// keep the order of the text and numbers their digits, so that what is written back says the same.
/// Thread safety: values.
/// Source: RFC 8259.

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

/// The one value that is all of `text`. More than 64 levels are refused. Errors: kCorruption with
/// the byte.
Result<JsonValue> parse_json(std::string_view text);

/// Appends `value` without white space.
void append_json(std::string* out, const JsonValue& value);
std::string to_json(const JsonValue& value);

}  // namespace clicklake
