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

/// `database.table` or `table`; in DDL also `database.table` within one pair of backticks.
struct TableName {
  std::string database;  ///< "" where none is written
  std::string table;
  Position position = 0;
  bool operator==(const TableName&) const = default;
};

/// `(year=2024, day='04')`: values as text, without quotes.
struct PartitionSpec {
  std::vector<std::pair<std::string, std::string>> values;  ///< key (lower case), value
  Position position = 0;                                    ///< of its '('
  bool operator==(const PartitionSpec&) const = default;
};

/// An element of an Iceberg table's PARTITIONED BY: `category`, `day(t)`, `bucket(16, id)`.
struct PartitionTransformSpec {
  std::string transform;  ///< "identity", "year", "month", "day", "hour", "bucket", "truncate"
  int argument = 0;       ///< of bucket and truncate
  std::string column;
  bool operator==(const PartitionTransformSpec&) const = default;
};

struct RowFormat {
  /// ROW FORMAT SERDE: the class; "" for DELIMITED.
  std::string serde;
  /// WITH SERDEPROPERTIES; for DELIMITED: field.delim, escape.delim, collection.delim,
  /// mapkey.delim, line.delim, serialization.null.format as they are given.
  Properties properties;
  bool operator==(const RowFormat&) const = default;
};

struct StoredAs {
  std::string
      format;  ///< upper case: "PARQUET", "TEXTFILE", "JSONFILE", ...; "" with the long form
  std::string input_format;
  std::string output_format;
  bool operator==(const StoredAs&) const = default;
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
  bool operator==(const CreateTable&) const = default;
};

/// The value of a property of CTAS and UNLOAD.
struct PropertyValue {
  std::string text;                ///< of a string, number or boolean ("true", "false")
  std::vector<std::string> array;  ///< of ARRAY['a', 'b']
  bool is_array = false;
  Position position = 0;
  bool operator==(const PropertyValue&) const = default;
};
struct Property {
  std::string name;  ///< lower case
  PropertyValue value;
  Position position = 0;
  bool operator==(const Property&) const = default;
};

struct Query {
  std::string text;
  Position position = 0;
  bool operator==(const Query&) const = default;
};

struct CreateTableAs {
  TableName name;
  bool if_not_exists = false;
  std::vector<Property> properties;
  Query query;
  bool with_data = true;
  std::string comment;
  bool operator==(const CreateTableAs&) const = default;
};

struct CreateView {
  TableName name;
  bool or_replace = false;
  Query query;
  bool operator==(const CreateView&) const = default;
};

struct CreateDatabase {
  std::string name;
  bool if_not_exists = false;
  std::string comment;
  std::string location;
  Properties properties;
  bool operator==(const CreateDatabase&) const = default;
};
struct DropDatabase {
  std::string name;
  bool if_exists = false;
  bool cascade = false;
  bool operator==(const DropDatabase&) const = default;
};
struct AlterDatabase {
  std::string name;
  Properties properties;
  bool operator==(const AlterDatabase&) const = default;
};

struct DropTable {
  TableName name;
  bool if_exists = false;
  bool operator==(const DropTable&) const = default;
};
struct DropView {
  TableName name;
  bool if_exists = false;
  bool operator==(const DropView&) const = default;
};

struct AddPartitions {
  TableName name;
  bool if_not_exists = false;
  /// Location: nothing where none is written.
  std::vector<std::pair<PartitionSpec, std::optional<std::string>>> partitions;
  bool operator==(const AddPartitions&) const = default;
};
struct DropPartitions {
  TableName name;
  bool if_exists = false;
  std::vector<PartitionSpec> partitions;
  bool operator==(const DropPartitions&) const = default;
};
struct RenamePartition {
  TableName name;
  PartitionSpec from;
  PartitionSpec to;
  bool operator==(const RenamePartition&) const = default;
};
struct SetLocation {
  TableName name;
  std::optional<PartitionSpec> partition;
  std::string location;
  bool operator==(const SetLocation&) const = default;
};
struct SetTableProperties {
  TableName name;
  Properties properties;
  bool operator==(const SetTableProperties&) const = default;
};
struct UnsetTableProperties {
  TableName name;
  bool if_exists = false;
  std::vector<std::string> keys;
  bool operator==(const UnsetTableProperties&) const = default;
};
struct AddColumns {
  TableName name;
  std::optional<PartitionSpec> partition;
  std::vector<HiveColumn> columns;
  bool operator==(const AddColumns&) const = default;
};
struct ReplaceColumns {
  TableName name;
  std::optional<PartitionSpec> partition;
  std::vector<HiveColumn> columns;
  bool operator==(const ReplaceColumns&) const = default;
};

