#include "catalog/lake_upkeep.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/fault_point.h"
#include "catalog/catalog.h"
#include "catalog/catalog_file.h"
#include "catalog/iceberg_commit.h"
#include "catalog/iceberg_files.h"
#include "model/time.h"

namespace clicklake {

Status forget_data_files(const std::filesystem::path& catalog_file,
                         const std::vector<std::string>& paths) {
  if (paths.empty()) return {};
  ASSIGN_OR_RETURN(const auto connection, open_catalog_file(catalog_file));
  connection->set_activity("forget removed files");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection));
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const auto file,
                     connection->query_integer("SELECT file_no FROM data_files WHERE path = ?1"
                                               " AND removed_snapshot IS NOT NULL",
                                               path));
    if (!file) continue;  // an orphan
    RETURN_IF_ERROR(connection->execute("DELETE FROM file_bounds WHERE file_no = ?1", *file));
    RETURN_IF_ERROR(connection->execute("DELETE FROM file_statistics WHERE file_no = ?1", *file));
    RETURN_IF_ERROR(connection->execute("DELETE FROM data_files WHERE file_no = ?1", *file));
  }
  return transaction.commit();
}

Result<std::int64_t> write_metadata_anew(const std::filesystem::path& catalog_file,
                                         const std::string& batch_id, std::int64_t now_us,
                                         bool only_moved) {
  ASSIGN_OR_RETURN(const auto connection, open_catalog_file(catalog_file));
  connection->set_activity("write metadata anew");
  RETURN_IF_ERROR(
      connection->execute("INSERT INTO batches(batch_id, kind, started_us) VALUES (?1, ?2, ?3)",
                          batch_id, static_cast<int>(BatchKind::kMaintain), now_us));
  BatchCommit commit;
  commit.batch_id = batch_id;
  IcebergCommit iceberg(*connection, commit, now_us);
  RETURN_IF_ERROR(iceberg.write_anew(only_moved));
  fault_point("anew.commit");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection));
  RETURN_IF_ERROR(connection->execute(
      "UPDATE batches SET committed_us = ?2, replaced = 0 WHERE batch_id = ?1", batch_id, now_us));
  RETURN_IF_ERROR(iceberg.publish());
  RETURN_IF_ERROR(transaction.commit());
  return iceberg.table_count();
}

namespace {

Status vacuum_into(Connection& from, const std::filesystem::path& to) {
  std::error_code error;
  if (std::filesystem::exists(to, error))
    return Error{ErrorCode::kAlreadyExists, to.string() + " is there already"};
  from.set_activity("copy it to " + to.string());
  return from.execute("VACUUM INTO ?1", std::string_view(to.string()));
}

Status sync_file(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return errno_error(errno, "open " + path.string() + " to sync it");
  const int failed = ::fsync(fd) != 0 ? errno : 0;
  ::close(fd);
  return failed == 0 ? Status() : Status(errno_error(failed, "sync " + path.string()));
}

}  // namespace

Status copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
  ASSIGN_OR_RETURN(const auto source, Connection::open(from, Connection::Mode::kReadWrite));
  RETURN_IF_ERROR(vacuum_into(*source, to));
  return sync_file(to);
}

Status copy_catalog(const std::filesystem::path& from, const std::filesystem::path& to) {
  {
    ASSIGN_OR_RETURN(const auto source, open_catalog_file(from));
    RETURN_IF_ERROR(vacuum_into(*source, to));
  }
  {
    ASSIGN_OR_RETURN(const auto copy, Connection::open(to, Connection::Mode::kCreate));
    copy->set_activity("make a copy of it");
    RETURN_IF_ERROR(
        copy->execute_script("PRAGMA journal_mode = MEMORY; BEGIN;"
                             "DELETE FROM file_bounds WHERE file_no IN"
                             " (SELECT file_no FROM data_files WHERE removed_snapshot IS NOT NULL);"
                             "DELETE FROM file_statistics WHERE file_no IN"
                             " (SELECT file_no FROM data_files WHERE removed_snapshot IS NOT NULL);"
                             "DELETE FROM data_files WHERE removed_snapshot IS NOT NULL;"
                             "DELETE FROM batches WHERE committed_us = 0;"
                             "COMMIT; PRAGMA journal_mode = WAL"));
  }
  std::error_code error;
  for (const char* side : {"-wal", "-shm"}) std::filesystem::remove(to.string() + side, error);
  return sync_file(to);
}

