#include "catalog/foreign_commits.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "catalog/blob_codec.h"
#include "catalog/catalog.h"
#include "catalog/iceberg_files.h"
#include "catalog/integer_bounds.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_list.h"
#include "iceberg/star_iceberg.h"
#include "iceberg/table_metadata.h"
#include "model/mart_table.h"
#include "model/star_schema.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using iceberg::ManifestContent;
using iceberg::ManifestEntry;
using iceberg::ManifestFile;
using iceberg::TableMetadata;

std::int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

struct ForeignTable {
  const TableDefinition* definition = nullptr;
  std::int64_t table_no = 0;
  std::string known_location;  ///< of the metadata that the rows are of
  std::string location;        ///< where the catalog points now
};

/// A manifest that no row is of, with its live entries.
struct NewManifest {
  ManifestFile file;
  std::vector<ManifestEntry> entries;
};

class Adoption {
 public:
  Adoption(Connection& connection, ForeignTable table)
      : connection_(connection), table_(std::move(table)), lake_(lake_folder(connection.file())) {}

  /// Reads the files.
  Status read() {
    ASSIGN_OR_RETURN(const fs::path path, path_of_location(table_.location));
    ASSIGN_OR_RETURN(const std::string text, read_metadata_file(path));
    ASSIGN_OR_RETURN(metadata_, iceberg::parse_table_metadata(text, path.string()));
    RETURN_IF_ERROR(check_schema());
    const iceberg::Snapshot* current = metadata_.current_snapshot_id
                                           ? metadata_.find_snapshot(*metadata_.current_snapshot_id)
                                           : nullptr;
    if (current == nullptr) return {};
    ASSIGN_OR_RETURN(const fs::path list, path_of_location(current->manifest_list));
    ASSIGN_OR_RETURN(const std::string bytes, read_metadata_file(list));
    ASSIGN_OR_RETURN(manifests_, iceberg::decode_manifest_list(bytes, list.string()));
    for (const ManifestFile& manifest : manifests_) RETURN_IF_ERROR(read_manifest(manifest));
    return {};
  }

  /// Within a transaction.
  Status apply() {
    ASSIGN_OR_RETURN(const auto same,
                     connection_.query_integer("SELECT 1 FROM tables WHERE table_no = ?1"
                                               " AND metadata_location = ?2",
                                               table_.table_no, table_.known_location));
    if (!same) return {};  // another process did it
    RETURN_IF_ERROR(add_batch());
    RETURN_IF_ERROR(add_snapshots());
    const std::int64_t current = metadata_.current_snapshot_id.value_or(0);
    RETURN_IF_ERROR(
        connection_.execute("CREATE TEMP TABLE IF NOT EXISTS kept_files"
                            " (file_no INTEGER PRIMARY KEY)"));
    RETURN_IF_ERROR(connection_.execute("DELETE FROM temp.kept_files"));
    RETURN_IF_ERROR(keep_known_manifests());
    for (const NewManifest& manifest : new_) RETURN_IF_ERROR(add_manifest(manifest));
    RETURN_IF_ERROR(
        connection_.execute("UPDATE data_files SET removed_snapshot = ?2 WHERE table_no = ?1 AND "
                            "removed_snapshot IS NULL"
                            " AND file_no NOT IN (SELECT file_no FROM temp.kept_files)",
                            table_.table_no, current));
    return connection_.execute(
        "UPDATE tables SET current_snapshot = nullif(?2, 0),"
        " metadata_location = ?3, metadata_hash = '' WHERE table_no = ?1",
        table_.table_no, current, table_.location);
  }

 private:
  Error unsupported(const std::string& what) const {
    return Error{ErrorCode::kUnsupported, "the table " + std::string(table_.definition->name) +
                                              " was changed by another program, which " + what};
  }

  Status check_schema() const {
    const iceberg::Schema* schema = metadata_.find_schema(metadata_.current_schema_id);
    if (schema == nullptr) return unsupported("left it without a schema");
    for (const ColumnDefinition& column : table_.definition->columns) {
      const int id =
          column.type == ColumnType::kMapStringString ? column.key_field_id : column.field_id;
      if (schema->find(id) == nullptr) {
        return unsupported("dropped the column " + std::string(column.name) +
                           ": clicklake needs it; roll the table back to a snapshot before that");
      }
    }
    return {};
  }

