#include "statements/catalog_statements.h"

#include <type_traits>
#include <variant>

#include "statements/statement_context.h"
#include "statements/statement_runs.h"

namespace clicklake {
namespace {

/// How often a statement is run again after another process changed its table in between.
constexpr int kAttempts = 10;

template <typename T>
constexpr bool kRuns = requires(const StatementContext& context, const T& statement) {
  run_statement(context, statement);
};

bool drops(const ddl::Statement& statement, std::string_view database) {
  const auto* drop = std::get_if<ddl::DropDatabase>(&statement);
  return drop != nullptr && drop->name == database;
}

}  // namespace

bool CatalogStatements::takes(const ddl::Statement& statement) {
  return std::visit(
      []<typename T>(const T&) { return kRuns<T> || std::is_same_v<T, ddl::UseDatabase>; },
      statement);
}

Result<StatementRows> CatalogStatements::run(const ddl::Statement& statement,
                                             std::string_view sql) {
  if (const auto* use_database = std::get_if<ddl::UseDatabase>(&statement)) {
    RETURN_IF_ERROR(use(use_database->name));
    return StatementRows{};
  }
  const StatementContext context{metastore_, locations_, objects_, sql, current_database_};
  const auto once = [&]<typename T>(const T& one) -> Result<StatementRows> {
    if constexpr (kRuns<T>) return run_statement(context, one);
    return Error{ErrorCode::kUnsupported, "this statement does not concern the catalog alone"};
  };
  for (int attempt = 1;; ++attempt) {
    auto rows = std::visit(once, statement);
    const bool again = !rows && rows.error().code == ErrorCode::kConflict && attempt < kAttempts;
    if (again) continue;
    if (rows && drops(statement, current_database_)) current_database_ = "default";
    return rows;
  }
}

Status CatalogStatements::use(std::string_view database) {
  auto found = metastore_.database(database);
  if (!found) {
    if (found.error().code == ErrorCode::kNotFound) return database_not_found(database);
    return std::move(found).error();
  }
  current_database_ = found->name;
  return {};
}

}  // namespace clicklake
