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

/// Dollars for a query that scans `bytes`; one that reads no table at all is free.
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

  std::int64_t bytes() const;
};

/// "scanned 4.7 MB (2 of 48 files), 24 rows, 0.05 s, $0.00005; over all of raw: 937 MB, $0.0045".
std::string to_string(const ScanBill& bill, const ScanPrice& price);

}  // namespace clicklake