  Status read_manifest(const ManifestFile& manifest) {
    if (manifest.added_files + manifest.existing_files == 0) return {};
    if (manifest.content != ManifestContent::kData) {
      return unsupported(
          "deleted rows without writing the files anew (merge on read): run"
          " `CALL lake.system.rewrite_data_files('" +
          std::string(table_.definition->name) +
          "', options => map('delete-file-threshold', '1'))` there, and leave write.delete.mode,"
          " write.update.mode and write.merge.mode at copy-on-write");
    }
    ASSIGN_OR_RETURN(const auto known,
                     connection_.query_integer("SELECT manifest_no FROM manifests WHERE path = ?1",
                                               manifest.path));
    if (known) {
      known_.push_back(*known);
      return {};
    }
    ASSIGN_OR_RETURN(const fs::path path, path_of_location(manifest.path));
    ASSIGN_OR_RETURN(const std::string bytes, read_metadata_file(path));
    NewManifest added{manifest, {}};
    ASSIGN_OR_RETURN(
        const iceberg::Manifest header,
        iceberg::read_manifest(bytes, path.string(), [&](ManifestEntry&& entry) -> Status {
          if (entry.status == iceberg::EntryStatus::kDeleted) return {};
          RETURN_IF_ERROR(iceberg::inherit(manifest, entry));
          added.entries.push_back(std::move(entry));
          return {};
        }));
    (void)header;
    new_.push_back(std::move(added));
    return {};
  }

  Status add_batch() {
    const std::int64_t now = now_us();
    RETURN_IF_ERROR(connection_.execute(
        "INSERT INTO batches(batch_id, kind, started_us, committed_us) VALUES (?1, ?2, ?3, ?3)",
        std::string_view(make_uuid7(now / 1000)), static_cast<int>(BatchKind::kForeign), now));
    batch_no_ = connection_.last_row_id();
    return {};
  }

  static std::int64_t number(const iceberg::Snapshot& snapshot, std::string_view name) {
    const auto found = snapshot.summary.find(name);
    return found == snapshot.summary.end() ? 0 : std::atoll(found->second.c_str());
  }

  Status add_snapshots() {
    for (const iceberg::Snapshot& s : metadata_.snapshots) {
      const auto operation = s.summary.find("operation");
      RETURN_IF_ERROR(connection_.execute(
          "INSERT OR IGNORE INTO snapshots(snapshot_id, table_no, parent, sequence_number, "
          "batch_no,"
          " committed_us, operation, added_files, removed_files, added_rows, removed_rows,"
          " total_files, total_rows, total_bytes)"
          " SELECT ?1, ?2, (SELECT snapshot_id FROM snapshots WHERE snapshot_id = ?3), ?4, ?5, ?6,"
          " ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14",
          s.id, table_.table_no, s.parent_id, s.sequence_number, batch_no_, s.timestamp_ms * 1000,
          operation == s.summary.end() ? std::string_view("append")
                                       : std::string_view(operation->second),
          number(s, "added-data-files"), number(s, "deleted-data-files"),
          number(s, "added-records"), number(s, "deleted-records"), number(s, "total-data-files"),
          number(s, "total-records"), number(s, "total-files-size")));
    }
    return {};
  }

  Status keep_known_manifests() {
    for (const std::int64_t manifest : known_) {
      RETURN_IF_ERROR(
          connection_.execute("INSERT OR IGNORE INTO temp.kept_files SELECT file_no FROM data_files"
                              " WHERE manifest_no = ?1 AND removed_snapshot IS NULL",
                              manifest));
    }
    // Rows of manifests that are listed no more; what they listed and is live still is in new ones.
    RETURN_IF_ERROR(
        connection_.execute("CREATE TEMP TABLE IF NOT EXISTS kept_manifests"
                            " (manifest_no INTEGER PRIMARY KEY)"));
    RETURN_IF_ERROR(connection_.execute("DELETE FROM temp.kept_manifests"));
    for (const std::int64_t manifest : known_) {
      RETURN_IF_ERROR(connection_.execute("INSERT INTO temp.kept_manifests VALUES (?1)", manifest));
    }
    return connection_.execute(
        "DELETE FROM manifests WHERE table_no = ?1"
        " AND manifest_no NOT IN (SELECT manifest_no FROM temp.kept_manifests)",
        table_.table_no);
  }

  Status add_manifest(const NewManifest& manifest) {
    RETURN_IF_ERROR(connection_.execute("INSERT INTO manifests(table_no, path) VALUES (?1, ?2)",
                                        table_.table_no, manifest.file.path));
    const std::int64_t manifest_no = connection_.last_row_id();
    const iceberg::PartitionSpec* spec = metadata_.find_spec(manifest.file.spec_id);
    for (const ManifestEntry& entry : manifest.entries) {
      RETURN_IF_ERROR(add_file(manifest_no, spec, entry));
    }
    return {};
  }

  Status add_file(std::int64_t manifest_no, const iceberg::PartitionSpec* spec,
                  const ManifestEntry& entry) {
    ASSIGN_OR_RETURN(const fs::path absolute, path_of_location(entry.file.path));
    const fs::path inside = absolute.lexically_relative(lake_);
    const std::string path =
        inside.empty() || *inside.begin() == ".." ? absolute.string() : inside.generic_string();
    ASSIGN_OR_RETURN(const auto known, connection_.query_integer(
                                           "SELECT file_no FROM data_files WHERE path = ?1", path));
    std::int64_t file_no = known.value_or(0);
    if (known) {
      RETURN_IF_ERROR(
          connection_.execute("UPDATE data_files SET manifest_no = ?2,"
                              " removed_snapshot = NULL WHERE file_no = ?1",
                              file_no, manifest_no));
    } else {
      ASSIGN_OR_RETURN(file_no, insert_file(path, manifest_no, spec, entry));
    }
    return connection_.execute("INSERT OR IGNORE INTO temp.kept_files VALUES (?1)", file_no);
  }

