#pragma once
/// The types of one JSON line.
///
/// Place: between LineReader's lines and ValueTypes, while a crawl samples a file.
/// Invariant: a line counts whole or not at all. Thread safety: thread-compatible.
/// Source: RFC 8259; format/json_scan.h.

#include <string>

#include "crawl/value_types.h"

namespace clicklake {

class JsonTypes {
 public:
  enum class Line { kObject, kBlank, kBad };

  /// Adds the object on the line that begins at `begin` and ends at its '\n', behind which
  /// kLinePadding bytes can be read. `row`: that of all lines.
  Line add(const char* begin, ValueTypes* row);

 private:
  const char* add_value(const char* p, ValueTypes* types);
  const char* add_object(const char* p, ValueTypes* types);
  const char* add_array(const char* p, ValueTypes* types);
  /// The string from its opening quote; `*text` lives until the next call.
  const char* read_string(const char* p, std::string_view* text);

  std::string decoded_;
};

}  // namespace clicklake
