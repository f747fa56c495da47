#pragma once
/// What a catalog statement runs with, and how it finds what it names.
///
/// Place: under catalog_statements; every statement's run_statement (statement_runs.h) begins here.
/// Invariant: only reads the metastore; a message about a name stands at its place in the text.
/// Thread safety: as the metastore. Source: Hive's error messages, as Athena gives them.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ddl/statement.h"
#include "metastore/metastore.h"
#include "objstore/location_map.h"
#include "objstore/object_store.h"

namespace clicklake {

struct StatementContext {
  Metastore& metastore;
  const LocationMap& locations;
  ObjectStore& objects;
  std::string_view sql;  ///< the statement, for positions
  std::string_view current_database;
};

/// An error that shows `position` of the statement.
Error error_at(const StatementContext& context, ErrorCode code, ddl::Position position,
               std::string_view message);

/// "clickstream_raw.click_events_raw".
std::string full_name(const Table& table);
/// The database that `name` is in: its own, or the current one.
std::string database_of(const StatementContext& context, const ddl::TableName& name);

/// The error for a database that is not there.
Error database_not_found(std::string_view name);

/// A table or view. Errors: kNotFound, naming a database that has a table of that name.
Result<Table> find_table(const StatementContext& context, const ddl::TableName& name);
/// The same for what DDL may change. Errors: also kInvalidArgument, a view; kUnsupported, a table
/// of the lake's own.
Result<Table> find_changeable_table(const StatementContext& context, const ddl::TableName& name);
/// The error for a change of a table of the lake's own.
Error lake_table_error(const StatementContext& context, const Table& table,
                       const ddl::TableName& name);

/// "{year=2024, month=11}", as Hive writes a spec in messages.
std::string spec_text(const ddl::PartitionSpec& spec);

/// The values of `spec` in order of the table's keys, canonical, and as they were written.
struct SpecValues {
  std::vector<std::string> canonical;
  std::vector<std::string> written;
};
/// Errors: kInvalidArgument, the table is not partitioned, a key is none of the table's or is
/// missing, or a value is none of its key's type.
Result<SpecValues> full_spec(const StatementContext& context, const Table& table,
                             const ddl::PartitionSpec& spec);
/// The same for some of the keys: those without a value are left empty in `given`.
struct PartialSpecValues {
  std::vector<bool> given;
  std::vector<std::string> canonical;
};
Result<PartialSpecValues> partial_spec(const StatementContext& context, const Table& table,
                                       const ddl::PartitionSpec& spec);

/// The registered partition of a full spec. Errors: kNotFound; those of full_spec.
Result<Partition> find_partition(const StatementContext& context, const Table& table,
                                 const ddl::PartitionSpec& spec);
Error partition_not_found(const StatementContext& context, const ddl::PartitionSpec& spec);

/// Whether both locations are one place: by their paths here, or, where they have none, by their
/// text.
bool same_location(const LocationMap& locations, std::string_view one, std::string_view other);

}  // namespace clicklake
