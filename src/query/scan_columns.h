#pragma once
/// Which columns of a table each scan of a statement reads.
///
/// Place: beside scan_filters, from the same plan; scan_bill sums the chunks of these columns.
/// Invariant: conservative: a column that the scan puts out or filters on is named; one may be
/// named that DuckDB finds it can do without while it runs.
/// Thread safety: pure functions.
/// Source: DuckDB 1.5.5's json_serialize_plan (LOGICAL_GET: names, column_indexes); ADR-0015.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

struct ScanColumns {
  std::string table;                           ///< the scan function's parameter
  std::set<std::string, std::less<>> columns;  ///< top-level; none: rows are only counted
};

/// The scans through the table function `scan_function`, whose first parameter is the table's name,
/// in the order in which a depth-first walk of the plan meets them (as scan_filters'). `plan` is
/// the answer of json_serialize_plan. Errors: kUnsupported, the statement could not be planned or
/// the answer has another form.
Result<std::vector<ScanColumns>> scan_columns(std::string_view plan,
                                              std::string_view scan_function);

}  // namespace clicklake
