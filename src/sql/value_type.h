#pragma once
/// DuckDB's logical types: their spelling and how their values lie in memory.
///
/// Place: a query result describes its columns with it; the writers walk nested types with
/// LogicalType. Thread safety: thread-compatible. Source: DuckDB's C API, "Logical Type Interface".

#include <string>

#include "sql/chunk.h"
#include "sql/duckdb_api.h"

namespace clicklake {

/// Owns a duckdb_logical_type.
class LogicalType {
 public:
  LogicalType(const DuckdbApi& api, duckdb_logical_type type) : api_(&api), type_(type) {}
  LogicalType(LogicalType&& other) noexcept : api_(other.api_), type_(other.type_) {
    other.type_ = nullptr;
  }
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
  LogicalType& operator=(LogicalType&&) = delete;
  ~LogicalType() {
    if (type_ != nullptr) api_->duckdb_destroy_logical_type(&type_);
  }
  duckdb_logical_type get() const { return type_; }

 private:
  const DuckdbApi* api_;
  duckdb_logical_type type_;
};

/// As DuckDB spells it in DESCRIBE: "DECIMAL(18,4)", "STRUCT(a INTEGER)", "ENUM('x', 'y')", "JSON".
std::string type_name(const DuckdbApi& api, duckdb_logical_type type);
Storage storage_of(const DuckdbApi& api, duckdb_logical_type type);

}  // namespace clicklake
