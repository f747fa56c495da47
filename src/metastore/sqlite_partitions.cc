#include "base/utf8.h"
#include "metastore/partition_value.h"
#include "metastore/sqlite_metastore.h"
#include "metastore/table_json.h"

namespace clicklake {
namespace {

std::string shown_name(const Table& table) { return table.database + "." + table.name; }

Error no_partition(const Table& table, const std::vector<std::string>& values) {
  return {ErrorCode::kNotFound, "the partition " + partition_name(table, values) + " of " +
                                    shown_name(table) + " does not exist"};
}

/// From columns location, create_time_us, vanished_us, details.
Status read_partition(const Rows& rows, int first, Partition* partition) {
  partition->location = rows.text(first);
  partition->create_time_us = rows.integer(first + 1);
  partition->vanished_us = rows.integer(first + 2);
  if (rows.is_null(first + 3)) return {};
  return read_partition_details(rows.text(first + 3), partition);
}

bool same_location(const Table& table, const Partition& a, const Partition& b) {
  std::string left = partition_location(table, a);
  std::string right = partition_location(table, b);
  for (std::string* location : {&left, &right}) {
    while (location->ends_with('/')) location->pop_back();
  }
  return left == right;
}

Result<std::string> checked_details(const Table& table, const Partition& partition) {
  std::string details = partition_details_to_json(partition);
  const bool good = find_invalid_utf8(details) == std::string_view::npos &&
                    find_invalid_utf8(partition.location) == std::string_view::npos;
  if (good) return details;
  return Error{ErrorCode::kInvalidArgument,
               "the partition " + partition_name(table, partition.values) + " of " +
                   shown_name(table) + ": its location or properties are no UTF-8"};
}

}  // namespace

Result<std::vector<Partition>> SqliteMetastore::partitions(std::string_view database,
                                                           std::string_view name,
                                                           const PartitionTest& keep) {
  connection_->set_activity("list the partitions of " + std::string(name));
  ASSIGN_OR_RETURN(const StoredTable stored, stored_table(database, name));
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("SELECT partition_values, location, create_time_us,"
                                      " vanished_us, details FROM metastore_partitions"
                                      " WHERE table_no = ?1",
                                      stored.table_no));
  std::vector<Partition> all;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (!found) break;
    Partition partition;
    partition.values = split_partition_values(rows.text(0));
    if (keep && !keep(partition.values)) continue;
    RETURN_IF_ERROR(read_partition(rows, 1, &partition));
    all.push_back(std::move(partition));
  }
  sort_partitions(stored.table.partition_keys, &all);
  return all;
}

Result<std::int64_t> SqliteMetastore::partition_count(std::string_view database,
                                                      std::string_view name) {
  connection_->set_activity("count the partitions of " + std::string(name));
  ASSIGN_OR_RETURN(const std::int64_t table_no, table_number(database, name));
  ASSIGN_OR_RETURN(const auto count,
                   connection_->query_integer(
                       "SELECT count(*) FROM metastore_partitions WHERE table_no = ?1", table_no));
  return count.value_or(0);
}

Result<std::optional<Partition>> SqliteMetastore::find_partition(
    const StoredTable& stored, const std::vector<std::string>& canonical) {
  const std::string key = join_partition_values(canonical);
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT location, create_time_us, vanished_us,"
                                                 " details FROM metastore_partitions"
                                                 " WHERE table_no = ?1 AND partition_values = ?2",
                                                 stored.table_no, key));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  if (!found) return std::optional<Partition>();
  Partition partition;
  partition.values = canonical;
  RETURN_IF_ERROR(read_partition(rows, 0, &partition));
  return std::optional(std::move(partition));
}

Result<std::optional<Partition>> SqliteMetastore::partition(
    std::string_view database, std::string_view name, const std::vector<std::string>& values) {
  connection_->set_activity("read a partition of " + std::string(name));
  ASSIGN_OR_RETURN(const StoredTable stored, stored_table(database, name));
  ASSIGN_OR_RETURN(const auto canonical, canonical_partition_values(stored.table, values));
  return find_partition(stored, canonical);
}

Result<bool> SqliteMetastore::add_partition(const StoredTable& stored, const Partition& partition,
                                            bool if_not_exists, std::int64_t now_us) {
  ASSIGN_OR_RETURN(const auto canonical,
                   canonical_partition_values(stored.table, partition.values));
  ASSIGN_OR_RETURN(const std::string details, checked_details(stored.table, partition));
  const std::string key = join_partition_values(canonical);
  if (find_invalid_utf8(key) != std::string_view::npos) {
    return Error{
        ErrorCode::kInvalidArgument,
        "the partition " + key + " of " + shown_name(stored.table) + ": its values are no UTF-8"};
  }
  RETURN_IF_ERROR(connection_->execute(
      "INSERT OR IGNORE INTO metastore_partitions(table_no, partition_values, location,"
      " create_time_us, vanished_us, details) VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, ''))",
      stored.table_no, key, partition.location,
      partition.create_time_us != 0 ? partition.create_time_us : now_us, partition.vanished_us,
      details));
  if (connection_->changes() > 0) return true;
  if (if_not_exists) return false;
  ASSIGN_OR_RETURN(const auto there, find_partition(stored, canonical));
  Partition asked = partition;
  asked.values = canonical;
  if (there && same_location(stored.table, *there, asked)) return false;
  return Error{ErrorCode::kAlreadyExists,
               "the partition " + partition_name(stored.table, canonical) + " of " +
                   shown_name(stored.table) + " exists already" +
                   (there ? ", at " + partition_location(stored.table, *there) : "")};
}

