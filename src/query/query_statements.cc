#include "query/query_statements.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "base/ascii_case.h"
#include "base/uuid.h"
#include "catalog/lake_lock.h"
#include "ddl/parser.h"
#include "query/duckdb_hive_type.h"
#include "statements/hive_storage.h"

namespace clicklake {

namespace {

using ddl::at_position;

std::string full_name(const std::string& database, const std::string& table) {
  return database + "." + table;
}

const std::string& database_of(const ddl::TableName& name, const std::string& current) {
  return name.database.empty() ? current : name.database;
}

/// Whether a column was given this name, rather than DuckDB the text of an expression.
bool is_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
  });
}

std::string rows_note(const StagedWrite& write) {
  return std::to_string(write.rows) + (write.rows == 1 ? " row" : " rows") + " written, " +
         std::to_string(write.files.size()) + (write.files.size() == 1 ? " file" : " files");
}

/// The texts of all rows of a result whose columns are VARCHAR, last column joined by line ends.
Result<std::string> last_column(QueryResult& result) {
  std::string out;
  const int last = static_cast<int>(result.columns().size()) - 1;
  for (;;) {
    ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
    if (chunk == nullptr) return out;
    for (std::size_t row = 0; row < chunk->rows(); ++row) {
      if (!out.empty()) out += "\n";
      out += chunk->string(last, row);
    }
  }
}

}  // namespace

bool QueryStatements::takes(const ddl::Statement& statement) {
  return std::holds_alternative<ddl::CreateTableAs>(statement) ||
         std::holds_alternative<ddl::InsertInto>(statement) ||
         std::holds_alternative<ddl::Unload>(statement) ||
         std::holds_alternative<ddl::CreateView>(statement) ||
         std::holds_alternative<ddl::Explain>(statement) ||
         std::holds_alternative<ddl::Prepare>(statement);
}

Result<StatementRows> QueryStatements::run(const ddl::Statement& statement, std::string_view sql,
                                           const std::string& database) {
  if (const auto* create = std::get_if<ddl::CreateTableAs>(&statement))
    return create_table_as(*create, sql, database);
  if (const auto* into = std::get_if<ddl::InsertInto>(&statement))
    return insert(*into, sql, database);
  if (const auto* to = std::get_if<ddl::Unload>(&statement)) return unload(*to, sql);
  if (const auto* view = std::get_if<ddl::CreateView>(&statement))
    return create_view(*view, sql, database);
  if (const auto* shown = std::get_if<ddl::Explain>(&statement)) return explain(*shown);
  if (const auto* kept = std::get_if<ddl::Prepare>(&statement)) return prepare(*kept);
  return Error{ErrorCode::kUnsupported, "this statement is not one with a query inside"};
}

Result<std::vector<HiveColumn>> QueryStatements::columns_of(std::string_view query,
                                                            std::string_view what) {
  ASSIGN_OR_RETURN(const std::vector<ResultColumn> described, context_.describe(query));
  std::vector<HiveColumn> columns;
  std::set<std::string> names;
  for (std::size_t i = 0; i < described.size(); ++i) {
    if (!is_name(described[i].name)) {
      return Error{ErrorCode::kInvalidArgument,
                   "MISSING_COLUMN_NAME: Column name not specified at position " +
                       std::to_string(i + 1) + ": give " + described[i].name + " a name with AS"};
    }
    auto type = hive_type_of(described[i].type);
    if (!type) {
      return Error{type.error().code, std::string(what) + ", column " + described[i].name + ": " +
                                          type.error().message};
    }
    std::string name = lower_case(described[i].name);
    if (!names.insert(name).second) {
      return Error{ErrorCode::kInvalidArgument,
                   "DUPLICATE_COLUMN_NAME: Column name '" + name + "' specified more than once"};
    }
    columns.push_back({.name = std::move(name), .type = std::move(*type), .comment = {}});
  }
  return columns;
}

