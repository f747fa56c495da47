#pragma once
/// Runs those of Athena's statements that have a query inside: CTAS, INSERT INTO, UNLOAD, views,
/// EXPLAIN, prepared statements.
///
/// Place: beside catalog_statements, under lake_session.
/// Invariant: a statement that fails has changed nothing and left no files.
/// Thread safety: thread-compatible.
/// Source: Athena user guide, "SQL queries, functions, and operators"; ADR-0016.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ddl/statement.h"
#include "metastore/metastore.h"
#include "objstore/location_map.h"
#include "query/table_writer.h"
#include "sql/session.h"
#include "statements/catalog_statements.h"

namespace clicklake {

struct QueryStatementsContext {
  Metastore& metastore;
  const LocationMap& locations;
  std::filesystem::path lake;
  RunRead run;  ///< over the lake's tables
  /// Names and DuckDB types of a query's columns, without reading anything.
  std::function<Result<std::vector<ResultColumn>>(std::string_view query)> describe;
};

class QueryStatements {
 public:
  explicit QueryStatements(QueryStatementsContext context) : context_(std::move(context)) {}

  static bool takes(const ddl::Statement& statement);
  /// Runs `statement`, whose text is `sql`, names without a database being in `database`. Errors:
  /// those of Athena in its words, with the place in `sql` where there is one; those of DuckDB.
  Result<StatementRows> run(const ddl::Statement& statement, std::string_view sql,
                            const std::string& database);

  /// The statement that EXECUTE stands for, its parameters in place. Errors: kNotFound;
  /// kInvalidArgument, another number of them.
  Result<std::string> expand(const ddl::Execute& execute);

 private:
  Result<StatementRows> create_table_as(const ddl::CreateTableAs& statement, std::string_view sql,
                                        const std::string& database);
  Result<StatementRows> insert(const ddl::InsertInto& statement, std::string_view sql,
                               const std::string& database);
  Result<StatementRows> unload(const ddl::Unload& statement, std::string_view sql);
  Result<StatementRows> create_view(const ddl::CreateView& statement, std::string_view sql,
                                    const std::string& database);
  Result<StatementRows> explain(const ddl::Explain& statement);
  Result<StatementRows> prepare(const ddl::Prepare& statement);
  Result<std::vector<HiveColumn>> columns_of(std::string_view query, std::string_view what);
  Result<StatementRows> write_and_commit(const WriteRequest& request, const Table* created,
                                         const std::string& database, const std::string& table);

  QueryStatementsContext context_;
};

/// Where the `?` parameters of `sql` are: outside of texts, quoted names and comments.
std::vector<std::size_t> parameter_places(std::string_view sql);

}  // namespace clicklake
