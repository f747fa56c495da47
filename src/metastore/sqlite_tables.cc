#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "catalog/metastore_schema.h"
#include "metastore/name_rules.h"
#include "metastore/sqlite_metastore.h"
#include "metastore/table_json.h"

namespace clicklake {
namespace {

std::string name_of(std::string_view database, std::string_view name) {
  return std::string(database) + "." + std::string(name);
}

Error no_table(std::string_view database, std::string_view name) {
  return {ErrorCode::kNotFound, "the table " + name_of(database, name) + " does not exist"};
}

Error of_the_lake(std::string_view database, std::string_view name, std::string_view what) {
  return {ErrorCode::kInvalidArgument, "the table " + name_of(database, name) +
                                           " is the lake's own: it can't be " + std::string(what)};
}

/// Where ingest's hours go: the raw table, as long as it lies where ingest writes and has its keys.
bool takes_raw_hours(const Table& table) {
  static constexpr std::array<std::string_view, 4> kKeys{"year", "month", "day", "hour"};
  const auto is_key = [](const HiveColumn& key, std::string_view name) {
    return key.name == name && is_integer(key.type.kind);
  };
  std::string_view location = table.storage.location;
  while (location.ends_with('/')) location.remove_suffix(1);
  return table.database == kRawDatabase && table.name == kRawTable &&
         location == kRawLocation.substr(0, kRawLocation.size() - 1) &&
         std::equal(table.partition_keys.begin(), table.partition_keys.end(), kKeys.begin(),
                    kKeys.end(), is_key);
}

Status check_table(const Table& table, const std::string& definition) {
  RETURN_IF_ERROR(check_columns(table));
  if (table.is_lake_table()) {
    return Error{ErrorCode::kInvalidArgument,
                 "table " + name_of(table.database, table.name) + ": the property " +
                     std::string(kTableTypeParameter) + "=" + std::string(kLakeTableType) +
                     " is for the lake's own tables"};
  }
  if (find_invalid_utf8(definition) == std::string_view::npos) return {};
  return Error{ErrorCode::kInvalidArgument, "table " + name_of(table.database, table.name) +
                                                ": its description, location or properties are "
                                                "no UTF-8"};
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> SqliteMetastore::table_names() {
  connection_->set_activity("list the tables");
  ASSIGN_OR_RETURN(Rows rows, connection_->query("SELECT d.name, t.name FROM metastore_tables t"
                                                 " JOIN metastore_databases d USING (database_no)"
                                                 " ORDER BY d.name, t.name"));
  std::vector<std::pair<std::string, std::string>> names;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (!found) return names;
    names.emplace_back(rows.text(0), rows.text(1));
  }
}

Result<SqliteMetastore::StoredTable> SqliteMetastore::table_of(const Rows& rows,
                                                               std::string_view database,
                                                               std::string_view name) {
  StoredTable stored{.table_no = rows.integer(0), .of_lake = rows.integer(1) != 0, .table = {}};
  Table& table = stored.table;
  table.database = database;
  table.name = name;
  table.table_type = rows.text(2);
  table.version = rows.integer(3);
  table.create_time_us = rows.integer(4);
  table.update_time_us = rows.integer(5);
  Status read = read_definition(rows.text(6), &table);
  if (read) return stored;
  return Error{ErrorCode::kCorruption, "catalog " + connection_->file().string() + ": the table " +
                                           name_of(database, name) + ": " +
                                           std::move(read).error().message};
}

Result<std::vector<Table>> SqliteMetastore::tables(std::string_view database) {
  connection_->set_activity("list the tables of " + std::string(database));
  ASSIGN_OR_RETURN(const std::int64_t database_no, database_number(database));
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("SELECT table_no, of_lake, table_type, version,"
                                      " create_time_us, update_time_us, definition, name"
                                      " FROM metastore_tables WHERE database_no = ?1 ORDER BY name",
                                      database_no));
  std::vector<Table> all;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (!found) return all;
    ASSIGN_OR_RETURN(StoredTable stored, table_of(rows, database, rows.text(7)));
    all.push_back(std::move(stored.table));
  }
}

Result<std::int64_t> SqliteMetastore::table_number(std::string_view database,
                                                   std::string_view name) {
  ASSIGN_OR_RETURN(const auto number,
                   connection_->query_integer("SELECT table_no FROM metastore_tables t"
                                              " JOIN metastore_databases d USING (database_no)"
                                              " WHERE d.name = ?1 AND t.name = ?2",
                                              database, name));
  if (!number) return no_table(database, name);
  return *number;
}

Result<SqliteMetastore::StoredTable> SqliteMetastore::stored_table(std::string_view database,
                                                                   std::string_view name) {
  ASSIGN_OR_RETURN(Rows rows, connection_->query(
                                  "SELECT table_no, of_lake, table_type, version, t.create_time_us,"
                                  " update_time_us, definition FROM metastore_tables t"
                                  " JOIN metastore_databases d USING (database_no)"
                                  " WHERE d.name = ?1 AND t.name = ?2",
                                  database, name));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  if (!found) return no_table(database, name);
  return table_of(rows, database, name);
}

