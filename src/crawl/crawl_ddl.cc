#include "crawl/crawl_ddl.h"

#include <algorithm>

#include "ddl/ddl_text.h"
#include "ddl/parser.h"

namespace clicklake {
namespace {

/// Partitions in one statement.
constexpr std::size_t kMostAtOnce = 100;

std::string full_name(const Table& table) {
  return ddl::quote_name(table.database) + "." + ddl::quote_name(table.name);
}

std::string partition_text(const Table& table, const std::vector<std::string>& values) {
  std::string out = "PARTITION (";
  for (std::size_t i = 0; i < values.size(); ++i) {
    const HiveColumn& key = table.partition_keys[i];
    if (i > 0) out += ", ";
    out += ddl::quote_name(key.name) + " = ";
    const bool plain = is_integer(key.type.kind) && values[i] != kNullPartitionValue;
    out += plain ? values[i] : ddl::quote_text(values[i]);
  }
  return out + ")";
}

std::string columns_text(const std::vector<HiveColumn>& columns) {
  std::string out = "(";
  for (const HiveColumn& column : columns) {
    if (out.size() > 1) out += ", ";
    out += ddl::quote_name(column.name) + " " + to_string(column.type);
  }
  return out + ")";
}

void add_partitions(const Table& table, const std::vector<CrawledPartition>& partitions,
                    std::string* out) {
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    if (i % kMostAtOnce == 0) {
      if (i > 0) *out += ";\n";
      *out += "ALTER TABLE " + full_name(table) + " ADD IF NOT EXISTS";
    }
    *out += "\n  " + partition_text(table, partitions[i].values);
    if (!partitions[i].location.empty())
      *out += " LOCATION " + ddl::quote_text(partitions[i].location);
  }
  if (!partitions.empty()) *out += ";\n";
}

void change_columns(const CrawledTable& crawled, std::string* out) {
  const auto applied = [&](SchemaChange::Kind kind) {
    return std::any_of(crawled.changes.begin(), crawled.changes.end(),
                       [&](const SchemaChange& c) { return c.applied && c.kind == kind; });
  };
  const std::vector<HiveColumn>& columns = crawled.table.storage.columns;
  const std::string alter = "ALTER TABLE " + full_name(crawled.table);
  if (applied(SchemaChange::Kind::kWiderType) || applied(SchemaChange::Kind::kNewField)) {
    *out += alter + " REPLACE COLUMNS " + columns_text(columns) + ";\n";
  } else if (applied(SchemaChange::Kind::kNewColumn)) {
    std::vector<HiveColumn> added;
    for (const SchemaChange& change : crawled.changes) {
      if (change.applied) added.push_back(columns[change.column]);
    }
    *out += alter + " ADD COLUMNS " + columns_text(added) + ";\n";
  }
}

}  // namespace

ddl::CreateTable create_statement(const Table& table) {
  ddl::CreateTable out;
  out.name.database = table.database;
  out.name.table = table.name;
  out.external = true;
  out.columns = table.storage.columns;
  out.partition_keys = table.partition_keys;
  ddl::RowFormat rows;
  rows.serde = table.storage.serde.library;
  rows.properties = table.storage.serde.parameters;
  out.row_format = std::move(rows);
  ddl::StoredAs stored;
  stored.input_format = table.storage.input_format;
  stored.output_format = table.storage.output_format;
  out.stored_as = std::move(stored);
  out.location = table.storage.location;
  for (const auto& property : table.parameters) {
    if (property.first != "EXTERNAL") out.properties.push_back(property);
  }
  return out;
}

std::string crawl_ddl(const CrawledTable& crawled, bool drop_vanished) {
  if (crawled.refused) return "";
  std::string out;
  if (crawled.is_new) out = ddl::create_table_text(create_statement(crawled.table)) + ";\n";
  change_columns(crawled, &out);
  add_partitions(crawled.table, crawled.added, &out);
  for (const CrawledPartition& moved : crawled.moved) {
    out += "ALTER TABLE " + full_name(crawled.table) + " " +
           partition_text(crawled.table, moved.values) + " SET LOCATION " +
           ddl::quote_text(moved.location) + ";\n";
  }
  if (drop_vanished) {
    for (const CrawledPartition& gone : crawled.vanished) {
      out += "ALTER TABLE " + full_name(crawled.table) + " DROP IF EXISTS " +
             partition_text(crawled.table, gone.values) + ";\n";
    }
  }
  return out;
}

}  // namespace clicklake
