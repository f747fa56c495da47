#pragma once
/// Iceberg's types and schemas: which columns a table has, by field id.
///
/// Place: under partition specs, bounds and manifests. Invariant: a schema keeps the JSON that it
/// was read from, so what this build does not know of it is not lost. Thread safety: values.
/// Source: Iceberg table spec v2, "Schemas and Data Types", appendix C "Schemas".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "base/result.h"

namespace clicklake::iceberg {

struct PrimitiveType {
  enum class Kind : std::uint8_t {
    kBoolean,
    kInt,
    kLong,
    kFloat,
    kDouble,
    kDecimal,
    kDate,
    kTime,
    kTimestamp,
    kTimestampTz,
    kString,
    kUuid,
    kFixed,
    kBinary
  };
  Kind kind = Kind::kBoolean;
  int precision = 0;  ///< kDecimal: 1 to 38
  int scale = 0;      ///< kDecimal
  int length = 0;     ///< kFixed: bytes

  bool operator==(const PrimitiveType&) const = default;
};

/// "long", "decimal(18, 4)", "fixed[16]", ... Nothing for other texts.
std::optional<PrimitiveType> parse_primitive_type(std::string_view text);
std::string to_string(const PrimitiveType& type);

/// A column, or a part of one (a struct's field, a list's element, a map's key or value), that
/// holds values.
struct SchemaField {
  int id = 0;
  std::string name;  ///< with the names above it: "metadata.key"
  PrimitiveType type;
  bool required = false;
};

struct Schema {
  int id = 0;
  std::string json;  ///< one object, without white space
  std::vector<SchemaField> fields;
  int highest_id = 0;  ///< of all fields, nested ones included

  /// Null where no such field holds values.
  const SchemaField* find(int field_id) const;
};

/// Types that this build does not know leave their fields out. Errors: kInvalidData.
Result<Schema> parse_schema(const JsonValue& json);
Result<Schema> parse_schema(std::string_view json);

}  // namespace clicklake::iceberg
