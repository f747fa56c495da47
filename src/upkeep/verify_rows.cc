#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/star_schema.h"
#include "model/time.h"
#include "rows/field_scan.h"
#include "sql/literal_folder.h"
#include "sql/session.h"
#include "upkeep/verify_parts.h"

namespace clicklake {
namespace {

/// Days are looked at together up to so many rows.
constexpr std::int64_t kRowsAtOnce = 20'000'000;
constexpr int kExamples = 3;

struct Reference {
  std::string_view column;
  std::string_view dimension;
  std::string_view key;
};
constexpr std::array kReferences{
    Reference{"user_key", "dim_users", "user_key"},
    Reference{"page_key", "dim_pages", "page_key"},
    Reference{"referrer_key", "dim_referrers", "referrer_key"},
    Reference{"campaign_key", "dim_campaigns", "campaign_key"},
    Reference{"device_key", "dim_devices", "device_key"},
    Reference{"date_key", "dim_dates", "date_key"},
};

class RowCheck {
 public:
  RowCheck(const VerifyOptions& options, const LakeContents& lake,
           const std::set<std::string>& unreadable, Findings* findings, VerifyReport* report)
      : options_(options),
        lake_(lake),
        unreadable_(unreadable),
        findings_(findings),
        report_(report) {}

  Status run() {
    for (const IndexedTable& table : lake_.tables) {
      if (table.name == "fact_clicks") report_->facts = table.rows;
    }
    if (lake_.live.at("fact_clicks").empty() && lake_.live.at("dim_users").empty()) return {};
    auto folder = LiteralFolder::open(options_.lake);
    if (!folder) return folder.error();
    folder_.emplace(*std::move(folder));
    ASSIGN_OR_RETURN(session_, Session::open({.threads = options_.threads,
                                              .memory_limit = options_.memory_limit,
                                              .temp_dir = options_.temp_dir}));
    RETURN_IF_ERROR(check_identities());
    for (const Reference& reference : kReferences) RETURN_IF_ERROR(check_dimension(reference));
    return check_users();
  }

 private:
  /// `read_parquet([...])` of a table's live files; "" where it has none or one can't be read, and
  /// then the check that asked is noted as not made.
  std::string read(std::string_view table, std::string_view check) {
    const auto live = lake_.live.find(std::string(table));
    if (live == lake_.live.end() || live->second.empty()) return "";
    std::vector<std::string> paths;
    for (const IndexedFile& file : live->second) paths.push_back(file.file.path);
    if (const auto bad = std::find_if(paths.begin(), paths.end(),
                                      [&](const auto& p) { return unreadable_.contains(p); });
        bad != paths.end()) {
      report_->skipped.push_back(fmt::format("{}: {} can't be read", check, *bad));
      return "";
    }
    return read(*find_table(table), paths);
  }
  std::string read(const TableDefinition& table, const std::vector<std::string>& paths) const {
    std::vector<std::filesystem::path> files;
    files.reserve(paths.size());
    for (const std::string& path : paths) files.push_back(folder_->path() / path);
    return field_scan(table, files);
  }

  /// Rows of texts.
  Result<std::vector<std::vector<std::string>>> rows(const std::string& sql, int columns) {
    ASSIGN_OR_RETURN(QueryResult result, session_->query(sql));
    std::vector<std::vector<std::string>> all;
    for (;;) {
      ASSIGN_OR_RETURN(const Chunk* chunk, result.next());
      if (chunk == nullptr) return all;
      for (std::size_t row = 0; row < chunk->rows(); ++row) {
        std::vector<std::string>& to = all.emplace_back();
        for (int c = 0; c < columns; ++c)
          to.emplace_back(chunk->valid(c, row) ? chunk->string(c, row) : "NULL");
      }
    }
  }

  void wrong(FindingKind kind, std::string_view table, std::string message) {
    findings_->add({kind, std::string(table), "", std::move(message), std::string(kRepair)});
  }

  /// Without an event_id the time is part of the identity, so its duplicates are of one day. Those
  /// with one are unique within the window; over all days they may come again.
  Status check_identities() {
    if (read("fact_clicks", "facts' identities are unique").empty()) return {};
    std::vector<std::string> paths;
    std::int64_t rows_of = 0;
    std::string partition;
    for (const IndexedFile& file : lake_.live.at("fact_clicks")) {
      if (file.file.partition != partition && rows_of >= kRowsAtOnce) {
        RETURN_IF_ERROR(check_identities_of(paths));
        paths.clear();
        rows_of = 0;
      }
      partition = file.file.partition;
      paths.push_back(file.file.path);
      rows_of += file.file.info.record_count;
    }
    RETURN_IF_ERROR(check_identities_of(paths));
    return check_event_ids();
  }

