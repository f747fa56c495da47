#include "marts/mart_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "model/star_schema.h"
#include "model/time.h"
#include "rows/field_map.h"
#include "rows/field_scan.h"

namespace clicklake {
namespace {

constexpr std::int64_t kAllDays = 10'000'000;
/// Rows that are read into memory: of some 20 columns, about 200 MB.
constexpr std::int64_t kMostKept = 1'000'000;

int field_id(const TableDefinition& table, std::string_view column) {
  return table.columns[static_cast<std::size_t>(column_index(table, column))].field_id;
}

/// "TIMESTAMPTZ '2024-11-01 00:00:00+00'", the first moment of a day.
std::string start_of(std::int64_t day) {
  return fmt::format("TIMESTAMPTZ '{} 00:00:00+00'", date_text(day));
}

/// Sessions that the client names are found by their key; the others by their user and time.
constexpr const char* kSessionClicks =
    "CREATE OR REPLACE VIEW session_clicks AS"
    " SELECT f.*, s.session_key AS visit_key, s.started_at AS visit_started_at,"
    " s.campaign_key AS visit_campaign_key, s.referrer_key AS visit_referrer_key,"
    " s.device_key AS visit_device_key"
    " FROM fact_clicks f JOIN sessions s ON f.session_key = s.session_key"
    " WHERE f.session_key <> 0"
    " UNION ALL"
    " SELECT f.*, s.session_key, s.started_at, s.campaign_key, s.referrer_key, s.device_key"
    " FROM fact_clicks f JOIN sessions s ON f.user_key = s.user_key"
    " AND f.event_timestamp BETWEEN s.started_at AND s.ended_at"
    " WHERE f.session_key = 0 AND s.session_id IS NULL";

}  // namespace

MartSession::MartSession(Catalog& catalog, MartSessionOptions options,
                         std::span<const TableChange> changes, LiteralFolder folder,
                         std::unique_ptr<Session> session)
    : catalog_(catalog),
      options_(std::move(options)),
      changes_(changes),
      folder_(std::move(folder)),
      session_(std::move(session)) {}

Result<std::unique_ptr<MartSession>> MartSession::open(Catalog& catalog,
                                                       const MartSessionOptions& options,
                                                       std::span<const TableChange> changes) {
  ASSIGN_OR_RETURN(LiteralFolder folder, LiteralFolder::open(options.lake));
  ASSIGN_OR_RETURN(std::unique_ptr<Session> session, Session::open(options.session));
  std::unique_ptr<MartSession> out(
      new MartSession(catalog, options, changes, std::move(folder), std::move(session)));
  RETURN_IF_ERROR(out->define_macros());
  return out;
}

Status MartSession::define_macros() {
  const std::string base = quote_literal(options_.base_currency);
  // Marts read the same files one after the other: their footers are read once.
  return session_->execute(fmt::format(
      "SET parquet_metadata_cache = true;"
      "CREATE MACRO base_currency() AS {0};"
      "CREATE MACRO money(amount, currency) AS CASE WHEN coalesce(currency, {0}) = {0} THEN amount"
      " END;"
      "CREATE MACRO day_of(t) AS CAST(t AS DATE);"
      "CREATE MACRO hour_of(t) AS date_trunc('hour', t);"
      "CREATE MACRO distinct_users(k) AS {1};",
      base,
      options_.approximate_distinct ? "approx_count_distinct(nullif(k, 0))"
                                    : "count(DISTINCT nullif(k, 0))"));
}

std::string MartSession::scan(const TableDefinition& table,
                              std::span<const std::string> paths) const {
  if (paths.empty()) {
    std::string columns;
    for (const ColumnDefinition& column : table.columns) {
      if (!columns.empty()) columns += ", ";
      columns.append("NULL::").append(duckdb_type(column.type)).append(" AS ");
      columns += quote_identifier(column.name);
    }
    return "(SELECT " + columns + " WHERE false)";
  }
  std::vector<std::filesystem::path> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) files.push_back(folder_.path() / path);
  return field_scan(table, files);
}

