#include "query/statement_bill.h"

#include <algorithm>
#include <utility>

#include "query/scan_columns.h"
#include "query/scan_filters.h"
#include "sql/statement_text.h"

namespace clicklake {

bool reads_data(std::string_view statement, std::string_view query) {
  const std::string_view before = statement.substr(0, statement.find(query));
  const std::vector<std::string> words = identifiers(before);
  const auto has = [&](std::string_view word) {
    return std::binary_search(words.begin(), words.end(), word);
  };
  return !has("explain") || has("analyze");
}

Result<ScansByTable> planned_scans(std::string_view plan, std::string_view scan_function,
                                   bool utc) {
  ASSIGN_OR_RETURN(std::vector<ScanColumns> columns, scan_columns(plan, scan_function));
  ASSIGN_OR_RETURN(std::vector<ScanBoxes> boxes, scan_boxes(plan, scan_function, utc));
  if (columns.size() != boxes.size())
    return Error{ErrorCode::kUnsupported, "the plan's scans were counted in two ways"};
  ScansByTable scans;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].table != boxes[i].table)
      return Error{ErrorCode::kUnsupported, "the plan's scans were met in two orders"};
    scans[columns[i].table].push_back({std::move(columns[i].columns), std::move(boxes[i].boxes)});
  }
  return scans;
}

Result<TableScan> lake_table_scan(const TableDefinition& table, const std::filesystem::path& lake,
                                  std::span<const DataFile> files, std::int64_t total_files,
                                  std::span<const ParquetScan> scans) {
  TableScan out{.table = std::string(table.name),
                .raw = false,
                .bytes = 0,
                .files = static_cast<std::int64_t>(files.size()),
                .total_files = total_files};
  ASSIGN_OR_RETURN(out.bytes, lake_scan_bytes(table, lake, files, scans));
  return out;
}

TableScan text_table_scan(std::string table, std::span<const ListedFile> files,
                          std::int64_t total_files, std::size_t scans) {
  TableScan out{.table = std::move(table),
                .raw = true,
                .bytes = 0,
                .files = static_cast<std::int64_t>(files.size()),
                .total_files = total_files};
  for (const ListedFile& file : files) out.bytes += file.size;
  out.bytes *= static_cast<std::int64_t>(scans);
  return out;
}

Result<TableScan> parquet_table_scan(std::string table, std::span<const ListedFile> files,
                                     std::int64_t total_files, std::span<const ParquetScan> scans) {
  TableScan out{.table = std::move(table),
                .raw = false,
                .bytes = 0,
                .files = static_cast<std::int64_t>(files.size()),
                .total_files = total_files};
  std::vector<std::filesystem::path> paths;
  paths.reserve(files.size());
  for (const ListedFile& file : files) paths.push_back(file.path);
  ASSIGN_OR_RETURN(out.bytes, parquet_scan_bytes(paths, scans));
  return out;
}

}  // namespace clicklake
