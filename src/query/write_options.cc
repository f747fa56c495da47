#include "query/write_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii_case.h"
#include "ddl/parser.h"
#include "statements/hive_storage.h"

namespace clicklake {

namespace {

constexpr std::string_view kJsonSerDe = "org.apache.hive.hcatalog.data.JsonSerDe";
constexpr std::string_view kLazySimple = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";

/// The statement's properties, each taken once.
class Reader {
 public:
  Reader(const std::vector<ddl::Property>& properties, std::string_view sql)
      : properties_(properties), sql_(sql) {}

  Error at(const ddl::Property& property, const std::string& message,
           ErrorCode code = ErrorCode::kInvalidArgument) const {
    return {code, ddl::at_position(sql_, property.position, message)};
  }

  Status format(const ddl::Property& property, WriteOptions* options) const {
    const std::string name = lower_case(property.value.text);
    if (name == "parquet") {
      options->format = WriteFormat::kParquet;
    } else if (name == "json") {
      options->format = WriteFormat::kJson;
    } else if (name == "textfile") {
      options->format = WriteFormat::kText;
    } else if (name == "orc" || name == "avro") {
      return at(property,
                "files of format '" + property.value.text +
                    "' are not written here: PARQUET, JSON and TEXTFILE are",
                ErrorCode::kUnsupported);
    } else {
      return at(property, "INVALID_TABLE_PROPERTY: there is no format '" + property.value.text +
                              "': write PARQUET, JSON or TEXTFILE");
    }
    return {};
  }

  Status compression(const ddl::Property& property, WriteOptions* options) const {
    std::string name = lower_case(property.value.text);
    if (name == "uncompressed") name = "none";
    constexpr std::array<std::string_view, 5> kParquet{"none", "snappy", "gzip", "zstd", "lz4"};
    constexpr std::array<std::string_view, 3> kText{"none", "gzip", "zstd"};
    const bool known = options->format == WriteFormat::kParquet
                           ? std::find(kParquet.begin(), kParquet.end(), name) != kParquet.end()
                           : std::find(kText.begin(), kText.end(), name) != kText.end();
    if (!known) {
      return at(property,
                "INVALID_TABLE_PROPERTY: the compression '" + property.value.text +
                    "' is not written here: write " +
                    (options->format == WriteFormat::kParquet ? "SNAPPY, GZIP, ZSTD, LZ4 or NONE"
                                                              : "GZIP, ZSTD or NONE"));
    }
    options->compression = name;
    return {};
  }

  Status number(const ddl::Property& property, int least, int most, int* value) const {
    const std::string& text = property.value.text;
    int read = 0;
    bool good = !text.empty() && text.size() < 8;
    for (const char c : text) {
      good = good && c >= '0' && c <= '9';
      if (good) read = read * 10 + (c - '0');
    }
    if (!good || read < least || read > most) {
      return at(property, "INVALID_TABLE_PROPERTY: '" + property.name + "' is a number from " +
                              std::to_string(least) + " to " + std::to_string(most));
    }
    *value = read;
    return {};
  }

  Status list(const ddl::Property& property, std::vector<std::string>* out) const {
    if (!property.value.is_array)
      return at(property,
                "INVALID_TABLE_PROPERTY: '" + property.name + "' is written ARRAY['a', 'b']");
    for (const std::string& item : property.value.array) out->push_back(item);
    return {};
  }

  Status delimiter(const ddl::Property& property, WriteOptions* options) const {
    const std::string& text = property.value.text;
    if (text.size() != 1)
      return at(property, "INVALID_TABLE_PROPERTY: 'field_delimiter' is one character");
    options->field_delimiter = text;
    return {};
  }

  const ddl::Property* find(std::string_view name) const {
    const auto it = std::find_if(properties_.begin(), properties_.end(),
                                 [&](const ddl::Property& p) { return p.name == name; });
    return it == properties_.end() ? nullptr : &*it;
  }

  const std::vector<ddl::Property>& properties() const { return properties_; }