Result<std::vector<std::string>> MartSession::files_of(const std::string& table,
                                                       const std::vector<FileFilter>& filters,
                                                       const DayRange* days, std::int64_t* rows) {
  ASSIGN_OR_RETURN(const std::vector<DataFile> live, catalog_.live_files(table, filters, false));
  std::vector<std::string> paths;
  paths.reserve(live.size());
  for (const DataFile& file : live) {
    paths.push_back(file.path);
    if (rows != nullptr) *rows += file.info.record_count;
  }
  for (const TableChange& change : changes_) {
    if (change.table != table) continue;
    const std::set<std::string_view> removed(change.removed.begin(), change.removed.end());
    std::erase_if(paths, [&](const std::string& path) { return removed.contains(path); });
    for (const DataFile& file : change.added) {
      const auto day = day_of_partition(file.partition);
      if (days != nullptr && day && (*day < days->first || *day > days->last)) continue;
      paths.push_back(file.path);
      if (rows != nullptr) *rows += file.info.record_count;
    }
  }
  return paths;
}

Result<bool> MartSession::keep_table(const TableDefinition& table,
                                     const std::vector<FileFilter>& filters, const DayRange& days,
                                     const std::set<std::string>& names) {
  const std::string name(table.name);
  std::int64_t rows = 0;
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, files_of(name, filters, &days, &rows));
  if (rows > kMostKept) return false;
  std::string columns;
  for (const ColumnDefinition& column : table.columns) {
    if (!names.contains(std::string(column.name))) continue;
    if (!columns.empty()) columns += ", ";
    columns += quote_identifier(column.name);
  }
  RETURN_IF_ERROR(session_->execute("CREATE OR REPLACE TEMP TABLE kept_" + name + " AS SELECT " +
                                    columns + " FROM " + scan(table, paths)));
  kept_[name] = {paths.begin(), paths.end()};
  return true;
}

std::string MartSession::kept_of(const std::string& table,
                                 const std::vector<std::string>& paths) const {
  const auto kept = kept_.find(table);
  if (kept == kept_.end()) return "";
  const bool all = std::all_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return kept->second.contains(path);
  });
  return all ? "kept_" + table : "";
}

Status MartSession::keep(const DayRange& range, const std::set<std::string>& names) {
  std::set<std::string> wanted = names;
  // What views and the joins within them ask for.
  for (const char* column : {"event_timestamp", "session_key", "user_key", "started_at", "ended_at",
                             "session_id", "campaign_key", "referrer_key", "device_key"})
    wanted.insert(column);
  const std::int64_t begin = range.first * kMicrosPerDay;
  const TableDefinition& sessions = sessions_definition();
  const DayRange until{-kAllDays, range.last};
  ASSIGN_OR_RETURN(
      const bool kept,
      keep_table(sessions,
                 {{field_id(sessions, "started_at"), {}, (range.last + 1) * kMicrosPerDay - 1},
                  {field_id(sessions, "ended_at"), begin, {}}},
                 until, wanted));
  if (!kept) return {};
  RETURN_IF_ERROR(
      session_->execute(fmt::format("CREATE OR REPLACE VIEW sessions AS SELECT * FROM kept_sessions"
                                    " WHERE started_at >= {} AND started_at < {}",
                                    start_of(range.first), start_of(range.last + 1))));
  ASSIGN_OR_RETURN(const std::int64_t last, last_end((range.last + 1) * kMicrosPerDay - 1));
  const TableDefinition& facts = fact_clicks_definition();
  const DayRange days{range.first, last / kMicrosPerDay};
  const auto kept_facts =
      keep_table(facts, {{field_id(facts, "event_timestamp"), begin, last}}, days, wanted);
  return kept_facts ? Status() : Status(kept_facts.error());
}

Result<std::int64_t> MartSession::last_end(std::int64_t at_least) {
  ASSIGN_OR_RETURN(QueryResult result,
                   session_->query("SELECT epoch_us(max(ended_at)) FROM sessions"));
  ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
  if (chunk == nullptr || !chunk->valid(0, 0)) return at_least;
  return std::max(at_least, chunk->longs(0)[0]);
}

Status MartSession::make_view(const std::string& table, const std::vector<FileFilter>& filters,
                              const DayRange* days, const std::string& condition, bool from_kept) {
  ASSIGN_OR_RETURN(const TableDefinition* definition, catalog_.definition(table));
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, files_of(table, filters, days));
  std::string rows = from_kept ? kept_of(table, paths) : "";
  if (rows.empty()) rows = scan(*definition, paths);
  return session_->execute("CREATE OR REPLACE VIEW " + quote_identifier(table) +
                           " AS SELECT * FROM " + rows + condition);
}

Status MartSession::bind_dimensions(const MartFile& mart) {
  for (const TableDefinition* table : star_tables()) {
    const std::string name(table->name);
    if (!name.starts_with("dim_") || !mart.mentions(name) || !dimensions_.insert(name).second)
      continue;
    RETURN_IF_ERROR(make_view(name, {}, nullptr, ""));
  }
  return {};
}

