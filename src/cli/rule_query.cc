#include "cli/rule_query.h"

#include <fmt/format.h>

#include <memory>

#include "catalog/catalog.h"
#include "model/time.h"
#include "query/lake_session.h"
#include "sql/session.h"

namespace clicklake {
namespace {

constexpr std::string_view kTimePlaceholder = "<aws.scheduler.scheduled-time>";
constexpr int kMostBatches = 100'000;

std::string_view kind_name(BatchKind kind) {
  switch (kind) {
    case BatchKind::kIngest: return "ingest";
    case BatchKind::kTransform: return "transform";
    case BatchKind::kRun: return "run";
    case BatchKind::kMaintain: return "maintain";
    case BatchKind::kReplay: return "replay";
    case BatchKind::kForeign: break;
  }
  return "foreign";
}

std::string timestamp_literal(std::int64_t us) {
  return "TIMESTAMPTZ " + quote_literal(format_timestamp(us));
}

/// The metrics that rules may ask for.
Status make_batches(Catalog& catalog, std::int64_t time_us, LakeSession* session) {
  RETURN_IF_ERROR(session->execute(
      "CREATE TEMP TABLE batches (batch_id VARCHAR, kind VARCHAR, started_at TIMESTAMPTZ, "
      "committed_at TIMESTAMPTZ, records_read BIGINT, accepted BIGINT, duplicate BIGINT, "
      "quarantined BIGINT, blank BIGINT, bytes_in BIGINT, bytes_out BIGINT)"));
  ASSIGN_OR_RETURN(const std::vector<BatchInfo> batches, catalog.recent_batches(kMostBatches));
  std::string rows;
  const auto insert = [&]() -> Status {
    if (rows.empty()) return {};
    Status done = session->execute("INSERT INTO batches VALUES " + rows);
    rows.clear();
    return done;
  };
  for (const BatchInfo& batch : batches) {
    if (batch.committed_us < time_us - 31 * kMicrosPerDay) continue;
    const BatchCounts& c = batch.counts;
    rows += fmt::format("{}({}, '{}', {}, {}, {}, {}, {}, {}, {}, {}, {})", rows.empty() ? "" : ",",
                        quote_literal(batch.id), kind_name(batch.kind),
                        timestamp_literal(batch.started_us), timestamp_literal(batch.committed_us),
                        c.records_read, c.accepted, c.duplicate, c.quarantined, c.blank, c.bytes_in,
                        c.bytes_out);
    if (rows.size() > (1U << 18)) RETURN_IF_ERROR(insert());
  }
  return insert();
}

std::string with_time(std::string_view query, std::int64_t time_us) {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t found = query.find(kTimePlaceholder, at);
    out += query.substr(at, found - at);
    if (found == std::string_view::npos) break;
    out += format_timestamp(time_us);
    at = found + kTimePlaceholder.size();
  }
  while (!out.empty() && (out.back() == ';' || out.back() == ' ' || out.back() == '\n'))
    out.pop_back();
  return out;
}

/// Each row as JSON, and its key as JSON.
std::string statement_of(const RuleDocument& rule, std::int64_t time_us) {
  std::string key = "q";
  if (!rule.query_key.empty()) {
    key = "struct_pack(";
    for (std::size_t i = 0; i < rule.query_key.size(); ++i) {
      key += fmt::format("{}{} := q.{}", i > 0 ? ", " : "", quote_identifier(rule.query_key[i]),
                         quote_identifier(rule.query_key[i]));
    }
    key += ")";
  }
  return fmt::format(
      "SELECT CAST(to_json({}) AS VARCHAR), CAST(to_json(q) AS VARCHAR) FROM (\n{}\n) q LIMIT {}",
      key, with_time(rule.query, time_us), kMostQueryRows + 1);
}

}  // namespace

Result<std::vector<QueryRow>> run_rule_query(const Config& config, const RuleDocument& rule,
                                             std::int64_t time_us, const std::stop_token& stop) {
  const std::filesystem::path& lake = config.run.lake;
  ASSIGN_OR_RETURN(const std::unique_ptr<Catalog> catalog, Catalog::open(lake / "catalog.db"));
  LakeSessionOptions options;
  options.session.threads = config.run.threads;
  options.session.memory_limit = config.run.memory_limit;
  options.session.temp_dir = config.run.temp_dir;
  options.locations = config.locations;
  ASSIGN_OR_RETURN(const std::unique_ptr<LakeSession> session,
                   LakeSession::open(*catalog, lake, options));
  RETURN_IF_ERROR(make_batches(*catalog, time_us, session.get()));
  const std::stop_callback interrupt(stop, [&] { session->interrupt(); });
  ASSIGN_OR_RETURN(QueryResult result, session->query(statement_of(rule, time_us)));
  std::vector<QueryRow> rows;
  for (;;) {
    ASSIGN_OR_RETURN(const Chunk* const chunk, result.next());
    if (chunk == nullptr) break;
    for (std::size_t row = 0; row < chunk->rows(); ++row)
      rows.push_back({std::string(chunk->string(0, row)), std::string(chunk->string(1, row))});
  }
  if (rows.size() > kMostQueryRows) {
    return Error{ErrorCode::kInvalidData,
                 fmt::format("it gave more than {} rows: narrow it, for instance to the time since "
                             "the last day",
                             kMostQueryRows)};
  }
  return rows;
}

}  // namespace clicklake
