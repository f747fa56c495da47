#pragma once
/// What a query read, and what Athena would charge for it.
///
/// Place: lake_session knows the files and columns of a statement, this sums them; the `sql`
/// command prints the line, `cost` the history. Invariant: a column chunk, or a text file, that the
/// statement need not read is not counted; each other once a scan. Figures come from listings, the
/// catalog and footers, never from reading data. Thread safety: values and pure functions. Source:
/// Athena pricing (bytes scanned, rounded up to a megabyte, at least 10 MB a query); ADR-0015.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

struct ScanPrice {
  double dollars_per_tb = 5.0;  ///< TB: 2^40 bytes
  std::int64_t minimum_bytes = 10'000'000;
};

/// Dollars for a query that reads tables and scans `bytes` of them: at least the minimum, rounded
/// up to a megabyte (2^20 bytes).
double scan_dollars(std::int64_t bytes, const ScanPrice& price);

/// What a statement reads of one table.
struct TableScan {
  std::string table;             ///< "clickstream_raw.click_events_raw"
  bool raw = false;              ///< text files
  std::int64_t bytes = 0;        ///< of the chunks or files that it reads
  std::int64_t files = 0;        ///< after pruning
  std::int64_t total_files = 0;  ///< before; -1: not known without listing everything
};

struct ScanBill {
  std::vector<TableScan> tables;
  std::int64_t raw_bytes = 0;  ///< of the lake's whole raw table: what the query would scan there
  std::int64_t rows = 0;       ///< of the result
  double seconds = 0;
  bool planned = false;  ///< it was not run: rows and seconds are not known

  std::int64_t bytes() const;
  /// A statement that reads no table (DDL, SET, SELECT 1) is free.
  double dollars(const ScanPrice& price) const;
};

/// "scanned 4.7 MB (2 of 48 files), 24 rows, 0.05 s, $0.000048; over all of raw: 937.2 MB,
/// $0.0043". Planned: "would scan 4.7 MB (2 of 48 files), $0.000048; ...".
std::string to_string(const ScanBill& bill, const ScanPrice& price);

/// The same as an object: bytes, files, total_files, dollars, raw_bytes, raw_dollars, tables; rows
/// and seconds where it was run. total_files is null where one table's is not known.
std::string to_json(const ScanBill& bill, const ScanPrice& price);

/// Refuses a statement that scans more than `most_bytes`, before it is run. Errors: kCancelled,
/// saying by how much, where most of it is, and what to do.
Status check_scan_limit(const ScanBill& bill, std::int64_t most_bytes);

/// "$4.12", "$0.0043": two digits that say something, at most; "$0".
std::string format_dollars(double dollars);

}  // namespace clicklake
