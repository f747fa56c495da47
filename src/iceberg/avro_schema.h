#pragma once
/// An Avro schema as a tree, as far as reading Iceberg's files by field id needs it.
///
/// Place: under the Avro reader; comes from a file's header. Invariant: no type holds itself, and
/// none is deeper than 64 levels. Thread safety: immutable after parsing.
/// Source: Avro specification 1.11, "Schema Declaration"; Iceberg table spec v2, appendix A "Avro".

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake::iceberg {

struct AvroType;
using AvroTypePtr = std::shared_ptr<const AvroType>;

struct AvroField {
  int id = -1;  ///< Iceberg's; -1 where the file does not say
  std::string name;
  AvroTypePtr type;
};

struct AvroType {
  enum class Kind : std::uint8_t {
    kNull,
    kBoolean,
    kInt,
    kLong,
    kFloat,
    kDouble,
    kBytes,
    kString,
    kFixed,
    kEnum,
    kArray,
    kMap,
    kUnion,
    kRecord
  };
  Kind kind = Kind::kNull;
  bool is_decimal = false;         ///< of kBytes and kFixed
  std::size_t size = 0;            ///< kFixed: bytes
  std::vector<AvroField> fields;   ///< kRecord
  std::vector<AvroTypePtr> parts;  ///< kUnion: its branches; kArray, kMap: the elements' type
  bool is_empty = false;           ///< its values take no bytes
  int depth = 1;                   ///< levels, this one included

  /// The field with Iceberg's id; null where there is none.
  const AvroField* find(int id) const;
};

/// Errors: kInvalidData, it is no schema; kUnsupported, a type holds itself or is too deep.
Result<AvroTypePtr> parse_avro_schema(std::string_view json);

}  // namespace clicklake::iceberg
