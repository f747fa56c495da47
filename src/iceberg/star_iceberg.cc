#include "iceberg/star_iceberg.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_text.h"
#include "base/json_value.h"
#include "format/parquet_schema.h"
#include "model/time.h"

namespace clicklake::iceberg {
namespace {

constexpr std::string_view kNull = "null";

Error not_a_partition(const TableDefinition& table, std::string_view text) {
  return Error{
      ErrorCode::kInvalidArgument,
      "'" + std::string(text) + "' is no partition of the table " + std::string(table.name)};
}

/// Digits alone; no sign, no blanks.
std::optional<int> take_digits(std::string_view& text, std::size_t most) {
  const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
  int number = 0;
  if (size == 0 || size > most) return std::nullopt;
  std::from_chars(text.data(), text.data() + size, number);
  text.remove_prefix(size);
  return number;
}

bool take(std::string_view& text, std::string_view token) {
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  return true;
}

/// "2024-11-01" as days since 1970.
std::optional<std::int64_t> take_date(std::string_view& text) {
  const std::string_view whole = text;
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || *month < 1 || *month > 12 || *day < 1) return std::nullopt;
  const std::int64_t days = days_from_civil(*year, *month, *day);
  const CivilTime civil = civil_from_micros(days * kMicrosPerDay);
  const std::string canonical =
      fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
  if (whole.substr(0, whole.size() - text.size()) != canonical) return std::nullopt;
  return days;
}

std::optional<Value> parse_value(PartitionTransform transform, std::string_view text, int buckets) {
  if (text == kNull) return Value();
  std::optional<std::int64_t> number;
  switch (transform) {
    case PartitionTransform::kNone: return std::nullopt;
    case PartitionTransform::kDay:
    case PartitionTransform::kDate: number = take_date(text); break;
    case PartitionTransform::kHour: {
      number = take_date(text);
      if (!number || !take(text, "-")) return std::nullopt;
      const auto hour = take_digits(text, 2);
      if (!hour || *hour > 23) return std::nullopt;
      number = *number * 24 + *hour;
      break;
    }
    case PartitionTransform::kBucket:
      number = take_digits(text, 9);
      if (number && *number >= buckets) return std::nullopt;
      break;
  }
  if (!number || !text.empty()) return std::nullopt;
  return Value(*number);
}

std::string value_text(PartitionTransform transform, const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr) return std::string(kNull);
  if (transform == PartitionTransform::kBucket) return std::to_string(*number);
  const bool is_day = transform != PartitionTransform::kHour;
  const CivilTime time = civil_from_micros(*number * (is_day ? kMicrosPerDay : kMicrosPerHour));
  const std::string date = fmt::format("{:04}-{:02}-{:02}", time.year, time.month, time.day);
  return is_day ? date : fmt::format("{}-{:02}", date, time.hour);
}

std::string field_name(const TableDefinition& table, int buckets) {
  std::string name(table.partition_name);
  if (table.transform == PartitionTransform::kBucket) name += "_" + std::to_string(buckets);
  return name;
}

std::string transform_text(PartitionTransform transform, int buckets) {
  switch (transform) {
    case PartitionTransform::kDay: return "day";
    case PartitionTransform::kHour: return "hour";
    case PartitionTransform::kDate: return "identity";
    case PartitionTransform::kBucket: return fmt::format("bucket[{}]", buckets);
    case PartitionTransform::kNone: break;
  }
  return "void";
}

int source_id(const TableDefinition& table, std::string_view column) {
  return table.columns[static_cast<std::size_t>(column_index(table, column))].field_id;
}

}  // namespace

Result<StarPartition> parse_star_partition(const TableDefinition& table, std::string_view text) {
  StarPartition partition;
  if (table.transform == PartitionTransform::kNone) {
    if (!text.empty()) return not_a_partition(table, text);
    return partition;
  }
  std::string_view rest = text;
  if (!take(rest, table.partition_name)) return not_a_partition(table, text);
  if (table.transform == PartitionTransform::kBucket) {
    if (!take(rest, "_")) return not_a_partition(table, text);
    partition.buckets = take_digits(rest, 9).value_or(0);
    if (partition.buckets == 0) return not_a_partition(table, text);
  }
  if (!take(rest, "=")) return not_a_partition(table, text);
  const auto value = parse_value(table.transform, rest, partition.buckets);
  if (!value) return not_a_partition(table, text);
  partition.values.push_back(*value);
  return partition;
}

std::string star_partition_text(const TableDefinition& table, const StarPartition& partition) {
  if (partition.values.empty()) return "";
  return field_name(table, partition.buckets) + "=" +
         value_text(table.transform, partition.values[0]);
}

PartitionSpec star_partition_spec(const TableDefinition& table, int buckets, int spec_id,
                                  int field_id) {
  PartitionSpec spec;
  spec.id = spec_id;
  if (table.transform == PartitionTransform::kNone) return spec;
  spec.fields.push_back({source_id(table, table.partition_source), field_id,
                         field_name(table, buckets), transform_text(table.transform, buckets)});
  return spec;
}

int ensure_star_spec(TableMetadata& metadata, const TableDefinition& table, int buckets) {
  int highest = -1;
  for (const PartitionSpec& spec : metadata.partition_specs) {
    highest = std::max(highest, spec.id);
    const int field_id = spec.fields.empty() ? kFirstPartitionFieldId : spec.fields[0].field_id;
    if (spec == star_partition_spec(table, buckets, spec.id, field_id)) return spec.id;
  }
  const PartitionSpec spec =
      star_partition_spec(table, buckets, highest + 1, metadata.last_partition_id + 1);
  metadata.last_partition_id += static_cast<int>(spec.fields.size());
  metadata.default_spec_id = spec.id;
  metadata.partition_specs.push_back(spec);
  return spec.id;
}

