#pragma once
/// The statements by which another engine gets the lake's tables.
///
/// Place: `clicklake ddl --for ENGINE` prints them; the readers' side of the lake is documented in
/// docs/engines.md. Invariant: nothing that they name holds unpublished or replaced rows: tables
/// are read by symlink manifests or by Iceberg's metadata, never by scanning their folders.
/// Thread safety: pure functions.
/// Source: Athena, CREATE EXTERNAL TABLE; Hive 4, STORED BY ICEBERG with metadata_location;
/// Redshift, CREATE EXTERNAL SCHEMA and ALTER TABLE ADD PARTITION; Trino, connectors hive and
/// iceberg (register_table, sync_partition_metadata).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metastore/metastore.h"
#include "model/star_schema.h"

namespace clicklake {

enum class Engine { kAthena, kSpectrum, kHive, kTrino };

/// "athena", "spectrum", "hive" or "trino"; nothing for another name.
std::optional<Engine> engine_of(std::string_view name);

/// A star table as readers find it.
struct ReadTable {
  const TableDefinition* definition = nullptr;
  std::string metadata_file;            ///< name of Iceberg's current metadata file; "" without one
  std::vector<std::string> partitions;  ///< "event_timestamp_day=2024-11-01": those with manifests
};

/// A partition of the raw table that lies elsewhere than its keys say.
struct RawPartition {
  std::vector<std::string> values;
  std::string location;  ///< a URI
};

struct ReadLake {
  std::string location;  ///< URI of the lake's folder, without a slash at its end
  std::optional<Table> raw;
  std::string raw_location;  ///< URI of its folder, with a slash at its end
  std::vector<RawPartition> raw_elsewhere;
  std::vector<ReadTable> tables;
};

/// Statements, each with a `;` and an empty line behind it, and comments that say what they need.
std::string engine_statements(Engine engine, const ReadLake& lake);

}  // namespace clicklake
