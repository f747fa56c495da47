/// CREATE, DROP, ALTER and SHOW of databases.

#include <optional>
#include <string>
#include <utility>

#include "statements/name_pattern.h"
#include "statements/statement_runs.h"
#include "statements/table_difference.h"

namespace clicklake {

StatementResult run_statement(const StatementContext& context, const ddl::CreateDatabase& create) {
  Database database;
  database.name = create.name;
  database.description = create.comment;
  database.location_uri = create.location;
  for (const auto& [key, value] : create.properties)
    set_parameter(&database.parameters, key, value);

  const Status created = context.metastore.create_database(database);
  if (created) return StatementRows{};
  if (created.error().code != ErrorCode::kAlreadyExists) return created.error();

  ASSIGN_OR_RETURN(const Database existing, context.metastore.database(create.name));
  const std::optional<std::string> difference =
      database_difference(existing, database, context.locations);
  StatementRows rows;
  if (!difference) {
    rows.notes.push_back("database " + create.name + " is there already");
  } else if (create.if_not_exists) {
    rows.notes.push_back("database " + create.name +
                         " is there already and left as it is: " + *difference);
  } else {
    return Error{ErrorCode::kAlreadyExists, "AlreadyExistsException: Database " + create.name +
                                                " already exists: " + *difference};
  }
  return rows;
}

StatementResult run_statement(const StatementContext& context, const ddl::DropDatabase& drop) {
  const auto tables = context.metastore.tables(drop.name);
  if (!tables) {
    if (tables.error().code != ErrorCode::kNotFound) return tables.error();
    if (!drop.if_exists) return database_not_found(drop.name);
    return StatementRows{.columns = {}, .rows = {}, .notes = {"there is no database " + drop.name}};
  }
  if (drop.name == "default")
    return Error{ErrorCode::kInvalidArgument,
                 "SemanticException: Can not drop default database: names without one are in it"};
  for (const Table& table : *tables)
    if (table.is_lake_table())
      return Error{ErrorCode::kInvalidArgument,
                   "database " + drop.name + " holds the lake's own tables (" + full_name(table) +
                       ", ...): it can't be dropped"};
  if (!tables->empty() && !drop.cascade) {
    const Error place =
        error_at(context, ErrorCode::kInvalidArgument, 0,
                 "Cannot drop non-empty schema '" + drop.name + "' (it has " +
                     std::to_string(tables->size()) + " tables and views; CASCADE drops them too)");
    return Error{place.code, "SCHEMA_NOT_EMPTY: " + place.message};
  }
  RETURN_IF_ERROR(context.metastore.drop_database(drop.name, drop.cascade));
  return StatementRows{};
}

StatementResult run_statement(const StatementContext& context, const ddl::AlterDatabase& alter) {
  auto database = context.metastore.database(alter.name);
  if (!database) {
    if (database.error().code == ErrorCode::kNotFound) return database_not_found(alter.name);
    return std::move(database).error();
  }
  for (const auto& [key, value] : alter.properties)
    set_parameter(&database->parameters, key, value);
  RETURN_IF_ERROR(context.metastore.update_database(*database));
  return StatementRows{};
}

StatementResult run_statement(const StatementContext& context, const ddl::ShowDatabases& show) {
  ASSIGN_OR_RETURN(const auto databases, context.metastore.databases());
  StatementRows rows;
  rows.columns = {"database_name"};
  for (const Database& database : databases)
    if (fits_name_pattern(database.name, show.pattern)) rows.rows.push_back({database.name});
  return rows;
}

}  // namespace clicklake
