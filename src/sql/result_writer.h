#pragma once
/// Query results as a table, CSV, JSON or NDJSON.
///
/// Place: last step of the `sql` command. (Parquet is written by DuckDB's own COPY: see
/// sql_command.) Invariant: rows are written as they come, in bounded memory; nothing is cut but on
/// a terminal. Thread safety: pure functions. Source: RFC 4180 (quoting; lines end in a line feed),
/// RFC 8259 (JSON).

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "sql/output.h"
#include "sql/session.h"

namespace clicklake {

enum class OutputFormat { kTable, kCsv, kJson, kNdjson, kParquet };

/// The format named `name`. Errors: kInvalidArgument, saying which there are.
Result<OutputFormat> parse_output_format(std::string_view name);

/// What a terminal shows of a table; 0: all of it.
struct TableLimits {
  std::size_t rows = 0;
  std::size_t cell_width = 0;  ///< terminal columns
};

struct WrittenRows {
  std::int64_t rows = 0;
  bool more = false;  ///< the limit was met before the last row
};

/// Writes the rows that `result` still holds to `out`, flushed.
///  - kTable: aligned for the first 10,000 rows (or 8 MB), the widths kept after; NULL as `NULL`,
///  control characters as
///    escapes.
///  - kCsv: a header; NULL is nothing between the commas, an empty text `""`; nested values are
///  JSON text.
///  - kJson: `{"columns":[{"name","type"}],"rows":[[...]]}`; numbers keep all digits, NaN and
///  infinities are strings, times
///    are ISO 8601 (`Z` where they have a zone), maps and structs objects, BLOB a `\x` hex string.
///  - kNdjson: an object a row; a second column of one name gets `_1`.
/// Errors: those of the query and of the output; kUnsupported, a type without a text.
Result<WrittenRows> write_result(QueryResult& result, OutputFormat format,
                                 const TableLimits& limits, Output& out);

}  // namespace clicklake
