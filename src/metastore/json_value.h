#pragma once
/// Reading the small JSON texts that the metastore keeps.
///
/// Place: under table_json. Invariant: an object's members keep the order of the text.
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

/// The one value that is all of `text`. Errors: kCorruption with the byte.
Result<JsonValue> parse_json(std::string_view text);

}  // namespace clicklake
