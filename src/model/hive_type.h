#pragma once
/// Column types as Hive, Glue and Athena write them: "string", "map<string,string>",
/// "struct<city:string,ll:struct<lat:double,lon:double>>".
///
/// Place: DDL, the catalog of external tables, raw scans and the crawler speak of columns in these
/// terms. Invariant: to_string of a parsed type parses to an equal type; names are in lower case.
/// Thread safety: values. Source: docs of Athena, "Data types in Amazon Athena"; Hive's TypeInfo.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

enum class HiveKind : std::uint8_t {
  kBoolean,
  kTinyint,
  kSmallint,
  kInt,
  kBigint,
  kFloat,
  kDouble,
  kDecimal,  ///< precision 1 to 38, scale up to it
  kString,
  kChar,     ///< 1 to 255 characters
  kVarchar,  ///< 1 to 65535 characters
  kBinary,
  kDate,
  kTimestamp,  ///< without a zone, microseconds
  kArray,
  kMap,
  kStruct,
};

/// Containers may be nested this deep.
inline constexpr int kMaxTypeDepth = 32;

struct HiveType {
  HiveKind kind = HiveKind::kString;
  int precision = 0;  ///< decimals; the length of char and varchar
  int scale = 0;      ///< decimals
  /// Array: the element; map: key and value; struct: one a field.
  std::vector<HiveType> children;
  std::vector<std::string> field_names;  ///< structs, lower case

  bool operator==(const HiveType&) const = default;

  static HiveType of(HiveKind kind) {
    return HiveType{.kind = kind, .children = {}, .field_names = {}};
  }
  static HiveType map_of_strings();
};

/// Hive's spelling, without spaces: "decimal(10,2)", "array<struct<a:int>>".
std::string to_string(const HiveType& type);

/// What is wrong with a type's text, and where.
struct HiveTypeFault {
  std::size_t position = 0;  ///< bytes from the text's beginning
  std::string message;       ///< "expected '>' or ','"
};

/// Reads a type at `*position` of `text` and moves it behind. Any letter case; blanks and SQL
/// comments between tokens; `integer` is int, `decimal` is decimal(10,0), `double precision` is
/// double, `real` is float; field names may stand in backticks. False: see `*fault`.
bool read_hive_type(std::string_view text, std::size_t* position, HiveType* type,
                    HiveTypeFault* fault);

/// The type that is all of `text`. Errors: kInvalidArgument naming the text and the byte.
Result<HiveType> parse_hive_type(std::string_view text);

bool is_integer(HiveKind kind);
bool is_number(HiveKind kind);

/// A column of an external table.
struct HiveColumn {
  std::string name;  ///< lower case
  HiveType type;
  std::string comment;
  bool operator==(const HiveColumn&) const = default;
};

}  // namespace clicklake
