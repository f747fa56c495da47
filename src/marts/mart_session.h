#pragma once
/// A session in which marts' queries see the lake as it is after a batch, for some days.
///
/// Place: build_marts() and compare_marts() run queries in it. Invariant: a query for days sees all
/// rows that the rows of these days are made of, and of the incremental tables no others. Tables:
/// fact_clicks, sessions, session_clicks (facts with the session that each belongs to: visit_key,
/// visit_started_at, visit_campaign_key, visit_referrer_key, visit_device_key) and the dimensions.
/// Macros: day_of(t), hour_of(t), money(amount, currency), base_currency(), distinct_users(key).
/// Thread safety: thread-compatible. Source: docs/marts.md; ADR-0028.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "marts/mart_days.h"
#include "marts/mart_file.h"
#include "sql/literal_folder.h"
#include "sql/session.h"

namespace clicklake {

struct MartSessionOptions {
  std::filesystem::path lake;
  SessionOptions session;
  std::string base_currency = "USD";
  bool approximate_distinct = false;
};

class MartSession {
 public:
  /// Opens DuckDB. `changes`: of the batch that is not committed yet; what they add is seen, what
  /// they remove is not. All outlive the session.
  static Result<std::unique_ptr<MartSession>> open(Catalog& catalog,
                                                   const MartSessionOptions& options,
                                                   std::span<const TableChange> changes);

  /// Makes the tables that `mart` names those of the days `range`. Errors: kInvalidArgument, a
  /// query within fails; those of the catalog.
  Status bind(const MartFile& mart, const DayRange& range);
  Session& session() { return *session_; }
  /// Reads the columns that ready marts name (`names`) of facts and sessions of the days `range`
  /// into memory, once for all that follow; nothing where these are many rows.
  Status keep(const DayRange& range, const std::set<std::string>& names);

  /// Days on which `table` (fact_clicks or sessions) has files.
  Result<DaySet> days_of(const std::string& table);
  /// Days that sessions which began on `days` reach.
  Result<DaySet> reach_of(const DaySet& days);
  /// `read_parquet(...)` of files of a table; an empty relation where there are none.
  std::string scan(const TableDefinition& table, std::span<const std::string> paths) const;

 private:
  MartSession(Catalog& catalog, MartSessionOptions options, std::span<const TableChange> changes,
              LiteralFolder folder, std::unique_ptr<Session> session);
  Status define_macros();
  Result<std::vector<std::string>> files_of(const std::string& table,
                                            const std::vector<FileFilter>& filters,
                                            const DayRange* days, std::int64_t* rows = nullptr);
  Status make_view(const std::string& table, const std::vector<FileFilter>& filters,
                   const DayRange* days, const std::string& condition, bool from_kept = false);
  Result<bool> keep_table(const TableDefinition& table, const std::vector<FileFilter>& filters,
                          const DayRange& days, const std::set<std::string>& names);
  /// "kept_<table>" where it holds all of `paths`; "" else.
  std::string kept_of(const std::string& table, const std::vector<std::string>& paths) const;
  Result<std::int64_t> last_end(std::int64_t at_least);
  Status bind_dimensions(const MartFile& mart);
  Status bind_incremental(const MartFile& mart, const DayRange& range);

  Catalog& catalog_;
  MartSessionOptions options_;
  std::span<const TableChange> changes_;
  LiteralFolder folder_;
  std::unique_ptr<Session> session_;
  /// What the incremental tables are views of.
  struct Bound {
    bool by_facts;
    bool by_sessions;
    bool reads_sessions;
    bool ready;
    DayRange range;
    bool operator==(const Bound&) const = default;
  };
  std::optional<Bound> bound_;
  std::map<std::string, std::set<std::string>> kept_;  ///< files that are in memory, by table
  std::set<std::string> dimensions_;                   ///< that have their views
};

}  // namespace clicklake
