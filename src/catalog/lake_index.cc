#include "catalog/lake_index.h"

#include <utility>

#include "catalog/blob_codec.h"
#include "catalog/catalog_file.h"
#include "catalog/raw_file_row.h"
#include "model/mart_table.h"

namespace clicklake {
namespace {

Error in_file(const Connection& connection, const std::string& path, const Error& error) {
  return Error{error.code,
               "catalog " + connection.file().string() + ", file " + path + ": " + error.message};
}

}  // namespace

LakeIndex::LakeIndex(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

LakeIndex::~LakeIndex() { (void)connection_->execute("COMMIT"); }

Result<std::unique_ptr<LakeIndex>> LakeIndex::open(const std::filesystem::path& catalog_file) {
  ASSIGN_OR_RETURN(auto connection, open_catalog_file(catalog_file));
  connection->set_activity("pin what is read");
  RETURN_IF_ERROR(connection->execute("BEGIN"));
  RETURN_IF_ERROR(connection->query_integer("SELECT 1 FROM meta LIMIT 1"));
  return std::unique_ptr<LakeIndex>(new LakeIndex(std::move(connection)));
}

Result<std::vector<IndexedTable>> LakeIndex::tables() {
  connection_->set_activity("list tables");
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query(
                       "SELECT t.table_no, t.name, t.namespace, s.snapshot_id, s.total_files,"
                       " s.total_rows, s.total_bytes, t.metadata_location, t.metadata_hash,"
                       " coalesce(i.metadata_location, ''), t.definition"
                       " FROM tables t LEFT JOIN snapshots s ON s.snapshot_id = t.current_snapshot"
                       " LEFT JOIN iceberg_tables i ON i.catalog_name = 'lake'"
                       " AND i.table_namespace = t.namespace AND i.table_name = t.name"
                       " ORDER BY t.table_no"));
  std::vector<IndexedTable> tables;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return tables;
    IndexedTable& table = tables.emplace_back();
    table.number = rows.integer(0);
    table.name = rows.text(1);
    table.name_space = rows.text(2);
    table.snapshot = rows.integer(3);
    table.files = rows.integer(4);
    table.rows = rows.integer(5);
    table.bytes = rows.integer(6);
    table.metadata_location = rows.text(7);
    table.metadata_hash = rows.text(8);
    table.pointer = rows.text(9);
    table.definition = known_table(table.name, rows.text(10));
  }
}

Result<std::vector<IndexedSnapshot>> LakeIndex::snapshots(const IndexedTable& table) {
  connection_->set_activity("list the snapshots of " + table.name);
  ASSIGN_OR_RETURN(
      Rows rows, connection_->query(
                     "SELECT s.snapshot_id, s.sequence_number, s.committed_us, b.batch_id, b.kind,"
                     " s.operation, s.added_rows, s.removed_rows"
                     " FROM snapshots s JOIN batches b USING (batch_no)"
                     " WHERE s.table_no = ?1 ORDER BY s.sequence_number",
                     table.number));
  std::vector<IndexedSnapshot> snapshots;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return snapshots;
    IndexedSnapshot& snapshot = snapshots.emplace_back();
    snapshot.id = rows.integer(0);
    snapshot.sequence_number = rows.integer(1);
    snapshot.committed_us = rows.integer(2);
    snapshot.batch_id = rows.text(3);
    snapshot.kind = static_cast<BatchKind>(rows.integer(4));
    snapshot.operation = rows.text(5);
    snapshot.added_rows = rows.integer(6);
    snapshot.removed_rows = rows.integer(7);
  }
}

Result<std::vector<IndexedManifest>> LakeIndex::manifests(const IndexedTable& table) {
  connection_->set_activity("list the manifests of " + table.name);
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT path, content_hash FROM manifests"
                                                 " WHERE table_no = ?1 ORDER BY manifest_no",
                                                 table.number));
  std::vector<IndexedManifest> manifests;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return manifests;
    manifests.push_back({std::string(rows.text(0)), std::string(rows.text(1))});
  }
}

