#pragma once
/// The query log summed up: what was scanned, what it would cost, what raw would have cost.
///
/// Place: the `cost` command; rows come from metastore/query_log. Invariant: rows add up to the
/// total. Thread safety: a value. Source: ADR-0015.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metastore/query_log.h"
#include "query/scan_bill.h"

namespace clicklake {

enum class CostGrouping { kDay, kTag, kTable };

/// "day", "tag", "table". Errors: kInvalidArgument.
Result<CostGrouping> parse_cost_grouping(std::string_view text);

struct CostRow {
  std::string key;  ///< "2024-11-01" (UTC), a tag ("" without one), a table
  std::int64_t queries = 0;
  std::int64_t bytes = 0;
  double dollars = 0;
  std::int64_t raw_bytes = 0;  ///< had each query scanned all of raw
  double raw_dollars = 0;

  /// Of a hundred bytes of raw, those that were not scanned; 0 where nothing is known of raw.
  double saved_percent() const;
};

struct CostSummary {
  std::vector<CostRow> rows;  ///< by key
  CostRow total;
  CostRow raw;        ///< queries that read text files
  CostRow processed;  ///< queries that read Parquet only
};

class CostSums {
 public:
  CostSums(CostGrouping grouping, const ScanPrice& price) : grouping_(grouping), price_(price) {}

  /// By table, what a query costs is shared by its tables as their bytes are.
  void add(const LoggedQuery& query);
  CostSummary summary() const;

 private:
  void add_by_table(const LoggedQuery& query, const CostRow& cost);

  CostGrouping grouping_;
  ScanPrice price_;
  std::map<std::string, CostRow> rows_;
  CostRow raw_;
  CostRow processed_;
};

}  // namespace clicklake
