#include "engines/engine_ddl.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

#include "engines/symlink_manifests.h"

namespace clicklake {
namespace {

/// Which of the ways to write a type an engine has.
enum class Dialect { kHive, kRedshift, kTrino };

std::string_view star_type(Dialect dialect, ColumnType type) {
  const bool redshift = dialect == Dialect::kRedshift;
  const bool trino = dialect == Dialect::kTrino;
  switch (type) {
    case ColumnType::kBoolean: return "boolean";
    case ColumnType::kInt: return trino || redshift ? "integer" : "int";
    case ColumnType::kLong: return "bigint";
    case ColumnType::kDouble: return redshift ? "double precision" : "double";
    case ColumnType::kDecimal18_4: return "decimal(18,4)";
    case ColumnType::kString: return redshift ? "varchar(65535)" : trino ? "varchar" : "string";
    case ColumnType::kDate: return "date";
    case ColumnType::kTimestampTz: return trino ? "timestamp(6)" : "timestamp";
    case ColumnType::kMapStringString:
      return redshift ? "map<varchar(65535),varchar(65535)>"
             : trino  ? "map(varchar, varchar)"
                      : "map<string,string>";
  }
  return "string";
}

std::string raw_type(Dialect dialect, const HiveType& type) {
  if (dialect == Dialect::kHive) return to_string(type);
  const bool redshift = dialect == Dialect::kRedshift;
  const auto child = [&](std::size_t i) { return raw_type(dialect, type.children[i]); };
  switch (type.kind) {
    case HiveKind::kString: return redshift ? "varchar(65535)" : "varchar";
    case HiveKind::kInt: return "integer";
    case HiveKind::kFloat: return "real";
    case HiveKind::kDouble: return redshift ? "double precision" : "double";
    case HiveKind::kBinary: return redshift ? "varbyte" : "varbinary";
    case HiveKind::kTimestamp: return redshift ? "timestamp" : "timestamp(3)";
    case HiveKind::kArray:
      return fmt::format(fmt::runtime(redshift ? "array<{}>" : "array({})"), child(0));
    case HiveKind::kMap:
      return fmt::format(fmt::runtime(redshift ? "map<{},{}>" : "map({}, {})"), child(0), child(1));
    case HiveKind::kStruct: {
      std::string fields;
      for (std::size_t i = 0; i < type.children.size(); ++i) {
        fields += fmt::format(fmt::runtime(redshift ? "{}{}:{}" : "{}{} {}"),
                              i == 0 ? "" : (redshift ? "," : ", "), type.field_names[i], child(i));
      }
      return fmt::format(fmt::runtime(redshift ? "struct<{}>" : "row({})"), fields);
    }
    default: return to_string(type);
  }
}

std::string sql_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

/// Hive's and Athena's texts escape by a backslash.
std::string hive_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

using Columns = std::vector<std::pair<std::string, std::string>>;  ///< quoted name and type

/// Always quoted: which words are reserved differs from engine to engine.
std::string column_name(Dialect dialect, std::string_view name) {
  const char quote = dialect == Dialect::kHive ? '`' : '"';
  std::string out(1, quote);
  for (const char c : name) {
    out += c;
    if (c == quote) out += c;
  }
  return out + quote;
}

std::string column_list(const Columns& columns) {
  std::string text;
  for (const auto& [name, type] : columns)
    text += fmt::format("{}  {} {}", text.empty() ? "" : ",\n", name, type);
  return text;
}

std::string inline_columns(const Columns& columns) {
  std::string text;
  for (const auto& [name, type] : columns)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, type);
  return text;
}

/// A table's columns, but the one by which its manifests are partitioned.
Columns star_columns(Dialect dialect, const TableDefinition& table) {
  Columns columns;
  for (const ColumnDefinition& column : table.columns) {
    if (column.name == symlink_partition_column(table)) continue;
    columns.emplace_back(column_name(dialect, column.name), star_type(dialect, column.type));
  }
  return columns;
}

Columns raw_columns(Dialect dialect, const std::vector<HiveColumn>& from) {
  Columns columns;
  for (const HiveColumn& column : from)
    columns.emplace_back(column_name(dialect, column.name), raw_type(dialect, column.type));
  return columns;
}

constexpr std::string_view kSymlinkStorage =
    "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'\n"
    "STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'\n"
    "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n";

std::string manifests_of(const ReadLake& lake, const TableDefinition& table) {
  return fmt::format("{}/symlinks/{}/", lake.location, table.name);
}

std::string partition_value(const std::string& partition) {
  return partition.substr(partition.find('=') + 1);
}

std::string serde_of(const Table& raw) {
  return raw.storage.serde.library.empty() ? "org.openx.data.jsonserde.JsonSerDe"
                                           : raw.storage.serde.library;
}

std::string serde_properties(const Table& raw) {
  std::string text;
  for (const auto& [key, value] : raw.storage.serde.parameters) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", hive_quoted(key), hive_quoted(value));
  }
  return text.empty() ? "" : "WITH SERDEPROPERTIES (" + text + ")\n";
}

