#pragma once
/// The lake's memory: sources, raw batches, tables, snapshots, data files and their statistics, in
/// one SQLite file.
///
/// Place: ingest and transform publish through it; sql and status read it. It is the interface that
/// Iceberg's metadata will stand behind: snapshots of data
///   files with partition, counts and bounds.
/// Invariant: what a transaction did not publish does not exist; a commit names the snapshots it
/// was built on and fails with kConflict where one moved on.
///   Removed files stay listed (with the snapshot that removed them) until they are expired.
/// Thread safety: a Catalog is thread-compatible (one connection); any number of processes may open
/// the same file. Source: ADR-0003 (catalog in SQLite); docs/formats/catalog.md; Iceberg table spec
/// v2, "Snapshots", "Optimistic Concurrency".

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "format/key_counts.h"
#include "format/parquet_writer.h"
#include "model/added_columns.h"
#include "model/mart_table.h"

namespace clicklake {

/// The format that this build writes; older ones are migrated forward in one transaction, newer
/// ones refused with kUnsupported.
inline constexpr int kCatalogFormatVersion = 7;

/// A file of a table, path relative to the lake's folder.
struct DataFile {
  std::string path;
  std::string partition;  ///< "event_timestamp_day=2024-11-01", "user_key_bucket=3", "" for
                          ///< unpartitioned tables
  ParquetFileInfo info;
};

/// Files that one commit adds to and takes from a table, on top of snapshot `base`.
struct TableChange {
  std::string table;
  std::int64_t base_snapshot =
      0;  ///< the current snapshot that the change was built on; 0 for a table without one
  std::vector<DataFile> added;
  std::vector<std::string> removed;  ///< paths
  bool same_rows = false;  ///< the added files hold the rows of the removed ones: compaction
};

/// A file, stream or object that records were read from.
struct SourceFile {
  std::string path;           ///< absolute and normal; "-" for standard input
  std::int64_t size = 0;      ///< bytes, as stored
  std::int64_t mtime_us = 0;  ///< UTC microseconds; 0 for standard input
  std::string
      content_hash;   ///< XXH3-128 hex; "" for files registered in place before they were read
  bool torn = false;  ///< taken in part: a later complete copy is taken again
};

/// A file of raw events that transform reads.
struct RawFile {
  std::int64_t id = 0;  ///< 0 before it is stored
  std::string batch_id;
  std::string path;  ///< relative to the lake where copied, absolute where registered in place
  bool in_place = false;
  std::optional<std::int64_t> hour;  ///< hours since 1970 of its partition folder
  std::int64_t size = 0;
  std::int64_t mtime_us = 0;  ///< for in_place: to see a new version
  std::int64_t records = -1;  ///< valid records; -1: not counted yet
  bool validated = false;  ///< its bad rows are in quarantine already, transform passes over them
  /// Of the run that validated it: longer lines are in quarantine. Copies have none that long.
  std::int64_t max_line_bytes = 1'000'000;
  /// XXH3-128 hex of the file's bytes; "": not known (registered in place, or of an older lake).
  std::string content_hash;
  /// Lines of other hours than its folder's; -1: not counted (copies have none).
  std::int64_t strays = -1;
  std::vector<std::pair<std::int64_t, std::int64_t>>
      arrivals;  ///< (arrived_at in UTC us, records) in file order; their records add up to
                 ///< `records`. Registered in place: one entry, (mtime, -1)
};

/// Counts of one batch, stored with it.
struct BatchCounts {
  std::int64_t records_read = 0;
  std::int64_t accepted = 0;   ///< transform only
  std::int64_t duplicate = 0;  ///< transform only
  std::int64_t valid = 0;      ///< ingest only: accepted + duplicate
  std::int64_t quarantined = 0;
  std::int64_t blank = 0;
  std::int64_t bytes_in = 0;
  std::int64_t bytes_out = 0;
  std::vector<std::pair<std::string, std::int64_t>> quarantined_by_reason;
  std::int64_t replaced = 0;  ///< published fact rows that it took away
};

enum class BatchKind {
  kIngest,
  kTransform,
  kRun,
  kForeign,   ///< another engine's commit, taken over
  kMaintain,  ///< files written anew, rows as they were
  kReplay,    ///< hours built again from raw files
};

struct BatchInfo {
  std::string id;
  BatchKind kind;
  std::int64_t started_us = 0;
  std::int64_t committed_us = 0;  ///< 0 while open
  BatchCounts counts;
};

/// A file of a batch that is no table's, below the lake's folder: matches to deliver, an index.
struct SideFile {
  std::string kind;  ///< "outbox", "session_index"
  std::string path;  ///< relative to the lake
  std::int64_t rows = 0;
  std::int64_t size = 0;  ///< bytes
};

/// All that one batch publishes, in one transaction.
struct BatchCommit {
  std::string batch_id;
  BatchCounts counts;
  std::vector<SourceFile> sources;
  std::vector<RawFile> raw_files;  ///< new ones; those of a fused run have their transform recorded
                                   ///< at once (`transformed`)
  bool raw_files_transformed = false;
  std::vector<std::int64_t> consumed_raw_files;  ///< ids that this transform read
  /// Ids of raw files that no longer count; what they counted among the keys goes with them.
  std::vector<std::int64_t> withdrawn_raw_files;
  /// Sources of these batches may be taken again.
  std::vector<std::string> forgotten_sources;
  std::vector<TableChange> changes;
  std::string quarantine_file;       ///< relative path, "" without bad rows
  std::string quarantine_hash;       ///< XXH3-128 hex of its bytes
  std::int64_t max_event_us = 0;     ///< latest accepted event, for lag; 0 unknown
  std::vector<KeyCount> key_counts;  ///< of the records that this batch read first
  /// (table, what its rows' attributes were made with), see Catalog::made_with.
  std::vector<std::pair<std::string, std::string>> made_with;
  std::vector<SideFile> side_files_added;
  /// Paths. The files themselves are the caller's to remove, once nobody reads them any more.
  std::vector<std::string> side_files_removed;
};

struct TableInfo {
  std::string name;
  std::int64_t snapshot = 0;
  std::int64_t files = 0;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
};

/// Partitions of a table whose rows commits changed.
struct ChangedPartitions {
  bool known = true;                    ///< false: there may be more, that nothing says any longer
  std::vector<std::string> partitions;  ///< ascending
};

/// Bounds that a file must overlap to be listed; inclusive.
struct FileFilter {
  int field_id;
  std::optional<std::int64_t> min;  ///< of a long, int, date or timestamp column
  std::optional<std::int64_t> max;
};

/// While one lives, everything that its Catalog reads is of one moment: the tables fit together
/// however many commits are made meanwhile. The Catalog outlives it, and writes nothing while it
/// lives.
class ReadView {
 public:
  ReadView() = default;
  ReadView(const ReadView&) = delete;
  ReadView& operator=(const ReadView&) = delete;
  virtual ~ReadView() = default;
};

class Catalog {
 public:
  /// Makes a new catalog with all star tables, without snapshots: whole and durable, or not at all.
  /// The caller holds the lake's lock. Fault points "catalog.sync", "catalog.rename",
  /// "folder.sync". Errors: kAlreadyExists, kIo, kNoSpace.
  static Result<std::unique_ptr<Catalog>> create(const std::filesystem::path& file);
  /// Opens and, where it is older, migrates. In a folder that can't be written, or on a full
  /// device, it can be read. Errors: kNotFound, kUnsupported (newer), kCorruption, kIo. Cost: under
  /// 1 ms.
  static Result<std::unique_ptr<Catalog>> open(const std::filesystem::path& file);
  virtual ~Catalog() = default;

