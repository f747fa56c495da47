#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fault_point.h"
#include "catalog/blob_codec.h"
#include "catalog/iceberg_commit.h"
#include "catalog/integer_bounds.h"
#include "catalog/metastore_schema.h"
#include "catalog/sqlite_catalog.h"
#include "catalog/table_columns.h"
#include "model/star_schema.h"

namespace clicklake {
namespace {

std::int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

/// What leaves the lake's folder is never a data file.
bool is_lake_path(const std::string& path) {
  return !path.empty() && path.front() != '/' && path != ".." && !path.starts_with("../") &&
         path.find("/../") == std::string::npos;
}

Error conflict(const Connection& connection, const std::string& what) {
  return Error{ErrorCode::kConflict,
               "catalog " + connection.file().string() + ": " + what + "; nothing was changed"};
}

Error invalid(const Connection& connection, const std::string& what) {
  return Error{ErrorCode::kInvalidArgument,
               "catalog " + connection.file().string() + ": " + what + "; nothing was changed"};
}

}  // namespace

Status SqliteCatalog::begin_batch(const BatchInfo& batch) {
  connection_->set_activity("begin batch " + batch.id);
  fault_point("catalog.begin");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  RETURN_IF_ERROR(connection_->execute(
      "INSERT OR IGNORE INTO batches(batch_id, kind, started_us) VALUES (?1, ?2, ?3)", batch.id,
      static_cast<int>(batch.kind), batch.started_us));
  if (connection_->changes() == 0) {
    return Error{ErrorCode::kAlreadyExists, "catalog " + connection_->file().string() + ": batch " +
                                                batch.id + " was begun before"};
  }
  return transaction.commit();
}

Status SqliteCatalog::abandon_batch(const std::string& batch_id) {
  connection_->set_activity("abandon batch " + batch_id);
  fault_point("catalog.abandon");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  RETURN_IF_ERROR(open_batch_number(batch_id));
  RETURN_IF_ERROR(connection_->execute("DELETE FROM batches WHERE batch_id = ?1", batch_id));
  return transaction.commit();
}

Status SqliteCatalog::commit_batch(const BatchCommit& commit) {
  connection_->set_activity("publish batch " + commit.batch_id);
  std::set<std::string_view> changed;
  for (const TableChange& change : commit.changes) {
    if (!changed.insert(change.table).second) {
      return invalid(*connection_,
                     "batch " + commit.batch_id + " changes the table " + change.table + " twice");
    }
  }
  const std::int64_t now = now_us();
  IcebergCommit iceberg(*connection_, commit, now);
  RETURN_IF_ERROR(iceberg.write());
  fault_point("catalog.commit");
  {
    ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
    ASSIGN_OR_RETURN(const std::int64_t batch_no, open_batch_number(commit.batch_id));
    RETURN_IF_ERROR(finish_batch(batch_no, commit, now));
    RETURN_IF_ERROR(add_sources(batch_no, commit.sources));
    RETURN_IF_ERROR(add_key_counts(batch_no, commit.key_counts));
    RETURN_IF_ERROR(add_raw_files(batch_no, commit));
    RETURN_IF_ERROR(consume_raw_files(batch_no, commit.consumed_raw_files));
    RETURN_IF_ERROR(withdraw_raw_files(batch_no, commit));
    RETURN_IF_ERROR(change_side_files(batch_no, commit));
    for (const auto& [table, version] : commit.made_with) {
      RETURN_IF_ERROR(connection_->execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)",
                                           "made_with." + table, version));
    }
    for (const TableChange& change : commit.changes) {
      RETURN_IF_ERROR(apply_change(batch_no, change, now, iceberg.snapshot_of(change.table)));
    }
    RETURN_IF_ERROR(iceberg.publish());
    RETURN_IF_ERROR(transaction.commit());
  }
  fault_point("catalog.committed");
  return {};
}

Result<std::int64_t> SqliteCatalog::open_batch_number(const std::string& batch_id) {
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query(
                       "SELECT batch_no, committed_us FROM batches WHERE batch_id = ?1", batch_id));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  if (!found) {
    return Error{ErrorCode::kNotFound, "catalog " + connection_->file().string() + ": batch " +
                                           batch_id + " was not begun, or was abandoned"};
  }
  if (rows.integer(1) != 0) {
    return Error{ErrorCode::kAlreadyExists, "catalog " + connection_->file().string() + ": batch " +
                                                batch_id + " is committed already"};
  }
  return rows.integer(0);
}