Status MartSession::bind(const MartFile& mart, const DayRange& range) {
  RETURN_IF_ERROR(bind_dimensions(mart));
  const Bound wanted{mart.by_facts, mart.by_sessions, mart.reads_sessions, mart.ready, range};
  if (bound_ == wanted) return {};
  bound_.reset();
  RETURN_IF_ERROR(bind_incremental(mart, range));
  bound_ = wanted;
  return {};
}

Status MartSession::bind_incremental(const MartFile& mart, const DayRange& range) {
  RETURN_IF_ERROR(session_->execute("DROP VIEW IF EXISTS session_clicks"));
  const std::int64_t begin = range.first * kMicrosPerDay;
  const std::int64_t end = (range.last + 1) * kMicrosPerDay;
  const TableDefinition& sessions = sessions_definition();
  if (mart.by_sessions) {
    RETURN_IF_ERROR(make_view("sessions", {{field_id(sessions, "started_at"), begin, end - 1}},
                              &range,
                              fmt::format(" WHERE started_at >= {} AND started_at < {}",
                                          start_of(range.first), start_of(range.last + 1)),
                              mart.ready));
  } else if (mart.reads_sessions) {
    const DayRange until{-kAllDays, range.last};
    RETURN_IF_ERROR(make_view("sessions",
                              {{field_id(sessions, "started_at"), {}, end - 1},
                               {field_id(sessions, "ended_at"), begin, {}}},
                              &until,
                              fmt::format(" WHERE started_at < {} AND ended_at >= {}",
                                          start_of(range.last + 1), start_of(range.first)),
                              mart.ready));
  }
  const int time = field_id(fact_clicks_definition(), "event_timestamp");
  if (mart.by_facts) {
    RETURN_IF_ERROR(make_view("fact_clicks", {{time, begin, end - 1}}, &range,
                              fmt::format(" WHERE event_timestamp >= {} AND event_timestamp < {}",
                                          start_of(range.first), start_of(range.last + 1)),
                              mart.ready));
  } else {
    // As long as the last of the sessions went on.
    ASSIGN_OR_RETURN(const std::int64_t last, last_end(end - 1));
    const DayRange until{range.first, last / kMicrosPerDay};
    RETURN_IF_ERROR(make_view("fact_clicks", {{time, begin, last}}, &until,
                              fmt::format(" WHERE event_timestamp >= {} AND event_timestamp < {}",
                                          start_of(until.first), start_of(until.last + 1)),
                              mart.ready));
  }
  // Facts by their day and sessions by theirs do not belong to each other.
  if (!mart.reads_sessions || (mart.by_facts && mart.by_sessions)) return {};
  return session_->execute(kSessionClicks);
}

Result<DaySet> MartSession::days_of(const std::string& table) {
  ASSIGN_OR_RETURN(const std::vector<std::string> paths, files_of(table, {}, nullptr));
  DaySet days;
  for (const std::string& path : paths) {
    if (const auto day = day_of_partition(path)) days.insert(*day);
  }
  return days;
}

Result<DaySet> MartSession::reach_of(const DaySet& days) {
  DaySet reached;
  const TableDefinition& sessions = sessions_definition();
  for (const DayRange& range : ranges_of(days, kAllDays)) {
    ASSIGN_OR_RETURN(const std::vector<std::string> paths,
                     files_of("sessions",
                              {{field_id(sessions, "started_at"), range.first * kMicrosPerDay,
                                (range.last + 1) * kMicrosPerDay - 1}},
                              &range));
    std::string rows = kept_of("sessions", paths);
    if (rows.empty()) rows = scan(sessions, paths);
    ASSIGN_OR_RETURN(
        QueryResult result,
        session_->query(fmt::format(
            "SELECT DISTINCT unnest(range(epoch_us(started_at) // {0}, epoch_us(ended_at) // {0}"
            " + 1)) FROM (SELECT DISTINCT date_trunc('day', started_at) AS started_at,"
            " date_trunc('day', ended_at) AS ended_at FROM {1}"
            " WHERE started_at >= {2} AND started_at < {3})",
            kMicrosPerDay, rows, start_of(range.first), start_of(range.last + 1))));
    for (;;) {
      ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
      if (chunk == nullptr) break;
      const auto reached_days = chunk->longs(0);
      reached.insert(reached_days.begin(), reached_days.end());
    }
  }
  return reached;
}

}  // namespace clicklake
