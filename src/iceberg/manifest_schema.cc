#include "iceberg/manifest_schema.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/json_text.h"
#include "iceberg/single_value.h"

namespace clicklake::iceberg {
namespace {

using Kind = PrimitiveType::Kind;

enum class Presence { kRequired, kOptional };

/// Avro's fields, each with Iceberg's id.
class RecordSchema {
 public:
  explicit RecordSchema(std::string_view name) {
    json_.begin_object().member("type", "record").member("name", name).key("fields").begin_array();
  }

  /// `write_type` writes the type.
  template <typename WriteType>
  void typed_field(int id, std::string_view name, Presence presence, const WriteType& write_type,
                   std::string_view iceberg_name = "") {
    json_.begin_object().member("name", name).key("type");
    if (presence == Presence::kOptional) json_.begin_array().value("null");
    write_type(json_);
    if (presence == Presence::kOptional) json_.end_array().key("default").null();
    json_.member("field-id", std::int64_t{id});
    if (!iceberg_name.empty()) json_.member("iceberg-field-name", iceberg_name);
    json_.end_object();
  }
  void field(int id, std::string_view name, Presence presence, std::string_view type) {
    typed_field(id, name, presence, [&](JsonText& json) { json.value(type); });
  }
  /// A map from int, which Avro has as an array of pairs.
  void map(int id, std::string_view name, int key_id, int value_id, std::string_view value_type) {
    typed_field(id, name, Presence::kOptional, [&](JsonText& json) {
      json.begin_object().member("type", "array").member("logicalType", "map").key("items");
      RecordSchema pair("k" + std::to_string(key_id) + "_v" + std::to_string(value_id));
      pair.field(key_id, "key", Presence::kRequired, "int");
      pair.field(value_id, "value", Presence::kRequired, value_type);
      json.raw(pair.finish()).end_object();
    });
  }
  void list(int id, std::string_view name, int element_id, std::string_view element_type) {
    typed_field(id, name, Presence::kOptional, [&](JsonText& json) {
      json.begin_object()
          .member("type", "array")
          .member("items", element_type)
          .member("element-id", std::int64_t{element_id})
          .end_object();
    });
  }
  std::string finish() { return json_.end_array().end_object().text(); }