Status ensure_star_schema(TableMetadata& metadata, const TableDefinition& table) {
  const Schema* current = metadata.find_schema(metadata.current_schema_id);
  if (current == nullptr) return {};
  ASSIGN_OR_RETURN(JsonValue schema, parse_json(current->json));
  ASSIGN_OR_RETURN(const JsonValue whole, parse_json(iceberg_schema_json(table)));
  const auto id_of = [](const JsonValue& field) {
    const JsonValue* id = field.find("id");
    return id == nullptr ? std::string() : id->text;
  };
  JsonValue* fields = nullptr;
  JsonValue* schema_id = nullptr;
  for (std::size_t i = 0; i < schema.names.size(); ++i) {
    if (schema.names[i] == "fields") fields = &schema.elements[i];
    if (schema.names[i] == "schema-id") schema_id = &schema.elements[i];
  }
  if (fields == nullptr || schema_id == nullptr) {
    return Error{ErrorCode::kInvalidData,
                 "the schema of " + metadata.location + " has no fields or no id"};
  }
  bool added = false;
  for (const JsonValue& field : whole.find("fields")->elements) {
    const bool there =
        std::any_of(fields->elements.begin(), fields->elements.end(),
                    [&](const JsonValue& known) { return id_of(known) == id_of(field); });
    if (there) continue;
    fields->elements.push_back(field);
    added = true;
  }
  if (!added) return {};
  int highest = 0;
  for (const Schema& known : metadata.schemas) highest = std::max(highest, known.id);
  schema_id->text = std::to_string(highest + 1);
  ASSIGN_OR_RETURN(Schema made, parse_schema(schema));
  metadata.current_schema_id = made.id;
  metadata.last_column_id = std::max(metadata.last_column_id, made.highest_id);
  metadata.schemas.push_back(std::move(made));
  metadata.properties["schema.name-mapping.default"] = star_name_mapping(table);
  return {};
}

std::vector<SortOrder> star_sort_orders(const TableDefinition& table) {
  std::vector<SortOrder> orders{{0, R"({"order-id":0,"fields":[]})"}};
  if (table.sort_column.empty()) return orders;
  JsonText json;
  json.begin_object().member("order-id", std::int64_t{kStarSortOrderId});
  json.key("fields").begin_array().begin_object();
  json.member("transform", "identity")
      .member("source-id", std::int64_t{source_id(table, table.sort_column)})
      .member("direction", "asc")
      .member("null-order", "nulls-first");
  json.end_object().end_array().end_object();
  orders.push_back({kStarSortOrderId, json.text()});
  return orders;
}

std::string star_name_mapping(const TableDefinition& table) {
  JsonText json;
  const auto begin = [&](int field_id, std::string_view name) {
    json.begin_object().member("field-id", std::int64_t{field_id});
    json.key("names").begin_array().value(name).end_array();
  };
  json.begin_array();
  for (const ColumnDefinition& column : table.columns) {
    begin(column.field_id, column.name);
    if (column.type == ColumnType::kMapStringString) {
      json.key("fields").begin_array();
      begin(column.key_field_id, "key");
      json.end_object();
      begin(column.value_field_id, "value");
      json.end_object().end_array();
    }
    json.end_object();
  }
  json.end_array();
  return json.text();
}

TableMetadata star_metadata(const TableDefinition& table, std::string uuid, std::string location,
                            std::int64_t now_ms, int buckets) {
  TableMetadata metadata;
  metadata.table_uuid = std::move(uuid);
  metadata.location = std::move(location);
  metadata.last_updated_ms = now_ms;
  // Made of the tables of this program: it is a schema.
  metadata.schemas.push_back(parse_schema(iceberg_schema_json(table)).value());
  metadata.last_column_id = metadata.schemas[0].highest_id;
  ensure_star_spec(metadata, table, buckets);
  metadata.sort_orders = star_sort_orders(table);
  metadata.default_sort_order_id = metadata.sort_orders.back().id;
  metadata.properties = {
      {"schema.name-mapping.default", star_name_mapping(table)},
      {"write.format.default", "parquet"},
      {"write.parquet.compression-codec", "zstd"},
      {"write.delete.mode", "copy-on-write"},
      {"write.update.mode", "copy-on-write"},
      {"write.merge.mode", "copy-on-write"},
  };
  return metadata;
}

DataFile star_data_file(const ParquetFileInfo& info, std::string path, std::vector<Value> partition,
                        std::optional<int> sort_order_id) {
  DataFile file;
  file.path = std::move(path);
  file.partition = std::move(partition);
  file.record_count = info.record_count;
  file.size_bytes = info.size_bytes;
  file.split_offsets = info.split_offsets;
  file.sort_order_id = sort_order_id;
  file.column_sizes.reserve(info.columns.size());
  file.value_counts.reserve(info.columns.size());
  file.null_counts.reserve(info.columns.size());
  file.lower_bounds.reserve(info.columns.size());
  file.upper_bounds.reserve(info.columns.size());
  for (const ColumnStatistics& column : info.columns) {
    file.column_sizes.emplace_back(column.field_id, column.size_bytes);
    file.value_counts.emplace_back(column.field_id, column.value_count);
    file.null_counts.emplace_back(column.field_id, column.null_count);
    if (column.lower) file.lower_bounds.emplace_back(column.field_id, *column.lower);
    if (column.upper) file.upper_bounds.emplace_back(column.field_id, *column.upper);
  }
  return file;
}

}  // namespace clicklake::iceberg