Result<std::int64_t> read_progress(const std::filesystem::path& catalog_file,
                                   const std::string& name) {
  ASSIGN_OR_RETURN(const auto connection, open_catalog_file(catalog_file));
  connection->set_activity("look up " + name);
  ASSIGN_OR_RETURN(const auto done,
                   connection->query_integer("SELECT value FROM meta WHERE key = ?1", name));
  return done.value_or(0);
}

Status write_progress(const std::filesystem::path& catalog_file, const std::string& name,
                      std::int64_t done) {
  ASSIGN_OR_RETURN(const auto connection, open_catalog_file(catalog_file));
  connection->set_activity("note " + name);
  fault_point("progress.commit");
  return done == 0 ? connection->execute("DELETE FROM meta WHERE key = ?1", name)
                   : connection->execute("INSERT OR REPLACE INTO meta VALUES (?1, ?2)", name, done);
}

Result<RetiredFiles> retire_files(const std::filesystem::path& catalog_file,
                                  const Retirement& retirement) {
  ASSIGN_OR_RETURN(const auto connection, open_catalog_file(catalog_file));
  connection->set_activity("retire old files");
  const std::filesystem::path lake = lake_folder(catalog_file);
  RetiredFiles retired;
  std::vector<std::int64_t> raw_numbers;
  {
    // hour + 1 began when the hour ended.
    ASSIGN_OR_RETURN(Rows rows,
                     connection->query("SELECT raw_file_no, path, size FROM raw_files"
                                       " WHERE NOT in_place AND withdrawn_by IS NULL"
                                       " AND transformed_by IS NOT NULL AND hour IS NOT NULL"
                                       " AND (hour + 1) * ?2 <= ?1 ORDER BY raw_file_no",
                                       retirement.raw_before_us, kMicrosPerHour));
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, rows.next());
      if (!more) break;
      raw_numbers.push_back(rows.integer(0));
      retired.raw.emplace_back(rows.text(1));
      retired.bytes += rows.integer(2);
    }
  }
  {
    ASSIGN_OR_RETURN(Rows rows,
                     connection->query("SELECT quarantine_file FROM batches WHERE committed_us <> 0"
                                       " AND committed_us < ?1 AND quarantine_file <> ''"
                                       " AND quarantine_hash <> 'retired' ORDER BY batch_no",
                                       retirement.quarantine_before_us));
    for (;;) {
      ASSIGN_OR_RETURN(const bool more, rows.next());
      if (!more) break;
      std::error_code error;
      const auto size = std::filesystem::file_size(lake / rows.text(0), error);
      if (!error) retired.bytes += static_cast<std::int64_t>(size);
      retired.quarantine.emplace_back(rows.text(0));
    }
  }
  if (retirement.dry_run || (retired.raw.empty() && retired.quarantine.empty())) return retired;
  fault_point("retire.commit");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection));
  RETURN_IF_ERROR(connection->execute(
      "INSERT INTO batches(batch_id, kind, started_us, committed_us, replaced)"
      " VALUES (?1, ?2, ?3, ?3, 0)",
      retirement.batch_id, static_cast<int>(BatchKind::kMaintain), retirement.now_us));
  const std::int64_t batch_no = connection->last_row_id();
  for (const std::int64_t raw : raw_numbers) {
    RETURN_IF_ERROR(connection->execute(
        "UPDATE raw_files SET withdrawn_by = ?2 WHERE raw_file_no = ?1", raw, batch_no));
  }
  for (const std::string& path : retired.quarantine) {
    RETURN_IF_ERROR(connection->execute(
        "UPDATE batches SET quarantine_hash = 'retired' WHERE quarantine_file = ?1", path));
  }
  RETURN_IF_ERROR(transaction.commit());
  return retired;
}

}  // namespace clicklake