 private:
  JsonText json_;
};

void write_logical(JsonText& json, std::string_view type, std::string_view logical) {
  json.begin_object().member("type", type).member("logicalType", logical);
}

void write_fixed(JsonText& json, const std::string& name, std::size_t size) {
  json.begin_object()
      .member("type", "fixed")
      .member("name", name)
      .member("size", static_cast<std::int64_t>(size));
}

void write_type(JsonText& json, const PrimitiveType& type, int field_id) {
  // Avro's named types are told apart by name; the field's id makes it one.
  const std::string id = std::to_string(field_id);
  switch (type.kind) {
    case Kind::kBoolean: json.value("boolean"); return;
    case Kind::kInt: json.value("int"); return;
    case Kind::kLong: json.value("long"); return;
    case Kind::kFloat: json.value("float"); return;
    case Kind::kDouble: json.value("double"); return;
    case Kind::kString: json.value("string"); return;
    case Kind::kBinary: json.value("bytes"); return;
    case Kind::kDate: write_logical(json, "int", "date"); break;
    case Kind::kTime: write_logical(json, "long", "time-micros"); break;
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      write_logical(json, "long", "timestamp-micros");
      json.member("adjust-to-utc", type.kind == Kind::kTimestampTz);
      break;
    case Kind::kDecimal:
      write_fixed(json, "decimal_" + id, decimal_length(type.precision));
      json.member("logicalType", "decimal")
          .member("precision", std::int64_t{type.precision})
          .member("scale", std::int64_t{type.scale});
      break;
    case Kind::kUuid:
      write_fixed(json, "uuid_" + id, 16);
      json.member("logicalType", "uuid");
      break;
    case Kind::kFixed:
      write_fixed(json, "fixed_" + id, static_cast<std::size_t>(type.length));
      break;
  }
  json.end_object();
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A name that Avro allows: other bytes as _xHH, a leading digit behind _.
std::string avro_name(std::string_view name) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    if (is_letter(c) || (is_digit(c) && !out.empty())) {
      out += c;
    } else if (is_digit(c)) {
      out += {'_', c};
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'_', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

std::string partition_schema(const PartitionSpec& spec, std::span<const PrimitiveType> types) {
  RecordSchema record("r102");
  for (std::size_t i = 0; i < spec.fields.size(); ++i) {
    const PartitionField& field = spec.fields[i];
    const std::string name = avro_name(field.name);
    record.typed_field(
        field.field_id, name, Presence::kOptional,
        [&](JsonText& json) { write_type(json, types[i], field.field_id); },
        name == field.name ? "" : field.name);
  }
  return record.finish();
}

std::string data_file_schema(const PartitionSpec& spec, std::span<const PrimitiveType> types) {
  RecordSchema record("r2");
  record.field(134, "content", Presence::kRequired, "int");
  record.field(100, "file_path", Presence::kRequired, "string");
  record.field(101, "file_format", Presence::kRequired, "string");
  record.typed_field(102, "partition", Presence::kRequired,
                     [&](JsonText& json) { json.raw(partition_schema(spec, types)); });
  record.field(103, "record_count", Presence::kRequired, "long");
  record.field(104, "file_size_in_bytes", Presence::kRequired, "long");
  record.map(108, "column_sizes", 117, 118, "long");
  record.map(109, "value_counts", 119, 120, "long");
  record.map(110, "null_value_counts", 121, 122, "long");
  record.map(137, "nan_value_counts", 138, 139, "long");
  record.map(125, "lower_bounds", 126, 127, "bytes");
  record.map(128, "upper_bounds", 129, 130, "bytes");
  record.field(131, "key_metadata", Presence::kOptional, "bytes");
  record.list(132, "split_offsets", 133, "long");
  record.list(135, "equality_ids", 136, "int");
  record.field(140, "sort_order_id", Presence::kOptional, "int");
  record.field(143, "referenced_data_file", Presence::kOptional, "string");
  return record.finish();
}

std::string partition_summary_schema() {
  RecordSchema record("r508");
  record.field(509, "contains_null", Presence::kRequired, "boolean");
  record.field(518, "contains_nan", Presence::kOptional, "boolean");
  record.field(510, "lower_bound", Presence::kOptional, "bytes");
  record.field(511, "upper_bound", Presence::kOptional, "bytes");
  return record.finish();
}

}  // namespace

std::string manifest_entry_schema(const PartitionSpec& spec, std::span<const PrimitiveType> types) {
  RecordSchema record("manifest_entry");
  record.field(0, "status", Presence::kRequired, "int");
  record.field(1, "snapshot_id", Presence::kOptional, "long");
  record.field(3, "sequence_number", Presence::kOptional, "long");
  record.field(4, "file_sequence_number", Presence::kOptional, "long");
  record.typed_field(2, "data_file", Presence::kRequired,
                     [&](JsonText& json) { json.raw(data_file_schema(spec, types)); });
  return record.finish();
}

std::string manifest_list_schema() {
  RecordSchema record("manifest_file");
  record.field(500, "manifest_path", Presence::kRequired, "string");
  record.field(501, "manifest_length", Presence::kRequired, "long");
  record.field(502, "partition_spec_id", Presence::kRequired, "int");
  record.field(517, "content", Presence::kRequired, "int");
  record.field(515, "sequence_number", Presence::kRequired, "long");
  record.field(516, "min_sequence_number", Presence::kRequired, "long");
  record.field(503, "added_snapshot_id", Presence::kRequired, "long");
  record.field(504, "added_files_count", Presence::kRequired, "int");
  record.field(505, "existing_files_count", Presence::kRequired, "int");
  record.field(506, "deleted_files_count", Presence::kRequired, "int");
  record.field(512, "added_rows_count", Presence::kRequired, "long");
  record.field(513, "existing_rows_count", Presence::kRequired, "long");
  record.field(514, "deleted_rows_count", Presence::kRequired, "long");
  record.typed_field(507, "partitions", Presence::kOptional, [](JsonText& json) {
    json.begin_object().member("type", "array").key("items").raw(partition_summary_schema());
    json.member("element-id", std::int64_t{508}).end_object();
  });
  record.field(519, "key_metadata", Presence::kOptional, "bytes");
  return record.finish();
}

}  // namespace clicklake::iceberg
