#pragma once
/// A table's columns as Parquet's schema: leaves, levels, logical types and Iceberg's field ids.
///
/// Place: the row group encoder works leaf by leaf; the footer holds the schema twice, as Parquet's
/// elements and as Iceberg's JSON. Invariant: types and annotations are those that Iceberg's own
/// writers use, so that its readers take the files as they are. Thread safety: pure functions.
/// Source: apache/parquet-format 2.10, LogicalTypes.md; Iceberg spec, appendix A "Parquet" and
/// appendix C "Schemas".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/parquet_thrift.h"
#include "model/star_schema.h"

namespace clicklake {

/// parquet.thrift `Type`.
enum class ParquetType : std::int32_t {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kDouble = 5,
  kByteArray = 6
};

/// parquet.thrift `Encoding`.
enum class ParquetEncoding : std::int32_t { kPlain = 0, kRle = 3, kRleDictionary = 8 };

/// parquet.thrift `CompressionCodec`.
enum class ParquetCodec : std::int32_t { kUncompressed = 0, kZstd = 6 };

enum class LeafRole { kValue, kMapKey, kMapValue };

/// A column that has values: a column of the table, or a map's key or value.
struct ParquetLeaf {
  int column = 0;  ///< index in the table
  LeafRole role = LeafRole::kValue;
  ColumnType type = ColumnType::kLong;  ///< kString for a map's key and value
  int field_id = 0;
  int max_definition_level = 0;
  std::vector<std::string_view> path;
};

ParquetType parquet_type(ColumnType type);

/// In schema order.
std::vector<ParquetLeaf> parquet_leaves(const TableDefinition& table);

/// The schema list of FileMetaData (its field 2).
void write_parquet_schema(const TableDefinition& table, ThriftWriter& out);

/// Iceberg's JSON of the schema.
std::string iceberg_schema_json(const TableDefinition& table, int schema_id = 0);

}  // namespace clicklake
