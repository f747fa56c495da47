#pragma once
/// The star schema's tables: columns with their Iceberg field ids and types, partition and sort
/// order.
///
/// Place: the one definition that the Parquet files, the catalog and SQL follow.
/// Invariant: a field id is never reused within a table; types are those that Athena, Redshift,
/// Spark, Trino and Postgres all read. Source: docs/design.md; Iceberg table spec v2, "Schemas" and
/// "Partitioning".

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace clicklake {

enum class ColumnType {
  kBoolean,
  kInt,   ///< 32 bits
  kLong,  ///< 64 bits
  kDouble,
  kDecimal18_4,  ///< int64 scaled by 10,000
  kString,
  kDate,            ///< int32 days since 1970
  kTimestampTz,     ///< int64 UTC microseconds
  kMapStringString  ///< optional values; key and value have field ids of their own
};

/// Iceberg's spelling ("int", "long", "decimal(18, 4)", "timestamptz", "map<string, string>", ...).
std::string_view iceberg_type(ColumnType type);

struct ColumnDefinition {
  std::string_view name;
  int field_id;
  ColumnType type;
  bool required;
  int key_field_id = 0;    ///< maps only
  int value_field_id = 0;  ///< maps only
};

enum class PartitionTransform {
  kNone,
  kDay,   ///< of a timestamp
  kHour,  ///< of a timestamp
  kDate,  ///< a date as it is: Iceberg's identity
  kBucket
};

struct TableDefinition {
  std::string_view name;
  std::span<const ColumnDefinition> columns;
  PartitionTransform transform = PartitionTransform::kNone;
  std::string_view partition_source;  ///< column that the transform reads
  std::string_view
      partition_name;  ///< the partition field, as in paths: "event_timestamp_day=2024-11-01"
  std::string_view sort_column;         ///< ascending, nulls first
  std::string_view zone = "processed";  ///< folder of the lake that the table's folder lies in
  int since = 1;                        ///< format version of the catalog that brought it
};

/// "clickstream_processed" or "clickstream_curated": the Iceberg namespace and Glue database.
std::string_view database_of(const TableDefinition& table);
/// Of the table's folder, relative to the lake: "processed/fact_clicks".
std::string folder_of(const TableDefinition& table);

const TableDefinition& fact_clicks_definition();
const TableDefinition& dim_users_definition();
const TableDefinition& dim_pages_definition();
const TableDefinition& dim_referrers_definition();
const TableDefinition& dim_campaigns_definition();
const TableDefinition& dim_devices_definition();
const TableDefinition& dim_dates_definition();
const TableDefinition& sessions_definition();
/// Its traits are added columns: see model/lake_schema.h.
const TableDefinition& dim_users_history_definition();

/// All tables of this format version, fact first.
std::span<const TableDefinition* const> star_tables();
/// Null where no such table is.
const TableDefinition* find_table(std::string_view name);
/// Index of column `name` in `table.columns`; the name must exist.
int column_index(const TableDefinition& table, std::string_view name);

/// Iceberg's bucket transform of a long: (murmur3_x86_32(8 bytes little-endian) & 0x7fffffff) %
/// buckets.
int iceberg_bucket(std::int64_t value, int buckets);

}  // namespace clicklake
