#include "query/text_scan_vectors.h"

#include <algorithm>
#include <string>
#include <vector>

#include "query/text_scan.h"
#include "sql/session.h"

namespace clicklake {
namespace {

constexpr std::size_t kTextRoom = 32U << 10;

bool is_list(const ColumnVector& column) {
  return column.type->kind == HiveKind::kArray || column.type->kind == HiveKind::kMap;
}

}  // namespace

ColumnVector DuckdbVectors::make(const HiveType& type) {
  ColumnVector column;
  column.type = &type;
  column.memory = this;
  for (const HiveType& child : type.children) column.children.push_back(make(child));
  return column;
}

void DuckdbVectors::attach(ColumnVector& column, duckdb_vector vector) const {
  column.handle = vector;
  column.data = api_.duckdb_vector_get_data(vector);
  column.validity = nullptr;
  column.child_rows = 0;
  column.child_capacity = 0;
  column.text_room = column.text_end = nullptr;
  attach_children(column);
}

void DuckdbVectors::attach_children(ColumnVector& column) const {
  auto* const vector = static_cast<duckdb_vector>(column.handle);
  switch (column.type->kind) {
    case HiveKind::kArray:
      attach(column.children[0], api_.duckdb_list_vector_get_child(vector));
      break;
    case HiveKind::kMap: {
      duckdb_vector entries = api_.duckdb_list_vector_get_child(vector);
      for (idx_t i = 0; i < 2; ++i) {
        attach(column.children[i], api_.duckdb_struct_vector_get_child(entries, i));
      }
      break;
    }
    case HiveKind::kStruct:
      for (idx_t i = 0; i < column.children.size(); ++i) {
        attach(column.children[i], api_.duckdb_struct_vector_get_child(vector, i));
      }
      break;
    default: break;
  }
}

/// After DuckDB moved a vector's memory.
void DuckdbVectors::refresh(ColumnVector& column) const {
  auto* const vector = static_cast<duckdb_vector>(column.handle);
  column.data = api_.duckdb_vector_get_data(vector);
  if (column.validity != nullptr) column.validity = api_.duckdb_vector_get_validity(vector);
  if (column.type->kind == HiveKind::kStruct) {
    for (ColumnVector& child : column.children) refresh(child);
  }
}

void DuckdbVectors::finish(ColumnVector& column) const {
  if (is_list(column)) {
    api_.duckdb_list_vector_set_size(static_cast<duckdb_vector>(column.handle), column.child_rows);
  }
  for (ColumnVector& child : column.children) finish(child);
}

/// A long text of our own making is put into the row, and its bytes are given out piece by piece:
/// one call into DuckDB for many texts.
void DuckdbVectors::add_text_room(ColumnVector& vector, std::size_t row, std::size_t size) {
  static const std::vector<char> kBlank(kTextRoom);
  std::string large;
  const char* blank = kBlank.data();
  if (size > kTextRoom) {
    large.resize(size);
    blank = large.data();
  } else {
    size = kTextRoom;
  }
  api_.duckdb_unsafe_vector_assign_string_element_len(static_cast<duckdb_vector>(vector.handle),
                                                      row, blank, size);
  // The vector's own bytes; nobody else has seen them yet.
  vector.text_room = const_cast<char*>(vector.values<TextCell>()[row].pointer);
  vector.text_end = vector.text_room + size;
}

void DuckdbVectors::add_validity(ColumnVector& vector) {
  auto* const handle = static_cast<duckdb_vector>(vector.handle);
  api_.duckdb_vector_ensure_validity_writable(handle);
  vector.validity = api_.duckdb_vector_get_validity(handle);
}

void DuckdbVectors::grow_children(ColumnVector& vector, std::size_t capacity) {
  constexpr std::size_t kLeast = 2048;
  const std::size_t wanted = std::max({capacity, vector.child_capacity * 2, kLeast});
  api_.duckdb_list_vector_reserve(static_cast<duckdb_vector>(vector.handle), wanted);
  vector.child_capacity = wanted;
  for (ColumnVector& child : vector.children) refresh(child);
}

LogicalType duckdb_logical_type_of(const DuckdbApi& api, const HiveType& type) {
  const auto simple = [&](duckdb_type id) {
    return LogicalType(api, api.duckdb_create_logical_type(id));
  };
  switch (type.kind) {
    case HiveKind::kBoolean: return simple(DUCKDB_TYPE_BOOLEAN);
    case HiveKind::kTinyint: return simple(DUCKDB_TYPE_TINYINT);
    case HiveKind::kSmallint: return simple(DUCKDB_TYPE_SMALLINT);
    case HiveKind::kInt: return simple(DUCKDB_TYPE_INTEGER);
    case HiveKind::kBigint: return simple(DUCKDB_TYPE_BIGINT);
    case HiveKind::kFloat: return simple(DUCKDB_TYPE_FLOAT);
    case HiveKind::kDouble: return simple(DUCKDB_TYPE_DOUBLE);
    case HiveKind::kDecimal:
      return {api, api.duckdb_create_decimal_type(static_cast<std::uint8_t>(type.precision),
                                                  static_cast<std::uint8_t>(type.scale))};
    case HiveKind::kString:
    case HiveKind::kChar:
    case HiveKind::kVarchar: return simple(DUCKDB_TYPE_VARCHAR);
    case HiveKind::kBinary: return simple(DUCKDB_TYPE_BLOB);
    case HiveKind::kDate: return simple(DUCKDB_TYPE_DATE);
    case HiveKind::kTimestamp: return simple(DUCKDB_TYPE_TIMESTAMP);
    case HiveKind::kArray: {
      const LogicalType element = duckdb_logical_type_of(api, type.children[0]);
      return {api, api.duckdb_create_list_type(element.get())};
    }
    case HiveKind::kMap: {
      const LogicalType key = duckdb_logical_type_of(api, type.children[0]);
      const LogicalType value = duckdb_logical_type_of(api, type.children[1]);
      return {api, api.duckdb_create_map_type(key.get(), value.get())};
    }
    case HiveKind::kStruct: {
      std::vector<LogicalType> owned;
      std::vector<duckdb_logical_type> types;
      std::vector<const char*> names;
      owned.reserve(type.children.size());
      for (std::size_t i = 0; i < type.children.size(); ++i) {
        owned.push_back(duckdb_logical_type_of(api, type.children[i]));
        types.push_back(owned.back().get());
        names.push_back(type.field_names[i].c_str());
      }
      return {api, api.duckdb_create_struct_type(types.data(), names.data(), types.size())};
    }
  }
  return simple(DUCKDB_TYPE_VARCHAR);
}

std::string duckdb_type_name(const HiveType& type) {
  switch (type.kind) {
    case HiveKind::kBoolean: return "BOOLEAN";
    case HiveKind::kTinyint: return "TINYINT";
    case HiveKind::kSmallint: return "SMALLINT";
    case HiveKind::kInt: return "INTEGER";
    case HiveKind::kBigint: return "BIGINT";
    case HiveKind::kFloat: return "FLOAT";
    case HiveKind::kDouble: return "DOUBLE";
    case HiveKind::kDecimal:
      return "DECIMAL(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")";
    case HiveKind::kString:
    case HiveKind::kChar:
    case HiveKind::kVarchar: return "VARCHAR";
    case HiveKind::kBinary: return "BLOB";
    case HiveKind::kDate: return "DATE";
    case HiveKind::kTimestamp: return "TIMESTAMP";
    case HiveKind::kArray: return duckdb_type_name(type.children[0]) + "[]";
    case HiveKind::kMap:
      return "MAP(" + duckdb_type_name(type.children[0]) + ", " +
             duckdb_type_name(type.children[1]) + ")";
    case HiveKind::kStruct: {
      std::string out = "STRUCT(";
      for (std::size_t i = 0; i < type.children.size(); ++i) {
        if (i > 0) out += ", ";
        out += quote_identifier(type.field_names[i]) + " " + duckdb_type_name(type.children[i]);
      }
      return out + ")";
    }
  }
  return "VARCHAR";
}

}  // namespace clicklake
