#pragma once
/// Table metadata: what the current `metadata/*.metadata.json` of a table says.
///
/// Place: the root of a table; the catalog's pointer names the current file, each commit writes the
/// next. Invariant: what another engine wrote and this build does not know comes back as it was.
/// Thread safety: values.
/// Source: Iceberg table spec v2, "Table Metadata", appendix C "Table Metadata and Snapshots".

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "iceberg/json_members.h"
#include "iceberg/partition_spec.h"
#include "iceberg/schema.h"

namespace clicklake::iceberg {

/// Members that this build does not know: names and their JSON.
using OtherMembers = std::vector<std::pair<std::string, std::string>>;

struct Snapshot {
  std::int64_t id = 0;
  std::optional<std::int64_t> parent_id;
  std::int64_t sequence_number = 0;
  std::int64_t timestamp_ms = 0;
  std::string manifest_list;  ///< its location
  StringMap summary;          ///< "operation" included
  std::optional<int> schema_id;
  OtherMembers other;
};

struct SnapshotLogEntry {
  std::int64_t timestamp_ms = 0;
  std::int64_t snapshot_id = 0;
};

struct MetadataLogEntry {
  std::int64_t timestamp_ms = 0;
  std::string file;  ///< its location
};

/// A branch or a tag.
struct SnapshotRef {
  std::int64_t snapshot_id = 0;
  std::string type = "branch";
  OtherMembers other;
};

struct SortOrder {
  int id = 0;        ///< 0: unsorted
  std::string json;  ///< one object, without white space
};

struct TableMetadata {
  std::string table_uuid;
  std::string location;
  std::int64_t last_sequence_number = 0;
  std::int64_t last_updated_ms = 0;
  int last_column_id = 0;
  std::vector<Schema> schemas;
  int current_schema_id = 0;
  std::vector<PartitionSpec> partition_specs;
  int default_spec_id = 0;
  int last_partition_id = kFirstPartitionFieldId - 1;
  std::vector<SortOrder> sort_orders;
  int default_sort_order_id = 0;
  StringMap properties;
  std::optional<std::int64_t> current_snapshot_id;
  std::vector<Snapshot> snapshots;
  std::vector<SnapshotLogEntry> snapshot_log;  ///< oldest first
  std::vector<MetadataLogEntry> metadata_log;  ///< oldest first
  std::map<std::string, SnapshotRef, std::less<>> refs;
  OtherMembers other;  ///< statistics, ...

  /// Null where there is none.
  const Snapshot* find_snapshot(std::int64_t id) const;
  const PartitionSpec* find_spec(int id) const;
  const Schema* find_schema(int id) const;
};

/// The file's text, format version 2. Cost: O(text), about 700 bytes a snapshot.
std::string to_json(const TableMetadata& metadata);

/// Reads a metadata file of any engine, as text or packed with gzip. `name` is the file's, for
/// messages. Errors: kInvalidData; kUnsupported, another format version than 2.
Result<TableMetadata> parse_table_metadata(std::string_view bytes, std::string_view name);

/// "00012-<uuid>.metadata.json".
std::string metadata_file_name(int version, std::string_view uuid);
/// The version in a metadata file's name or path; nothing where it has none. Also of Hadoop tables'
/// "v12.metadata.json".
std::optional<int> metadata_version(std::string_view path);

/// What a commit did, and what the table then holds.
struct SnapshotCounts {
  std::int64_t added_files = 0;
  std::int64_t removed_files = 0;
  std::int64_t added_rows = 0;
  std::int64_t removed_rows = 0;
  std::int64_t added_bytes = 0;
  std::int64_t removed_bytes = 0;
  std::int64_t changed_partitions = 0;
  std::int64_t total_files = 0;
  std::int64_t total_rows = 0;
  std::int64_t total_bytes = 0;
};
/// A summary with Iceberg's names; `operation` is "append", "overwrite", "delete" or "replace".
StringMap make_summary(std::string_view operation, const SnapshotCounts& counts);

/// Makes `snapshot` the current one: of branch main, in the log, its sequence number the last. The
/// time of the table never goes back.
void add_snapshot(TableMetadata& metadata, Snapshot snapshot);
/// Notes the file that the next version follows (its own last_updated_ms with it) and drops the
/// oldest above the property `write.metadata.previous-versions-max` (100 where it is not set);
/// returns those dropped.
std::vector<std::string> log_metadata_file(TableMetadata& metadata, MetadataLogEntry previous);

}  // namespace clicklake::iceberg
