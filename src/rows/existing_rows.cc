#include "rows/existing_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "rows/field_map.h"

namespace clicklake {
namespace {

const int kTimeFieldId = [] {
  const TableDefinition& facts = fact_clicks_definition();
  return facts.columns[static_cast<std::size_t>(column_index(facts, "event_timestamp"))].field_id;
}();

std::int64_t long_of(const std::string& bound) {
  std::int64_t v = 0;
  std::memcpy(&v, bound.data(), std::min(bound.size(), sizeof v));
  return v;
}

}  // namespace

FactFile fact_file_of(const DataFile& file, bool of_this_batch) {
  FactFile out{file.path, std::numeric_limits<std::int64_t>::min(),
               std::numeric_limits<std::int64_t>::max(), of_this_batch};
  for (const ColumnStatistics& column : file.info.columns) {
    if (column.field_id != kTimeFieldId) continue;
    if (column.lower) out.min_us = long_of(*column.lower);
    if (column.upper) out.max_us = long_of(*column.upper);
  }
  return out;
}

ExistingRows::ExistingRows(std::filesystem::path lake, SessionOptions options)
    : lake_(std::move(lake)), options_(std::move(options)) {
  if (auto folder = LiteralFolder::open(lake_)) folder_.emplace(std::move(*folder));
}

void ExistingRows::set_facts(std::vector<FactFile> files) {
  facts_ = std::move(files);
  std::sort(facts_.begin(), facts_.end(),
            [](const FactFile& a, const FactFile& b) { return a.min_us < b.min_us; });
}

bool ExistingRows::may_hold(std::int64_t min_us, std::int64_t max_us) const {
  return std::any_of(facts_.begin(), facts_.end(),
                     [&](const FactFile& f) { return f.min_us <= max_us && f.max_us >= min_us; });
}

std::string ExistingRows::read_parquet(const std::vector<std::string>& paths) const {
  const std::filesystem::path& lake = folder_ ? folder_->path() : lake_;
  std::string sql = "read_parquet([";
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (i > 0) sql += ", ";
    sql += quote_literal((lake / paths[i]).string());
  }
  return sql + "], hive_partitioning = false)";
}

std::string ExistingRows::read_table(const TableDefinition& table,
                                     const std::vector<std::string>& paths) const {
  std::string sql = read_parquet(paths);
  sql.pop_back();
  return sql + ", schema = " + field_map(table) + ")";
}

std::string ExistingRows::read_facts(std::int64_t min_us, std::int64_t max_us) const {
  std::vector<std::string> paths;
  for (const FactFile& f : facts_) {
    if (f.min_us <= max_us && f.max_us >= min_us) paths.push_back(f.path);
  }
  return paths.empty() ? "" : read_parquet(paths);
}

Status ExistingRows::query(std::string_view sql, const std::function<Status(const Chunk&)>& take) {
  const std::lock_guard lock(mutex_);
  if (!session_) {
    ASSIGN_OR_RETURN(session_, Session::open(options_));
  }
  ASSIGN_OR_RETURN(QueryResult rows, session_->query(sql));
  for (;;) {
    ASSIGN_OR_RETURN(const Chunk* chunk, rows.next());
    if (chunk == nullptr) return {};
    RETURN_IF_ERROR(take(*chunk));
  }
}

Status ExistingRows::identities(std::int64_t min_us, std::int64_t max_us, bool only_event_ids,
                                const IdentityFunction& take) {
  const std::string from = read_facts(min_us, max_us);
  if (from.empty()) return {};
  return query(fmt::format("SELECT event_key, event_check, event_timestamp, "
                           "coalesce(canonical_key, event_key) FROM {} WHERE "
                           "event_timestamp BETWEEN make_timestamptz({}) AND "
                           "make_timestamptz({}){}",
                           from, min_us, max_us, only_event_ids ? " AND event_id IS NOT NULL" : ""),
               [&](const Chunk& chunk) -> Status {
                 const auto keys = chunk.longs(0);
                 const auto checks = chunk.longs(1);
                 const auto times = chunk.longs(2);
                 const auto canonical = chunk.longs(3);
                 for (std::size_t i = 0; i < chunk.rows(); ++i) {
                   take(
                       {static_cast<std::uint64_t>(keys[i]), static_cast<std::uint64_t>(checks[i])},
                       times[i], canonical[i]);
                 }
                 return {};
               });
}

}  // namespace clicklake
