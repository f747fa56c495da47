#include <utility>

#include "metastore/sqlite_metastore.h"

namespace clicklake {

Status SqliteMetastore::begin_write(const PendingWrite& write) {
  connection_->set_activity("begin a write below " + write.folder);
  RETURN_IF_ERROR(connection_->execute(
      "INSERT OR IGNORE INTO metastore_pending_writes(id, folder) VALUES (?1, ?2)", write.id,
      write.folder));
  if (connection_->changes() > 0) return {};
  return Error{ErrorCode::kAlreadyExists, "the write " + write.id + " was begun before"};
}

Result<std::vector<PendingWrite>> SqliteMetastore::pending_writes() {
  connection_->set_activity("list the writes that have begun");
  ASSIGN_OR_RETURN(
      Rows rows, connection_->query("SELECT id, folder FROM metastore_pending_writes ORDER BY id"));
  std::vector<PendingWrite> out;
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return out;
    out.push_back({.id = std::string(rows.text(0)), .folder = std::string(rows.text(1))});
  }
}

Status SqliteMetastore::commit_write(std::string_view id, const Table* created,
                                     std::string_view database, std::string_view name,
                                     const std::vector<Partition>& partitions) {
  connection_->set_activity("commit the write " + std::string(id));
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  RETURN_IF_ERROR(forget_write(id));
  if (created != nullptr) {
    RETURN_IF_ERROR(insert_table(*created, "CREATE TABLE AS"));
    database = created->database;
    name = created->name;
  }
  if (!partitions.empty() && !name.empty()) {
    ASSIGN_OR_RETURN(const StoredTable stored, stored_table(database, name));
    const std::int64_t now = metastore_now_us();
    for (const Partition& partition : partitions) {
      ASSIGN_OR_RETURN(const bool added, add_partition(stored, partition, true, now));
      (void)added;
    }
  }
  return transaction.commit();
}

Status SqliteMetastore::forget_write(std::string_view id) {
  RETURN_IF_ERROR(connection_->execute("DELETE FROM metastore_pending_writes WHERE id = ?1", id));
  if (connection_->changes() > 0) return {};
  return Error{ErrorCode::kNotFound, "the write " + std::string(id) + " was not begun"};
}

}  // namespace clicklake