Result<Table> SqliteMetastore::table(std::string_view database, std::string_view name) {
  connection_->set_activity("read the table " + name_of(database, name));
  ASSIGN_OR_RETURN(StoredTable stored, stored_table(database, name));
  return std::move(stored.table);
}

Status SqliteMetastore::add_schema_version(std::int64_t table_no, const Table& table,
                                           std::int64_t version, std::int64_t time_us,
                                           std::string_view change, std::string_view origin) {
  const std::string columns = columns_to_json(table.storage.columns);
  return connection_->execute(
      "INSERT INTO metastore_schema_versions(table_no, version, time_us, change, origin, columns)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
      table_no, version, time_us, change, origin, columns);
}

Status SqliteMetastore::create_table(const Table& table, std::string_view origin) {
  connection_->set_activity("create the table " + name_of(table.database, table.name));
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  RETURN_IF_ERROR(insert_table(table, origin));
  return transaction.commit();
}

Status SqliteMetastore::insert_table(const Table& table, std::string_view origin) {
  RETURN_IF_ERROR(check_name("table", table.name));
  const std::string definition = definition_to_json(table);
  RETURN_IF_ERROR(check_table(table, definition));
  ASSIGN_OR_RETURN(const std::int64_t database_no, database_number(table.database));
  const std::int64_t now = metastore_now_us();
  RETURN_IF_ERROR(connection_->execute(
      "INSERT OR IGNORE INTO metastore_tables(database_no, name, table_type, version,"
      " create_time_us, update_time_us, of_lake, takes_raw_hours, definition)"
      " VALUES (?1, ?2, ?3, 1, ?4, ?4, 0, ?5, ?6)",
      database_no, table.name, table.table_type, now, takes_raw_hours(table), definition));
  if (connection_->changes() == 0) {
    return Error{ErrorCode::kAlreadyExists,
                 "the table " + name_of(table.database, table.name) + " exists already"};
  }
  return add_schema_version(connection_->last_row_id(), table, 1, now, "created", origin);
}

Status SqliteMetastore::update_table(const Table& table, std::string_view change,
                                     std::string_view origin) {
  const std::string shown = name_of(table.database, table.name);
  connection_->set_activity("change the table " + shown);
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  ASSIGN_OR_RETURN(const StoredTable stored, stored_table(table.database, table.name));
  if (stored.of_lake) return of_the_lake(table.database, table.name, "changed");
  if (stored.table.version != table.version ||
      stored.table.update_time_us != table.update_time_us) {
    return Error{ErrorCode::kConflict, "the table " + shown +
                                           " was changed since it was read (version " +
                                           std::to_string(table.version) + ", now " +
                                           std::to_string(stored.table.version) +
                                           "): read it again; nothing was changed"};
  }
  Table changed = table;
  changed.partition_keys = stored.table.partition_keys;
  const std::string definition = definition_to_json(changed);
  RETURN_IF_ERROR(check_table(changed, definition));
  const bool other_columns = changed.storage.columns != stored.table.storage.columns;
  const std::int64_t version = stored.table.version + (other_columns ? 1 : 0);
  // Never the same twice: a reader of the state before is told apart by it.
  const std::int64_t now = std::max(metastore_now_us(), stored.table.update_time_us + 1);
  RETURN_IF_ERROR(connection_->execute(
      "UPDATE metastore_tables SET table_type = ?2, version = ?3, update_time_us = ?4,"
      " takes_raw_hours = ?5, definition = ?6 WHERE table_no = ?1",
      stored.table_no, changed.table_type, version, now, takes_raw_hours(changed), definition));
  if (other_columns) {
    RETURN_IF_ERROR(add_schema_version(stored.table_no, changed, version, now, change, origin));
  }
  if (changed.storage.location != stored.table.storage.location) {
    RETURN_IF_ERROR(forget_seen_folders(stored.table_no));
  }
  return transaction.commit();
}

Status SqliteMetastore::drop_table(std::string_view database, std::string_view name) {
  connection_->set_activity("drop the table " + name_of(database, name));
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  ASSIGN_OR_RETURN(const std::int64_t table_no, table_number(database, name));
  RETURN_IF_ERROR(connection_->execute(
      "DELETE FROM metastore_tables WHERE table_no = ?1 AND NOT of_lake", table_no));
  if (connection_->changes() == 0) return of_the_lake(database, name, "dropped");
  return transaction.commit();
}

Result<std::vector<SchemaVersion>> SqliteMetastore::schema_versions(std::string_view database,
                                                                    std::string_view name) {
  connection_->set_activity("read the schemas of " + name_of(database, name));
  ASSIGN_OR_RETURN(const std::int64_t table_no, table_number(database, name));
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("SELECT version, time_us, change, origin, columns FROM"
                                      " metastore_schema_versions WHERE table_no = ?1"
                                      " ORDER BY version",
                                      table_no));
  std::vector<SchemaVersion> versions;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (!found) return versions;
    ASSIGN_OR_RETURN(auto columns, read_columns(rows.text(4)));
    versions.push_back({.version = rows.integer(0),
                        .time_us = rows.integer(1),
                        .change = std::string(rows.text(2)),
                        .origin = std::string(rows.text(3)),
                        .columns = std::move(columns)});
  }
}

}  // namespace clicklake
