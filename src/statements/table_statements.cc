/// CREATE and DROP of tables, DROP of views and prepared statements, table properties.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/metastore_schema.h"
#include "ddl/parser.h"
#include "scan/text_format.h"
#include "statements/hive_storage.h"
#include "statements/statement_runs.h"
#include "statements/table_difference.h"

namespace clicklake {
namespace {

constexpr std::string_view kComment = "comment";

Error create_error(const StatementContext& context, const ddl::CreateTable& create,
                   std::string_view message, ErrorCode code = ErrorCode::kInvalidArgument) {
  return error_at(context, code, create.name.position, message);
}

bool is_reserved_type(std::string_view key, std::string_view value) {
  return key == kTableTypeParameter && value == kLakeTableType;
}

Error reserved_type_error(const StatementContext& context, const ddl::TableName& name) {
  return error_at(
      context, ErrorCode::kInvalidArgument, name.position,
      "table_type " + std::string(kLakeTableType) + " is kept for the tables of the star schema");
}

/// The table that a statement asks for, whose form the parser has checked.
Result<Table> table_of(const StatementContext& context, const ddl::CreateTable& create) {
  Table table;
  table.database = database_of(context, create.name);
  table.name = create.name.table;
  table.description = create.comment;
  table.partition_keys = create.partition_keys;
  auto storage = storage_of(create);
  if (!storage) return create_error(context, create, storage.error().message, storage.error().code);
  table.storage = std::move(*storage);
  if (create.external) set_parameter(&table.parameters, "EXTERNAL", "TRUE");
  for (const auto& [key, value] : create.properties) {
    if (is_reserved_type(key, value)) return reserved_type_error(context, create.name);
    if (key == kComment)
      table.description = value;
    else if (is_iceberg({{key, value}}))
      set_parameter(&table.parameters, kTableTypeParameter, kIcebergTableType);
    else if (!is_kept_by_hive(key))
      set_parameter(&table.parameters, key, value);
  }
  if (!create.partition_transforms.empty())
    set_parameter(&table.parameters, kIcebergPartitioning,
                  transforms_text(create.partition_transforms));
  return table;
}

/// What a SELECT would not like, as notes: the table is registered all the same.
Status add_reading_notes(const StatementContext& context, const ddl::CreateTable& create,
                         const Table& table, StatementRows* rows) {
  const auto place = context.locations.resolve(table.storage.location);
  if (!place) {
    if (place.error().code != ErrorCode::kUnsupported)
      return create_error(context, create, place.error().message, place.error().code);
    rows->notes.push_back(full_name(table) +
                          " is registered; its files can't be read yet: " + place.error().message);
  }
  return {};
}

/// The raw table takes the hours that ingest writes as long as its location is spelled as a new
/// lake has it: another spelling of that folder becomes this one.
void use_raw_location(const StatementContext& context, Table* table) {
  if (table->database == kRawDatabase && table->name == kRawTable &&
      same_location(context.locations, table->storage.location, kRawLocation))
    table->storage.location = kRawLocation;
}

StatementResult existing_table(const StatementContext& context, const ddl::CreateTable& create,
                               const Table& wanted) {
  ASSIGN_OR_RETURN(const Table existing, context.metastore.table(wanted.database, wanted.name));
  const std::optional<std::string> difference =
      table_difference(existing, wanted, context.locations);
  const std::string name = full_name(wanted);
  StatementRows rows;
  if (!difference) {
    rows.notes.push_back(name + " is there already, with the same definition");
  } else if (create.if_not_exists) {
    rows.notes.push_back(name + " is there already and left as it is: " + *difference);
  } else {
    return create_error(context, create,
                        "AlreadyExistsException: Table " + name + " already exists: " + *difference,
                        ErrorCode::kAlreadyExists);
  }
  return rows;
}

/// Drops what is (`view`) or is not a view.
StatementResult drop(const StatementContext& context, const ddl::TableName& name, bool if_exists,
                     bool view) {
  auto table = find_table(context, name);
  if (!table) {
    if (table.error().code != ErrorCode::kNotFound || !if_exists) return table.error();
    StatementRows rows;
    rows.notes.push_back("there is no " + std::string(view ? "view " : "table ") +
                         database_of(context, name) + "." + name.table);
    return rows;
  }
  if (table->is_lake_table()) return lake_table_error(context, *table, name);
  if (table->is_view() != view)
    return error_at(context, ErrorCode::kInvalidArgument, name.position,
                    full_name(*table) + (view ? " is a table: DROP TABLE removes it"
                                              : " is a view: DROP VIEW removes it"));
  RETURN_IF_ERROR(context.metastore.drop_table(table->database, table->name));
  return StatementRows{};
}

}  // namespace

StatementResult run_statement(const StatementContext& context, const ddl::CreateTable& create) {
  ASSIGN_OR_RETURN(Table table, table_of(context, create));
  use_raw_location(context, &table);
  StatementRows rows;
  RETURN_IF_ERROR(add_reading_notes(context, create, table, &rows));
  const Status created = context.metastore.create_table(
      table, create.external ? "CREATE EXTERNAL TABLE" : "CREATE TABLE");
  if (created) return rows;
  if (created.error().code == ErrorCode::kAlreadyExists)
    return existing_table(context, create, table);
  if (created.error().code == ErrorCode::kNotFound) {
    const Error missing = database_not_found(table.database);
    return create_error(context, create, missing.message, missing.code);
  }
  return created.error();
}

StatementResult run_statement(const StatementContext& context, const ddl::DropTable& statement) {
  return drop(context, statement.name, statement.if_exists, false);
}

StatementResult run_statement(const StatementContext& context, const ddl::DropView& statement) {
  return drop(context, statement.name, statement.if_exists, true);
}

StatementResult run_statement(const StatementContext& context, const ddl::SetTableProperties& set) {
  ASSIGN_OR_RETURN(Table table, find_changeable_table(context, set.name));
  for (const auto& [key, value] : set.properties) {
    if (is_reserved_type(key, value)) return reserved_type_error(context, set.name);
    if (key == kTableTypeParameter && is_iceberg(table.parameters) != is_iceberg({{key, value}}))
      return error_at(context, ErrorCode::kUnsupported, set.name.position,
                      "the table_type of a table can't be changed: create another table");
    if (key == kComment)
      table.description = value;
    else if (!is_kept_by_hive(key))
      set_parameter(&table.parameters, key, value);
  }
  RETURN_IF_ERROR(context.metastore.update_table(table, "set table properties",
                                                 "ALTER TABLE SET TBLPROPERTIES"));
  return StatementRows{};
}

StatementResult run_statement(const StatementContext& context,
                              const ddl::UnsetTableProperties& unset) {
  ASSIGN_OR_RETURN(Table table, find_changeable_table(context, unset.name));
  for (const std::string& key : unset.keys) {
    if (key == kTableTypeParameter || key == kIcebergPartitioning || is_kept_by_hive(key))
      return error_at(context, ErrorCode::kUnsupported, unset.name.position,
                      "the property " + key + " of a table can't be changed");
    const auto it = std::find_if(table.parameters.begin(), table.parameters.end(),
                                 [&](const auto& parameter) { return parameter.first == key; });
    const bool comment = key == kComment && !table.description.empty();
    if (it == table.parameters.end() && !comment && !unset.if_exists)
      return error_at(context, ErrorCode::kNotFound, unset.name.position,
                      "SemanticException [Error 10215]: Please use the following syntax if not "
                      "sure whether the property existed or not: ALTER TABLE tableName UNSET "
                      "TBLPROPERTIES IF EXISTS (key1, key2, ...): there is no " +
                          ddl::quote_text(key));
    if (comment) table.description.clear();
    if (it != table.parameters.end()) table.parameters.erase(it);
  }
  RETURN_IF_ERROR(context.metastore.update_table(table, "unset table properties",
                                                 "ALTER TABLE UNSET TBLPROPERTIES"));
  return StatementRows{};
}

StatementResult run_statement(const StatementContext& context, const ddl::Deallocate& deallocate) {
  const Status dropped = context.metastore.drop_prepared_statement(deallocate.name);
  if (dropped) return StatementRows{};
  if (dropped.error().code != ErrorCode::kNotFound) return dropped.error();
  return Error{ErrorCode::kNotFound, "NOT_FOUND: Prepared statement not found: " + deallocate.name};
}

}  // namespace clicklake
