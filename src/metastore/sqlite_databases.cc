#include "base/utf8.h"
#include "metastore/name_rules.h"
#include "metastore/sqlite_metastore.h"
#include "metastore/table_json.h"

namespace clicklake {
namespace {

/// Every database has one that statements without a name mean; Hive keeps it, too.
constexpr std::string_view kDefaultDatabase = "default";

Error no_database(std::string_view name) {
  return {ErrorCode::kNotFound, "the database " + std::string(name) + " does not exist"};
}

/// From columns name, description, location, parameters, create_time_us.
Result<Database> database_of(const Rows& rows) {
  Database database{.name = std::string(rows.text(0)),
                    .description = std::string(rows.text(1)),
                    .location_uri = std::string(rows.text(2)),
                    .parameters = {},
                    .create_time_us = rows.integer(4)};
  ASSIGN_OR_RETURN(database.parameters, read_parameters(rows.text(3)));
  return database;
}

Status check_texts(const Database& database, const std::string& parameters) {
  for (const std::string* text : {&database.description, &database.location_uri, &parameters}) {
    if (find_invalid_utf8(*text) == std::string_view::npos) continue;
    return Error{
        ErrorCode::kInvalidArgument,
        "database " + database.name + ": description, location or properties are no UTF-8"};
  }
  return {};
}

}  // namespace

Result<std::vector<Database>> SqliteMetastore::databases() {
  connection_->set_activity("list the databases");
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("SELECT name, description, location, parameters,"
                                      " create_time_us FROM metastore_databases ORDER BY name"));
  std::vector<Database> all;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (!found) return all;
    ASSIGN_OR_RETURN(all.emplace_back(), database_of(rows));
  }
}

Result<Database> SqliteMetastore::database(std::string_view name) {
  connection_->set_activity("read a database");
  ASSIGN_OR_RETURN(Rows rows,
                   connection_->query("SELECT name, description, location, parameters,"
                                      " create_time_us FROM metastore_databases WHERE name = ?1",
                                      name));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  if (!found) return no_database(name);
  return database_of(rows);
}

Result<std::int64_t> SqliteMetastore::database_number(std::string_view name) {
  ASSIGN_OR_RETURN(const auto number,
                   connection_->query_integer(
                       "SELECT database_no FROM metastore_databases WHERE name = ?1", name));
  if (!number) return no_database(name);
  return *number;
}

Status SqliteMetastore::create_database(const Database& database) {
  connection_->set_activity("create the database " + database.name);
  RETURN_IF_ERROR(check_name("database", database.name));
  const std::string parameters = parameters_to_json(database.parameters);
  RETURN_IF_ERROR(check_texts(database, parameters));
  RETURN_IF_ERROR(connection_->execute(
      "INSERT OR IGNORE INTO metastore_databases(name, description, location, parameters,"
      " create_time_us) VALUES (?1, ?2, ?3, ?4, ?5)",
      database.name, database.description, database.location_uri, parameters, metastore_now_us()));
  if (connection_->changes() > 0) return {};
  return Error{ErrorCode::kAlreadyExists, "the database " + database.name + " exists already"};
}

Status SqliteMetastore::update_database(const Database& database) {
  connection_->set_activity("change the database " + database.name);
  const std::string parameters = parameters_to_json(database.parameters);
  RETURN_IF_ERROR(check_texts(database, parameters));
  RETURN_IF_ERROR(connection_->execute(
      "UPDATE metastore_databases SET description = ?2, location = ?3, parameters = ?4"
      " WHERE name = ?1",
      database.name, database.description, database.location_uri, parameters));
  if (connection_->changes() > 0) return {};
  return no_database(database.name);
}

Status SqliteMetastore::drop_database(std::string_view name, bool cascade) {
  const std::string shown(name);
  connection_->set_activity("drop the database " + shown);
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::begin(*connection_));
  ASSIGN_OR_RETURN(const std::int64_t database_no, database_number(name));
  ASSIGN_OR_RETURN(const auto of_lake,
                   connection_->query_integer("SELECT count(*) FROM metastore_tables"
                                              " WHERE database_no = ?1 AND of_lake",
                                              database_no));
  if (of_lake != 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "the database " + shown + " holds the lake's own tables: it can't be dropped"};
  }
  if (name == kDefaultDatabase) {
    return Error{ErrorCode::kInvalidArgument, "the database default can't be dropped"};
  }
  ASSIGN_OR_RETURN(
      const auto tables,
      connection_->query_integer("SELECT count(*) FROM metastore_tables WHERE database_no = ?1",
                                 database_no));
  if (tables != 0 && !cascade) {
    return Error{ErrorCode::kInvalidArgument, "the database " + shown +
                                                  " is not empty: drop its tables first (" +
                                                  std::to_string(*tables) + "), or use CASCADE"};
  }
  RETURN_IF_ERROR(
      connection_->execute("DELETE FROM metastore_databases WHERE database_no = ?1", database_no));
  return transaction.commit();
}

}  // namespace clicklake
