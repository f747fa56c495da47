#pragma once
/// What a statement's filters say about the partitions that each scan of an external table can
/// need.
///
/// Place: between DuckDB's plan of a statement and the choice of partitions (external_tables).
/// Invariant: conservative: a row that the statement can need lies in a partition for which the
/// conjuncts of its scan hold. A filter's part that reads other columns, or that is not understood,
/// is left out where it only narrows.
/// Thread safety: pure functions.
/// Source: DuckDB 1.5.5's json_serialize_plan; ADR-0012.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// A condition that a partition must meet, as DuckDB's SQL over its columns.
struct PartitionConjunct {
  std::string sql;
  std::set<std::string> columns;
  /// Where the condition is one column compared with constants for equality (=, IN, OR of them):
  /// the constants, as text.
  std::optional<std::vector<std::string>> equals;
};

/// All of them must hold; none: every partition.
using ScanPredicate = std::vector<PartitionConjunct>;

/// A predicate for each scan of each table that the plan reads through the table function
/// `scan_function`, whose only parameter names the table. `columns`: the partition columns by that
/// name. Errors: kUnsupported, the statement could not be planned or the answer has another form.
Result<std::map<std::string, std::vector<ScanPredicate>, std::less<>>> partition_predicates(
    std::string_view plan, std::string_view scan_function,
    const std::map<std::string, std::set<std::string>, std::less<>>& columns);

}  // namespace clicklake