 private:
  const std::vector<ddl::Property>& properties_;
  std::string_view sql_;
};

void lower_all(std::vector<std::string>* names) {
  for (std::string& name : *names) name = lower_case(name);
}

}  // namespace

Result<WriteOptions> table_write_options(const std::vector<ddl::Property>& properties,
                                         std::string_view sql) {
  const Reader reader(properties, sql);
  WriteOptions options;
  if (const ddl::Property* format = reader.find("format"))
    RETURN_IF_ERROR(reader.format(*format, &options));
  bool external = true;
  for (const ddl::Property& property : properties) {
    const std::string& name = property.name;
    if (name == "format") continue;
    if (name == "write_compression" ||
        (name == "parquet_compression" && options.format == WriteFormat::kParquet)) {
      RETURN_IF_ERROR(reader.compression(property, &options));
    } else if (name == "parquet_compression" || name == "orc_compression") {
      return reader.at(property, "INVALID_TABLE_PROPERTY: '" + name +
                                     "' does not fit the format: use write_compression");
    } else if (name == "compression_level") {
      int level = 0;
      RETURN_IF_ERROR(reader.number(property, 1, 22, &level));
      options.compression_level = level;
    } else if (name == "external_location" || name == "location") {
      options.location = property.value.text;
    } else if (name == "partitioned_by") {
      RETURN_IF_ERROR(reader.list(property, &options.partitioned_by));
      lower_all(&options.partitioned_by);
    } else if (name == "partitioning") {
      RETURN_IF_ERROR(reader.list(property, &options.partitioning));
    } else if (name == "bucketed_by" || name == "bucket_count") {
      if (name == "bucketed_by")
        options.notes.emplace_back("bucketed_by is read and not done: the files are not bucketed");
    } else if (name == "field_delimiter") {
      RETURN_IF_ERROR(reader.delimiter(property, &options));
    } else if (name == "table_type") {
      const std::string type = lower_case(property.value.text);
      if (type != "iceberg" && type != "hive")
        return reader.at(property, "INVALID_TABLE_PROPERTY: table_type is 'HIVE' or 'ICEBERG'");
      options.iceberg = type == "iceberg";
    } else if (name == "is_external") {
      external = lower_case(property.value.text) != "false";
    } else {
      return reader.at(property,
                       "INVALID_TABLE_PROPERTY: Catalog 'awsdatacatalog' table property '" + name +
                           "' does not exist");
    }
  }
  if (options.iceberg && (external || options.location.empty())) {
    return Error{
        ErrorCode::kInvalidArgument,
        ddl::at_position(sql, 0,
                         "INVALID_TABLE_PROPERTY: an Iceberg table needs is_external = false "
                         "and location")};
  }
  if (options.iceberg && !options.partitioned_by.empty()) {
    return reader.at(
        *reader.find("partitioned_by"),
        "INVALID_TABLE_PROPERTY: an Iceberg table takes partitioning, not partitioned_by");
  }
  if (!options.partitioning.empty() && !options.iceberg) {
    return reader.at(*reader.find("partitioning"),
                     "INVALID_TABLE_PROPERTY: 'partitioning' is for Iceberg: use partitioned_by");
  }
  if (options.iceberg && options.format != WriteFormat::kParquet) {
    return reader.at(*reader.find("format"), "an Iceberg table is written as PARQUET here",
                     ErrorCode::kUnsupported);
  }
  return options;
}

Result<WriteOptions> unload_write_options(const std::vector<ddl::Property>& properties,
                                          std::string_view sql) {
  const Reader reader(properties, sql);
  const ddl::Property* format = reader.find("format");
  if (format == nullptr) {
    return Error{ErrorCode::kInvalidArgument,
                 "UNLOAD: the format property is required: WITH (format = 'PARQUET'), 'JSON' or "
                 "'TEXTFILE'"};
  }
  WriteOptions options;
  RETURN_IF_ERROR(reader.format(*format, &options));
  for (const ddl::Property& property : properties) {
    const std::string& name = property.name;
    if (name == "format") continue;
    if (name == "compression") {
      RETURN_IF_ERROR(reader.compression(property, &options));
    } else if (name == "compression_level") {
      int level = 0;
      RETURN_IF_ERROR(reader.number(property, 1, 22, &level));
      options.compression_level = level;
    } else if (name == "partitioned_by") {
      RETURN_IF_ERROR(reader.list(property, &options.partitioned_by));
      lower_all(&options.partitioned_by);
    } else if (name == "field_delimiter") {
      RETURN_IF_ERROR(reader.delimiter(property, &options));
    } else {
      return reader.at(property, "UNLOAD has no property '" + name +
                                     "': format, compression, compression_level, field_delimiter "
                                     "and partitioned_by are known");
    }
  }
  return options;
}

Result<WriteOptions> insert_write_options(const Table& table) {
  WriteOptions options;
  const std::string& serde = table.storage.serde.library;
  const auto property = [&](std::initializer_list<std::string_view> names) -> const std::string* {
    for (const std::string_view name : names) {
      if (const std::string* value = find_parameter(table.parameters, name)) return value;
    }
    return nullptr;
  };
  const std::string* type = find_parameter(table.parameters, kTableTypeParameter);
  const bool iceberg = type != nullptr && lower_case(*type) == "iceberg";
  const std::string* compression = property({"write_compression", "parquet.compression"});
  if (serde == kParquetSerDe || iceberg) {
    options.format = WriteFormat::kParquet;
    options.iceberg = iceberg;
  } else if (serde == kJsonSerDe || serde == "org.apache.hadoop.hive.serde2.JsonSerDe" ||
             serde == "org.openx.data.jsonserde.JsonSerDe") {
    options.format = WriteFormat::kJson;
    compression = property({"write_compression"});
  } else if (serde == kLazySimple) {
    options.format = WriteFormat::kText;
    compression = property({"write_compression"});
    if (const std::string* text = find_parameter(table.storage.serde.parameters, "field.delim"))
      options.field_delimiter = *text;
    if (options.field_delimiter.size() != 1) {
      return Error{
          ErrorCode::kUnsupported,
          "INSERT INTO a table whose field delimiter is not one character is not done here"};
    }
  } else {
    return Error{ErrorCode::kUnsupported, "INSERT INTO a table of the SerDe " + serde +
                                              " is not done here: Parquet, JSON and delimited text "
                                              "tables are written"};
  }
  if (compression != nullptr) {
    const ddl::Property asked{
        .name = "write_compression",
        .value = {.text = *compression, .array = {}, .is_array = false, .position = 0},
        .position = 0};
    const std::vector<ddl::Property> none;
    const Reader reader(none, "");
    if (!reader.compression(asked, &options)) {
      return Error{ErrorCode::kUnsupported, "the table's compression '" + *compression +
                                                "' is not written here: ALTER TABLE ... SET "
                                                "TBLPROPERTIES ('write_compression'='GZIP')"};
    }
  }
  if (const std::string* level = property({"compression_level"})) {
    int read = 0;
    for (const char c : *level)
      read = c >= '0' && c <= '9' && read < 100 ? read * 10 + (c - '0') : 0;
    if (read >= 1 && read <= 22) options.compression_level = read;
  }
  return options;
}

void describe_storage(const WriteOptions& options, Table* table) {
  StorageDescriptor& storage = table->storage;
  storage.input_format = "org.apache.hadoop.mapred.TextInputFormat";
  storage.output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
  set_parameter(&table->parameters, "write_compression", options.compression);
  switch (options.format) {
    case WriteFormat::kParquet:
      storage.input_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
      storage.output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
      storage.serde.library = kParquetSerDe;
      set_parameter(&table->parameters, "classification", "parquet");
      break;
    case WriteFormat::kJson:
      storage.serde.library = kJsonSerDe;
      set_parameter(&table->parameters, "classification", "json");
      break;
    case WriteFormat::kText:
      storage.serde.library = kLazySimple;
      set_parameter(&storage.serde.parameters, "field.delim", options.field_delimiter);
      set_parameter(&storage.serde.parameters, "serialization.format", options.field_delimiter);
      set_parameter(&table->parameters, "classification", "csv");
      break;
  }
  if (options.compression_level) {
    set_parameter(&table->parameters, "compression_level",
                  std::to_string(*options.compression_level));
  }
  if (options.iceberg) set_parameter(&table->parameters, kTableTypeParameter, kIcebergTableType);
}

std::string file_suffix(const WriteOptions& options) {
  if (options.format == WriteFormat::kParquet) return ".parquet";
  std::string suffix = options.format == WriteFormat::kJson ? ".json" : ".txt";
  if (options.compression == "gzip") suffix += ".gz";
  if (options.compression == "zstd") suffix += ".zst";
  return suffix;
}

}  // namespace clicklake