std::string raw_partition_spec(const Table& raw, const std::vector<std::string>& values) {
  std::string text;
  for (std::size_t i = 0; i < raw.partition_keys.size() && i < values.size(); ++i) {
    const HiveColumn& key = raw.partition_keys[i];
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", key.name,
                        is_number(key.type.kind) ? values[i] : sql_quoted(values[i]));
  }
  return text;
}

std::string athena_table(const ReadLake& lake, const TableDefinition& table) {
  const std::string_view database = database_of(table);
  const std::string_view key = symlink_partition_column(table);
  std::string out = fmt::format("CREATE EXTERNAL TABLE IF NOT EXISTS {}.{} (\n{}\n)\n", database,
                                table.name, column_list(star_columns(Dialect::kHive, table)));
  if (!key.empty()) out += fmt::format("PARTITIONED BY ({} date)\n", key);
  out += fmt::format("{}LOCATION {};\n\n", kSymlinkStorage, hive_quoted(manifests_of(lake, table)));
  if (key.empty()) return out;
  return out + fmt::format(
                   "-- Again after each run: it finds the new days.\nMSCK REPAIR TABLE {}.{};\n\n",
                   database, table.name);
}

/// Hive's own SymlinkTextInputFormat takes what a manifest names for text, whatever the SerDe says.
std::string hive_table(const ReadLake& lake, const ReadTable& read) {
  const TableDefinition& table = *read.definition;
  const std::string_view database = database_of(table);
  if (read.metadata_file.empty())
    return fmt::format("-- {}.{} holds nothing yet.\n\n", database, table.name);
  Columns columns;
  for (const ColumnDefinition& column : table.columns)
    columns.emplace_back(column_name(Dialect::kHive, column.name),
                         column.type == ColumnType::kTimestampTz
                             ? "timestamp with local time zone"
                             : star_type(Dialect::kHive, column.type));
  return fmt::format(
      "CREATE EXTERNAL TABLE IF NOT EXISTS {}.{} (\n{}\n)\nSTORED BY ICEBERG\nTBLPROPERTIES "
      "('external.table.purge'='false',\n  'metadata_location'={});\n\n",
      database, table.name, column_list(columns),
      hive_quoted(
          fmt::format("{}/{}/metadata/{}", lake.location, folder_of(table), read.metadata_file)));
}

