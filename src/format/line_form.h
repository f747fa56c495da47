#pragma once
/// What a line's values are, without the values: which keys, and of which kinds.
///
/// Place: RecordParser says it of each accepted line, KeyCounter counts by it.
/// Thread safety: values. Source: ADR-0013.

#include <cstdint>
#include <string_view>

namespace clicklake {

/// As stored in the catalog; never renumbered.
enum class ValueKind : std::uint8_t {
  kNull,
  kBoolean,
  kInteger,   ///< digits alone
  kFraction,  ///< a number with a fraction or an exponent
  kText,
  kObject,
  kArray,
  kRecord,  ///< the record itself, under the key ""
};
inline constexpr std::size_t kValueKinds = 8;

/// Equal of two lines (of one LineShapes) only where their keys and the kinds of their values are.
struct LineForm {
  static constexpr std::uint32_t kNoPlan = 0xFFFFFFFF;
  /// Values that are no texts, of a line that follows a shape: three bits each.
  static constexpr int kMostKinds = 42;

  std::uint32_t plan = kNoPlan;  ///< of the shape that the line follows; kNoPlan: of none
  std::uint64_t high = 0;        ///< the kinds that the shape leaves open; of none: a hash
  std::uint64_t low = 0;

  void add(ValueKind kind) {
    high = high << 3 | low >> 61;
    low = low << 3 | static_cast<std::uint64_t>(kind);
  }
};

/// A value as it stands in the line.
struct NotedValue {
  int field;   ///< of a declared field, else -1
  bool inner;  ///< an entry of the metadata object
  ValueKind kind;
  std::string_view key;   ///< of an entry of metadata, outer or inner
  std::string_view text;  ///< as written, texts without their quotes; "" of the metadata object
};

/// The kind of the value that begins at the first byte of `text` and is all of it.
inline ValueKind kind_of_value(std::string_view text) {
  switch (text[0]) {
    case 'n': return ValueKind::kNull;
    case 't':
    case 'f': return ValueKind::kBoolean;
    case '"': return ValueKind::kText;
    case '{': return ValueKind::kObject;
    case '[': return ValueKind::kArray;
    default: break;
  }
  for (const char c : text) {
    if (c == '.' || c == 'e' || c == 'E') return ValueKind::kFraction;
  }
  return ValueKind::kInteger;
}

}  // namespace clicklake