  Result<std::int64_t> insert_file(const std::string& path, std::int64_t manifest_no,
                                   const iceberg::PartitionSpec* spec, const ManifestEntry& entry) {
    if (entry.file.format != "PARQUET" && entry.file.format != "parquet") {
      return unsupported("added the file " + path + ", which is " + entry.file.format +
                         ": clicklake reads Parquet; set write.format.default to parquet");
    }
    iceberg::StarPartition partition;
    partition.values = entry.file.partition;
    if (table_.definition->transform == PartitionTransform::kBucket && spec != nullptr &&
        !spec->fields.empty()) {
      partition.buckets = iceberg::bucket_count(spec->fields[0].transform).value_or(0);
    }
    const std::string text = iceberg::star_partition_text(*table_.definition, partition);
    const auto back = iceberg::parse_star_partition(*table_.definition, text);
    if (spec == nullptr || !back || back->values != partition.values) {
      return unsupported("partitions it in another way: set the table's partition spec back to " +
                         std::string(table_.definition->partition_name));
    }
    const ParquetFileInfo info = file_info(entry.file);
    RETURN_IF_ERROR(connection_.execute(
        "INSERT INTO data_files(table_no, path, partition, records, size, added_snapshot,"
        " manifest_no) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        table_.table_no, path, text, info.record_count, info.size_bytes,
        entry.snapshot_id.value_or(metadata_.current_snapshot_id.value_or(0)), manifest_no));
    const std::int64_t file_no = connection_.last_row_id();
    RETURN_IF_ERROR(connection_.execute("INSERT INTO file_statistics VALUES (?1, ?2)", file_no,
                                        Blob{encode_statistics(info)}));
    for (const IntegerBounds& bounds : integer_bounds(*table_.definition, info)) {
      RETURN_IF_ERROR(connection_.execute("INSERT INTO file_bounds VALUES (?1, ?2, ?3, ?4)",
                                          file_no, bounds.field_id, bounds.min, bounds.max));
    }
    return file_no;
  }

  static ParquetFileInfo file_info(const iceberg::DataFile& file) {
    std::map<int, ColumnStatistics> columns;
    const auto at = [&](int id) -> ColumnStatistics& {
      ColumnStatistics& column = columns[id];
      column.field_id = id;
      return column;
    };
    for (const auto& [id, count] : file.value_counts) at(id).value_count = count;
    for (const auto& [id, count] : file.null_counts) at(id).null_count = count;
    for (const auto& [id, size] : file.column_sizes) at(id).size_bytes = size;
    for (const auto& [id, bytes] : file.lower_bounds) at(id).lower = bytes;
    for (const auto& [id, bytes] : file.upper_bounds) at(id).upper = bytes;
    ParquetFileInfo info;
    info.record_count = file.record_count;
    info.size_bytes = file.size_bytes;
    info.split_offsets = file.split_offsets;
    for (auto& [id, column] : columns) info.columns.push_back(std::move(column));
    return info;
  }

  Connection& connection_;
  ForeignTable table_;
  fs::path lake_;
  TableMetadata metadata_;
  std::vector<ManifestFile> manifests_;
  std::vector<std::int64_t> known_;
  std::vector<NewManifest> new_;
  std::int64_t batch_no_ = 0;
};

Result<std::vector<ForeignTable>> changed_tables(Connection& connection) {
  std::vector<ForeignTable> tables;
  ASSIGN_OR_RETURN(
      Rows rows,
      connection.query("SELECT t.table_no, t.name, t.metadata_location, i.metadata_location,"
                       " t.definition"
                       " FROM tables t JOIN iceberg_tables i ON i.catalog_name = 'lake'"
                       " AND i.table_namespace = t.namespace AND i.table_name = t.name"
                       " WHERE t.metadata_location <> '' AND i.metadata_location IS NOT NULL"
                       " AND i.metadata_location <> t.metadata_location"));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return tables;
    const TableDefinition* definition = known_table(rows.text(1), rows.text(4));
    if (definition == nullptr) continue;
    tables.push_back(
        {definition, rows.integer(0), std::string(rows.text(2)), std::string(rows.text(3))});
  }
}

}  // namespace

Status adopt_foreign_commits(Connection& connection) {
  connection.set_activity("look for other programs' commits");
  ASSIGN_OR_RETURN(const std::vector<ForeignTable> tables, changed_tables(connection));
  if (tables.empty()) return {};
  std::vector<Adoption> adoptions;
  for (const ForeignTable& table : tables) {
    adoptions.emplace_back(connection, table);
    RETURN_IF_ERROR(adoptions.back().read());
  }
  connection.set_activity("take over another program's commit");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(connection));
  for (Adoption& adoption : adoptions) RETURN_IF_ERROR(adoption.apply());
  return transaction.commit();
}

}  // namespace clicklake