  /// Writes down that a batch has begun, so that a crash's files can be swept. Fault point
  /// "catalog.begin". Errors: kAlreadyExists.
  virtual Status begin_batch(const BatchInfo& batch) = 0;
  /// Publishes. All or nothing. Fault points "catalog.commit" before, "catalog.committed" after.
  /// Errors (nothing was changed): kConflict, a table's snapshot is not the base any more, a
  /// removed file (of a table, or a side file) is not live, a raw file was transformed or a source
  /// taken
  ///   by another batch: reload and retry; kNotFound, the batch was not begun or a table is
  ///   unknown; kAlreadyExists, it is committed; kInvalidArgument, a path leaves the lake or is
  ///   used twice.
  /// A change without files keeps the snapshot (its base is checked). A raw file registered in
  /// place replaces the untransformed older versions of its path. Hours of new raw files that the
  /// table clickstream_raw.click_events_raw has no partition of are registered there (ADR-0010).
  /// Cost: one fsync, and about 30 us a data file.
  virtual Status commit_batch(const BatchCommit& commit) = 0;
  /// Forgets an open batch whose files were removed. Fault point "catalog.abandon". Errors:
  /// kNotFound, kAlreadyExists (committed).
  virtual Status abandon_batch(const std::string& batch_id) = 0;
  /// Batches begun and neither committed nor abandoned, oldest first.
  virtual Result<std::vector<BatchInfo>> open_batches() = 0;
  /// The `limit` latest committed ones, newest first.
  virtual Result<std::vector<BatchInfo>> recent_batches(int limit) = 0;