namespace {

/// The columns of `partitioned_by`, which must be the last ones in this order.
Status check_partitions(const std::vector<HiveColumn>& columns,
                        const std::vector<std::string>& partitioned_by) {
  if (partitioned_by.empty()) return {};
  std::string wanted;
  for (const std::string& name : partitioned_by) wanted += (wanted.empty() ? "" : ", ") + name;
  for (const std::string& name : partitioned_by) {
    const bool there = std::any_of(columns.begin(), columns.end(),
                                   [&](const HiveColumn& column) { return column.name == name; });
    if (!there) {
      return Error{ErrorCode::kInvalidArgument,
                   "INVALID_TABLE_PROPERTY: Partition columns not present in the query: " + name};
    }
  }
  bool last = columns.size() > partitioned_by.size();
  for (std::size_t i = 0; last && i < partitioned_by.size(); ++i)
    last = columns[columns.size() - partitioned_by.size() + i].name == partitioned_by[i];
  if (last) return {};
  if (columns.size() == partitioned_by.size()) {
    return Error{ErrorCode::kInvalidArgument,
                 "INVALID_TABLE_PROPERTY: Table contains only partition columns"};
  }
  return Error{ErrorCode::kInvalidArgument,
               "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table "
               "and in the same order as the table properties: [" +
                   wanted + "]"};
}

}  // namespace

Result<StatementRows> QueryStatements::write_and_commit(const WriteRequest& request,
                                                        const Table* created,
                                                        const std::string& database,
                                                        const std::string& table) {
  ASSIGN_OR_RETURN(const LakeLock lock, LakeLock::acquire(context_.lake, "sql", true));
  TableWriter writer(context_.metastore, context_.run);
  RETURN_IF_ERROR(writer.sweep());
  ASSIGN_OR_RETURN(const StagedWrite write, writer.write(request));
  RETURN_IF_ERROR(writer.commit(write, created, database, table));
  StatementRows out{.columns = {"rows"}, .rows = {{std::to_string(write.rows)}}, .notes = {}};
  out.notes = request.options.notes;
  out.notes.push_back(rows_note(write) + " below " + request.folder.string());
  return out;
}

Result<StatementRows> QueryStatements::create_table_as(const ddl::CreateTableAs& statement,
                                                       std::string_view sql,
                                                       const std::string& current) {
  const std::string& database = database_of(statement.name, current);
  RETURN_IF_ERROR([&]() -> Status {
    auto found = context_.metastore.database(database);
    return found ? Status{} : Status{found.error()};
  }());
  if (const auto there = context_.metastore.table(database, statement.name.table); there) {
    const std::string name = full_name(database, statement.name.table);
    if (statement.if_not_exists)
      return StatementRows{
          .columns = {}, .rows = {}, .notes = {"the table " + name + " is there already"}};
    return Error{
        ErrorCode::kAlreadyExists,
        at_position(sql, statement.name.position,
                    "TABLE_ALREADY_EXISTS: Destination table '" + name + "' already exists")};
  }
  ASSIGN_OR_RETURN(const WriteOptions options, table_write_options(statement.properties, sql));
  ASSIGN_OR_RETURN(std::vector<HiveColumn> columns,
                   columns_of(statement.query.text, "CREATE TABLE AS"));
  RETURN_IF_ERROR(check_partitions(columns, options.partitioned_by));

  Table table;
  table.database = database;
  table.name = statement.name.table;
  const std::size_t keys = options.partitioned_by.size();
  table.partition_keys.assign(columns.end() - static_cast<std::ptrdiff_t>(keys), columns.end());
  table.storage.columns.assign(columns.begin(), columns.end() - static_cast<std::ptrdiff_t>(keys));
  describe_storage(options, &table);
  std::string transforms;
  for (const std::string& transform : options.partitioning)
    transforms += (transforms.empty() ? "" : ", ") + transform;
  if (!transforms.empty()) set_parameter(&table.parameters, kIcebergPartitioning, transforms);
  table.storage.location = options.location;
  if (table.storage.location.empty()) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    table.storage.location =
        "curated/" + database + "/" + table.name + "-" +
        make_uuid7(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) + "/";
  }
  auto folder = context_.locations.resolve(table.storage.location);
  if (!folder) return folder.error();
  WriteRequest request{.query = statement.query.text,
                       .columns = std::move(columns),
                       .partition_columns = keys,
                       .options = options,
                       .folder = std::move(*folder),
                       .into_empty = true,
                       .what = "table '" + full_name(database, table.name) + "'"};
  if (!statement.with_data) request.query = "SELECT * FROM (" + request.query + "\n) WHERE false";
  return write_and_commit(request, &table, database, table.name);
}

