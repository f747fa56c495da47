/// DESCRIBE in its four forms, and of a path into a column's type.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/time.h"
#include "statements/hive_storage.h"
#include "statements/statement_runs.h"

namespace clicklake {
namespace {

using Columns = std::vector<HiveColumn>;

/// The type's child that one step of a path leads to; null where there is none.
const HiveType* step(const HiveType& type, std::string_view name) {
  switch (type.kind) {
    case HiveKind::kArray: return name == "$elem$" ? type.children.data() : nullptr;
    case HiveKind::kMap:
      if (name == "$key$") return type.children.data();
      return name == "$value$" ? &type.children[1] : nullptr;
    case HiveKind::kStruct:
      for (std::size_t i = 0; i < type.field_names.size(); ++i)
        if (type.field_names[i] == name) return &type.children[i];
      return nullptr;
    default: return nullptr;
  }
}

std::string steps_of(const HiveType& type) {
  switch (type.kind) {
    case HiveKind::kArray: return "it has $elem$";
    case HiveKind::kMap: return "it has $key$ and $value$";
    case HiveKind::kStruct: {
      std::string text = "its fields are";
      for (const std::string& name : type.field_names)
        text += (&name == type.field_names.data() ? " " : ", ") + name;
      return text;
    }
    default: return "nothing is inside";
  }
}

std::string joined(const std::vector<std::string>& path, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? "." : "") + path[i];
  return text;
}

/// The columns that a path stands for: a column, what is inside its type, or a struct's fields.
Result<Columns> at_path(const StatementContext& context, const ddl::Describe& describe,
                        const Table& table, const Columns& columns) {
  const std::vector<std::string>& path = describe.column_path;
  const auto fault = [&](std::size_t count, const std::string& why) {
    return error_at(context, ErrorCode::kNotFound, describe.name.position,
                    "SemanticException [Error 10002]: Invalid column reference " +
                        joined(path, count) + ": " + why);
  };
  const HiveColumn* column = nullptr;
  for (const Columns* list : {&columns, &table.partition_keys})
    for (const HiveColumn& one : *list)
      if (one.name == path[0]) column = &one;
  if (column == nullptr) return fault(1, full_name(table) + " has no such column");

  HiveColumn found = *column;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const HiveType* inside = step(found.type, path[i]);
    if (inside == nullptr)
      return fault(i + 1,
                   joined(path, i) + " is " + to_string(found.type) + ": " + steps_of(found.type));
    HiveType type = *inside;
    found = HiveColumn{path[i], std::move(type), std::string(kFromDeserializer)};
  }
  const bool fields = found.type.kind == HiveKind::kStruct && path.size() > 1;
  if (!fields) return Columns{found};
  Columns out;
  for (std::size_t i = 0; i < found.type.field_names.size(); ++i)
    out.push_back(
        {found.type.field_names[i], found.type.children[i], std::string(kFromDeserializer)});
  return out;
}

std::string time_text(std::int64_t time_us) {
  return time_us == 0 ? std::string("UNKNOWN")
                      : format_timestamp(time_us - time_us % kMicrosPerSecond);
}

/// Writes DESCRIBE's rows of three.
class Sheet {
 public:
  Sheet() { rows_.columns = {"col_name", "data_type", "comment"}; }

  void add(std::string name, std::optional<std::string> value = std::nullopt,
           std::optional<std::string> comment = std::nullopt) {
    rows_.rows.push_back({std::move(name), std::move(value), std::move(comment)});
  }
  void heading(std::string_view text) {
    blank();
    add("# " + std::string(text));
  }
  void blank() { add(""); }
  void column_names() { add("# col_name", "data_type", "comment"); }
  void columns(const Columns& columns, bool from_deserializer) {
    for (const HiveColumn& column : columns) {
      const bool silent = column.comment.empty() && from_deserializer;
      add(column.name, to_string(column.type),
          silent ? std::string(kFromDeserializer) : column.comment);
    }
  }
  void parameters(std::string_view title, const Parameters& parameters) {
    if (parameters.empty()) return;
    add(std::string(title));
    for (const auto& [key, value] : parameters) add("", key, value);
  }
  StatementRows take() { return std::move(rows_); }

 private:
  StatementRows rows_;
};

std::string list_text(const std::vector<std::string>& names) {
  std::string text = "[";
  for (const std::string& name : names) text += (text.size() > 1 ? ", " : "") + name;
  return text + "]";
}

void add_partition_keys(Sheet& sheet, const Table& table) {
  if (table.partition_keys.empty()) return;
  sheet.heading("Partition Information");
  sheet.column_names();
  sheet.columns(table.partition_keys, false);
}

void add_detail(Sheet& sheet, const Table& table) {
  sheet.heading("Detailed Table Information");
  sheet.add("Database:", table.database);
  sheet.add("Table:", table.name);
  sheet.add("CreateTime:", time_text(table.create_time_us));
  sheet.add("UpdateTime:", time_text(table.update_time_us));
  sheet.add("Location:", table.storage.location);
  sheet.add("Table Type:", table.table_type);
  sheet.add("Schema Version:", std::to_string(table.version));
  sheet.parameters("Table Parameters:", shown_properties(table));
}

void add_detail(Sheet& sheet, const Table& table, const Partition& partition) {
  sheet.heading("Detailed Partition Information");
  sheet.add("Partition Value:", list_text(partition.values));
  sheet.add("Database:", table.database);
  sheet.add("Table:", table.name);
  sheet.add("CreateTime:", time_text(partition.create_time_us));
  if (partition.vanished_us != 0) sheet.add("Vanished:", time_text(partition.vanished_us));
  sheet.add("Location:", partition_location(table, partition));
  sheet.parameters("Partition Parameters:", partition.parameters);
}

