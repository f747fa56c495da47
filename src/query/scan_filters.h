#pragma once
/// What a statement's filters say about the rows that each scan of a table can need.
///
/// Place: between DuckDB's plan of a statement and the catalog's choice of files.
/// Invariant: conservative: a row that the statement can need lies in one of the boxes. What is not
/// understood bounds
///   nothing.
/// Thread safety: pure functions.
/// Source: DuckDB 1.5.5's json_serialize_plan (logical operators and bound expressions as JSON);
/// ADR-0006.

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// Values of a long, int, date or timestamp column; inclusive.
struct ValueRange {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  bool operator==(const ValueRange&) const = default;
};

/// Ranges by column that a row must lie in, all of them; none: every row.
using RowBox = std::map<std::string, ValueRange, std::less<>>;

/// Boxes of which a row must lie in one; none at all: no row is needed.
using RowBoxes = std::vector<RowBox>;

/// At most this many boxes a scan; more are merged into the one that holds them all.
inline constexpr std::size_t kMaxBoxes = 32;

/// The boxes of each table that the plan scans through the table function `scan_function`, whose
/// only parameter is the table's name; several scans of one table add up. `plan` is the answer of
/// json_serialize_plan. `utc`: the session's time zone is UTC, else casts between times and dates
/// bound nothing. Errors: kUnsupported, the statement could not be planned or the answer has
/// another form.
Result<std::map<std::string, RowBoxes, std::less<>>> scan_filters(std::string_view plan,
                                                                  std::string_view scan_function,
                                                                  bool utc);

/// A scan of a table, and the boxes of its own.
struct ScanBoxes {
  std::string table;
  RowBoxes boxes;
};

/// The same scan by scan, in the order in which a depth-first walk of the plan meets them (as
/// scan_columns'). Errors: as scan_filters.
Result<std::vector<ScanBoxes>> scan_boxes(std::string_view plan, std::string_view scan_function,
                                          bool utc);

}  // namespace clicklake