/// Athena and Hive: the raw table alike.
std::string hive_statements(Engine engine, const ReadLake& lake) {
  const bool athena = engine == Engine::kAthena;
  std::string out;
  const auto databases = [&](std::string_view name) {
    out += fmt::format("CREATE DATABASE IF NOT EXISTS {};\n\n", name);
  };
  if (lake.raw) {
    const Table& raw = *lake.raw;
    databases(raw.database);
    out += fmt::format("CREATE EXTERNAL TABLE IF NOT EXISTS {}.{} (\n{}\n)\n", raw.database,
                       raw.name, column_list(raw_columns(Dialect::kHive, raw.storage.columns)));
    if (!raw.partition_keys.empty()) {
      out += fmt::format("PARTITIONED BY ({})\n",
                         inline_columns(raw_columns(Dialect::kHive, raw.partition_keys)));
    }
    out += fmt::format("ROW FORMAT SERDE '{}'\n{}LOCATION {};\n\n", serde_of(raw),
                       serde_properties(raw), hive_quoted(lake.raw_location));
    if (!raw.partition_keys.empty()) {
      out += "-- Again after each run: it finds the new hours.\n";
      out += fmt::format("MSCK REPAIR TABLE {}.{};\n\n", raw.database, raw.name);
    }
    for (const RawPartition& partition : lake.raw_elsewhere) {
      out += fmt::format("ALTER TABLE {}.{} ADD IF NOT EXISTS PARTITION ({}) LOCATION {};\n\n",
                         raw.database, raw.name, raw_partition_spec(raw, partition.values),
                         hive_quoted(partition.location));
    }
  }
  if (athena) {
    out +=
        "-- These follow each commit by its symlink manifests. Where a Glue catalog holds the "
        "Iceberg tables\n-- (metadata_location), Athena reads those as they are, without "
        "statements.\n\n";
  } else {
    out +=
        "-- Hive 4 and newer. A table stays at the snapshot that is named here: drop it and create "
        "it again to\n-- move it; its files are left alone.\n\n";
  }
  std::string_view last_database;
  for (const ReadTable& read : lake.tables) {
    const TableDefinition& table = *read.definition;
    const std::string_view database = database_of(table);
    if (database != last_database) databases(database);
    last_database = database;
    out += athena ? athena_table(lake, table) : hive_table(lake, read);
  }
  return out;
}

std::string spectrum_statements(const ReadLake& lake) {
  std::string out =
      "-- Run by a user who may create schemas; the cluster's default IAM role reads the Glue "
      "catalog and the\n-- bucket. Spectrum finds no partitions by itself: run what this prints "
      "again after runs that bring new days.\n\n";
  const auto schema = [&](std::string_view name) {
    out += fmt::format(
        "CREATE EXTERNAL SCHEMA IF NOT EXISTS {0}\nFROM DATA CATALOG DATABASE '{0}'\nIAM_ROLE "
        "default\nCREATE EXTERNAL DATABASE IF NOT EXISTS;\n\n",
        name);
  };
  if (lake.raw) {
    const Table& raw = *lake.raw;
    schema(raw.database);
    out += fmt::format("CREATE EXTERNAL TABLE {}.{} (\n{}\n)\n", raw.database, raw.name,
                       column_list(raw_columns(Dialect::kRedshift, raw.storage.columns)));
    if (!raw.partition_keys.empty()) {
      out += fmt::format("PARTITIONED BY ({})\n",
                         inline_columns(raw_columns(Dialect::kRedshift, raw.partition_keys)));
    }
    out += fmt::format("ROW FORMAT SERDE '{}'\nSTORED AS TEXTFILE\nLOCATION {};\n\n", serde_of(raw),
                       sql_quoted(lake.raw_location));
    for (const RawPartition& partition : lake.raw_elsewhere) {
      out += fmt::format("ALTER TABLE {}.{} ADD IF NOT EXISTS PARTITION ({}) LOCATION {};\n\n",
                         raw.database, raw.name, raw_partition_spec(raw, partition.values),
                         sql_quoted(partition.location));
    }
  }
  std::string_view last_database;
  for (const ReadTable& read : lake.tables) {
    const TableDefinition& table = *read.definition;
    const std::string_view database = database_of(table);
    if (database != last_database) schema(database);
    last_database = database;
    out += fmt::format("CREATE EXTERNAL TABLE {}.{} (\n{}\n)\n", database, table.name,
                       column_list(star_columns(Dialect::kRedshift, table)));
    const std::string_view key = symlink_partition_column(table);
    if (!key.empty()) out += fmt::format("PARTITIONED BY ({} date)\n", key);
    const std::string location = manifests_of(lake, table);
    out += fmt::format("{}LOCATION {};\n\n", kSymlinkStorage, sql_quoted(location));
    for (const std::string& partition : read.partitions) {
      out += fmt::format("ALTER TABLE {}.{} ADD IF NOT EXISTS PARTITION ({}='{}') LOCATION {};\n\n",
                         database, table.name, key, partition_value(partition),
                         sql_quoted(location + partition + "/"));
    }
  }
  return out;
}

