#include "statements/statement_context.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "ddl/parser.h"

namespace clicklake {
namespace {

/// Where else a table of that name is, as a hint; "" where nowhere.
std::string elsewhere(const StatementContext& context, const ddl::TableName& name) {
  auto names = context.metastore.table_names();
  if (!names) return {};
  for (const auto& [database, table] : *names) {
    if (table != name.table) continue;
    std::string hint = " (there is ";
    hint.append(database).append(".").append(table);
    hint.append(": name it with its database, or --database ").append(database).append(")");
    return hint;
  }
  return {};
}

std::size_t key_index(const Table& table, std::string_view key) {
  const auto it = std::find_if(table.partition_keys.begin(), table.partition_keys.end(),
                               [&](const HiveColumn& column) { return column.name == key; });
  return static_cast<std::size_t>(it - table.partition_keys.begin());
}

struct SpecReading {
  std::vector<bool> given;
  SpecValues values;
};

Result<SpecReading> read_spec(const StatementContext& context, const Table& table,
                              const ddl::PartitionSpec& spec) {
  const std::size_t keys = table.partition_keys.size();
  if (keys == 0)
    return error_at(context, ErrorCode::kInvalidArgument, spec.position,
                    "table is not partitioned but partition spec exists: " + spec_text(spec));
  SpecReading reading;
  reading.given.resize(keys);
  reading.values.canonical.resize(keys);
  reading.values.written.resize(keys);
  for (const auto& [key, value] : spec.values) {
    const std::size_t index = key_index(table, key);
    if (index == keys)
      return error_at(context, ErrorCode::kInvalidArgument, spec.position,
                      "SemanticException [Error 10098]: Non-Partition column appears in the "
                      "partition specification: " +
                          key);
    auto canonical = canonical_partition_value(table.partition_keys[index].type, value);
    if (!canonical) {
      std::string message = "SemanticException: partition column " + key;
      message.append(" is a ").append(to_string(table.partition_keys[index].type));
      message.append(", which '").append(value).append("' is not");
      return error_at(context, ErrorCode::kInvalidArgument, spec.position, message);
    }
    reading.given[index] = true;
    reading.values.canonical[index] = std::move(*canonical);
    reading.values.written[index] = value;
  }
  return reading;
}

std::string_view without_last_slash(std::string_view location) {
  while (location.ends_with('/')) location.remove_suffix(1);
  return location;
}

}  // namespace

Error error_at(const StatementContext& context, ErrorCode code, ddl::Position position,
               std::string_view message) {
  return Error{code, ddl::at_position(context.sql, position, message)};
}

std::string full_name(const Table& table) { return table.database + "." + table.name; }

std::string database_of(const StatementContext& context, const ddl::TableName& name) {
  return name.database.empty() ? std::string(context.current_database) : name.database;
}

Error database_not_found(std::string_view name) {
  return Error{ErrorCode::kNotFound,
               "SemanticException [Error 10072]: Database does not exist: " + std::string(name)};
}

Result<Table> find_table(const StatementContext& context, const ddl::TableName& name) {
  const std::string database = database_of(context, name);
  auto table = context.metastore.table(database, name.table);
  if (table || table.error().code != ErrorCode::kNotFound) return table;
  // The lake's own tables are found from everywhere, as SELECT finds them.
  if (name.database.empty()) {
    for (const std::string_view lake : kLakeDatabases) {
      auto of_lake = context.metastore.table(lake, name.table);
      if (of_lake && of_lake->is_lake_table()) return of_lake;
    }
  }
  const std::string written = name.database.empty() ? name.table : database + "." + name.table;
  return error_at(
      context, ErrorCode::kNotFound, name.position,
      "SemanticException [Error 10001]: Table not found " + written + elsewhere(context, name));
}

Error lake_table_error(const StatementContext& context, const Table& table,
                       const ddl::TableName& name) {
  return error_at(context, ErrorCode::kUnsupported, name.position,
                  full_name(table) +
                      " is a table of the lake's own, which `run` and `transform` write: it can't "
                      "be altered or dropped by DDL");
}

Result<Table> find_changeable_table(const StatementContext& context, const ddl::TableName& name) {
  ASSIGN_OR_RETURN(Table table, find_table(context, name));
  if (table.is_lake_table()) return lake_table_error(context, table, name);
  if (table.is_view())
    return error_at(context, ErrorCode::kInvalidArgument, name.position,
                    full_name(table) +
                        " is a view: change it by CREATE OR REPLACE VIEW, remove it by DROP VIEW");
  return table;
}

std::string spec_text(const ddl::PartitionSpec& spec) {
  std::string text = "{";
  for (const auto& [key, value] : spec.values) {
    if (text.size() > 1) text += ", ";
    text.append(key).append("=").append(value);
  }
  return text + "}";
}

Result<SpecValues> full_spec(const StatementContext& context, const Table& table,
                             const ddl::PartitionSpec& spec) {
  ASSIGN_OR_RETURN(SpecReading reading, read_spec(context, table, spec));
  if (std::find(reading.given.begin(), reading.given.end(), false) != reading.given.end())
    return error_at(context, ErrorCode::kInvalidArgument, spec.position,
                    "SemanticException partition spec " + spec_text(spec) +
                        " doesn't contain all (" + std::to_string(table.partition_keys.size()) +
                        ") partition columns");
  return std::move(reading.values);
}

Result<PartialSpecValues> partial_spec(const StatementContext& context, const Table& table,
                                       const ddl::PartitionSpec& spec) {
  ASSIGN_OR_RETURN(SpecReading reading, read_spec(context, table, spec));
  return PartialSpecValues{std::move(reading.given), std::move(reading.values.canonical)};
}

Error partition_not_found(const StatementContext& context, const ddl::PartitionSpec& spec) {
  return error_at(context, ErrorCode::kNotFound, spec.position,
                  "SemanticException [Error 10006]: Partition not found " + spec_text(spec));
}

Result<Partition> find_partition(const StatementContext& context, const Table& table,
                                 const ddl::PartitionSpec& spec) {
  ASSIGN_OR_RETURN(const SpecValues values, full_spec(context, table, spec));
  ASSIGN_OR_RETURN(std::optional<Partition> partition,
                   context.metastore.partition(table.database, table.name, values.canonical));
  if (!partition) return partition_not_found(context, spec);
  return std::move(*partition);
}

bool same_location(const LocationMap& locations, std::string_view one, std::string_view other) {
  const auto one_path = locations.resolve(one);
  const auto other_path = locations.resolve(other);
  if (one_path && other_path) return *one_path == *other_path;
  return without_last_slash(one) == without_last_slash(other);
}

}  // namespace clicklake
