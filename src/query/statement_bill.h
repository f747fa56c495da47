#pragma once
/// The bill of a statement, from its plan and the files that it was given.
///
/// Place: between lake_session, which plans and chooses files, and scan_bill.
/// Invariant: the scans of the plan are those of the bill; one that is not understood makes none,
/// and the statement then has the bill of whole files.
/// Thread safety: pure functions, and reads of footers. Source: ADR-0015.

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/parquet_scan.h"
#include "query/scan_bill.h"

namespace clicklake {

/// The scans of each table.
using ScansByTable = std::map<std::string, std::vector<ParquetScan>, std::less<>>;

/// Whether `statement` reads by way of `query`, a part of its text: EXPLAIN does not, EXPLAIN
/// ANALYZE does.
bool reads_data(std::string_view statement, std::string_view query);

/// The scans of `plan` (json_serialize_plan's answer) through `scan_function`, with the columns and
/// boxes of each. Errors: kUnsupported.
Result<ScansByTable> planned_scans(std::string_view plan, std::string_view scan_function, bool utc);

/// What `scans` read of a lake table's `files`, which come with their statistics (else of their
/// footers). Errors: those of read_parquet_footer.
Result<TableScan> lake_table_scan(const TableDefinition& table, const std::filesystem::path& lake,
                                  std::span<const DataFile> files, std::int64_t total_files,
                                  std::span<const ParquetScan> scans);

/// A file of an external table.
struct ListedFile {
  std::filesystem::path path;
  std::int64_t size = 0;
};

/// What `scans` read of text files: all of each, whatever columns are asked for.
TableScan text_table_scan(std::string table, std::span<const ListedFile> files,
                          std::int64_t total_files, std::size_t scans);

/// What `scans` read of an external table's Parquet files. Errors: those of read_parquet_footer.
Result<TableScan> parquet_table_scan(std::string table, std::span<const ListedFile> files,
                                     std::int64_t total_files, std::span<const ParquetScan> scans);

}  // namespace clicklake
