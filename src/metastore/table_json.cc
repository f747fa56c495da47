#include "metastore/table_json.h"

#include <charconv>
#include <utility>

#include "base/json_text.h"
#include "base/json_value.h"

namespace clicklake {
namespace {

void add(JsonText* json, const Parameters& parameters) {
  json->begin_object();
  for (const auto& [key, value] : parameters) json->member(key, value);
  json->end_object();
}

void add(JsonText* json, const std::vector<HiveColumn>& columns) {
  json->begin_array();
  for (const HiveColumn& column : columns) {
    json->begin_object().member("Name", column.name).member("Type", to_string(column.type));
    if (!column.comment.empty()) json->member("Comment", column.comment);
    json->end_object();
  }
  json->end_array();
}

void add(JsonText* json, const std::vector<std::string>& texts) {
  json->begin_array();
  for (const std::string& text : texts) json->value(text);
  json->end_array();
}

void add(JsonText* json, const StorageDescriptor& storage) {
  json->begin_object();
  add(&json->key("Columns"), storage.columns);
  json->member("Location", storage.location)
      .member("InputFormat", storage.input_format)
      .member("OutputFormat", storage.output_format);
  if (storage.compressed) json->member("Compressed", true);
  if (storage.number_of_buckets != 0) {
    json->member("NumberOfBuckets", std::int64_t{storage.number_of_buckets});
  }
  if (!storage.bucket_columns.empty()) add(&json->key("BucketColumns"), storage.bucket_columns);
  if (!storage.sort_columns.empty()) add(&json->key("SortColumns"), storage.sort_columns);
  json->key("SerdeInfo").begin_object();
  if (!storage.serde.name.empty()) json->member("Name", storage.serde.name);
  json->member("SerializationLibrary", storage.serde.library);
  if (!storage.serde.parameters.empty()) add(&json->key("Parameters"), storage.serde.parameters);
  json->end_object();
  if (!storage.parameters.empty()) add(&json->key("Parameters"), storage.parameters);
  json->end_object();
}

/// What this program wrote itself: a fault is damage.
Result<JsonValue> parse_stored(std::string_view json) {
  Result<JsonValue> value = parse_json(json);
  if (!value) return Error{ErrorCode::kCorruption, "stored " + value.error().message};
  return value;
}

std::string text_of(const JsonValue& value, std::string_view name) {
  const JsonValue* member = value.find(name);
  return member == nullptr ? "" : member->text;
}

Parameters parameters_of(const JsonValue* value) {
  Parameters parameters;
  if (value == nullptr) return parameters;
  for (std::size_t i = 0; i < value->names.size(); ++i) {
    parameters.emplace_back(value->names[i], value->elements[i].text);
  }
  return parameters;
}

std::vector<std::string> texts_of(const JsonValue* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  for (const JsonValue& element : value->elements) texts.push_back(element.text);
  return texts;
}

Result<std::vector<HiveColumn>> columns_of(const JsonValue* value) {
  std::vector<HiveColumn> columns;
  if (value == nullptr) return columns;
  columns.reserve(value->elements.size());
  for (const JsonValue& element : value->elements) {
    auto type = parse_hive_type(text_of(element, "Type"));
    if (!type) return Error{ErrorCode::kCorruption, std::move(type).error().message};
    columns.push_back({.name = text_of(element, "Name"),
                       .type = *std::move(type),
                       .comment = text_of(element, "Comment")});
  }
  return columns;
}

Status read_storage(const JsonValue& value, StorageDescriptor* storage) {
  ASSIGN_OR_RETURN(storage->columns, columns_of(value.find("Columns")));
  storage->location = text_of(value, "Location");
  storage->input_format = text_of(value, "InputFormat");
  storage->output_format = text_of(value, "OutputFormat");
  const JsonValue* compressed = value.find("Compressed");
  storage->compressed = compressed != nullptr && compressed->truth;
  const std::string buckets = text_of(value, "NumberOfBuckets");
  std::from_chars(buckets.data(), buckets.data() + buckets.size(), storage->number_of_buckets);
  storage->bucket_columns = texts_of(value.find("BucketColumns"));
  storage->sort_columns = texts_of(value.find("SortColumns"));
  if (const JsonValue* serde = value.find("SerdeInfo")) {
    storage->serde.name = text_of(*serde, "Name");
    storage->serde.library = text_of(*serde, "SerializationLibrary");
    storage->serde.parameters = parameters_of(serde->find("Parameters"));
  }
  storage->parameters = parameters_of(value.find("Parameters"));
  return {};
}

}  // namespace

std::string definition_to_json(const Table& table) {
  JsonText json;
  json.begin_object().member("Description", table.description);
  add(&json.key("PartitionKeys"), table.partition_keys);
  add(&json.key("StorageDescriptor"), table.storage);
  add(&json.key("Parameters"), table.parameters);
  if (!table.view_original_text.empty()) json.member("ViewOriginalText", table.view_original_text);
  json.end_object();
  return json.text();
}

Status read_definition(std::string_view json, Table* table) {
  ASSIGN_OR_RETURN(const JsonValue value, parse_stored(json));
  table->description = text_of(value, "Description");
  ASSIGN_OR_RETURN(table->partition_keys, columns_of(value.find("PartitionKeys")));
  if (const JsonValue* storage = value.find("StorageDescriptor")) {
    RETURN_IF_ERROR(read_storage(*storage, &table->storage));
  }
  table->parameters = parameters_of(value.find("Parameters"));
  table->view_original_text = text_of(value, "ViewOriginalText");
  return {};
}

std::string columns_to_json(const std::vector<HiveColumn>& columns) {
  JsonText json;
  add(&json, columns);
  return json.text();
}

Result<std::vector<HiveColumn>> read_columns(std::string_view json) {
  ASSIGN_OR_RETURN(const JsonValue value, parse_stored(json));
  return columns_of(&value);
}

std::string parameters_to_json(const Parameters& parameters) {
  JsonText json;
  add(&json, parameters);
  return json.text();
}

Result<Parameters> read_parameters(std::string_view json) {
  ASSIGN_OR_RETURN(const JsonValue value, parse_stored(json));
  return parameters_of(&value);
}

std::string partition_details_to_json(const Partition& partition) {
  if (partition.parameters.empty() && !partition.columns) return {};
  JsonText json;
  json.begin_object();
  if (!partition.parameters.empty()) add(&json.key("Parameters"), partition.parameters);
  if (partition.columns) add(&json.key("Columns"), *partition.columns);
  json.end_object();
  return json.text();
}

Status read_partition_details(std::string_view json, Partition* partition) {
  ASSIGN_OR_RETURN(const JsonValue value, parse_stored(json));
  partition->parameters = parameters_of(value.find("Parameters"));
  const JsonValue* columns = value.find("Columns");
  if (columns == nullptr) return {};
  ASSIGN_OR_RETURN(partition->columns, columns_of(columns));
  return {};
}

}  // namespace clicklake
