#pragma once
/// Databases, tables, columns, partitions and schema versions, in the terms of Glue's data model.
///
/// Place: DDL statements write it, queries and the crawler read it; ingest registers the hours that
/// it wrote. The tables of the star schema are listed here (read only) and live in
/// catalog/catalog.h. Invariant: names are lower case; the values of a partition are canonical for
/// their types, so that `day=04` and `day=4` are one partition; every change is one transaction; a
/// table's schema versions are never rewritten. Thread safety: thread-compatible; any number of
/// processes may open the same lake. Source: AWS Glue API, "Catalog objects"; ADR-0010.

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/hive_type.h"

namespace clicklake {

class Catalog;

/// Keys and values in order of their keys' first setting; keys are compared as they are.
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// The value of `key`; null without one. Parameter names of tables and SerDes are matched as they
/// are written.
const std::string* find_parameter(const Parameters& parameters, std::string_view key);
/// Sets or overwrites.
void set_parameter(Parameters* parameters, std::string_view key, std::string_view value);

struct Database {
  std::string name;
  std::string description;
  std::string location_uri;  ///< as written; "" without one
  Parameters parameters;
  std::int64_t create_time_us = 0;
};

struct SerDeInfo {
  std::string name;
  std::string library;  ///< the class: "org.openx.data.jsonserde.JsonSerDe"
  Parameters parameters;
  bool operator==(const SerDeInfo&) const = default;
};

struct StorageDescriptor {
  std::vector<HiveColumn> columns;  ///< without the partition keys
  std::string location;  ///< as written: "s3://bucket/prefix/", a folder, or relative to the lake
  std::string input_format;
  std::string output_format;
  bool compressed = false;
  int number_of_buckets = 0;  ///< 0: not bucketed
  std::vector<std::string> bucket_columns;
  std::vector<std::string> sort_columns;
  SerDeInfo serde;
  Parameters parameters;
};

inline constexpr std::string_view kExternalTable = "EXTERNAL_TABLE";
inline constexpr std::string_view kVirtualView = "VIRTUAL_VIEW";
/// Parameter `table_type` of the tables whose files catalog/catalog.h keeps; they can't be changed
/// by DDL.
inline constexpr std::string_view kTableTypeParameter = "table_type";
inline constexpr std::string_view kLakeTableType = "CLICKLAKE";
/// Where those tables are listed.
inline constexpr std::array<std::string_view, 2> kLakeDatabases{"clickstream_processed",
                                                                "clickstream_curated"};

struct Table {
  std::string database;
  std::string name;
  std::string description;
  std::string table_type{kExternalTable};
  std::vector<HiveColumn> partition_keys;
  StorageDescriptor storage;
  Parameters parameters;
  std::string view_original_text;  ///< of views: the query as written
  std::int64_t create_time_us = 0;
  std::int64_t update_time_us = 0;
  std::int64_t version = 0;  ///< of the schema; 1 for a new table

  bool is_view() const { return table_type == kVirtualView; }
  bool is_lake_table() const;  ///< of the star schema
};

/// The value of a partition whose key is NULL, in folders and in `Partition::values`.
inline constexpr std::string_view kNullPartitionValue = "__HIVE_DEFAULT_PARTITION__";

struct Partition {
  std::vector<std::string> values;  ///< canonical, one a partition key
  /// As written; "": `<table's location>/key=value/.../`.
  std::string location;
  Parameters parameters;
  /// Columns of its own, where ALTER TABLE ... PARTITION ... ADD COLUMNS gave it some; else the
  /// table's.
  std::optional<std::vector<HiveColumn>> columns;
  std::int64_t create_time_us = 0;
  /// When a crawl or repair found its folder gone; 0: it is there as far as is known.
  std::int64_t vanished_us = 0;
};

/// One change of a table's columns.
struct SchemaVersion {
  std::int64_t version = 0;
  std::int64_t time_us = 0;
  std::string change;  ///< what: "created", "added column score double", ...
  std::string origin;  ///< from where: a statement, or the file in which it was seen
  std::vector<HiveColumn> columns;
};

struct PartitionChanges {
  std::int64_t added = 0;
  std::int64_t existing = 0;  ///< of the same location, or any where `if_not_exists`
};

/// Files that a statement is writing below a folder; their names begin with its id.
struct PendingWrite {
  std::string id;
  std::string folder;  ///< absolute
};

/// One partition of the value tests that a reader makes; true keeps it.
using PartitionTest = std::function<bool(const std::vector<std::string>& values)>;

class Metastore {
 public:
  /// Opens the metastore of a lake's catalog file, which must exist. Errors: those of
  /// Catalog::open.
  static Result<std::unique_ptr<Metastore>> open(const std::filesystem::path& catalog_file);
  /// The metastore in the file of `catalog`, which outlives it and is used by the same thread. On a
  /// full device only one connection can open the file. Errors: kUnsupported, another kind of
  /// catalog.
  static Result<std::unique_ptr<Metastore>> open(Catalog& catalog);
  virtual ~Metastore() = default;

  /// By name.
  virtual Result<std::vector<Database>> databases() = 0;
  /// Errors: kNotFound.
  virtual Result<Database> database(std::string_view name) = 0;
  /// Errors: kAlreadyExists; kInvalidArgument, no name for a database.
  virtual Status create_database(const Database& database) = 0;
  /// Description, location and parameters. Errors: kNotFound.
  virtual Status update_database(const Database& database) = 0;
  /// Errors: kNotFound; kInvalidArgument, it has tables and `cascade` is false, or holds the lake's
  /// own tables, or is `default`.
  virtual Status drop_database(std::string_view name, bool cascade) = 0;

