#include <fmt/format.h>

#include <memory>

#include "marts/mart_plan.h"
#include "marts/mart_rows.h"
#include "marts/marts.h"

namespace clicklake {
namespace {

constexpr std::int64_t kDaysAtOnce = 31;

/// Rows that are there and should not be, and the other way round, by day.
Status compare(Catalog& catalog, const MartPlan& plan, MartSession* session,
               MartComparison* comparison) {
  const MartFile& mart = plan.mart;
  ASSIGN_OR_RETURN(const TableDefinition* table, catalog.definition(mart.name));
  ASSIGN_OR_RETURN(const std::vector<DataFile> live, catalog.live_files(mart.name, {}, false));
  std::vector<std::string> paths;
  paths.reserve(live.size());
  for (const DataFile& file : live) paths.push_back(file.path);
  const std::string partition = quote_identifier(table->partition_source);
  RETURN_IF_ERROR(session->session().execute("CREATE OR REPLACE TEMP TABLE kept AS SELECT * FROM " +
                                             session->scan(*table, paths)));
  MartPlan whole = plan;
  whole.all = true;
  ASSIGN_OR_RETURN(DaySet days, due_days(whole, session));
  ASSIGN_OR_RETURN(const DaySet kept_days, session->days_of(mart.name));
  days.insert(kept_days.begin(), kept_days.end());
  for (const DayRange& range : ranges_of(days, kDaysAtOnce)) {
    RETURN_IF_ERROR(session->bind(mart, range));
    std::vector<std::string> columns;
    {
      ASSIGN_OR_RETURN(const QueryResult shape,
                       session->session().query("SELECT * FROM (" + mart.query + "\n) LIMIT 0"));
      ASSIGN_OR_RETURN(MartTableWish wish, wish_of(mart, shape));
      for (ColumnWish& column : wish.columns) columns.push_back(std::move(column.name));
    }
    const std::string is = "SELECT * FROM kept WHERE " + partition + " BETWEEN DATE '" +
                           date_text(range.first) + "' AND DATE '" + date_text(range.last) + "'";
    const std::string should = "SELECT * FROM (" + rows_query(mart, *table, columns) + ")";
    ASSIGN_OR_RETURN(
        QueryResult result,
        session->session().query(fmt::format(
            "WITH should AS MATERIALIZED ({0}), is_there AS ({1}), wrong AS ("
            "SELECT {2} AS day, 1 AS more, 0 AS less FROM (SELECT * FROM is_there EXCEPT ALL"
            " SELECT * FROM should) UNION ALL SELECT {2}, 0, 1 FROM (SELECT * FROM should EXCEPT"
            " ALL SELECT * FROM is_there)) SELECT day::VARCHAR, sum(more)::BIGINT,"
            " sum(less)::BIGINT FROM wrong GROUP BY 1 ORDER BY 1",
            should, is, partition)));
    for (;;) {
      ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
      if (chunk == nullptr) break;
      for (std::size_t row = 0; row < chunk->rows(); ++row) {
        comparison->differences.push_back(
            {mart.name,
             fmt::format("{} of {}: {} rows are not what its query gives, {} that it gives are not "
                         "there",
                         mart.name, chunk->string(0, row), chunk->longs(1)[row],
                         chunk->longs(2)[row])});
      }
    }
  }
  return {};
}

}  // namespace

Result<MartComparison> compare_marts(Catalog& catalog, const MartInput& input) {
  MartComparison comparison;
  if (!input.options.enabled) return comparison;
  ASSIGN_OR_RETURN(const MartFolder folder, load_mart_folder(marts_folder(input.lake)));
  for (const Error& problem : folder.problems) comparison.skipped.push_back(problem.message);
  ASSIGN_OR_RETURN(const std::vector<MartPlan> plans, plan_marts(catalog, input, folder));
  std::unique_ptr<MartSession> session;
  for (const MartPlan& plan : plans) {
    if (plan.due()) {
      // Before the first batch there is nothing to hold it against.
      ASSIGN_OR_RETURN(const std::int64_t facts, catalog.current_snapshot("fact_clicks"));
      if (facts != 0) {
        comparison.skipped.push_back(fmt::format(
            "the mart {} is behind: the next `clicklake run` makes it", plan.mart.name));
      }
      continue;
    }
    if (!session) {
      ASSIGN_OR_RETURN(session, MartSession::open(catalog, session_options(input), {}));
    }
    const Status compared = compare(catalog, plan, session.get(), &comparison);
    if (!compared) {
      comparison.skipped.push_back(
          fmt::format("the mart {}: {}", plan.mart.name, compared.error().message));
    }
  }
  return comparison;
}

}  // namespace clicklake
