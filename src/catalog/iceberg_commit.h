#pragma once
/// The Iceberg metadata of a commit: written as files before the transaction that publishes them.
///
/// Place: inside catalog, around commit_batch. The rows of catalog.db are an index over what the
/// manifests say; `iceberg_tables` points to each table's current metadata file, so that the
/// pointers of all tables of a batch move in its one transaction. Invariant: a file that no pointer
/// leads to is nobody's: a crash between the two steps leaves files that the sweep of the open
/// batch removes, for their names hold its id. Cost: a manifest, a list and a metadata file a
/// table. A manifest lists what a commit adds, and anew what stays of those that list what it
/// removes; small ones are merged by size (ADR-0019), so that neither their number nor a commit's
/// work grows with the table. Thread safety: thread-compatible. Source: Iceberg table spec v2;
/// JdbcCatalog's schema V1.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sqlite_connection.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_list.h"
#include "iceberg/table_metadata.h"
#include "model/star_schema.h"

namespace clicklake {

/// Under which name `load_catalog` finds the tables.
inline constexpr std::string_view kIcebergCatalog = "lake";

/// Iceberg's word for what a change does: "append", "delete" or "overwrite".
std::string_view operation_of(const TableChange& change);

class IcebergCommit {
 public:
  /// `connection`: of a catalog whose file lies in the lake's folder.
  IcebergCommit(Connection& connection, const BatchCommit& commit, std::int64_t now_us);

  /// Writes the files of every table that `commit` changes, and of those that have none yet; they
  /// are durable on return. Without changes it does nothing. Fault points "iceberg.rename",
  /// "iceberg.sync", "folder.sync". Errors: kConflict, a table is not at the snapshot that its
  /// change was built on; kCorruption, its metadata can't be read; kIo, kNoSpace.
  Status write();
  /// The same for every table that has files, from the catalog's rows alone: without its history,
  /// for the files that led to it may be elsewhere, or damaged. With `only_moved`, of those whose
  /// metadata names another folder than the lake's.
  Status write_anew(bool only_moved);

  /// Of which metadata was written.
  std::int64_t table_count() const { return static_cast<std::int64_t>(tables_.size()); }

  struct NewSnapshot {
    std::int64_t id = 0;
    std::int64_t sequence_number = 0;
  };
  /// The snapshot that a table's change makes; for changes that add or remove files.
  NewSnapshot snapshot_of(std::string_view table) const;

  /// Within the transaction, after the data files' rows: points to the new files. Errors:
  /// kConflict, another commit came first.
  Status publish();

 private:
  struct NewManifest {
    iceberg::ManifestFile file;
    std::string content_hash;
    std::vector<std::string> added_paths;  ///< of data files, relative to the lake
    std::vector<std::int64_t> kept_files;  ///< file_no
  };
  struct Table {
    const TableDefinition* definition = nullptr;
    const TableChange* change = nullptr;  ///< null: only made known
    std::int64_t table_no = 0;
    std::int64_t base_snapshot = 0;
    std::int64_t new_snapshot = 0;  ///< 0: none is made
    std::int64_t sequence_number = 0;
    std::string uuid;
    std::string name_space;
    std::filesystem::path folder;
    std::string base_location;  ///< of the metadata file; "": there is none
    bool moved = false;         ///< the lake lay elsewhere when it was written
    std::string new_location;
    std::string metadata_hash;  ///< of the file there
    std::vector<NewManifest> manifests;
    std::vector<std::int64_t> replaced_manifests;
  };
  struct Entries;  // by partition spec
  struct OutputFile {
    std::filesystem::path path;
    std::string bytes;
  };

  Result<std::vector<Table>> tables_to_write();
  /// What publish() will point to is made for these.
  Status write_tables(std::vector<Table> tables);
  Status write_table(Table& table);
  Result<iceberg::TableMetadata> new_metadata(const Table& table);
  Result<bool> is_as_written(const Table& table, std::string_view text);
  Result<iceberg::TableMetadata> base_metadata(const Table& table, int* version);
  Result<std::vector<iceberg::ManifestFile>> live_manifests(const iceberg::TableMetadata& metadata);
  Status add_snapshot(Table& table, iceberg::TableMetadata& metadata);
  Status collect(Table& table, iceberg::TableMetadata& metadata,
                 std::vector<iceberg::ManifestFile>& kept, Entries& entries);
  Status collect_rows(Rows rows, const Table& table, iceberg::TableMetadata& metadata,
                      const std::set<std::string, std::less<>>& removed, Entries& entries);
  Status write_manifests(Table& table, const iceberg::TableMetadata& metadata,
                         std::int64_t sequence_number, const Entries& entries,
                         std::vector<iceberg::ManifestFile>& manifests);
  Result<iceberg::SnapshotCounts> count(const Table& table);
  Status write_files();
  Status publish_table(const Table& table);

  Connection& connection_;
  const BatchCommit& commit_;
  std::int64_t now_us_;
  std::filesystem::path lake_;
  bool anew_ = false;
  std::int64_t first_snapshot_ = 0;  ///< the next free id when this began
  std::int64_t next_snapshot_ = 0;
  std::vector<Table> tables_;
  std::vector<OutputFile> files_;
};

/// What format version 4 adds.
Status create_iceberg_catalog(Connection& connection);

}  // namespace clicklake
