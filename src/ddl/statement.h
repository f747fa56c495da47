#pragma once
/// Athena's statements as trees: DDL in Hive's grammar, CTAS, INSERT, UNLOAD, views and prepared
/// statements with their queries left as text.
///
/// Place: ddl/parser.h makes them of SQL text; query/ runs them against the metastore.
/// Invariant: names of databases, tables and columns are lower case; positions are bytes from the
/// statement's beginning; a query's text is exactly as written.
/// Thread safety: values.
/// Source: Athena user guide, "DDL statements", "SQL queries, functions, and operators"; ADR-0011.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/hive_type.h"

namespace clicklake::ddl {

/// Bytes from the beginning of the statement.
using Position = std::size_t;

/// Keys as written, in order; a number's value is its text.
using Properties = std::vector<std::pair<std::string, std::string>>;

/// `database.table` or `table`.
struct TableName {
  std::string database;  ///< "" where none is written
  std::string table;
  Position position = 0;
};

/// `(year=2024, day='04')`: values as text, without quotes.
struct PartitionSpec {
  std::vector<std::pair<std::string, std::string>> values;  ///< key (lower case), value
  Position position = 0;                                    ///< of its '('
};

/// An element of an Iceberg table's PARTITIONED BY: `category`, `day(t)`, `bucket(16, id)`.
struct PartitionTransformSpec {
  std::string transform;  ///< "identity", "year", "month", "day", "hour", "bucket", "truncate"
  int argument = 0;       ///< of bucket and truncate
  std::string column;
};

struct RowFormat {
  /// ROW FORMAT SERDE: the class; "" for DELIMITED.
  std::string serde;
  /// WITH SERDEPROPERTIES; for DELIMITED: field.delim, escape.delim, collection.delim,
  /// mapkey.delim, line.delim, serialization.null.format as they are given.
  Properties properties;
};

struct StoredAs {
  std::string
      format;  ///< upper case: "PARQUET", "TEXTFILE", "JSONFILE", ...; "" with the long form
  std::string input_format;
  std::string output_format;
};

struct CreateTable {
  TableName name;
  bool external = false;
  bool if_not_exists = false;
  std::vector<HiveColumn> columns;
  std::vector<HiveColumn> partition_keys;
  std::vector<PartitionTransformSpec> partition_transforms;  ///< Iceberg's form
  std::string comment;
  std::optional<RowFormat> row_format;
  std::optional<StoredAs> stored_as;
  std::vector<std::string> bucket_columns;
  int buckets = 0;
  std::optional<std::string> location;
  Properties properties;
};

/// The value of a property of CTAS and UNLOAD.
struct PropertyValue {
  std::string text;                ///< of a string, number or boolean ("true", "false")
  std::vector<std::string> array;  ///< of ARRAY['a', 'b']
  bool is_array = false;
  Position position = 0;
};
struct Property {
  std::string name;  ///< lower case
  PropertyValue value;
  Position position = 0;
};

struct Query {
  std::string text;
  Position position = 0;
};

struct CreateTableAs {
  TableName name;
  bool if_not_exists = false;
  std::vector<Property> properties;
  Query query;
  bool with_data = true;
};

struct CreateView {
  TableName name;
  bool or_replace = false;
  Query query;
};

struct CreateDatabase {
  std::string name;
  bool if_not_exists = false;
  std::string comment;
  std::string location;
  Properties properties;
};
struct DropDatabase {
  std::string name;
  bool if_exists = false;
  bool cascade = false;
};
struct AlterDatabase {
  std::string name;
  Properties properties;
};

struct DropTable {
  TableName name;
  bool if_exists = false;
};
struct DropView {
  TableName name;
  bool if_exists = false;
};

struct AddPartitions {
  TableName name;
  bool if_not_exists = false;
  /// Location: nothing where none is written.
  std::vector<std::pair<PartitionSpec, std::optional<std::string>>> partitions;
};
struct DropPartitions {
  TableName name;
  bool if_exists = false;
  std::vector<PartitionSpec> partitions;
};
struct RenamePartition {
  TableName name;
  PartitionSpec from;
  PartitionSpec to;
};
struct SetLocation {
  TableName name;
  std::optional<PartitionSpec> partition;
  std::string location;
};
struct SetTableProperties {
  TableName name;
  Properties properties;
};
struct UnsetTableProperties {
  TableName name;
  bool if_exists = false;
  std::vector<std::string> keys;
};
struct AddColumns {
  TableName name;
  std::optional<PartitionSpec> partition;
  std::vector<HiveColumn> columns;
};
struct ReplaceColumns {
  TableName name;
  std::optional<PartitionSpec> partition;
  std::vector<HiveColumn> columns;
};

struct RepairTable {
  TableName name;
};

struct ShowDatabases {
  std::string pattern;  ///< "": all
};
struct ShowTables {
  std::string database;  ///< "": the current one
  std::string pattern;
};
struct ShowViews {
  std::string database;
  std::string pattern;
};
struct ShowColumns {
  TableName name;
};
struct ShowPartitions {
  TableName name;
  std::optional<PartitionSpec> partition;  ///< only those within
};
struct ShowCreateTable {
  TableName name;
};
struct ShowCreateView {
  TableName name;
};
struct ShowTableProperties {
  TableName name;
  std::optional<std::string> key;
};

enum class DescribeForm : std::uint8_t { kPlain, kFormatted, kExtended, kHistory };
struct Describe {
  TableName name;
  DescribeForm form = DescribeForm::kPlain;
  std::optional<PartitionSpec> partition;
  /// `metadata.$key$`: {"metadata", "$key$"}; lower case.
  std::vector<std::string> column_path;
};

struct InsertInto {
  TableName name;
  std::vector<std::string> columns;  ///< lower case; none: all
  Query query;                       ///< a SELECT, WITH or VALUES
};

struct Unload {
  Query query;
  std::string location;
  Position location_position = 0;
  std::vector<Property> properties;
};

enum class ExplainType : std::uint8_t { kLogical, kDistributed, kValidate, kIo };
enum class ExplainFormat : std::uint8_t { kText, kGraphviz, kJson };
struct Explain {
  bool analyze = false;
  bool verbose = false;
  std::optional<ExplainType> type;
  std::optional<ExplainFormat> format;
  Query query;
};

struct Prepare {
  std::string name;  ///< lower case
  Query query;
};
struct Execute {
  std::string name;
  std::vector<Query> arguments;  ///< of USING: each expression's text
};
struct Deallocate {
  std::string name;
};

struct UseDatabase {
  std::string name;
};

using Statement =
    std::variant<CreateTable, CreateTableAs, CreateView, CreateDatabase, DropDatabase,
                 AlterDatabase, DropTable, DropView, AddPartitions, DropPartitions, RenamePartition,
                 SetLocation, SetTableProperties, UnsetTableProperties, AddColumns, ReplaceColumns,
                 RepairTable, ShowDatabases, ShowTables, ShowViews, ShowColumns, ShowPartitions,
                 ShowCreateTable, ShowCreateView, ShowTableProperties, Describe, InsertInto, Unload,
                 Explain, Prepare, Execute, Deallocate, UseDatabase>;

}  // namespace clicklake::ddl