void add_storage(Sheet& sheet, const StorageDescriptor& storage) {
  sheet.heading("Storage Information");
  sheet.add("SerDe Library:", storage.serde.library);
  sheet.add("InputFormat:", storage.input_format);
  sheet.add("OutputFormat:", storage.output_format);
  sheet.add("Compressed:", storage.compressed ? "Yes" : "No");
  sheet.add("Num Buckets:",
            std::to_string(storage.number_of_buckets == 0 ? -1 : storage.number_of_buckets));
  sheet.add("Bucket Columns:", list_text(storage.bucket_columns));
  sheet.add("Sort Columns:", list_text(storage.sort_columns));
  sheet.parameters("Storage Desc Params:", storage.serde.parameters);
}

void add_view(Sheet& sheet, const Table& table) {
  sheet.heading("View Information");
  sheet.add("View Original Text:", table.view_original_text);
}

std::string thrift_text(const Parameters& parameters) {
  std::string text = "{";
  for (const auto& [key, value] : parameters) {
    if (text.size() > 1) text += ", ";
    text += key;
    text += "=";
    text += value;
  }
  return text + "}";
}

std::string thrift_text(const Columns& columns) {
  std::string text = "[";
  for (const HiveColumn& column : columns) {
    if (text.size() > 1) text += ", ";
    text += "FieldSchema(name:" + column.name + ", type:" + to_string(column.type) +
            ", comment:" + (column.comment.empty() ? "null" : column.comment) + ")";
  }
  return text + "]";
}

std::string thrift_text(const StorageDescriptor& storage, const Columns& columns,
                        const std::string& location) {
  return "StorageDescriptor(cols:" + thrift_text(columns) + ", location:" + location +
         ", inputFormat:" + storage.input_format + ", outputFormat:" + storage.output_format +
         ", compressed:" + (storage.compressed ? "true" : "false") + ", numBuckets:" +
         std::to_string(storage.number_of_buckets == 0 ? -1 : storage.number_of_buckets) +
         ", serdeInfo:SerDeInfo(name:" +
         (storage.serde.name.empty() ? "null" : storage.serde.name) +
         ", serializationLib:" + storage.serde.library +
         ", parameters:" + thrift_text(storage.serde.parameters) +
         "), bucketCols:" + list_text(storage.bucket_columns) +
         ", sortCols:" + list_text(storage.sort_columns) +
         ", parameters:" + thrift_text(storage.parameters) + ")";
}

std::string seconds_text(std::int64_t time_us) {
  return std::to_string(time_us / kMicrosPerSecond);
}

void add_thrift(Sheet& sheet, const Table& table) {
  sheet.blank();
  sheet.add("Detailed Table Information",
            "Table(tableName:" + table.name + ", dbName:" + table.database +
                ", createTime:" + seconds_text(table.create_time_us) + ", sd:" +
                thrift_text(table.storage, table.storage.columns, table.storage.location) +
                ", partitionKeys:" + thrift_text(table.partition_keys) +
                ", parameters:" + thrift_text(shown_properties(table)) +
                ", viewOriginalText:" + (table.is_view() ? table.view_original_text : "null") +
                ", tableType:" + table.table_type + ")");
}

void add_thrift(Sheet& sheet, const Table& table, const Partition& partition) {
  const Columns& columns = partition.columns ? *partition.columns : table.storage.columns;
  sheet.blank();
  sheet.add(
      "Detailed Partition Information",
      "Partition(values:" + list_text(partition.values) + ", dbName:" + table.database +
          ", tableName:" + table.name + ", createTime:" + seconds_text(partition.create_time_us) +
          ", sd:" + thrift_text(table.storage, columns, partition_location(table, partition)) +
          ", parameters:" + thrift_text(partition.parameters) + ")");
}

StatementResult history(const StatementContext& context, const Table& table) {
  ASSIGN_OR_RETURN(const auto versions,
                   context.metastore.schema_versions(table.database, table.name));
  StatementRows rows;
  rows.columns = {"version", "time", "change", "origin"};
  for (const SchemaVersion& version : versions)
    rows.rows.push_back({std::to_string(version.version), time_text(version.time_us),
                         version.change, version.origin});
  return rows;
}

}  // namespace

StatementResult run_statement(const StatementContext& context, const ddl::Describe& describe) {
  ASSIGN_OR_RETURN(const Table table, find_table(context, describe.name));
  if (describe.form == ddl::DescribeForm::kHistory) return history(context, table);
  std::optional<Partition> partition;
  if (describe.partition) {
    ASSIGN_OR_RETURN(partition, find_partition(context, table, *describe.partition));
  }
  const Columns& columns =
      partition && partition->columns ? *partition->columns : table.storage.columns;
  const bool whole = describe.column_path.empty();
  const bool formatted = describe.form == ddl::DescribeForm::kFormatted;
  const bool from_deserializer = names_columns_itself(table.storage.serde);

  Sheet sheet;
  if (formatted) sheet.column_names();
  if (!whole) {
    ASSIGN_OR_RETURN(const Columns found, at_path(context, describe, table, columns));
    sheet.columns(found, from_deserializer);
  } else {
    sheet.columns(columns, from_deserializer);
    if (!formatted) sheet.columns(table.partition_keys, false);
    add_partition_keys(sheet, table);
  }
  if (formatted) {
    partition ? add_detail(sheet, table, *partition) : add_detail(sheet, table);
    add_storage(sheet, table.storage);
    if (table.is_view()) add_view(sheet, table);
  } else if (describe.form == ddl::DescribeForm::kExtended) {
    partition ? add_thrift(sheet, table, *partition) : add_thrift(sheet, table);
  }
  return sheet.take();
}

}  // namespace clicklake