std::string trino_statements(const ReadLake& lake) {
  std::string out =
      "-- For catalogs named hive (connector hive) and iceberg (connector iceberg, with\n"
      "-- iceberg.register-table-procedure.enabled=true).\n\n";
  if (lake.raw) {
    const Table& raw = *lake.raw;
    Columns columns = raw_columns(Dialect::kTrino, raw.storage.columns);
    std::string keys;
    for (const HiveColumn& key : raw.partition_keys)
      keys += fmt::format("{}{}", keys.empty() ? "" : ", ", sql_quoted(key.name));
    for (auto& key : raw_columns(Dialect::kTrino, raw.partition_keys))
      columns.push_back(std::move(key));
    out += fmt::format("CREATE SCHEMA IF NOT EXISTS symlinks.{};\n\n", raw.database);
    out += fmt::format(
        "CREATE TABLE IF NOT EXISTS symlinks.{}.{} (\n{}\n)\nWITH (\n  format = 'OPENX_JSON',\n  "
        "external_location = {}{}\n);\n\n",
        raw.database, raw.name, column_list(columns), sql_quoted(lake.raw_location),
        keys.empty() ? "" : fmt::format(",\n  partitioned_by = ARRAY[{}]", keys));
    if (!keys.empty()) {
      out += "-- Again after each run: it finds the new hours.\n";
      out += fmt::format("CALL hive.system.sync_partition_metadata({}, {}, 'FULL');\n\n",
                         sql_quoted(raw.database), sql_quoted(raw.name));
    }
    for (const RawPartition& partition : lake.raw_elsewhere) {
      std::string names;
      std::string values;
      for (std::size_t i = 0; i < raw.partition_keys.size() && i < partition.values.size(); ++i) {
        names += fmt::format("{}{}", i == 0 ? "" : ", ", sql_quoted(raw.partition_keys[i].name));
        values += fmt::format("{}{}", i == 0 ? "" : ", ", sql_quoted(partition.values[i]));
      }
      out +=
          fmt::format("CALL hive.system.register_partition({}, {}, ARRAY[{}], ARRAY[{}], {});\n\n",
                      sql_quoted(raw.database), sql_quoted(raw.name), names, values,
                      sql_quoted(partition.location));
    }
  }
  out +=
      "-- A registered table stays at the snapshot that is named here: unregister_table and "
      "register_table again\n-- move it. What follows each commit are the symlink tables of "
      "`ddl --for athena` in the Glue catalog\n-- that catalog hive reads.\n\n";
  std::string_view last_database;
  for (const ReadTable& read : lake.tables) {
    const TableDefinition& table = *read.definition;
    const std::string_view database = database_of(table);
    if (read.metadata_file.empty()) {
      out += fmt::format("-- {}.{} holds nothing yet.\n\n", database, table.name);
      continue;
    }
    if (database != last_database)
      out += fmt::format("CREATE SCHEMA IF NOT EXISTS iceberg.{};\n\n", database);
    last_database = database;
    out += fmt::format(
        "CALL iceberg.system.register_table(schema_name => {}, table_name => {},\n  "
        "table_location => {},\n  metadata_file_name => {});\n\n",
        sql_quoted(database), sql_quoted(table.name),
        sql_quoted(lake.location + "/" + folder_of(table)), sql_quoted(read.metadata_file));
  }
  return out;
}

}  // namespace

std::optional<Engine> engine_of(std::string_view name) {
  if (name == "athena") return Engine::kAthena;
  if (name == "spectrum") return Engine::kSpectrum;
  if (name == "hive") return Engine::kHive;
  if (name == "trino") return Engine::kTrino;
  return std::nullopt;
}

std::string engine_statements(Engine engine, const ReadLake& lake) {
  std::string out;
  switch (engine) {
    case Engine::kAthena:
    case Engine::kHive: out = hive_statements(engine, lake); break;
    case Engine::kSpectrum: out = spectrum_statements(lake); break;
    case Engine::kTrino: out = trino_statements(lake); break;
  }
  if (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace clicklake