struct RepairTable {
  TableName name;
  bool operator==(const RepairTable&) const = default;
};

struct ShowDatabases {
  std::string pattern;  ///< "": all
  bool operator==(const ShowDatabases&) const = default;
};
struct ShowTables {
  std::string database;  ///< "": the current one
  std::string pattern;
  bool operator==(const ShowTables&) const = default;
};
struct ShowViews {
  std::string database;
  std::string pattern;
  bool operator==(const ShowViews&) const = default;
};
struct ShowColumns {
  TableName name;
  bool operator==(const ShowColumns&) const = default;
};
struct ShowPartitions {
  TableName name;
  std::optional<PartitionSpec> partition;  ///< only those within
  bool operator==(const ShowPartitions&) const = default;
};
struct ShowCreateTable {
  TableName name;
  bool operator==(const ShowCreateTable&) const = default;
};
struct ShowCreateView {
  TableName name;
  bool operator==(const ShowCreateView&) const = default;
};
struct ShowTableProperties {
  TableName name;
  std::optional<std::string> key;
  bool operator==(const ShowTableProperties&) const = default;
};

enum class DescribeForm : std::uint8_t { kPlain, kFormatted, kExtended, kHistory };
struct Describe {
  TableName name;
  DescribeForm form = DescribeForm::kPlain;
  std::optional<PartitionSpec> partition;
  /// `metadata.$key$`: {"metadata", "$key$"}; lower case.
  std::vector<std::string> column_path;
  bool operator==(const Describe&) const = default;
};

struct InsertInto {
  TableName name;
  std::vector<std::string> columns;  ///< lower case; none: all
  Query query;                       ///< a SELECT, WITH or VALUES
  bool operator==(const InsertInto&) const = default;
};

struct Unload {
  Query query;
  std::string location;
  Position location_position = 0;
  std::vector<Property> properties;
  bool operator==(const Unload&) const = default;
};

enum class ExplainType : std::uint8_t { kLogical, kDistributed, kValidate, kIo };
enum class ExplainFormat : std::uint8_t { kText, kGraphviz, kJson };
struct Explain {
  bool analyze = false;
  bool verbose = false;
  std::optional<ExplainType> type;  ///< never with analyze
  std::optional<ExplainFormat> format;
  Query query;
  bool operator==(const Explain&) const = default;
};

struct Prepare {
  std::string name;  ///< lower case
  Query query;
  bool operator==(const Prepare&) const = default;
};
struct Execute {
  std::string name;
  std::vector<Query> arguments;  ///< of USING: each expression's text
  bool operator==(const Execute&) const = default;
};
struct Deallocate {
  std::string name;
  bool operator==(const Deallocate&) const = default;
};

struct UseDatabase {
  std::string name;
  bool operator==(const UseDatabase&) const = default;
};

using Statement =
    std::variant<CreateTable, CreateTableAs, CreateView, CreateDatabase, DropDatabase,
                 AlterDatabase, DropTable, DropView, AddPartitions, DropPartitions, RenamePartition,
                 SetLocation, SetTableProperties, UnsetTableProperties, AddColumns, ReplaceColumns,
                 RepairTable, ShowDatabases, ShowTables, ShowViews, ShowColumns, ShowPartitions,
                 ShowCreateTable, ShowCreateView, ShowTableProperties, Describe, InsertInto, Unload,
                 Explain, Prepare, Execute, Deallocate, UseDatabase>;

}  // namespace clicklake::ddl
