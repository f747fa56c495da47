#pragma once
/// Finding the partitions of a table in its folders: what MSCK REPAIR TABLE does.
///
/// Place: the statement's executor and the crawler call it; printing is theirs. Invariant: nothing
/// is ever taken out of the metastore; a folder whose list of entries has not changed since it was
/// seen is not listed again. Thread safety: functions; the ObjectStore is used by two threads.
/// Source: docs of Athena, "MSCK REPAIR TABLE"; Hive, HiveMetaStoreChecker; ADR-0010.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "metastore/metastore.h"
#include "objstore/location_map.h"
#include "objstore/object_store.h"

namespace clicklake {

struct PartitionDiscovery {
  /// Not in the metastore, in the order of their folders: canonical values, and the location as the
  /// table's is written, with the folder's own spelling (`s3://bucket/events/day=04/`).
  std::vector<Partition> found;
  std::int64_t folders_listed = 0;
  std::int64_t folders_unchanged = 0;  ///< seen before, not listed again
  /// Folders in listed ones that are no `key=value` of their level, hidden or temporary.
  std::int64_t folders_passed_over = 0;
  /// Folders of the right key that make no partition, and why; the first kMostOdd of them.
  std::vector<std::string> odd;
  std::int64_t odd_count = 0;
  /// What register_discovery tells the metastore of the folders.
  std::vector<std::pair<std::string, std::int64_t>> seen;
  std::vector<std::string> gone;

  static constexpr std::size_t kMostOdd = 10;
};

/// Walks the table's location for `key=value` folders in the order of the partition keys. Key names
/// are compared as written (a camel-case key is none of the table's); values are unescaped and
/// made canonical; files and names that begin with '_' or '.' are passed over. A location that does
/// not exist has no partitions. Errors: kInvalidArgument, the table is not partitioned or its
/// location is no good; kUnsupported, its location is not on this machine; kIo; the Metastore's.
/// Cost: one listing a folder above the partitions, the first time; then one stat.
Result<PartitionDiscovery> discover_partitions(Metastore& metastore, ObjectStore& objects,
                                               const LocationMap& locations, const Table& table);

/// Adds what was found, then remembers the folders: a crash in between only lists them again.
/// Errors: the Metastore's.
Result<PartitionChanges> register_discovery(Metastore& metastore, const Table& table,
                                            const PartitionDiscovery& discovery);

}  // namespace clicklake