Status SqliteCatalog::finish_batch(std::int64_t batch_no, const BatchCommit& commit,
                                   std::int64_t now) {
  const BatchCounts& counts = commit.counts;
  RETURN_IF_ERROR(connection_->execute(
      "UPDATE batches SET committed_us = ?2, records_read = ?3, accepted = ?4, duplicate = ?5,"
      " valid = ?6, quarantined = ?7, blank = ?8, bytes_in = ?9, bytes_out = ?10,"
      " max_event_us = ?11, quarantine_file = ?12, replaced = ?13, quarantine_hash = ?14"
      " WHERE batch_no = ?1",
      batch_no, now, counts.records_read, counts.accepted, counts.duplicate, counts.valid,
      counts.quarantined, counts.blank, counts.bytes_in, counts.bytes_out, commit.max_event_us,
      commit.quarantine_file, counts.replaced, commit.quarantine_hash));
  for (const auto& [reason, records] : counts.quarantined_by_reason) {
    RETURN_IF_ERROR(connection_->execute(
        "INSERT INTO batch_quarantine(batch_no, reason, records) VALUES (?1, ?2, ?3)"
        " ON CONFLICT DO UPDATE SET records = records + excluded.records",
        batch_no, reason, records));
  }
  return {};
}

Status SqliteCatalog::add_sources(std::int64_t batch_no, const std::vector<SourceFile>& sources) {
  for (const SourceFile& source : sources) {
    // Standard input has no identity but its content.
    if (!source.torn && source.path != "-") {
      ASSIGN_OR_RETURN(
          const auto taken_by,
          connection_->query_integer("SELECT batch_no FROM sources WHERE path = ?1 AND size = ?2"
                                     " AND mtime_us = ?3 AND torn = 0",
                                     source.path, source.size, source.mtime_us));
      if (taken_by == batch_no) continue;
      if (taken_by) {
        return conflict(*connection_, "the source " + source.path +
                                          " was taken by another batch in the meantime");
      }
    }
    RETURN_IF_ERROR(connection_->execute(
        "INSERT INTO sources(batch_no, path, size, mtime_us, content_hash, torn)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        batch_no, source.path, source.size, source.mtime_us, source.content_hash, source.torn));
  }
  return {};
}

Status SqliteCatalog::add_key_counts(std::int64_t batch_no, const std::vector<KeyCount>& counts) {
  for (const KeyCount& count : counts) {
    RETURN_IF_ERROR(connection_->execute(
        "INSERT INTO key_counts(day, key, kind, batch_no, records, example, file, byte_offset,"
        " line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        " ON CONFLICT DO UPDATE SET records = records + excluded.records",
        count.day, count.key, static_cast<std::int64_t>(count.kind), batch_no, count.records,
        count.example, count.file, count.offset, count.line));
  }
  return {};
}

Status SqliteCatalog::add_raw_files(std::int64_t batch_no, const BatchCommit& commit) {
  std::map<std::int64_t, std::string_view> hours;
  for (const RawFile& file : commit.raw_files) {
    if (file.hour) hours.emplace(*file.hour, file.path);
    if (file.in_place) {
      // An older version of the file is gone: nobody can transform it any more.
      RETURN_IF_ERROR(connection_->execute(
          "UPDATE raw_files SET transformed_by = ?2 WHERE hour IS ?3 AND path = ?1"
          " AND transformed_by IS NULL",
          file.path, batch_no, file.hour));
    }
    const std::optional<std::int64_t> transformed_by =
        commit.raw_files_transformed ? std::optional(batch_no) : std::nullopt;
    RETURN_IF_ERROR(connection_->execute(
        "INSERT INTO raw_files(batch_no, path, in_place, hour, size, mtime_us, records, validated,"
        " arrivals, transformed_by, max_line_bytes, content_hash, strays)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        batch_no, file.path, file.in_place, file.hour, file.size, file.mtime_us, file.records,
        file.validated, Blob{encode_arrivals(file.arrivals)}, transformed_by, file.max_line_bytes,
        file.content_hash, file.strays));
  }
  return register_raw_hours(*connection_, std::vector<RawHour>(hours.begin(), hours.end()));
}

Status SqliteCatalog::consume_raw_files(std::int64_t batch_no,
                                        const std::vector<std::int64_t>& ids) {
  for (const std::int64_t id : ids) {
    RETURN_IF_ERROR(
        connection_->execute("UPDATE raw_files SET transformed_by = ?1 WHERE raw_file_no = ?2"
                             " AND transformed_by IS NULL",
                             batch_no, id));
    if (connection_->changes() == 0) {
      return conflict(*connection_, "raw file " + std::to_string(id) +
                                        " was transformed by another batch in the meantime");
    }
  }
  return {};
}

Status SqliteCatalog::withdraw_raw_files(std::int64_t batch_no, const BatchCommit& commit) {
  for (const std::int64_t id : commit.withdrawn_raw_files) {
    RETURN_IF_ERROR(
        connection_->execute("UPDATE raw_files SET withdrawn_by = ?1 WHERE raw_file_no = ?2"
                             " AND withdrawn_by IS NULL",
                             batch_no, id));
    if (connection_->changes() == 0) {
      return conflict(*connection_, "raw file " + std::to_string(id) +
                                        " was taken back by another batch in the meantime");
    }
    RETURN_IF_ERROR(connection_->execute(
        "DELETE FROM key_counts WHERE batch_no = (SELECT batch_no FROM raw_files"
        " WHERE raw_file_no = ?1)",
        id));
  }
  for (const std::string& batch : commit.forgotten_sources) {
    RETURN_IF_ERROR(connection_->execute(
        "DELETE FROM sources WHERE batch_no = (SELECT batch_no FROM batches WHERE batch_id = ?1)",
        batch));
  }
  return {};
}

Status SqliteCatalog::change_side_files(std::int64_t batch_no, const BatchCommit& commit) {
  for (const std::string& path : commit.side_files_removed) {
    RETURN_IF_ERROR(connection_->execute("DELETE FROM side_files WHERE path = ?1", path));
    if (connection_->changes() == 0) {
      return conflict(*connection_, "the file " + path + " was removed in the meantime");
    }
  }
  for (const SideFile& file : commit.side_files_added) {
    if (!is_lake_path(file.path)) {
      return invalid(*connection_,
                     "a side file's path is relative to the lake and stays in it, "
                     "not '" +
                         file.path + "'");
    }
    RETURN_IF_ERROR(
        connection_->execute("INSERT OR IGNORE INTO side_files(batch_no, kind, path, rows, size)"
                             " VALUES (?1, ?2, ?3, ?4, ?5)",
                             batch_no, file.kind, file.path, file.rows, file.size));
    if (connection_->changes() == 0) {
      return invalid(*connection_, "the side file " + file.path +
                                       " is known already; names are never used twice");
    }
  }
  return {};
}

Result<SqliteCatalog::OpenTable> SqliteCatalog::find_open_table(const std::string& name) {
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("SELECT table_no, coalesce(current_snapshot, 0) FROM tables"
                                      " WHERE name = ?1",
                                      name));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  if (!found) {
    return Error{ErrorCode::kNotFound,
                 "catalog " + connection_->file().string() + " has no table " + name};
  }
  return OpenTable{rows.integer(0), rows.integer(1)};
}

Status SqliteCatalog::apply_change(std::int64_t batch_no, const TableChange& change,
                                   std::int64_t now, const IcebergCommit::NewSnapshot& made) {
  ASSIGN_OR_RETURN(const OpenTable table, find_open_table(change.table));
  if (table.current_snapshot != change.base_snapshot) {
    return conflict(*connection_, "the table " + change.table + " is at snapshot " +
                                      std::to_string(table.current_snapshot) +
                                      ", the commit was built on " +
                                      std::to_string(change.base_snapshot));
  }
  if (change.added.empty() && change.removed.empty()) return {};
  RETURN_IF_ERROR(add_snapshot(batch_no, table, change, now, made));
  const std::int64_t snapshot = made.id;
  std::int64_t removed_rows = 0;
  std::int64_t removed_bytes = 0;
  for (const std::string& path : change.removed) {
    RETURN_IF_ERROR(remove_data_file(table, snapshot, change, path, removed_rows, removed_bytes));
  }
  std::int64_t added_rows = 0;
  std::int64_t added_bytes = 0;
  for (const DataFile& file : change.added) {
    RETURN_IF_ERROR(add_data_file(table, snapshot, change, file));
    added_rows += file.info.record_count;
    added_bytes += file.info.size_bytes;
  }
  RETURN_IF_ERROR(connection_->execute(
      "UPDATE snapshots SET added_rows = ?2, removed_rows = ?3, total_rows = total_rows + ?2 - ?3,"
      " total_bytes = total_bytes + ?4 WHERE snapshot_id = ?1",
      snapshot, added_rows, removed_rows, added_bytes - removed_bytes));
  return connection_->execute("UPDATE tables SET current_snapshot = ?2 WHERE table_no = ?1",
                              table.table_no, snapshot);
}

Status SqliteCatalog::add_snapshot(std::int64_t batch_no, const OpenTable& table,
                                   const TableChange& change, std::int64_t now,
                                   const IcebergCommit::NewSnapshot& snapshot) {
  const std::string_view operation = operation_of(change);
  // Starts from the parent's totals; its time never goes back, whatever the clock does.
  return connection_->execute(
      "INSERT INTO snapshots(snapshot_id, table_no, parent, sequence_number, batch_no, "
      "committed_us, operation,"
      " added_files, removed_files, added_rows, removed_rows, total_files, total_rows, total_bytes)"
      " SELECT ?8, ?1, p.snapshot_id, ?9, ?3,"
      " max(?4, coalesce(p.committed_us, 0)), ?5, ?6, ?7, 0, 0, coalesce(p.total_files, 0) + ?6 - "
      "?7,"
      " coalesce(p.total_rows, 0), coalesce(p.total_bytes, 0)"
      " FROM (SELECT 1) LEFT JOIN snapshots p ON p.snapshot_id = ?2",
      table.table_no, table.current_snapshot, batch_no, now, operation,
      static_cast<std::int64_t>(change.added.size()),
      static_cast<std::int64_t>(change.removed.size()), snapshot.id, snapshot.sequence_number);
}

Status SqliteCatalog::add_data_file(const OpenTable& table, std::int64_t snapshot,
                                    const TableChange& change, const DataFile& file) {
  if (!is_lake_path(file.path)) {
    return invalid(
        *connection_,
        "a data file's path is relative to the lake and stays in it, not '" + file.path + "'");
  }
  RETURN_IF_ERROR(connection_->execute(
      "INSERT OR IGNORE INTO data_files(table_no, path, partition, records, size, added_snapshot,"
      " content_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      table.table_no, file.path, file.partition, file.info.record_count, file.info.size_bytes,
      snapshot, file.info.content_hash));
  if (connection_->changes() == 0) {
    return invalid(*connection_, "the file " + file.path + " of " + change.table +
                                     " is known already; names are never used twice");
  }
  const std::int64_t file_no = connection_->last_row_id();
  RETURN_IF_ERROR(connection_->execute("INSERT INTO file_statistics VALUES (?1, ?2)", file_no,
                                       Blob{encode_statistics(file.info)}));
  const TableDefinition* definition = find_table(change.table);
  if (definition == nullptr) {
    ASSIGN_OR_RETURN(definition, table_definition(*connection_, change.table));
  }
  for (const IntegerBounds& bounds : integer_bounds(*definition, file.info)) {
    RETURN_IF_ERROR(connection_->execute("INSERT INTO file_bounds VALUES (?1, ?2, ?3, ?4)", file_no,
                                         bounds.field_id, bounds.min, bounds.max));
  }
  return {};
}

Status SqliteCatalog::remove_data_file(const OpenTable& table, std::int64_t snapshot,
                                       const TableChange& change, const std::string& path,
                                       std::int64_t& rows_removed, std::int64_t& bytes_removed) {
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("UPDATE data_files SET removed_snapshot = ?3 WHERE path = ?1"
                                      " AND table_no = ?2 AND removed_snapshot IS NULL"
                                      " RETURNING records, size",
                                      path, table.table_no, snapshot));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  if (!found) {
    return conflict(*connection_, "the file " + path + " is not live in " + change.table);
  }
  rows_removed += rows.integer(0);
  bytes_removed += rows.integer(1);
  RETURN_IF_ERROR(rows.next());
  return {};
}

}  // namespace clicklake
