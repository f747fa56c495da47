#include "metastore/sqlite_metastore.h"

#include <chrono>

#include "catalog/catalog_file.h"
#include "catalog/sqlite_catalog.h"
#include "metastore/name_rules.h"

namespace clicklake {

std::int64_t metastore_now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

Result<std::unique_ptr<Metastore>> Metastore::open(const std::filesystem::path& catalog_file) {
  ASSIGN_OR_RETURN(auto connection, open_catalog_file(catalog_file));
  return std::unique_ptr<Metastore>(std::make_unique<SqliteMetastore>(std::move(connection)));
}

Result<std::unique_ptr<Metastore>> Metastore::open(Catalog& catalog) {
  auto* sqlite = dynamic_cast<SqliteCatalog*>(&catalog);
  if (sqlite == nullptr)
    return Error{ErrorCode::kUnsupported, "this catalog has no metastore in its file"};
  return std::unique_ptr<Metastore>(std::make_unique<SqliteMetastore>(sqlite->connection()));
}

Result<std::vector<std::pair<std::string, std::int64_t>>> SqliteMetastore::seen_folders(
    std::string_view database, std::string_view name) {
  connection_->set_activity("list the folders seen of " + std::string(name));
  ASSIGN_OR_RETURN(const std::int64_t table_no, table_number(database, name));
  std::vector<std::pair<std::string, std::int64_t>> folders;
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT folder, mtime_us FROM"
                                                 " metastore_seen_folders WHERE table_no = ?1"
                                                 " ORDER BY folder",
                                                 table_no));
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (!found) return folders;
    folders.emplace_back(rows.text(0), rows.integer(1));
  }
}

Status SqliteMetastore::set_seen_folders(
    std::string_view database, std::string_view name,
    const std::vector<std::pair<std::string, std::int64_t>>& folders,
    const std::vector<std::string>& gone) {
  connection_->set_activity("keep the folders seen of " + std::string(name));
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  ASSIGN_OR_RETURN(const std::int64_t table_no, table_number(database, name));
  for (const std::string& folder : gone) {
    RETURN_IF_ERROR(connection_->execute(
        "DELETE FROM metastore_seen_folders WHERE table_no = ?1 AND folder = ?2", table_no,
        folder));
  }
  for (const auto& [folder, mtime_us] : folders) {
    RETURN_IF_ERROR(connection_->execute(
        "INSERT INTO metastore_seen_folders(table_no, folder, mtime_us) VALUES (?1, ?2, ?3)"
        " ON CONFLICT DO UPDATE SET mtime_us = excluded.mtime_us",
        table_no, folder, mtime_us));
  }
  return transaction.commit();
}

Status SqliteMetastore::forget_seen_folders(std::int64_t table_no) {
  return connection_->execute("DELETE FROM metastore_seen_folders WHERE table_no = ?1", table_no);
}

Result<std::string> SqliteMetastore::prepared_statement(std::string_view name) {
  connection_->set_activity("read a prepared statement");
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("SELECT sql FROM prepared_statements WHERE name = ?1", name));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  if (found) return std::string(rows.text(0));
  return Error{ErrorCode::kNotFound,
               "the prepared statement " + std::string(name) + " does not exist"};
}

Status SqliteMetastore::set_prepared_statement(std::string_view name, std::string_view sql) {
  connection_->set_activity("store a prepared statement");
  RETURN_IF_ERROR(check_statement_name(name));
  return connection_->execute(
      "INSERT INTO prepared_statements(name, sql) VALUES (?1, ?2)"
      " ON CONFLICT DO UPDATE SET sql = excluded.sql",
      name, sql);
}

Status SqliteMetastore::drop_prepared_statement(std::string_view name) {
  connection_->set_activity("drop a prepared statement");
  RETURN_IF_ERROR(connection_->execute("DELETE FROM prepared_statements WHERE name = ?1", name));
  if (connection_->changes() > 0) return {};
  return Error{ErrorCode::kNotFound,
               "the prepared statement " + std::string(name) + " does not exist"};
}

}  // namespace clicklake