Result<StatementRows> QueryStatements::insert(const ddl::InsertInto& statement,
                                              std::string_view sql, const std::string& current) {
  const std::string& database = database_of(statement.name, current);
  const std::string name = full_name(database, statement.name.table);
  auto found = context_.metastore.table(database, statement.name.table);
  if (!found) {
    return Error{ErrorCode::kNotFound,
                 at_position(sql, statement.name.position,
                             "TABLE_NOT_FOUND: Table '" + name + "' does not exist")};
  }
  const Table& table = *found;
  const auto refuse = [&](const std::string& message, ErrorCode code) {
    return Error{code, at_position(sql, statement.name.position, message)};
  };
  if (table.is_view())
    return refuse("NOT_SUPPORTED: Inserting into views is not supported", ErrorCode::kUnsupported);
  if (table.is_lake_table()) {
    return refuse(name + " is a table of the star schema: clicklake run writes it",
                  ErrorCode::kUnsupported);
  }
  ASSIGN_OR_RETURN(const std::filesystem::path folder,
                   context_.locations.resolve(table.storage.location));
  if (folder == (context_.lake / "raw" / "clickstream").lexically_normal()) {
    return refuse(name +
                      " is the lake's raw table: clicklake ingest writes it, so that each event "
                      "gets to the star schema",
                  ErrorCode::kUnsupported);
  }
  if (const std::string* projected = find_parameter(table.parameters, "projection.enabled");
      projected != nullptr && lower_case(*projected) == "true") {
    return refuse(
        "NOT_SUPPORTED: INSERT INTO a table with partition projection: write the files "
        "where its properties say, by UNLOAD for example",
        ErrorCode::kUnsupported);
  }
  if (table.storage.input_format == kSymlinkInput) {
    return refuse(
        "INSERT INTO a table of symlink manifests: its files are lists that whoever keeps the data "
        "writes; write to the table that they are of",
        ErrorCode::kUnsupported);
  }
  ASSIGN_OR_RETURN(const WriteOptions options, insert_write_options(table));
  std::vector<HiveColumn> columns = table.storage.columns;
  columns.insert(columns.end(), table.partition_keys.begin(), table.partition_keys.end());
  ASSIGN_OR_RETURN(const std::vector<ResultColumn> given, context_.describe(statement.query.text));
  const std::size_t wanted = statement.columns.empty() ? columns.size() : statement.columns.size();
  if (given.size() != wanted) {
    return refuse("TYPE_MISMATCH: Insert query has mismatched column count: the table takes " +
                      std::to_string(wanted) + ", the query gives " + std::to_string(given.size()),
                  ErrorCode::kInvalidArgument);
  }
  std::string query = statement.query.text;
  if (!statement.columns.empty()) {
    std::string names;
    std::set<std::string> listed;
    for (const std::string& column : statement.columns) {
      const bool known = std::any_of(columns.begin(), columns.end(),
                                     [&](const HiveColumn& c) { return c.name == column; });
      if (!known)
        return refuse(
            "COLUMN_NOT_FOUND: Insert column name does not exist in target table: " + column,
            ErrorCode::kInvalidArgument);
      if (!listed.insert(column).second)
        return refuse(
            "DUPLICATE_COLUMN_NAME: Insert column name is specified more than once: " + column,
            ErrorCode::kInvalidArgument);
      names += (names.empty() ? "" : ", ") + quote_identifier(column);
    }
    std::string list;
    for (const HiveColumn& column : columns) {
      if (!list.empty()) list += ", ";
      list += listed.contains(column.name) ? quote_identifier(column.name) : "NULL";
    }
    query = "SELECT " + list + " FROM (" + query + "\n) AS given(" + names + ")";
  }
  const auto folder_of =
      [&](const std::vector<std::string>& values) -> Result<std::filesystem::path> {
    ASSIGN_OR_RETURN(std::optional<Partition> there,
                     context_.metastore.partition(database, table.name, values));
    if (!there) return folder / partition_path(table.partition_keys, values);
    if (there->vanished_us != 0) {
      there->vanished_us = 0;  // its folder is made again
      RETURN_IF_ERROR(context_.metastore.update_partition(database, table.name, *there));
    }
    const std::string location = partition_location(table, *there);
    ASSIGN_OR_RETURN(std::filesystem::path place, context_.locations.resolve(location));
    const std::filesystem::path below = place.lexically_relative(folder);
    if (below.empty() || *below.begin() == "..") {
      return Error{ErrorCode::kUnsupported,
                   "the partition " + partition_path(table.partition_keys, values) + " of " + name +
                       " lies at " + location +
                       ", outside of the table's location: INSERT INTO writes below that only"};
    }
    return place;
  };
  const WriteRequest request{.query = std::move(query),
                             .columns = std::move(columns),
                             .partition_columns = table.partition_keys.size(),
                             .options = options,
                             .folder = folder,
                             .folder_of = folder_of,
                             .into_empty = false,
                             .what = "table '" + name + "'"};
  return write_and_commit(request, nullptr, database, table.name);
}

