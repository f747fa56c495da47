#include "crawl/external_table.h"

#include <algorithm>
#include <cstdlib>

#include "crawl/path_layout.h"

namespace clicklake {
namespace {

constexpr std::string_view kOpenx = "org.openx.data.jsonserde.JsonSerDe";
constexpr std::string_view kLazySimple = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
constexpr std::string_view kOpenCsv = "org.apache.hadoop.hive.serde2.OpenCSVSerde";
constexpr std::string_view kParquet = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
constexpr std::string_view kMapping = "mapping.";
constexpr std::string_view kHeader = "skip.header.line.count";
/// Hive's name of the partition whose value is NULL.
constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

bool is_date_key(std::string_view key) {
  return key == "year" || key == "month" || key == "day" || key == "hour";
}

bool has_leading_zero(std::string_view text) { return text.size() > 1 && text[0] == '0'; }

}  // namespace

FileFormat format_of(const Table& table) {
  const std::string library = lower_case(table.storage.serde.library);
  if (library.find("json") != std::string::npos) return FileFormat::kJson;
  if (library.find("parquet") != std::string::npos) return FileFormat::kParquet;
  if (library.find("lazysimple") != std::string::npos || library.find("csv") != std::string::npos)
    return FileFormat::kCsv;
  return FileFormat::kUnknown;
}

KnownLayout known_layout(const Table& table) {
  KnownLayout out;
  for (const HiveColumn& key : table.partition_keys) out.keys.push_back(key.name);
  out.format = format_of(table);
  return out;
}

KnownColumns known_columns(const Table& table) {
  KnownColumns out;
  out.columns = table.storage.columns;
  for (const auto& [name, value] : table.storage.serde.parameters) {
    if (name.starts_with(kMapping)) out.mappings.emplace_back(name.substr(kMapping.size()), value);
  }
  if (format_of(table) == FileFormat::kCsv) {
    const std::string* const lines = find_parameter(table.parameters, kHeader);
    out.csv_header = lines != nullptr && *lines != "0";
  }
  return out;
}

void set_format(Table* table, const TableSample& sample) {
  StorageDescriptor& storage = table->storage;
  set_parameter(&table->parameters, "EXTERNAL", "TRUE");
  set_parameter(&table->parameters, "classification", to_string(sample.format()));
  if (sample.format() == FileFormat::kParquet) {
    storage.serde.library = kParquet;
    storage.input_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
    storage.output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";
    return;
  }
  storage.input_format = "org.apache.hadoop.mapred.TextInputFormat";
  storage.output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
  if (sample.format() == FileFormat::kJson) {
    storage.serde.library = kOpenx;
    return;
  }
  const CsvDialect dialect = sample.csv() ? sample.csv()->dialect : CsvDialect{};
  const std::string delimiter(1, dialect.delimiter);
  if (dialect.quoted) {
    storage.serde.library = kOpenCsv;
    set_parameter(&storage.serde.parameters, "separatorChar", delimiter);
    set_parameter(&storage.serde.parameters, "quoteChar", "\"");
  } else {
    storage.serde.library = kLazySimple;
    set_parameter(&storage.serde.parameters, "field.delim", delimiter);
    set_parameter(&storage.serde.parameters, "serialization.format", delimiter);
  }
  if (sample.csv() && sample.csv()->header) set_parameter(&table->parameters, kHeader, "1");
}

void set_mappings(Table* table, const std::vector<FoundColumn>& columns) {
  for (const FoundColumn& column : columns) {
    if (!column.key.empty())
      set_parameter(&table->storage.serde.parameters, std::string(kMapping) + column.column.name,
                    column.key);
  }
}

std::vector<HiveColumn> key_columns(const std::vector<std::string>& keys,
                                    const std::vector<std::vector<std::string>>& values) {
  std::vector<HiveColumn> out;
  for (std::size_t k = 0; k < keys.size(); ++k) {
    bool all_int = true;
    bool all_bigint = true;
    bool all_dates = true;
    for (const std::string& value : values[k]) {
      if (value == kNullPartition) continue;
      const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
      const bool number = digits && (is_date_key(keys[k]) || !has_leading_zero(value));
      const ValueForm form = number ? form_of_number(value) : form_of_text(value);
      all_int &= number && (form == ValueForm::kInt || has_leading_zero(value));
      all_bigint &= number && form != ValueForm::kDouble;
      all_dates &= form == ValueForm::kDate;
    }
    const HiveKind kind = values[k].empty() ? HiveKind::kString
                          : all_int         ? HiveKind::kInt
                          : all_bigint      ? HiveKind::kBigint
                          : all_dates       ? HiveKind::kDate
                                            : HiveKind::kString;
    out.push_back({keys[k], HiveType::of(kind), ""});
  }
  return out;
}

}  // namespace clicklake