  /// Whether a source of this path, size and time was taken whole; answered from an index.
  virtual Result<bool> source_taken(const std::string& path, std::int64_t size,
                                    std::int64_t mtime_us) = 0;
  /// Whether a source of this content was taken whole.
  virtual Result<bool> content_taken(const std::string& content_hash) = 0;
  /// Whether any source of this size and known content was taken whole (then its content is worth
  /// hashing first).
  virtual Result<bool> size_taken(std::int64_t size) = 0;
  /// All (path, size, mtime) taken whole below `folder` ("" for all), by path, for scanning a
  /// folder in one go; content_hash is not loaded. Cost: O(n), one query of an index, about 1 us a
  /// source.
  virtual Result<std::vector<SourceFile>> sources_below(const std::string& folder) = 0;

  /// Raw files that no committed transform has read, by hour, then path.
  virtual Result<std::vector<RawFile>> untransformed_raw_files() = 0;
  /// All raw files of a batch, or of all ("").
  virtual Result<std::vector<RawFile>> raw_files(const std::string& batch_id) = 0;

  /// Pins what the reads below (and above) see. Cost: one query. Errors: kInvalidArgument, there is
  /// one already.
  virtual Result<std::unique_ptr<ReadView>> read_view() = 0;
  virtual Result<std::vector<TableInfo>> tables() = 0;
  /// Current snapshot id; 0 without one.
  virtual Result<std::int64_t> current_snapshot(const std::string& table) = 0;
  /// Live files of the current snapshot that may hold rows within every filter, by partition, then
  /// path. Statistics are loaded where `with_statistics`.
  virtual Result<std::vector<DataFile>> live_files(const std::string& table,
                                                   const std::vector<FileFilter>& filters,
                                                   bool with_statistics) = 0;
  /// Sums of quarantined rows by reason over all batches.
  virtual Result<std::vector<std::pair<std::string, std::int64_t>>> quarantine_counts() = 0;
  /// Latest event time of all commits (UTC us), 0 without any.
  virtual Result<std::int64_t> max_event_us() = 0;
  /// Sums over all batches of the keys and kinds of values of the days up to `until` (days since
  /// 1970), by day, key, kind; each with the example of its first batch. Cost: a row of an index
  /// for each batch, day, key and kind.
  virtual Result<std::vector<KeyCount>> key_counts(std::int64_t until) = 0;
  /// A star table's columns, those that were added to it included. Errors: kNotFound.
  virtual Result<const TableDefinition*> definition(const std::string& table) = 0;
  /// Gives a star table the columns of `columns` that it does not have, under field ids that were
  /// never used; files that are there read as NULL in them. Iceberg's metadata follows with the
  /// table's next commit. In a transaction of its own. Errors: kAlreadyExists, it has one of that
  /// name and another type; kInvalidArgument, a name.
  virtual Result<const TableDefinition*> add_columns(const std::string& table,
                                                     const std::vector<ColumnWish>& columns) = 0;
  /// A mart's table: made where there is none of that name, else given the columns that it lacks.
  /// Iceberg's metadata follows with its next commit. In a transaction of its own. Errors:
  /// kAlreadyExists, a table of the star, or a column of another type; those of mart_table_text().
  virtual Result<const TableDefinition*> define_mart(const MartTableWish& wish) = 0;
  /// Where the table's rows changed by commits of batches that were begun after `since`; commits
  /// that keep rows as they were are left out. Not known where `since` is no batch, or older
  /// changes may have been forgotten with the files that they removed. Cost: where nothing changed,
  /// one query of an index.
  virtual Result<ChangedPartitions> changed_partitions(const std::string& table,
                                                       const std::string& since) = 0;
  /// The version of the lists that the table's rows were last made with; "" where none was said.
  virtual Result<std::string> made_with(const std::string& table) = 0;
  /// Those of a kind that committed batches added and none removed, oldest first.
  virtual Result<std::vector<SideFile>> side_files(std::string_view kind) = 0;
  /// Every path, relative to the lake, that the catalog knows of a committed batch (live, removed
  /// but not expired, raw, quarantine), for the sweep; none of an open or unknown one.
  virtual Result<std::vector<std::string>> known_paths_of_batch(const std::string& batch_id) = 0;
};

}  // namespace clicklake