Result<StatementRows> QueryStatements::unload(const ddl::Unload& statement, std::string_view sql) {
  ASSIGN_OR_RETURN(const WriteOptions options, unload_write_options(statement.properties, sql));
  ASSIGN_OR_RETURN(std::vector<HiveColumn> columns, columns_of(statement.query.text, "UNLOAD"));
  RETURN_IF_ERROR(check_partitions(columns, options.partitioned_by));
  auto folder = context_.locations.resolve(statement.location);
  if (!folder) {
    return Error{folder.error().code,
                 at_position(sql, statement.location_position, folder.error().message)};
  }
  const WriteRequest request{.query = statement.query.text,
                             .columns = std::move(columns),
                             .partition_columns = options.partitioned_by.size(),
                             .options = options,
                             .folder = std::move(*folder),
                             .into_empty = true,
                             .what = "UNLOAD"};
  return write_and_commit(request, nullptr, "", "");
}

Result<StatementRows> QueryStatements::create_view(const ddl::CreateView& statement,
                                                   std::string_view sql,
                                                   const std::string& current) {
  const std::string& database = database_of(statement.name, current);
  const std::string name = full_name(database, statement.name.table);
  auto there = context_.metastore.table(database, statement.name.table);
  if (there && !there->is_view()) {
    return Error{
        ErrorCode::kAlreadyExists,
        at_position(sql, statement.name.position,
                    "TABLE_ALREADY_EXISTS: Table already exists: 'awsdatacatalog." + name + "'")};
  }
  if (there && !statement.or_replace) {
    return Error{
        ErrorCode::kAlreadyExists,
        at_position(sql, 0,
                    "TABLE_ALREADY_EXISTS: View already exists: 'awsdatacatalog." + name + "'")};
  }
  ASSIGN_OR_RETURN(std::vector<HiveColumn> columns,
                   columns_of(statement.query.text, "CREATE VIEW"));
  Table view;
  view.database = database;
  view.name = statement.name.table;
  view.table_type = kVirtualView;
  view.storage.columns = std::move(columns);
  view.view_original_text = statement.query.text;
  if (there) {
    view.version = there->version;
    view.update_time_us = there->update_time_us;
    RETURN_IF_ERROR(
        context_.metastore.update_table(view, "replaced the view", "CREATE OR REPLACE VIEW"));
  } else {
    RETURN_IF_ERROR(context_.metastore.create_table(view, "CREATE VIEW"));
  }
  return StatementRows{};
}