Result<PartitionChanges> SqliteMetastore::add_partitions(std::string_view database,
                                                         std::string_view name,
                                                         const std::vector<Partition>& partitions,
                                                         bool if_not_exists) {
  connection_->set_activity("add partitions to " + std::string(name));
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  ASSIGN_OR_RETURN(const StoredTable stored, stored_table(database, name));
  const std::int64_t now = metastore_now_us();
  PartitionChanges changes;
  for (const Partition& partition : partitions) {
    ASSIGN_OR_RETURN(const bool added, add_partition(stored, partition, if_not_exists, now));
    ++(added ? changes.added : changes.existing);
  }
  RETURN_IF_ERROR(transaction.commit());
  return changes;
}

Status SqliteMetastore::update_partition(std::string_view database, std::string_view name,
                                         const Partition& partition) {
  connection_->set_activity("change a partition of " + std::string(name));
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  ASSIGN_OR_RETURN(const StoredTable stored, stored_table(database, name));
  ASSIGN_OR_RETURN(const auto canonical,
                   canonical_partition_values(stored.table, partition.values));
  ASSIGN_OR_RETURN(const std::string details, checked_details(stored.table, partition));
  RETURN_IF_ERROR(connection_->execute(
      "UPDATE metastore_partitions SET location = ?3, vanished_us = ?4, details = nullif(?5, '')"
      " WHERE table_no = ?1 AND partition_values = ?2",
      stored.table_no, join_partition_values(canonical), partition.location, partition.vanished_us,
      details));
  if (connection_->changes() == 0) return no_partition(stored.table, canonical);
  return transaction.commit();
}

Status SqliteMetastore::rename_partition(std::string_view database, std::string_view name,
                                         const std::vector<std::string>& from,
                                         const std::vector<std::string>& to) {
  connection_->set_activity("rename a partition of " + std::string(name));
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  ASSIGN_OR_RETURN(const StoredTable stored, stored_table(database, name));
  ASSIGN_OR_RETURN(const auto old_values, canonical_partition_values(stored.table, from));
  ASSIGN_OR_RETURN(const auto new_values, canonical_partition_values(stored.table, to));
  ASSIGN_OR_RETURN(const auto old_partition, find_partition(stored, old_values));
  if (!old_partition) return no_partition(stored.table, old_values);
  ASSIGN_OR_RETURN(const auto other, find_partition(stored, new_values));
  if (other) {
    return Error{ErrorCode::kAlreadyExists, "the partition " +
                                                partition_name(stored.table, new_values) + " of " +
                                                shown_name(stored.table) + " exists already"};
  }
  // Its files stay where they are: a location that its values made is written down.
  RETURN_IF_ERROR(connection_->execute(
      "UPDATE metastore_partitions SET partition_values = ?3, location = ?4"
      " WHERE table_no = ?1 AND partition_values = ?2",
      stored.table_no, join_partition_values(old_values), join_partition_values(new_values),
      partition_location(stored.table, *old_partition)));
  RETURN_IF_ERROR(forget_seen_folders(stored.table_no));
  return transaction.commit();
}

Result<std::int64_t> SqliteMetastore::drop_partitions(
    std::string_view database, std::string_view name,
    const std::vector<std::vector<std::string>>& values, bool if_exists) {
  connection_->set_activity("drop partitions of " + std::string(name));
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  ASSIGN_OR_RETURN(const StoredTable stored, stored_table(database, name));
  std::int64_t dropped = 0;
  for (const std::vector<std::string>& one : values) {
    ASSIGN_OR_RETURN(const auto canonical, canonical_partition_values(stored.table, one));
    RETURN_IF_ERROR(connection_->execute(
        "DELETE FROM metastore_partitions WHERE table_no = ?1 AND partition_values = ?2",
        stored.table_no, join_partition_values(canonical)));
    if (connection_->changes() == 0 && !if_exists) return no_partition(stored.table, canonical);
    dropped += connection_->changes();
  }
  // So that a repair finds their folders again.
  RETURN_IF_ERROR(forget_seen_folders(stored.table_no));
  RETURN_IF_ERROR(transaction.commit());
  return dropped;
}

}  // namespace clicklake