  /// Events with one id, of different times, within the window.
  Status check_event_ids() {
    const std::string sql = fmt::format(
        "WITH ids AS (SELECT event_id, event_timestamp AS t, lag(event_timestamp) OVER (PARTITION "
        "BY event_key, event_check ORDER BY event_timestamp) AS before FROM {} WHERE event_id IS "
        "NOT NULL) SELECT event_id, t::VARCHAR, before::VARCHAR, count(*) OVER ()::VARCHAR FROM "
        "ids WHERE t <> before AND epoch_us(t) // {} - epoch_us(before) // {} <= {} ORDER BY 1 "
        "LIMIT {}",
        read("fact_clicks", ""), kMicrosPerHour, kMicrosPerHour, options_.dedupe_window_hours,
        kExamples);
    ASSIGN_OR_RETURN(const auto doubled, rows(sql, 4));
    for (const auto& row : doubled) {
      wrong(FindingKind::kDuplicateEvent, "fact_clicks",
            fmt::format("the event_id {} is there at {} and at {}, which dedupe_window_hours = {} "
                        "does not allow ({} such rows)",
                        row[0], row[2], row[1], options_.dedupe_window_hours, row[3]));
    }
    return {};
  }

  Status check_identities_of(const std::vector<std::string>& paths) {
    if (paths.empty()) return {};
    const std::string sql = fmt::format(
        "WITH doubled AS (SELECT event_key, event_check, event_timestamp, count(*) AS n,"
        " min(event_id) AS id FROM {} GROUP BY ALL HAVING count(*) > 1)"
        " SELECT event_key::VARCHAR, strftime(event_timestamp, '%Y-%m-%dT%H:%M:%S.%fZ'),"
        " n::VARCHAR, id, count(*) OVER ()::VARCHAR FROM doubled ORDER BY 2, 1 LIMIT {}",
        read(fact_clicks_definition(), paths), kExamples);
    ASSIGN_OR_RETURN(const auto doubled, rows(sql, 5));
    for (const auto& row : doubled) {
      wrong(FindingKind::kDuplicateEvent, "fact_clicks",
            fmt::format("{} rows are the one event of event_key {} at {}{} ({} events in all)",
                        row[2], row[0], row[1], row[3] == "NULL" ? "" : ", event_id " + row[3],
                        row[4]));
    }
    return {};
  }

  Status check_dimension(const Reference& r) {
    const std::string facts =
        read("fact_clicks", fmt::format("every {} of a fact is in {}", r.column, r.dimension));
    const std::string members = read(r.dimension, fmt::format("{}'s keys", r.dimension));
    if (!members.empty()) {
      ASSIGN_OR_RETURN(const auto doubled,
                       rows(fmt::format("SELECT {0}::VARCHAR, count(*)::VARCHAR FROM {1} GROUP BY 1"
                                        " HAVING count(*) > 1 ORDER BY 1 LIMIT {2}",
                                        r.key, members, kExamples),
                            2));
      for (const auto& row : doubled) {
        wrong(FindingKind::kDuplicateKey, r.dimension,
              fmt::format("{} has {} rows with {} {}", r.dimension, row[1], r.key, row[0]));
      }
    }
    const bool no_members = lake_.live.at(std::string(r.dimension)).empty();
    const bool no_facts = lake_.live.at("fact_clicks").empty();
    if ((members.empty() && !no_members) || (facts.empty() && !no_facts)) return {};
    const std::string of_facts =
        facts.empty()
            ? fmt::format("(SELECT NULL::BIGINT AS k, 0 AS n WHERE false)")
            : fmt::format("(SELECT {} AS k, count(*) AS n FROM {} GROUP BY 1)", r.column, facts);
    const std::string of_members =
        members.empty() ? "(SELECT NULL::BIGINT AS k WHERE false)"
                        : fmt::format("(SELECT DISTINCT {} AS k FROM {})", r.key, members);
    ASSIGN_OR_RETURN(
        const auto orphans,
        rows(fmt::format("SELECT k::VARCHAR, n::VARCHAR, count(*) OVER ()::VARCHAR FROM {} f ANTI "
                         "JOIN {} d USING (k) ORDER BY k LIMIT {}",
                         of_facts, of_members, kExamples),
             3));
    for (const auto& row : orphans) {
      wrong(FindingKind::kOrphanKey, r.dimension,
            fmt::format("{} facts have the {} {}, which {} does not hold ({} such keys)", row[1],
                        r.column, row[0], r.dimension, row[2]));
    }
    ASSIGN_OR_RETURN(
        const auto unused,
        rows(fmt::format("SELECT k::VARCHAR, count(*) OVER ()::VARCHAR FROM {} d ANTI JOIN {} f "
                         "USING (k) ORDER BY k LIMIT {}",
                         of_members, of_facts, kExamples),
             2));
    for (const auto& row : unused) {
      wrong(FindingKind::kUnusedMember, r.dimension,
            fmt::format("{} holds {} {}, to which no fact refers ({} such members)", r.dimension,
                        r.key, row[0], row[1]));
    }
    return {};
  }