Result<StatementRows> QueryStatements::explain(const ddl::Explain& statement) {
  StatementRows out{.columns = {"Query Plan"}, .rows = {}, .notes = {}};
  if (statement.type == ddl::ExplainType::kValidate) {
    RETURN_IF_ERROR([&]() -> Status {
      auto described = context_.describe(statement.query.text);
      return described ? Status{} : Status{described.error()};
    }());
    out.columns = {"Valid"};
    out.rows = {{"true"}};
    return out;
  }
  if (statement.type == ddl::ExplainType::kIo) {
    return Error{ErrorCode::kUnsupported,
                 "EXPLAIN (TYPE IO) is not answered here: --dry-run says what a query reads"};
  }
  std::string options = statement.analyze ? "ANALYZE" : "";
  if (statement.format == ddl::ExplainFormat::kJson)
    options += options.empty() ? "FORMAT json" : ", FORMAT json";
  if (statement.format == ddl::ExplainFormat::kGraphviz)
    options += options.empty() ? "FORMAT graphviz" : ", FORMAT graphviz";
  if (statement.type == ddl::ExplainType::kDistributed)
    out.notes.emplace_back("one machine runs the query: the plan is the local one");
  const std::string text =
      "EXPLAIN " + (options.empty() ? "" : "(" + options + ") ") + statement.query.text;
  ASSIGN_OR_RETURN(QueryResult result, context_.run(text));
  ASSIGN_OR_RETURN(std::string plan, last_column(result));
  out.rows.push_back({std::move(plan)});
  return out;
}

Result<StatementRows> QueryStatements::prepare(const ddl::Prepare& statement) {
  RETURN_IF_ERROR(context_.metastore.set_prepared_statement(statement.name, statement.query.text));
  return StatementRows{.columns = {}, .rows = {}, .notes = {"prepared " + statement.name}};
}

Result<std::string> QueryStatements::expand(const ddl::Execute& execute) {
  auto stored = context_.metastore.prepared_statement(execute.name);
  if (!stored) {
    return Error{ErrorCode::kNotFound, "NOT_FOUND: Prepared statement not found: " + execute.name};
  }
  const std::vector<std::size_t> places = parameter_places(*stored);
  if (places.size() != execute.arguments.size()) {
    return Error{ErrorCode::kInvalidArgument,
                 "INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected " +
                     std::to_string(places.size()) + " but found " +
                     std::to_string(execute.arguments.size())};
  }
  std::string out;
  std::size_t from = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    out += stored->substr(from, places[i] - from);
    out += "(" + execute.arguments[i].text + ")";
    from = places[i] + 1;
  }
  return out + stored->substr(from);
}

std::vector<std::size_t> parameter_places(std::string_view sql) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (c == '\'' || c == '"' || c == '`') {
      i = std::min(sql.find(c, i + 1), sql.size());  // a doubled quote is the next text's beginning
    } else if (sql.substr(i, 2) == "--") {
      i = std::min(sql.find('\n', i), sql.size());
    } else if (sql.substr(i, 2) == "/*") {
      i = std::min(sql.find("*/", i + 2), sql.size() - 1) + 1;
    } else if (c == '?') {
      places.push_back(i);
    }
  }
  return places;
}

}  // namespace clicklake