Result<std::vector<IndexedFile>> LakeIndex::live_files(const IndexedTable& table) {
  connection_->set_activity("list the files of " + table.name);
  ASSIGN_OR_RETURN(
      Rows rows,
      connection_->query("SELECT f.file_no, f.path, f.partition, f.records, f.size, s.statistics,"
                         " coalesce(m.path, ''), f.content_hash"
                         " FROM data_files f LEFT JOIN file_statistics s USING (file_no)"
                         " LEFT JOIN manifests m USING (manifest_no)"
                         " WHERE f.table_no = ?1 AND f.removed_snapshot IS NULL"
                         " ORDER BY f.partition, f.path",
                         table.number));
  std::vector<IndexedFile> files;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return files;
    IndexedFile& file = files.emplace_back();
    file.number = rows.integer(0);
    file.file.path = rows.text(1);
    file.file.partition = rows.text(2);
    file.file.info.record_count = rows.integer(3);
    file.file.info.size_bytes = rows.integer(4);
    if (const Status decoded = decode_statistics(rows.blob(5), file.file.info); !decoded) {
      return in_file(*connection_, file.file.path, decoded.error());
    }
    file.manifest = rows.text(6);
    file.file.info.content_hash = rows.text(7);
  }
}

Result<std::vector<IndexedRawFile>> LakeIndex::raw_files() {
  connection_->set_activity("list raw files");
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query(CLICKLAKE_RAW_FILE_LIST
                                      ", coalesce(t.batch_id, ''), w.kind"
                                      " FROM raw_files r JOIN batches b USING (batch_no)"
                                      " LEFT JOIN batches t ON t.batch_no = r.transformed_by"
                                      " LEFT JOIN batches w ON w.batch_no = r.withdrawn_by"
                                      " ORDER BY r.raw_file_no"));
  std::vector<IndexedRawFile> files;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return files;
    IndexedRawFile& indexed = files.emplace_back();
    ASSIGN_OR_RETURN(indexed.file, raw_file_of(*connection_, rows));
    indexed.transformed_by = rows.text(13);
    indexed.withdrawn = !rows.is_null(14);
    indexed.retired =
        indexed.withdrawn && rows.integer(14) == static_cast<int>(BatchKind::kMaintain);
  }
}

Result<std::vector<IndexedBatch>> LakeIndex::batches() {
  connection_->set_activity("list batches");
  ASSIGN_OR_RETURN(
      Rows rows,
      connection_->query("SELECT batch_no, batch_id, kind, started_us, committed_us, records_read,"
                         " accepted, duplicate, valid, quarantined, blank, bytes_in, bytes_out,"
                         " replaced, quarantine_file, quarantine_hash, EXISTS (SELECT 1 FROM"
                         " raw_files r WHERE r.batch_no = b.batch_no AND withdrawn_by IS NOT NULL)"
                         " FROM batches b WHERE committed_us <> 0 ORDER BY batch_no"));
  std::vector<IndexedBatch> batches;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return batches;
    IndexedBatch& batch = batches.emplace_back();
    batch.info.id = rows.text(1);
    batch.info.kind = static_cast<BatchKind>(rows.integer(2));
    batch.info.started_us = rows.integer(3);
    batch.info.committed_us = rows.integer(4);
    BatchCounts& counts = batch.info.counts;
    counts.records_read = rows.integer(5);
    counts.accepted = rows.integer(6);
    counts.duplicate = rows.integer(7);
    counts.valid = rows.integer(8);
    counts.quarantined = rows.integer(9);
    counts.blank = rows.integer(10);
    counts.bytes_in = rows.integer(11);
    counts.bytes_out = rows.integer(12);
    counts.replaced = rows.integer(13);
    batch.quarantine_file = rows.text(14);
    batch.quarantine_hash = rows.text(15);
    batch.withdrawn = rows.integer(16) != 0;
    ASSIGN_OR_RETURN(Rows reasons, connection_->query("SELECT reason, records FROM batch_quarantine"
                                                      " WHERE batch_no = ?1 ORDER BY reason",
                                                      rows.integer(0)));
    for (;;) {
      ASSIGN_OR_RETURN(const bool another, reasons.next());
      if (!another) break;
      counts.quarantined_by_reason.emplace_back(reasons.text(0), reasons.integer(1));
    }
  }
}

Result<std::vector<SideFile>> LakeIndex::side_files() {
  connection_->set_activity("list side files");
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT kind, path, rows, size FROM side_files"
                                                 " ORDER BY side_file_no"));
  std::vector<SideFile> files;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return files;
    files.push_back(
        {std::string(rows.text(0)), std::string(rows.text(1)), rows.integer(2), rows.integer(3)});
  }
}

Result<std::vector<std::string>> LakeIndex::open_batches() {
  connection_->set_activity("list open batches");
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT batch_id FROM batches"
                                                 " WHERE committed_us = 0 ORDER BY batch_no"));
  std::vector<std::string> ids;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return ids;
    ids.emplace_back(rows.text(0));
  }
}

}  // namespace clicklake
