#include "query/cost_summary.h"

#include <algorithm>
#include <cstdio>

#include "model/time.h"

namespace clicklake {

namespace {

std::string day_of(std::int64_t us) {
  const CivilTime time = civil_from_micros(us);
  char text[40];
  std::snprintf(text, sizeof(text), "%04d-%02d-%02d", time.year, time.month, time.day);
  return text;
}

void add_to(CostRow* sum, const CostRow& more) {
  sum->queries += more.queries;
  sum->bytes += more.bytes;
  sum->dollars += more.dollars;
  sum->raw_bytes += more.raw_bytes;
  sum->raw_dollars += more.raw_dollars;
}

}  // namespace

Result<CostGrouping> parse_cost_grouping(std::string_view text) {
  if (text == "day") return CostGrouping::kDay;
  if (text == "tag") return CostGrouping::kTag;
  if (text == "table") return CostGrouping::kTable;
  return Error{ErrorCode::kInvalidArgument,
               "costs are summed by day, tag or table, not by '" + std::string(text) + "'"};
}

double CostRow::saved_percent() const {
  if (raw_bytes <= 0) return 0;
  return 100.0 * (1.0 - static_cast<double>(bytes) / static_cast<double>(raw_bytes));
}

void CostSums::add(const LoggedQuery& query) {
  CostRow cost;
  cost.queries = 1;
  bool reads_raw = false;
  for (const LoggedScan& scan : query.scans) {
    cost.bytes += scan.bytes;
    reads_raw = reads_raw || scan.raw;
  }
  cost.raw_bytes = query.raw_bytes;
  if (!query.scans.empty()) {
    cost.dollars = scan_dollars(cost.bytes, price_);
    cost.raw_dollars = scan_dollars(cost.raw_bytes, price_);
  }
  add_to(reads_raw ? &raw_ : &processed_, cost);
  if (grouping_ == CostGrouping::kTable) {
    add_by_table(query, cost);
  } else {
    add_to(&rows_[grouping_ == CostGrouping::kDay ? day_of(query.time_us) : query.tag], cost);
  }
}

void CostSums::add_by_table(const LoggedQuery& query, const CostRow& cost) {
  std::map<std::string, std::int64_t> tables;
  for (const LoggedScan& scan : query.scans) tables[scan.table] += scan.bytes;
  std::int64_t raw_left = cost.raw_bytes;
  std::size_t left = tables.size();
  for (const auto& [table, bytes] : tables) {
    const double share = cost.bytes > 0
                             ? static_cast<double>(bytes) / static_cast<double>(cost.bytes)
                             : 1.0 / static_cast<double>(tables.size());
    CostRow part;
    part.queries = 1;
    part.bytes = bytes;
    part.dollars = cost.dollars * share;
    part.raw_dollars = cost.raw_dollars * share;
    // The last one takes what rounding left over.
    part.raw_bytes = --left == 0
                         ? raw_left
                         : static_cast<std::int64_t>(static_cast<double>(cost.raw_bytes) * share);
    raw_left -= part.raw_bytes;
    add_to(&rows_[table], part);
  }
}

CostSummary CostSums::summary() const {
  CostSummary out;
  for (const auto& [key, row] : rows_) {
    out.rows.push_back(row);
    out.rows.back().key = key;
  }
  out.raw = raw_;
  out.processed = processed_;
  add_to(&out.total, raw_);
  add_to(&out.total, processed_);
  return out;
}

}  // namespace clicklake
