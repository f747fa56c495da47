#include "metastore/query_log.h"

#include <sqlite3.h>

#include <utility>

#include "base/utf8.h"
#include "catalog/catalog_file.h"
#include "catalog/sqlite_catalog.h"
#include "catalog/sqlite_connection.h"

namespace clicklake {

namespace {

constexpr int kBusyTimeoutMs = 50;

/// The first bytes of `text` that are whole characters.
std::string_view beginning_of(std::string_view text) {
  if (text.size() <= kMostLoggedBytes) return text;
  std::size_t end = kMostLoggedBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace

QueryLog::QueryLog(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
QueryLog::~QueryLog() = default;

Result<std::unique_ptr<QueryLog>> QueryLog::open(const std::filesystem::path& catalog_file) {
  ASSIGN_OR_RETURN(auto connection, open_catalog_file(catalog_file));
  sqlite3_busy_timeout(connection->handle(), kBusyTimeoutMs);
  // No row is worth a sync. What is not synced may not be folded into the catalog either: that is
  // left to the catalog's own connections, which sync the log first.
  sqlite3_db_config(connection->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  RETURN_IF_ERROR(
      connection->execute_script("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0"));
  return std::unique_ptr<QueryLog>(new QueryLog(std::move(connection)));
}

Result<std::unique_ptr<QueryLog>> QueryLog::open(Catalog& catalog) {
  auto* sqlite = dynamic_cast<SqliteCatalog*>(&catalog);
  if (sqlite == nullptr || sqlite->connection().mode() != Connection::Mode::kReadWrite)
    return Error{ErrorCode::kUnsupported, "the catalog takes no log of queries now"};
  return open(sqlite->connection().file());
}

Status QueryLog::append(const LoggedQuery& query) {
  connection_->set_activity("log a query");
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  RETURN_IF_ERROR(connection_->execute(
      "INSERT INTO queries(time_us, statement, tag, duration_us, rows, raw_bytes) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      query.time_us, beginning_of(query.statement), std::string_view(query.tag), query.duration_us,
      query.rows, query.raw_bytes));
  const std::int64_t number = connection_->last_row_id();
  int scan_number = 0;
  for (const LoggedScan& scan : query.scans) {
    RETURN_IF_ERROR(connection_->execute("INSERT INTO query_scans VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                         number, ++scan_number, std::string_view(scan.table),
                                         scan.raw, scan.bytes, scan.files));
  }
  return transaction.commit();
}

Status QueryLog::read(std::int64_t since_us, std::int64_t until_us,
                      const std::function<Status(const LoggedQuery&)>& take) {
  connection_->set_activity("read its query log");
  ASSIGN_OR_RETURN(
      Rows rows,
      connection_->query(
          "SELECT q.query_no, q.time_us, q.statement, q.tag, q.duration_us, q.rows, q.raw_bytes, "
          "s.table_name, s.raw, s.bytes, s.files FROM queries q LEFT JOIN query_scans s "
          "ON s.query_no = q.query_no WHERE q.time_us >= ?1 AND q.time_us < ?2 "
          "ORDER BY q.time_us, q.query_no, s.scan_no",
          since_us, until_us));
  std::int64_t number = -1;
  LoggedQuery query;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (number >= 0 && (!found || rows.integer(0) != number)) RETURN_IF_ERROR(take(query));
    if (!found) return {};
    if (rows.integer(0) != number) {
      number = rows.integer(0);
      query = {.time_us = rows.integer(1),
               .statement = std::string(rows.text(2)),
               .tag = std::string(rows.text(3)),
               .duration_us = rows.integer(4),
               .rows = rows.integer(5),
               .raw_bytes = rows.integer(6),
               .scans = {}};
    }
    if (rows.is_null(7)) continue;
    query.scans.push_back({.table = std::string(rows.text(7)),
                           .raw = rows.integer(8) != 0,
                           .bytes = rows.integer(9),
                           .files = rows.integer(10)});
  }
}

Result<std::int64_t> QueryLog::raw_bytes() {
  connection_->set_activity("read the size of its raw files");
  ASSIGN_OR_RETURN(const auto bytes,
                   connection_->query_integer("SELECT coalesce(sum(size), 0) FROM raw_files"));
  return bytes.value_or(0);
}

}  // namespace clicklake
