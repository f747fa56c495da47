#pragma once
/// Finds tables and partitions under a folder and brings the catalog up to date with them.
///
/// Place: `clicklake crawl`; reads through ObjectStore, writes through Metastore.
/// Invariant: files are only read; a table of the catalog keeps its partition keys, format and the
/// places of its columns; what does not fit is reported and not registered; where a policy refuses,
/// nothing of that table is changed. A crawl that was cut off is done again by the next one.
/// Thread safety: one call runs `threads` threads; the metastore is used on the calling one.
/// Source: docs/formats/crawl.md; ADR-0014.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "crawl/file_sample.h"
#include "crawl/folder_tree.h"
#include "crawl/schema_merge.h"
#include "metastore/metastore.h"
#include "objstore/location_map.h"
#include "objstore/object_store.h"

namespace clicklake {

struct CrawlOptions {
  std::filesystem::path folder;  ///< absolute
  std::string database = "default";
  std::string table;  ///< the name of the one table that is found; "": from its folder
  SchemaPolicies policies;
  bool drop_vanished = false;  ///< else they are marked
  bool dry_run = false;
  bool full = false;  ///< read folders again that are as they were
  std::size_t threads = 2;
  std::size_t sample_files = 2;  ///< a new folder: its first, its last, those between
  SampleOptions sample;
  struct Progress {
    const char* phase;
    std::int64_t done;
    std::int64_t total;  ///< 0: unknown
  };
  std::function<void(const Progress&)> progress;  ///< on this thread; may be empty
};

struct CrawledPartition {
  std::vector<std::string> values;
  std::string location;  ///< as written; "" where it is the table's default one
};

struct CrawledTable {
  Table table;  ///< as it is now, or would be
  FileFormat format = FileFormat::kUnknown;
  bool is_new = false;
  bool refused = false;
  std::vector<SchemaChange> changes;       ///< of tables that were there
  std::vector<CrawledPartition> added;     ///< new partitions
  std::vector<CrawledPartition> moved;     ///< of another folder than before
  std::vector<CrawledPartition> vanished;  ///< marked or dropped
  std::int64_t returned = 0;               ///< marked ones whose folders are back
  std::int64_t partitions = 0;             ///< after the crawl
  std::vector<std::string> remarks;
};

struct CrawlReport {
  std::vector<CrawledTable> tables;  ///< by name
  std::vector<OddThing> odd;
  std::vector<OddThing> unreadable;
  std::int64_t folders_listed = 0;
  std::int64_t folders_skipped = 0;
  std::int64_t files = 0;  ///< in the folders listed
  std::int64_t files_sampled = 0;
  std::int64_t lines_sampled = 0;
  double seconds = 0;

  bool refused() const;
};

/// Errors: kNotFound, the folder or database; kInvalidArgument, a table name for several tables;
/// kConflict, somebody changed a table meanwhile: crawl again; kIo of the catalog.
Result<CrawlReport> crawl(Metastore& metastore, ObjectStore& store, const LocationMap& locations,
                          const CrawlOptions& options);

}  // namespace clicklake