  /// Another way to the totals than transform's: a full aggregation, compared column by column.
  Status check_users() {
    const std::string facts = read("fact_clicks", "users' totals are those of the facts");
    const std::string users = read("dim_users", "users' totals are those of the facts");
    if (facts.empty() || users.empty()) return {};
    const std::string base = quote_literal(options_.base_currency);
    const std::string sql = fmt::format(
        "WITH totals AS (SELECT user_key, min(event_timestamp) AS first_seen, max(event_timestamp) "
        "AS last_seen, arg_min(page_key, (event_timestamp, event_key)) AS first_page_key, "
        "arg_min(referrer_key, (event_timestamp, event_key)) AS first_referrer_key, "
        "arg_min(campaign_key, (event_timestamp, event_key)) AS first_campaign_key, "
        "arg_min(device_key, (event_timestamp, event_key)) AS first_device_key, "
        "arg_max(device_key, (event_timestamp, event_key)) AS last_device_key, "
        "count(*) AS event_count, count(*) FILTER (event_type = 'purchase') AS purchase_count, "
        "count(*) FILTER (event_type = 'purchase' AND currency <> {0}) AS other_currency_purchases,"
        " greatest(least(coalesce(sum(revenue) FILTER (event_type = 'purchase' AND "
        "coalesce(currency, {0}) = {0}), 0), 99999999999999.9999), -99999999999999.9999)"
        "::DECIMAL(18,4) AS revenue FROM {1} GROUP BY 1)"
        " SELECT user_key::VARCHAR, concat_ws(', ', {2}), count(*) OVER ()::VARCHAR"
        " FROM totals t JOIN {3} u USING (user_key) WHERE {4} ORDER BY 1 LIMIT {5}",
        base, facts, differences(false), users, differences(true), kExamples);
    ASSIGN_OR_RETURN(const auto different, rows(sql, 3));
    for (const auto& row : different) {
      wrong(FindingKind::kUserTotals, "dim_users",
            fmt::format("dim_users says of user_key {} other totals than the facts: {} ({} such "
                        "users)",
                        row[0], row[1], row[2]));
    }
    return {};
  }

  /// As a condition, or as a list of texts "column is X, not Y".
  static std::string differences(bool condition) {
    std::string sql;
    for (const char* c : {"first_seen", "last_seen", "first_page_key", "first_referrer_key",
                          "first_campaign_key", "first_device_key", "last_device_key",
                          "event_count", "purchase_count", "other_currency_purchases", "revenue"}) {
      if (!sql.empty()) sql += condition ? " OR " : ", ";
      sql += condition ? fmt::format("u.{0} IS DISTINCT FROM t.{0}", c)
                       : fmt::format(
                             "CASE WHEN u.{0} IS DISTINCT FROM t.{0} THEN '{0} is ' || "
                             "coalesce(u.{0}::VARCHAR, 'NULL') || ', not ' || t.{0} END",
                             c);
    }
    return sql;
  }

  const VerifyOptions& options_;
  const LakeContents& lake_;
  const std::set<std::string>& unreadable_;
  Findings* findings_;
  VerifyReport* report_;
  std::optional<LiteralFolder> folder_;
  std::unique_ptr<Session> session_;
};

}  // namespace

Status verify_rows(const VerifyOptions& options, const LakeContents& lake,
                   const std::set<std::string>& unreadable, Findings* findings,
                   VerifyReport* report) {
  return RowCheck(options, lake, unreadable, findings, report).run();
}

}  // namespace clicklake