  /// Tables and views of a database by name. Errors: kNotFound, no such database.
  virtual Result<std::vector<Table>> tables(std::string_view database) = 0;
  /// Names only, of all databases, as (database, name), sorted.
  virtual Result<std::vector<std::pair<std::string, std::string>>> table_names() = 0;
  /// Errors: kNotFound.
  virtual Result<Table> table(std::string_view database, std::string_view name) = 0;
  /// `origin` goes to the first schema version. Errors: kAlreadyExists; kNotFound, the database;
  /// kInvalidArgument, columns that repeat or none.
  virtual Status create_table(const Table& table, std::string_view origin) = 0;
  /// Replaces everything but the partition keys, if the stored table's version and update time are
  /// still those of `table` (read it before each change). Where columns differ, a schema version is
  /// added: `change` and `origin` say what and from where. Errors: kNotFound; kConflict, it was
  /// changed meanwhile; kInvalidArgument.
  virtual Status update_table(const Table& table, std::string_view change,
                              std::string_view origin) = 0;
  /// Forgets the table with its partitions and versions; files stay. Errors: kNotFound;
  /// kInvalidArgument, a table of the lake's own.
  virtual Status drop_table(std::string_view database, std::string_view name) = 0;
  /// Oldest first. Errors: kNotFound.
  virtual Result<std::vector<SchemaVersion>> schema_versions(std::string_view database,
                                                             std::string_view name) = 0;

  /// Partitions that `keep` (empty: all) keeps, by values as numbers where the key is one, else as
  /// text. Errors: kNotFound. Cost: about 1 us a partition.
  virtual Result<std::vector<Partition>> partitions(std::string_view database,
                                                    std::string_view name,
                                                    const PartitionTest& keep) = 0;
  virtual Result<std::int64_t> partition_count(std::string_view database,
                                               std::string_view name) = 0;
  /// Nothing where it is not registered. `values` may be spelled in any way that their types allow.
  virtual Result<std::optional<Partition>> partition(std::string_view database,
                                                     std::string_view name,
                                                     const std::vector<std::string>& values) = 0;
  /// Registers partitions, all or none. One that is there is left as it is where `if_not_exists` or
  /// where its location is the same. Errors: kNotFound, the table; kAlreadyExists, naming the first
  /// with another location; kInvalidArgument, the table is not partitioned, the number of values is
  /// wrong, or one does not fit its key's type. Cost: about 3 us a partition, one fsync.
  virtual Result<PartitionChanges> add_partitions(std::string_view database, std::string_view name,
                                                  const std::vector<Partition>& partitions,
                                                  bool if_not_exists) = 0;
  /// Location, parameters, columns, vanished_us of one partition. Errors: kNotFound.
  virtual Status update_partition(std::string_view database, std::string_view name,
                                  const Partition& partition) = 0;
  /// Errors: kNotFound, there is none of `from`; kAlreadyExists, there is one of `to`.
  virtual Status rename_partition(std::string_view database, std::string_view name,
                                  const std::vector<std::string>& from,
                                  const std::vector<std::string>& to) = 0;
  /// All or none. Errors: kNotFound naming the first that is not there, unless `if_exists`.
  virtual Result<std::int64_t> drop_partitions(std::string_view database, std::string_view name,
                                               const std::vector<std::vector<std::string>>& values,
                                               bool if_exists) = 0;

  /// What a listing of a table's folders saw last: folder (as listed, ending in '/') and its
  /// modification time in UTC microseconds.
  virtual Result<std::vector<std::pair<std::string, std::int64_t>>> seen_folders(
      std::string_view database, std::string_view name) = 0;
  /// Sets or overwrites those; forgets `gone`.
  virtual Status set_seen_folders(std::string_view database, std::string_view name,
                                  const std::vector<std::pair<std::string, std::int64_t>>& folders,
                                  const std::vector<std::string>& gone) = 0;

  /// Writes down that files with names that begin with `write.id` may come to lie below its folder:
  /// readers leave them out until commit_write, and the next writer removes them if that never
  /// comes. Errors: kAlreadyExists.
  virtual Status begin_write(const PendingWrite& write) = 0;
  virtual Result<std::vector<PendingWrite>> pending_writes() = 0;
  /// In one transaction: forgets the write; makes `created` where it is given; registers
  /// `partitions` of that table, else of `database.name` (those that are there stay as they are).
  /// Errors (nothing was changed): kNotFound, the write was not begun or there is no such table;
  /// those of create_table and add_partitions.
  virtual Status commit_write(std::string_view id, const Table* created, std::string_view database,
                              std::string_view name, const std::vector<Partition>& partitions) = 0;
  /// For a write whose files were removed. Errors: kNotFound.
  virtual Status forget_write(std::string_view id) = 0;

  /// Statements stored under a name by PREPARE. Errors: kNotFound.
  virtual Result<std::string> prepared_statement(std::string_view name) = 0;
  virtual Status set_prepared_statement(std::string_view name, std::string_view sql) = 0;
  virtual Status drop_prepared_statement(std::string_view name) = 0;
};

/// The one spelling of a partition value of that type: integers without leading zeros and "+",
/// dates as YYYY-MM-DD, booleans in lower case, others as they are; kNullPartitionValue for an
/// empty text, and itself of every type. Errors: kInvalidArgument, it is no such value.
Result<std::string> canonical_partition_value(const HiveType& type, std::string_view text);

/// `year=2024/month=11/`: values as given, escaped as Hive escapes path segments ("%3A" for ":").
std::string partition_path(const std::vector<HiveColumn>& keys,
                           const std::vector<std::string>& values);
/// Undoes Hive's escaping of one path segment.
std::string unescape_path_segment(std::string_view segment);

/// The location that a partition's files are under: its own, or below the table's.
std::string partition_location(const Table& table, const Partition& partition);

}  // namespace clicklake
