#include "catalog/metastore_schema.h"

#include <chrono>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "model/star_schema.h"
#include "model/time.h"

namespace clicklake {
namespace {

// The meaning of each column: docs/formats/catalog.md.
constexpr const char* kTables = R"sql(
CREATE TABLE metastore_databases (
  database_no INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  location TEXT NOT NULL,
  parameters TEXT NOT NULL,
  create_time_us INTEGER NOT NULL
);

CREATE TABLE metastore_tables (
  table_no INTEGER PRIMARY KEY,
  database_no INTEGER NOT NULL REFERENCES metastore_databases ON DELETE CASCADE,
  name TEXT NOT NULL,
  table_type TEXT NOT NULL,
  version INTEGER NOT NULL,
  create_time_us INTEGER NOT NULL,
  update_time_us INTEGER NOT NULL,
  of_lake INTEGER NOT NULL,
  takes_raw_hours INTEGER NOT NULL,
  definition TEXT NOT NULL,
  UNIQUE (database_no, name)
);

CREATE TABLE metastore_schema_versions (
  table_no INTEGER NOT NULL REFERENCES metastore_tables ON DELETE CASCADE,
  version INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  change TEXT NOT NULL,
  origin TEXT NOT NULL,
  columns TEXT NOT NULL,
  PRIMARY KEY (table_no, version)
) WITHOUT ROWID;

CREATE TABLE metastore_partitions (
  table_no INTEGER NOT NULL REFERENCES metastore_tables ON DELETE CASCADE,
  partition_values TEXT NOT NULL,
  location TEXT NOT NULL,
  create_time_us INTEGER NOT NULL,
  vanished_us INTEGER NOT NULL DEFAULT 0,
  details TEXT,
  PRIMARY KEY (table_no, partition_values)
) WITHOUT ROWID;

CREATE TABLE metastore_seen_folders (
  table_no INTEGER NOT NULL REFERENCES metastore_tables ON DELETE CASCADE,
  folder TEXT NOT NULL,
  mtime_us INTEGER NOT NULL,
  PRIMARY KEY (table_no, folder)
) WITHOUT ROWID;

CREATE TABLE metastore_pending_writes (
  id TEXT PRIMARY KEY,
  folder TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE prepared_statements (
  name TEXT PRIMARY KEY,
  sql TEXT NOT NULL
) WITHOUT ROWID;
)sql";

std::int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

struct SeedColumn {
  std::string_view name;
  std::string_view type;
};

struct SeedTable {
  std::string_view database;
  std::string_view name;
  std::string_view description;
  std::vector<SeedColumn> columns;
  std::vector<SeedColumn> partition_keys;
  std::string location;
  std::string_view input_format;
  std::string_view output_format;
  std::string_view serde;
  std::vector<std::pair<std::string_view, std::string_view>> parameters;
  bool of_lake;
  bool takes_raw_hours;
};

void add_columns(JsonText* json, const std::vector<SeedColumn>& columns) {
  json->begin_array();
  for (const SeedColumn& column : columns) {
    json->begin_object().member("Name", column.name).member("Type", column.type).end_object();
  }
  json->end_array();
}

/// As metastore/table_json.h reads it.
std::string definition_of(const SeedTable& table) {
  JsonText json;
  json.begin_object().member("Description", table.description);
  add_columns(&json.key("PartitionKeys"), table.partition_keys);
  json.key("StorageDescriptor").begin_object();
  add_columns(&json.key("Columns"), table.columns);
  json.member("Location", table.location)
      .member("InputFormat", table.input_format)
      .member("OutputFormat", table.output_format);
  json.key("SerdeInfo").begin_object().member("SerializationLibrary", table.serde).end_object();
  json.end_object();
  json.key("Parameters").begin_object();
  for (const auto& [key, value] : table.parameters) json.member(key, value);
  json.end_object().end_object();
  return json.text();
}

SeedTable raw_events() {
  return {.database = kRawDatabase,
          .name = kRawTable,
          .description = "Events as they came, one JSON object a line, by hour",
          .columns = {{"user_id", "string"},
                      {"session_id", "string"},
                      {"event_type", "string"},
                      {"event_timestamp", "timestamp"},
                      {"device_type", "string"},
                      {"page_url", "string"},
                      {"referrer_url", "string"},
                      {"metadata", "map<string,string>"}},
          .partition_keys = {{"year", "int"}, {"month", "int"}, {"day", "int"}, {"hour", "int"}},
          .location = std::string(kRawLocation),
          .input_format = "org.apache.hadoop.mapred.TextInputFormat",
          .output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
          .serde = "org.openx.data.jsonserde.JsonSerDe",
          .parameters = {{"EXTERNAL", "TRUE"}, {"classification", "json"}},
          .of_lake = false,
          .takes_raw_hours = true};
}

std::string_view hive_type_of(ColumnType type) {
  switch (type) {
    case ColumnType::kBoolean: return "boolean";
    case ColumnType::kInt: return "int";
    case ColumnType::kLong: return "bigint";
    case ColumnType::kDouble: return "double";
    case ColumnType::kDecimal18_4: return "decimal(18,4)";
    case ColumnType::kString: return "string";
    case ColumnType::kDate: return "date";
    case ColumnType::kTimestampTz: return "timestamp";
    case ColumnType::kMapStringString: return "map<string,string>";
  }
  return "string";
}

SeedTable star_table(const TableDefinition& definition) {
  SeedTable table{.database = database_of(definition),
                  .name = definition.name,
                  .description = "Kept by clicklake: transform writes it, queries read it",
                  .columns = {},
                  .partition_keys = {},
                  .location = folder_of(definition) + "/",
                  .input_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                  .output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                  .serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                  .parameters = {{"EXTERNAL", "TRUE"},
                                 {"table_type", "CLICKLAKE"},
                                 {"classification", "parquet"}},
                  .of_lake = true,
                  .takes_raw_hours = false};
  for (const ColumnDefinition& column : definition.columns) {
    table.columns.push_back({column.name, hive_type_of(column.type)});
  }
  return table;
}

Status add_database(Connection& connection, std::string_view name, std::string_view description,
                    std::int64_t now) {
  return connection.execute(
      "INSERT OR IGNORE INTO metastore_databases(name, description, location, parameters, "
      "create_time_us)"
      " VALUES (?1, ?2, '', '{}', ?3)",
      name, description, now);
}

Status add_table(Connection& connection, const SeedTable& table, std::int64_t now) {
  const std::string definition = definition_of(table);
  RETURN_IF_ERROR(connection.execute(
      "INSERT INTO metastore_tables(database_no, name, table_type, version, create_time_us,"
      " update_time_us, of_lake, takes_raw_hours, definition)"
      " SELECT database_no, ?2, 'EXTERNAL_TABLE', 1, ?3, ?3, ?4, ?5, ?6"
      " FROM metastore_databases WHERE name = ?1",
      table.database, table.name, now, table.of_lake, table.takes_raw_hours,
      std::string_view(definition)));
  JsonText columns;
  add_columns(&columns, table.columns);
  return connection.execute(
      "INSERT INTO metastore_schema_versions(table_no, version, time_us, change, origin, columns)"
      " VALUES (?1, 1, ?2, 'created', 'clicklake', ?3)",
      connection.last_row_id(), now, std::string_view(columns.text()));
}

/// `2024/11/4/15`: the canonical values, as the metastore keeps them.
std::string partition_values_of(std::int64_t hour) {
  const CivilTime time = civil_from_micros(hour_start(hour));
  return std::to_string(time.year) + "/" + std::to_string(time.month) + "/" +
         std::to_string(time.day) + "/" + std::to_string(time.hour);
}

/// Copies first: an hour whose files lie in two places is read where clicklake put them.
Status register_known_hours(Connection& connection) {
  std::vector<std::pair<std::int64_t, std::string>> known;
  {
    ASSIGN_OR_RETURN(Rows rows, connection.query("SELECT hour, path FROM raw_files WHERE hour IS"
                                                 " NOT NULL ORDER BY in_place, hour, path"));
    for (;;) {
      ASSIGN_OR_RETURN(const bool found, rows.next());
      if (!found) break;
      known.emplace_back(rows.integer(0), rows.text(1));
    }
  }
  std::vector<RawHour> hours;
  hours.reserve(known.size());
  for (const auto& [hour, path] : known) hours.emplace_back(hour, path);
  return register_raw_hours(connection, hours);
}

}  // namespace

Status create_metastore(Connection& connection) {
  RETURN_IF_ERROR(connection.execute_script(kTables));
  const std::int64_t now = now_us();
  RETURN_IF_ERROR(add_database(connection, "default", "Default database", now));
  RETURN_IF_ERROR(add_database(connection, kRawDatabase, "Events as they came", now));
  RETURN_IF_ERROR(add_database(connection, kProcessedDatabase, "The star schema", now));
  RETURN_IF_ERROR(add_table(connection, raw_events(), now));
  for (const TableDefinition* definition : star_tables()) {
    if (database_of(*definition) != kProcessedDatabase || definition->since > 3) continue;
    RETURN_IF_ERROR(add_table(connection, star_table(*definition), now));
  }
  return register_known_hours(connection);
}

Status add_curated_database(Connection& connection) {
  const std::int64_t now = now_us();
  RETURN_IF_ERROR(add_database(connection, kCuratedDatabase, "Sessions and marts", now));
  for (const TableDefinition* definition : star_tables()) {
    if (database_of(*definition) != kCuratedDatabase) continue;
    RETURN_IF_ERROR(add_table(connection, star_table(*definition), now));
  }
  return {};
}

Status add_star_table(Connection& connection, const TableDefinition& table) {
  return add_table(connection, star_table(table), now_us());
}

Status update_star_columns(Connection& connection, const TableDefinition& definition) {
  const SeedTable table = star_table(definition);
  const std::int64_t now = now_us();
  const std::string text = definition_of(table);
  RETURN_IF_ERROR(connection.execute(
      "UPDATE metastore_tables SET definition = ?3, version = version + 1, update_time_us = ?4"
      " WHERE name = ?2 AND of_lake"
      " AND database_no = (SELECT database_no FROM metastore_databases WHERE name = ?1)",
      table.database, table.name, std::string_view(text), now));
  if (connection.changes() == 0) return {};
  JsonText columns;
  add_columns(&columns, table.columns);
  return connection.execute(
      "INSERT INTO metastore_schema_versions(table_no, version, time_us, change, origin, columns)"
      " SELECT table_no, version, ?3, 'columns added', 'clicklake', ?4 FROM metastore_tables"
      " WHERE name = ?2"
      " AND database_no = (SELECT database_no FROM metastore_databases WHERE name = ?1)",
      table.database, table.name, now, std::string_view(columns.text()));
}

Status register_raw_hours(Connection& connection, std::span<const RawHour> hours) {
  if (hours.empty()) return {};
  ASSIGN_OR_RETURN(const auto table_no,
                   connection.query_integer("SELECT table_no FROM metastore_tables t"
                                            " JOIN metastore_databases d USING (database_no)"
                                            " WHERE d.name = ?1 AND t.name = ?2"
                                            " AND takes_raw_hours",
                                            kRawDatabase, kRawTable));
  if (!table_no) return {};
  const std::int64_t now = now_us();
  for (const auto& [hour, path] : hours) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) continue;
    const std::string values = partition_values_of(hour);
    RETURN_IF_ERROR(connection.execute(
        "INSERT OR IGNORE INTO metastore_partitions(table_no, partition_values, location,"
        " create_time_us) VALUES (?1, ?2, ?3, ?4)",
        *table_no, std::string_view(values), path.substr(0, slash + 1), now));
  }
  return {};
}

}  // namespace clicklake
