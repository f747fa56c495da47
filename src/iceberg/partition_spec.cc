#include "iceberg/partition_spec.h"

#include <charconv>

#include "base/json_text.h"
#include "iceberg/json_members.h"

namespace clicklake::iceberg {
namespace {

using Kind = PrimitiveType::Kind;

constexpr std::string_view kWhat = "a partition spec";

/// N of "<name>[N]".
std::optional<int> parameter(std::string_view transform, std::string_view name) {
  if (!transform.starts_with(name)) return std::nullopt;
  transform.remove_prefix(name.size());
  if (transform.size() < 3 || transform.front() != '[' || transform.back() != ']') {
    return std::nullopt;
  }
  transform = transform.substr(1, transform.size() - 2);
  int number = 0;
  const char* end = transform.data() + transform.size();
  const auto [stop, error] = std::from_chars(transform.data(), end, number);
  if (error != std::errc() || stop != end || number <= 0) return std::nullopt;
  return number;
}

void append_fields(JsonText& json, const PartitionSpec& spec) {
  json.begin_array();
  for (const PartitionField& field : spec.fields) {
    json.begin_object()
        .member("name", field.name)
        .member("transform", field.transform)
        .member("source-id", std::int64_t{field.source_id})
        .member("field-id", std::int64_t{field.field_id})
        .end_object();
  }
  json.end_array();
}

}  // namespace

std::optional<int> bucket_count(std::string_view transform) {
  return parameter(transform, "bucket");
}

std::optional<PrimitiveType> transform_result(std::string_view transform,
                                              const SchemaField* source) {
  if (bucket_count(transform) || transform == "year" || transform == "month" ||
      transform == "hour") {
    return PrimitiveType{Kind::kInt};
  }
  // The number of days, which Iceberg's own writers call a date.
  if (transform == "day") return PrimitiveType{Kind::kDate};
  if (transform == "identity" || parameter(transform, "truncate")) {
    if (source != nullptr) return source->type;
  }
  if (transform == "void") return source != nullptr ? source->type : PrimitiveType{Kind::kInt};
  return std::nullopt;
}

Result<std::vector<PrimitiveType>> partition_types(const PartitionSpec& spec,
                                                   const Schema& schema) {
  std::vector<PrimitiveType> types;
  for (const PartitionField& field : spec.fields) {
    const auto type = transform_result(field.transform, schema.find(field.source_id));
    if (!type) {
      return Error{ErrorCode::kUnsupported,
                   "partition field " + field.name + " is " + field.transform + " of column " +
                       std::to_string(field.source_id) +
                       ", which this version can't compute: write the table with the engine that "
                       "partitioned it so"};
    }
    types.push_back(*type);
  }
  return types;
}

std::string partition_fields_json(const PartitionSpec& spec) {
  JsonText json;
  append_fields(json, spec);
  return json.text();
}

std::string to_json(const PartitionSpec& spec) {
  if (!spec.json.empty()) return spec.json;
  JsonText json;
  json.begin_object().member("spec-id", std::int64_t{spec.id}).key("fields");
  append_fields(json, spec);
  json.end_object();
  return json.text();
}

Result<std::vector<PartitionField>> parse_partition_fields(const JsonValue& fields) {
  std::vector<PartitionField> parsed;
  if (fields.kind != JsonValue::Kind::kArray) return invalid_member(kWhat, "fields", "an array");
  for (const JsonValue& json : fields.elements) {
    PartitionField& field = parsed.emplace_back();
    ASSIGN_OR_RETURN(field.source_id, int_member(json, "source-id", kWhat));
    ASSIGN_OR_RETURN(field.name, string_member(json, "name", kWhat));
    ASSIGN_OR_RETURN(field.transform, string_member(json, "transform", kWhat));
    // Writers of format version 1 numbered them without saying so.
    field.field_id = kFirstPartitionFieldId + static_cast<int>(parsed.size()) - 1;
    if (json.find("field-id") != nullptr) {
      ASSIGN_OR_RETURN(field.field_id, int_member(json, "field-id", kWhat));
    }
  }
  return parsed;
}

Result<PartitionSpec> parse_partition_spec(const JsonValue& json) {
  PartitionSpec spec;
  ASSIGN_OR_RETURN(spec.id, int_member(json, "spec-id", kWhat));
  const JsonValue* fields = json.find("fields");
  if (fields == nullptr) return invalid_member(kWhat, "fields", "an array");
  ASSIGN_OR_RETURN(spec.fields, parse_partition_fields(*fields));
  spec.json = clicklake::to_json(json);
  return spec;
}

}  // namespace clicklake::iceberg
