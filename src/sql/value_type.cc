#include "sql/value_type.h"

#include <string>

#include "sql/session.h"

namespace clicklake {

namespace {

/// A string that DuckDB allocated.
std::string take_text(const DuckdbApi& api, char* text) {
  std::string out = text != nullptr ? text : "";
  if (text != nullptr) api.duckdb_free(text);
  return out;
}

const char* scalar_name(duckdb_type id) {
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN: return "BOOLEAN";
    case DUCKDB_TYPE_TINYINT: return "TINYINT";
    case DUCKDB_TYPE_SMALLINT: return "SMALLINT";
    case DUCKDB_TYPE_INTEGER: return "INTEGER";
    case DUCKDB_TYPE_BIGINT: return "BIGINT";
    case DUCKDB_TYPE_UTINYINT: return "UTINYINT";
    case DUCKDB_TYPE_USMALLINT: return "USMALLINT";
    case DUCKDB_TYPE_UINTEGER: return "UINTEGER";
    case DUCKDB_TYPE_UBIGINT: return "UBIGINT";
    case DUCKDB_TYPE_HUGEINT: return "HUGEINT";
    case DUCKDB_TYPE_UHUGEINT: return "UHUGEINT";
    case DUCKDB_TYPE_BIGNUM: return "BIGNUM";
    case DUCKDB_TYPE_FLOAT: return "FLOAT";
    case DUCKDB_TYPE_DOUBLE: return "DOUBLE";
    case DUCKDB_TYPE_TIMESTAMP: return "TIMESTAMP";
    case DUCKDB_TYPE_TIMESTAMP_S: return "TIMESTAMP_S";
    case DUCKDB_TYPE_TIMESTAMP_MS: return "TIMESTAMP_MS";
    case DUCKDB_TYPE_TIMESTAMP_NS: return "TIMESTAMP_NS";
    case DUCKDB_TYPE_TIMESTAMP_TZ: return "TIMESTAMP WITH TIME ZONE";
    case DUCKDB_TYPE_DATE: return "DATE";
    case DUCKDB_TYPE_TIME: return "TIME";
    case DUCKDB_TYPE_TIME_NS: return "TIME_NS";
    case DUCKDB_TYPE_TIME_TZ: return "TIME WITH TIME ZONE";
    case DUCKDB_TYPE_INTERVAL: return "INTERVAL";
    case DUCKDB_TYPE_VARCHAR: return "VARCHAR";
    case DUCKDB_TYPE_BLOB: return "BLOB";
    case DUCKDB_TYPE_BIT: return "BIT";
    case DUCKDB_TYPE_UUID: return "UUID";
    case DUCKDB_TYPE_SQLNULL: return "NULL";
    case DUCKDB_TYPE_GEOMETRY: return "GEOMETRY";
    case DUCKDB_TYPE_VARIANT: return "VARIANT";
    default: return "UNKNOWN";
  }
}

std::string members_name(const DuckdbApi& api, duckdb_logical_type type, bool is_union) {
  std::string out = is_union ? "UNION(" : "STRUCT(";
  const idx_t count = is_union ? api.duckdb_union_type_member_count(type)
                               : api.duckdb_struct_type_child_count(type);
  for (idx_t i = 0; i < count; ++i) {
    char* name = is_union ? api.duckdb_union_type_member_name(type, i)
                          : api.duckdb_struct_type_child_name(type, i);
    const LogicalType child(api, is_union ? api.duckdb_union_type_member_type(type, i)
                                          : api.duckdb_struct_type_child_type(type, i));
    if (i > 0) out += ", ";
    out += quote_identifier(take_text(api, name)) + " " + type_name(api, child.get());
  }
  return out + ")";
}

}  // namespace

std::string type_name(const DuckdbApi& api, duckdb_logical_type type) {
  std::string alias = take_text(api, api.duckdb_logical_type_get_alias(type));
  if (!alias.empty()) return alias;
  const duckdb_type id = api.duckdb_get_type_id(type);
  switch (id) {
    case DUCKDB_TYPE_DECIMAL:
      return "DECIMAL(" + std::to_string(api.duckdb_decimal_width(type)) + "," +
             std::to_string(api.duckdb_decimal_scale(type)) + ")";
    case DUCKDB_TYPE_LIST: {
      const LogicalType child(api, api.duckdb_list_type_child_type(type));
      return type_name(api, child.get()) + "[]";
    }
    case DUCKDB_TYPE_ARRAY: {
      const LogicalType child(api, api.duckdb_array_type_child_type(type));
      return type_name(api, child.get()) + "[" +
             std::to_string(api.duckdb_array_type_array_size(type)) + "]";
    }
    case DUCKDB_TYPE_MAP: {
      const LogicalType key(api, api.duckdb_map_type_key_type(type));
      const LogicalType value(api, api.duckdb_map_type_value_type(type));
      return "MAP(" + type_name(api, key.get()) + ", " + type_name(api, value.get()) + ")";
    }
    case DUCKDB_TYPE_STRUCT: return members_name(api, type, false);
    case DUCKDB_TYPE_UNION: return members_name(api, type, true);
    case DUCKDB_TYPE_ENUM: {
      std::string out = "ENUM(";
      const std::uint32_t count = api.duckdb_enum_dictionary_size(type);
      for (std::uint32_t i = 0; i < count; ++i) {
        out += (i > 0 ? ", " : "") +
               quote_literal(take_text(api, api.duckdb_enum_dictionary_value(type, i)));
      }
      return out + ")";
    }
    default: return scalar_name(id);
  }
}

Storage storage_of(const DuckdbApi& api, duckdb_logical_type type) {
  switch (api.duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN: return Storage::kBool;
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE: return Storage::kInt32;
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ: return Storage::kInt64;
    case DUCKDB_TYPE_DOUBLE: return Storage::kDouble;
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_BLOB: return Storage::kString;
    case DUCKDB_TYPE_DECIMAL:
      switch (api.duckdb_decimal_internal_type(type)) {
        case DUCKDB_TYPE_INTEGER: return Storage::kInt32;
        case DUCKDB_TYPE_BIGINT: return Storage::kInt64;
        default: return Storage::kOther;
      }
    case DUCKDB_TYPE_MAP: {
      const LogicalType key(api, api.duckdb_map_type_key_type(type));
      const LogicalType value(api, api.duckdb_map_type_value_type(type));
      const bool strings = api.duckdb_get_type_id(key.get()) == DUCKDB_TYPE_VARCHAR &&
                           api.duckdb_get_type_id(value.get()) == DUCKDB_TYPE_VARCHAR;
      return strings ? Storage::kStringMap : Storage::kOther;
    }
    default: return Storage::kOther;
  }
}

}  // namespace clicklake
