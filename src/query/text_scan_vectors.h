#pragma once
/// DuckDB's vectors as the columns that scan/ writes.
///
/// Place: part of the table function (text_scan.h). Invariant: what is written goes into DuckDB's
/// own memory: nothing points to a block of text once the function has returned. Thread safety:
/// thread-compatible. Source: DuckDB's C API, "Vectors".

#include <duckdb.h>

#include <cstddef>
#include <string_view>

#include "model/hive_type.h"
#include "scan/column_vector.h"
#include "sql/duckdb_api.h"
#include "sql/value_type.h"

namespace clicklake {

class DuckdbVectors final : public VectorMemory {
 public:
  explicit DuckdbVectors(const DuckdbApi& api) : api_(api) {}

  /// The tree of `type`, still without memory.
  ColumnVector make(const HiveType& type);
  /// Points it at `vector`, as DuckDB hands it out: flat, without rows.
  void attach(ColumnVector& column, duckdb_vector vector) const;
  /// Tells DuckDB how many rows the children of lists have.
  void finish(ColumnVector& column) const;

  void add_text_room(ColumnVector& vector, std::size_t row, std::size_t size) override;
  void add_validity(ColumnVector& vector) override;
  void grow_children(ColumnVector& vector, std::size_t capacity) override;

 private:
  void attach_children(ColumnVector& column) const;
  void refresh(ColumnVector& column) const;

  const DuckdbApi& api_;
};

/// The type that a column of `type` has in DuckDB.
LogicalType duckdb_logical_type_of(const DuckdbApi& api, const HiveType& type);

}  // namespace clicklake
