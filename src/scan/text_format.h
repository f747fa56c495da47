#pragma once
/// How a table's text files are read: which SerDe, and its properties.
///
/// Place: made of a metastore table's storage descriptor; row readers follow it.
/// Invariant: a property that the SerDe does not have is kept and ignored, as Hive does; one that
/// it has and that can't be understood is an error. Thread safety: values. Source: Athena user
/// guide, "Choose a SerDe for your data"; Hive's LazySimpleSerDe and OpenCSVSerde; Trino's hive
/// formats for what a dirty line reads as (docs/formats/serdes.md).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/hive_type.h"

namespace clicklake {

enum class SerDe : std::uint8_t {
  kOpenxJson,  ///< org.openx.data.jsonserde.JsonSerDe
  kHiveJson,   ///< org.apache.hive.hcatalog.data.JsonSerDe, org.apache.hadoop.hive.serde2.JsonSerDe
  kOpenCsv,    ///< org.apache.hadoop.hive.serde2.OpenCSVSerde
  kLazySimple,  ///< org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe
};

/// The SerDe of that class; nothing where it is none of these (Parquet's, for example).
std::optional<SerDe> find_serde(std::string_view library);

struct TextFormat {
  SerDe serde = SerDe::kOpenxJson;
  int skip_header_lines = 0;      ///< table property skip.header.line.count
  std::string null_text = "\\N";  ///< LazySimple: serialization.null.format

  // JSON
  bool ignore_malformed = false;                              ///< openx: ignore.malformed.json
  bool case_insensitive = true;                               ///< openx: case.insensitive
  bool dots_in_keys = false;                                  ///< openx: dots.in.keys
  std::vector<std::pair<std::string, std::string>> mappings;  ///< openx: mapping.<column> -> key
  std::vector<std::string> timestamp_formats;  ///< timestamp.formats, Java's patterns

  // delimited
  char field_delimiter = '\1';
  char collection_delimiter = '\2';
  char map_key_delimiter = '\3';
  std::optional<char> escape;
  char quote = '"';                     ///< OpenCSV
  bool last_column_takes_rest = false;  ///< LazySimple: serialization.last.column.takes.rest

  using Properties = std::vector<std::pair<std::string, std::string>>;
  /// Errors: kUnsupported, no text SerDe that is known here; kInvalidArgument naming the property.
  static Result<TextFormat> of(std::string_view serde_library, const Properties& serde_properties,
                               const Properties& table_properties);
};

}  // namespace clicklake
