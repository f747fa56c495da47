#include "sql/hive_logical_type.h"

#include <vector>

namespace clicklake {

namespace {

duckdb_type simple_type(HiveKind kind) {
  switch (kind) {
    case HiveKind::kBoolean: return DUCKDB_TYPE_BOOLEAN;
    case HiveKind::kTinyint: return DUCKDB_TYPE_TINYINT;
    case HiveKind::kSmallint: return DUCKDB_TYPE_SMALLINT;
    case HiveKind::kInt: return DUCKDB_TYPE_INTEGER;
    case HiveKind::kBigint: return DUCKDB_TYPE_BIGINT;
    case HiveKind::kFloat: return DUCKDB_TYPE_FLOAT;
    case HiveKind::kDouble: return DUCKDB_TYPE_DOUBLE;
    case HiveKind::kBinary: return DUCKDB_TYPE_BLOB;
    case HiveKind::kDate: return DUCKDB_TYPE_DATE;
    case HiveKind::kTimestamp: return DUCKDB_TYPE_TIMESTAMP;
    default: return DUCKDB_TYPE_VARCHAR;
  }
}

}  // namespace

LogicalType logical_type_of(const DuckdbApi& api, const HiveType& type) {
  switch (type.kind) {
    case HiveKind::kDecimal:
      return {api, api.duckdb_create_decimal_type(static_cast<std::uint8_t>(type.precision),
                                                  static_cast<std::uint8_t>(type.scale))};
    case HiveKind::kArray: {
      const LogicalType element = logical_type_of(api, type.children[0]);
      return {api, api.duckdb_create_list_type(element.get())};
    }
    case HiveKind::kMap: {
      const LogicalType key = logical_type_of(api, type.children[0]);
      const LogicalType value = logical_type_of(api, type.children[1]);
      return {api, api.duckdb_create_map_type(key.get(), value.get())};
    }
    case HiveKind::kStruct: {
      std::vector<LogicalType> held;
      std::vector<duckdb_logical_type> types;
      std::vector<const char*> names;
      held.reserve(type.children.size());
      for (std::size_t i = 0; i < type.children.size(); ++i) {
        held.push_back(logical_type_of(api, type.children[i]));
        types.push_back(held.back().get());
        names.push_back(type.field_names[i].c_str());
      }
      return {api, api.duckdb_create_struct_type(types.data(), names.data(), types.size())};
    }
    default: return {api, api.duckdb_create_logical_type(simple_type(type.kind))};
  }
}

}  // namespace clicklake
