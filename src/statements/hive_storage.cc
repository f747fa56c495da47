#include "statements/hive_storage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/ascii_case.h"
#include "model/time.h"
#include "scan/text_format.h"

namespace clicklake {
namespace {

constexpr std::string_view kTextInput = "org.apache.hadoop.mapred.TextInputFormat";
constexpr std::string_view kTextOutput =
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
constexpr std::string_view kParquetInput =
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
constexpr std::string_view kParquetOutput =
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
constexpr std::string_view kLazySimple = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
constexpr std::string_view kHiveJson = "org.apache.hive.hcatalog.data.JsonSerDe";

constexpr std::string_view kReadableSerDes =
    "org.openx.data.jsonserde.JsonSerDe, org.apache.hive.hcatalog.data.JsonSerDe, "
    "org.apache.hadoop.hive.serde2.OpenCSVSerde, "
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe (ROW FORMAT DELIMITED) and "
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe (STORED AS PARQUET)";

constexpr std::string_view kSerializationFormat = "serialization.format";
constexpr std::string_view kFieldDelimiter = "field.delim";

struct Formats {
  std::string_view name;
  std::string_view input;
  std::string_view output;
  std::string_view serde;  ///< where no ROW FORMAT names one
};
constexpr std::array<Formats, 4> kFormats{{
    {"TEXTFILE", kTextInput, kTextOutput, kLazySimple},
    {"JSONFILE", kTextInput, kTextOutput, kHiveJson},
    {"PARQUET", kParquetInput, kParquetOutput, kParquetSerDe},
    {"", kSymlinkInput, kTextOutput, kLazySimple},  // of either kind
}};

Result<Formats> formats_of(const std::optional<ddl::StoredAs>& stored_as) {
  if (!stored_as) return kFormats[0];
  const bool long_form = stored_as->format.empty();
  for (const Formats& formats : kFormats) {
    if (long_form ? formats.input != stored_as->input_format : formats.name != stored_as->format)
      continue;
    Formats found = formats;
    if (long_form && !stored_as->output_format.empty()) found.output = stored_as->output_format;
    return found;
  }
  const std::string written = long_form ? "STORED AS INPUTFORMAT '" + stored_as->input_format + "'"
                                        : "STORED AS " + stored_as->format;
  return Error{ErrorCode::kUnsupported,
               written +
                   ": files of this format can't be read here; TEXTFILE, JSONFILE and "
                   "PARQUET can be, and symlink manifests (SymlinkTextInputFormat) of such files"};
}

Parameters serde_parameters(const ddl::RowFormat* row_format) {
  Parameters parameters;
  if (row_format != nullptr)
    for (const auto& [key, value] : row_format->properties) set_parameter(&parameters, key, value);
  const bool delimited = row_format != nullptr && row_format->serde.empty();
  if (delimited && find_parameter(parameters, kSerializationFormat) == nullptr) {
    const std::string* delimiter = find_parameter(parameters, kFieldDelimiter);
    const std::string value = delimiter != nullptr ? *delimiter : "1";
    set_parameter(&parameters, kSerializationFormat, value);
  }
  return parameters;
}

/// ROW FORMAT DELIMITED where it gives the same SerDe, else ROW FORMAT SERDE.
ddl::RowFormat row_format_of(const SerDeInfo& serde) {
  ddl::RowFormat delimited;
  for (const auto& property : serde.parameters)
    if (property.first != kSerializationFormat) delimited.properties.push_back(property);
  const bool same = serde.library == kLazySimple && !delimited.properties.empty() &&
                    serde_parameters(&delimited) == serde.parameters;
  if (same) return delimited;
  return ddl::RowFormat{serde.library, serde.parameters};
}

/// The comment that SHOW CREATE TABLE and DESCRIBE of Athena print is none.
std::vector<HiveColumn> stored_columns(std::vector<HiveColumn> columns) {
  for (HiveColumn& column : columns)
    if (column.comment == kFromDeserializer) column.comment.clear();
  return columns;
}

}  // namespace

bool is_iceberg(const ddl::Properties& properties) {
  return std::any_of(properties.begin(), properties.end(), [](const auto& property) {
    return lower_case(property.first) == kTableTypeParameter &&
           lower_case(property.second) == lower_case(kIcebergTableType);
  });
}

bool is_kept_by_hive(std::string_view property) {
  return property == "EXTERNAL" || property == "transient_lastDdlTime";
}

Parameters shown_properties(const Table& table) {
  Parameters properties;
  if (!table.description.empty()) properties.emplace_back("comment", table.description);
  properties.insert(properties.end(), table.parameters.begin(), table.parameters.end());
  const std::int64_t changed_us = std::max(table.create_time_us, table.update_time_us);
  properties.emplace_back("transient_lastDdlTime", std::to_string(changed_us / kMicrosPerSecond));
  return properties;
}

bool names_columns_itself(const SerDeInfo& serde) {
  const std::optional<SerDe> kind = find_serde(serde.library);
  return kind && *kind != SerDe::kLazySimple;
}

Result<StorageDescriptor> storage_of(const ddl::CreateTable& create) {
  StorageDescriptor storage;
  storage.columns = stored_columns(create.columns);
  storage.location = create.location.value_or("");
  storage.number_of_buckets = create.buckets;
  storage.bucket_columns = create.bucket_columns;
  if (is_iceberg(create.properties)) return storage;  // its metadata say the rest

  ASSIGN_OR_RETURN(const Formats formats, formats_of(create.stored_as));
  storage.input_format = formats.input;
  storage.output_format = formats.output;
  const ddl::RowFormat* row_format = create.row_format ? &*create.row_format : nullptr;
  const bool named = row_format != nullptr && !row_format->serde.empty();
  storage.serde.library = named ? row_format->serde : std::string(formats.serde);
  storage.serde.parameters = serde_parameters(row_format);

  const std::string& library = storage.serde.library;
  const bool parquet = library == kParquetSerDe;
  if (!parquet && !find_serde(library))
    return Error{ErrorCode::kUnsupported,
                 "ROW FORMAT SERDE '" + library +
                     "' can't be read here; what can be: " + std::string(kReadableSerDes)};
  if (storage.input_format == kSymlinkInput) return storage;
  if (parquet != (storage.input_format == kParquetInput))
    return Error{ErrorCode::kInvalidArgument,
                 "ROW FORMAT SERDE '" + library + "' does not go with the input format " +
                     storage.input_format +
                     (parquet ? ": write STORED AS PARQUET" : ": leave STORED AS out")};
  return storage;
}

std::string transforms_text(const std::vector<ddl::PartitionTransformSpec>& transforms) {
  std::string text;
  for (const ddl::PartitionTransformSpec& one : transforms) {
    if (!text.empty()) text += ", ";
    if (one.transform == "identity") {
      text += one.column;
    } else {
      text += one.transform + "(";
      if (one.argument != 0) text += std::to_string(one.argument) + ", ";
      text += one.column + ")";
    }
  }
  return text;
}

std::vector<ddl::PartitionTransformSpec> read_transforms(std::string_view text) {
  std::vector<ddl::PartitionTransformSpec> transforms;
  while (!text.empty()) {
    const std::size_t open = text.find('(');
    const std::size_t comma = text.find(',');
    ddl::PartitionTransformSpec one;
    std::size_t end = comma;
    if (open < comma) {
      one.transform = text.substr(0, open);
      end = text.find(')', open);
      std::string_view inside = text.substr(open + 1, end - open - 1);
      const std::size_t argument_end = inside.find(", ");
      if (argument_end != std::string_view::npos) {
        std::from_chars(inside.data(), inside.data() + argument_end, one.argument);
        inside.remove_prefix(argument_end + 2);
      }
      one.column = inside;
      if (end != std::string_view::npos) end = text.find(',', end);
    } else {
      one.transform = "identity";
      one.column = text.substr(0, comma);
    }
    transforms.push_back(std::move(one));
    if (end == std::string_view::npos) break;
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return transforms;
}

ddl::CreateTable create_statement_of(const Table& table) {
  ddl::CreateTable create;
  create.name.database = table.database;
  create.name.table = table.name;
  create.comment = table.description;
  create.columns = table.storage.columns;
  create.partition_keys = table.partition_keys;
  create.bucket_columns = table.storage.bucket_columns;
  create.buckets = table.storage.number_of_buckets;
  create.location = table.storage.location;
  for (const auto& [key, value] : table.parameters) {
    if (key == kIcebergPartitioning)
      create.partition_transforms = read_transforms(value);
    else if (!is_kept_by_hive(key))
      create.properties.emplace_back(key, value);
  }
  create.external = !is_iceberg(table.parameters);
  if (!table.storage.serde.library.empty()) create.row_format = row_format_of(table.storage.serde);
  if (!table.storage.input_format.empty())
    create.stored_as = ddl::StoredAs{"", table.storage.input_format, table.storage.output_format};
  return create;
}

}  // namespace clicklake
