#include "format/parquet_schema.h"

namespace clicklake {
namespace {

enum class Repetition : std::int32_t { kRequired = 0, kOptional = 1, kRepeated = 2 };

// parquet.thrift `ConvertedType`.
constexpr std::int32_t kConvertedUtf8 = 0;
constexpr std::int32_t kConvertedMap = 1;
constexpr std::int32_t kConvertedDecimal = 5;
constexpr std::int32_t kConvertedDate = 6;
constexpr std::int32_t kConvertedTimestampMicros = 10;

// parquet.thrift `LogicalType`.
constexpr int kLogicalString = 1;
constexpr int kLogicalMap = 2;
constexpr int kLogicalDecimal = 5;
constexpr int kLogicalDate = 6;
constexpr int kLogicalTimestamp = 8;

constexpr std::int32_t kDecimalScale = 4;
constexpr std::int32_t kDecimalPrecision = 18;

void write_group(ThriftWriter& out, std::string_view name, Repetition repetition, int children,
                 int field_id, bool is_map) {
  out.begin_element();
  out.i32(3, static_cast<std::int32_t>(repetition));
  out.binary(4, name);
  out.i32(5, children);
  if (is_map) out.i32(6, kConvertedMap);
  if (field_id != 0) out.i32(9, field_id);
  if (is_map) {
    out.begin_struct(10);
    out.empty_struct(kLogicalMap);
    out.end_struct();
  }
  out.end_struct();
}

void write_primitive(ThriftWriter& out, std::string_view name, ColumnType type, bool required,
                     int field_id) {
  out.begin_element();
  out.i32(1, static_cast<std::int32_t>(parquet_type(type)));
  out.i32(3, static_cast<std::int32_t>(required ? Repetition::kRequired : Repetition::kOptional));
  out.binary(4, name);
  switch (type) {
    case ColumnType::kString: out.i32(6, kConvertedUtf8); break;
    case ColumnType::kDate: out.i32(6, kConvertedDate); break;
    case ColumnType::kTimestampTz: out.i32(6, kConvertedTimestampMicros); break;
    case ColumnType::kDecimal18_4:
      out.i32(6, kConvertedDecimal);
      out.i32(7, kDecimalScale);
      out.i32(8, kDecimalPrecision);
      break;
    default: break;
  }
  out.i32(9, field_id);
  switch (type) {
    case ColumnType::kString:
      out.begin_struct(10);
      out.empty_struct(kLogicalString);
      out.end_struct();
      break;
    case ColumnType::kDate:
      out.begin_struct(10);
      out.empty_struct(kLogicalDate);
      out.end_struct();
      break;
    case ColumnType::kTimestampTz:
      out.begin_struct(10);
      out.begin_struct(kLogicalTimestamp);
      out.boolean(1, true);
      out.begin_struct(2);
      out.empty_struct(2);  // microseconds
      out.end_struct();
      out.end_struct();
      out.end_struct();
      break;
    case ColumnType::kDecimal18_4:
      out.begin_struct(10);
      out.begin_struct(kLogicalDecimal);
      out.i32(1, kDecimalScale);
      out.i32(2, kDecimalPrecision);
      out.end_struct();
      out.end_struct();
      break;
    default: break;
  }
  out.end_struct();
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

ParquetType parquet_type(ColumnType type) {
  switch (type) {
    case ColumnType::kBoolean: return ParquetType::kBoolean;
    case ColumnType::kInt:
    case ColumnType::kDate: return ParquetType::kInt32;
    case ColumnType::kLong:
    case ColumnType::kDecimal18_4:
    case ColumnType::kTimestampTz: return ParquetType::kInt64;
    case ColumnType::kDouble: return ParquetType::kDouble;
    case ColumnType::kString:
    case ColumnType::kMapStringString: return ParquetType::kByteArray;
  }
  return ParquetType::kByteArray;
}

std::vector<ParquetLeaf> parquet_leaves(const TableDefinition& table) {
  std::vector<ParquetLeaf> leaves;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnDefinition& column = table.columns[i];
    const int optional = column.required ? 0 : 1;
    const int index = static_cast<int>(i);
    if (column.type == ColumnType::kMapStringString) {
      leaves.push_back({index,
                        LeafRole::kMapKey,
                        ColumnType::kString,
                        column.key_field_id,
                        optional + 1,
                        {column.name, "key_value", "key"}});
      leaves.push_back({index,
                        LeafRole::kMapValue,
                        ColumnType::kString,
                        column.value_field_id,
                        optional + 2,
                        {column.name, "key_value", "value"}});
    } else {
      leaves.push_back(
          {index, LeafRole::kValue, column.type, column.field_id, optional, {column.name}});
    }
  }
  return leaves;
}

void write_parquet_schema(const TableDefinition& table, ThriftWriter& out) {
  std::size_t elements = 1;
  for (const ColumnDefinition& column : table.columns) {
    elements += column.type == ColumnType::kMapStringString ? 4 : 1;
  }
  out.begin_list(2, ThriftWriter::Element::kStruct, elements);
  out.begin_element();
  out.binary(4, "table");
  out.i32(5, static_cast<std::int32_t>(table.columns.size()));
  out.end_struct();
  for (const ColumnDefinition& column : table.columns) {
    if (column.type == ColumnType::kMapStringString) {
      write_group(out, column.name, column.required ? Repetition::kRequired : Repetition::kOptional,
                  1, column.field_id, true);
      write_group(out, "key_value", Repetition::kRepeated, 2, 0, false);
      write_primitive(out, "key", ColumnType::kString, true, column.key_field_id);
      write_primitive(out, "value", ColumnType::kString, false, column.value_field_id);
    } else {
      write_primitive(out, column.name, column.type, column.required, column.field_id);
    }
  }
}

std::string iceberg_schema_json(const TableDefinition& table, int schema_id) {
  std::string json =
      R"({"type":"struct","schema-id":)" + std::to_string(schema_id) + R"(,"fields":[)";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnDefinition& column = table.columns[i];
    if (i != 0) json += ',';
    json += R"({"id":)" + std::to_string(column.field_id) + R"(,"name":)";
    append_json_string(json, column.name);
    json += column.required ? R"(,"required":true,"type":)" : R"(,"required":false,"type":)";
    if (column.type == ColumnType::kMapStringString) {
      json += R"({"type":"map","key-id":)" + std::to_string(column.key_field_id) +
              R"(,"key":"string","value-id":)" + std::to_string(column.value_field_id) +
              R"(,"value":"string","value-required":false})";
    } else {
      append_json_string(json, iceberg_type(column.type));
    }
    json += '}';
  }
  return json + "]}";
}

}  // namespace clicklake
