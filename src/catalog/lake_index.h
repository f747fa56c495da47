#pragma once
/// All that a catalog says is in its lake, of one moment: what upkeep holds against the disk.
///
/// Place: under verify, maintain and backup; reads only. Invariant: everything that one LakeIndex
/// gives is of the moment when it was opened, however many commits are made meanwhile. Thread
/// safety: thread-compatible; a connection of its own. Source: docs/formats/catalog.md.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sqlite_connection.h"
#include "model/star_schema.h"

namespace clicklake {

struct IndexedTable {
  std::int64_t number = 0;
  std::string name;
  std::string name_space;
  /// Its columns; null: a newer program's table.
  const TableDefinition* definition = nullptr;
  std::int64_t snapshot = 0;  ///< 0: none
  std::int64_t files = 0;     ///< as the snapshot's row says, likewise the next two
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::string metadata_location;  ///< that the rows are of; "" before the first
  std::string metadata_hash;      ///< of that file; "": another engine wrote it
  std::string pointer;            ///< of Iceberg's catalog; "" where it has none
};

struct IndexedSnapshot {
  std::int64_t id = 0;
  std::int64_t sequence_number = 0;
  std::int64_t committed_us = 0;
  std::string batch_id;
  BatchKind kind = BatchKind::kRun;
  std::string operation;
  std::int64_t added_rows = 0;
  std::int64_t removed_rows = 0;
};

struct IndexedManifest {
  std::string location;
  std::string content_hash;  ///< "": not known
};

struct IndexedFile {
  std::int64_t number = 0;
  DataFile file;         ///< with its statistics
  std::string manifest;  ///< location; "" where none lists it
};

struct IndexedRawFile {
  RawFile file;
  std::string transformed_by;  ///< batch id; "": pending
  bool withdrawn = false;      ///< its batch was rolled back, or it is
  bool retired = false;        ///< removed for its age: its rows are published still
};

/// In place of a quarantine file's checksum where the file was removed for its age.
inline constexpr std::string_view kRetired = "retired";

struct IndexedBatch {
  BatchInfo info;
  std::string quarantine_file;  ///< "" without bad rows
  std::string quarantine_hash;
  bool withdrawn = false;  ///< rolled back
};

class LakeIndex {
 public:
  /// Pins what is read. Errors: those of Catalog::open.
  static Result<std::unique_ptr<LakeIndex>> open(const std::filesystem::path& catalog_file);
  ~LakeIndex();
  LakeIndex(const LakeIndex&) = delete;
  LakeIndex& operator=(const LakeIndex&) = delete;

  /// All, by number.
  Result<std::vector<IndexedTable>> tables();
  /// By sequence number.
  Result<std::vector<IndexedSnapshot>> snapshots(const IndexedTable& table);
  Result<std::vector<IndexedManifest>> manifests(const IndexedTable& table);
  /// Live ones, by partition and path.
  Result<std::vector<IndexedFile>> live_files(const IndexedTable& table);
  Result<std::vector<IndexedRawFile>> raw_files();
  /// Committed ones, oldest first.
  Result<std::vector<IndexedBatch>> batches();
  /// Of any kind, oldest first.
  Result<std::vector<SideFile>> side_files();
  /// Ids of those begun and not committed.
  Result<std::vector<std::string>> open_batches();

 private:
  explicit LakeIndex(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace clicklake
