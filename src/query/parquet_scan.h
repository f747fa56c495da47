#pragma once
/// How many bytes of Parquet files a scan needs.
///
/// Place: under scan_bill; footers in, a sum out. Invariant: a chunk is counted where its column is
/// needed and its row group's bounds can match, by the same bounds that DuckDB and Athena skip row
/// groups by; whole, with its dictionary, whatever pages of it are skipped then. Footers are not
/// counted. Thread safety: pure functions, and reads of files that don't change. Source: ADR-0015.

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>

#include "base/result.h"
#include "catalog/catalog.h"
#include "format/parquet_footer.h"
#include "model/star_schema.h"
#include "query/scan_filters.h"

namespace clicklake {

/// What one scan of a table asks of each file.
struct ParquetScan {
  std::set<std::string, std::less<>> columns;  ///< top-level, any letter case; none: counts rows
  RowBoxes boxes{RowBox{}};
};

/// Bytes of `footer`'s chunks that `scan` needs. A column that the file does not have costs
/// nothing, and bounds nothing. Cost: O(row groups * leaves).
std::int64_t parquet_scan_bytes(const ParquetFooter& footer, const ParquetScan& scan);

/// The sum over `files` and `scans`, each footer read once; none is opened where every scan only
/// counts rows. Errors: those of read_parquet_footer. Cost: 20 us a file and 0.15 us a chunk.
Result<std::int64_t> parquet_scan_bytes(std::span<const std::filesystem::path> files,
                                        std::span<const ParquetScan> scans);

/// The same over a lake table's files, which come with their statistics: a file of which a scan
/// needs all row groups, by its bounds, is summed without being opened. Errors: those of
/// read_parquet_footer. Cost: 1 us a file, and that of its footer where a box cuts through it.
Result<std::int64_t> lake_scan_bytes(const TableDefinition& table,
                                     const std::filesystem::path& lake,
                                     std::span<const DataFile> files,
                                     std::span<const ParquetScan> scans);

}  // namespace clicklake
