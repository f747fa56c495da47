#pragma once
/// The star schema's tables in Iceberg's terms.
///
/// Place: between the catalog's rows and the metadata files. Invariant: field ids are those of the
/// Parquet files; a file's partition tuple says what its folder says. Thread safety: pure
/// functions. Source: docs/formats/iceberg.md; Iceberg table spec v2, "Partition Transforms",
/// "Column Projection" (name mapping).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/parquet_writer.h"
#include "iceberg/manifest.h"
#include "iceberg/partition_spec.h"
#include "iceberg/table_metadata.h"
#include "model/star_schema.h"

namespace clicklake::iceberg {

/// The one sort order of star tables that have one; unsorted is 0.
inline constexpr int kStarSortOrderId = 1;

/// What the partition part of a path says.
struct StarPartition {
  int buckets = 0;            ///< N of bucket[N]; 0 where the table has no buckets
  std::vector<Value> values;  ///< one, or none where the table is not partitioned
};

/// Of "event_timestamp_day=2024-11-01", "user_key_bucket_8=3" or "". Errors: kInvalidArgument, it
/// is not of this table.
Result<StarPartition> parse_star_partition(const TableDefinition& table, std::string_view text);
/// The text of which parse_star_partition() makes `partition`.
std::string star_partition_text(const TableDefinition& table, const StarPartition& partition);

/// With `buckets` of a bucketed table in the field's name, as in the folders'. No fields where the
/// table is not partitioned.
PartitionSpec star_partition_spec(const TableDefinition& table, int buckets, int spec_id = 0,
                                  int field_id = kFirstPartitionFieldId);
/// The id of the table's spec of `buckets`, which is added and made the default where it is new.
/// One that is there already is not made the default: files of old specs are asked for too.
int ensure_star_spec(TableMetadata& metadata, const TableDefinition& table, int buckets);

/// Adds the columns of `table` that the current schema does not have, as a new current schema;
/// columns of other programs stay. Errors: kInvalidData, the metadata's schema can't be read.
Status ensure_star_schema(TableMetadata& metadata, const TableDefinition& table);

std::vector<SortOrder> star_sort_orders(const TableDefinition& table);
/// The value of the property `schema.name-mapping.default`.
std::string star_name_mapping(const TableDefinition& table);

/// A new table's, without snapshots. `buckets` is used where the table is bucketed.
TableMetadata star_metadata(const TableDefinition& table, std::string uuid, std::string location,
                            std::int64_t now_ms, int buckets);

/// A manifest's view of a Parquet file of a star table. `path` as readers shall see it.
DataFile star_data_file(const ParquetFileInfo& info, std::string path, std::vector<Value> partition,
                        std::optional<int> sort_order_id);

}  // namespace clicklake::iceberg
