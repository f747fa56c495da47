#include "query/parquet_scan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace clicklake {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// Ranges of which a column's values must meet one.
struct ColumnFilter {
  std::string column;
  std::vector<ValueRange> ranges;
};

bool is_simple(const ValueRange& range) {
  const ValueRange open;
  return range.min == range.max || range.min == open.min || range.max == open.max;
}

/// What DuckDB hands to a scan, of a statement's boxes: a condition that all alternatives share,
/// and alternatives of one column that are a single comparison each. An OR of more than that is
/// tested above the scan, and leaves out no row group.
std::vector<ColumnFilter> pushed_filters(const RowBoxes& boxes) {
  std::map<std::string, std::vector<ValueRange>> by_column;
  for (const RowBox& box : boxes) {
    for (const auto& [column, unused] : box) by_column[column];
  }
  std::size_t product = 1;
  for (auto& [column, ranges] : by_column) {
    for (const RowBox& box : boxes) {
      const auto it = box.find(column);
      const ValueRange range = it == box.end() ? ValueRange{} : it->second;
      if (std::find(ranges.begin(), ranges.end(), range) == ranges.end()) ranges.push_back(range);
    }
    product *= ranges.size();
  }
  // Columns vary independently of each other where every combination is a box.
  const bool independent = product == boxes.size();
  std::vector<ColumnFilter> filters;
  for (auto& [column, ranges] : by_column) {
    const bool pushed =
        ranges.size() == 1 || (independent && std::all_of(ranges.begin(), ranges.end(), is_simple));
    if (pushed) filters.push_back({column, std::move(ranges)});
  }
  return filters;
}

bool can_match(const ParquetFooter& footer, const ParquetRowGroupInfo& group,
               const ColumnFilter& filter) {
  for (std::size_t leaf = 0; leaf < footer.leaves.size(); ++leaf) {
    if (!same_name(footer.leaves[leaf].path, filter.column)) continue;
    const ParquetChunkInfo& chunk = group.chunks[leaf];
    if (chunk.nulls && *chunk.nulls == chunk.values) return false;
    return !chunk.bounds ||
           std::any_of(filter.ranges.begin(), filter.ranges.end(), [&](const ValueRange& range) {
             return chunk.bounds->min <= range.max && chunk.bounds->max >= range.min;
           });
  }
  return true;
}

bool only_counts(const ParquetScan& scan) { return scan.columns.empty() || scan.boxes.empty(); }

const ColumnStatistics* find_statistics(const DataFile& file, int field_id) {
  for (const ColumnStatistics& column : file.info.columns) {
    if (column.field_id == field_id) return &column;
  }
  return nullptr;
}

/// An int, date, long or time as Iceberg stores it: little-endian, 4 or 8 bytes.
std::optional<std::int64_t> stored_number(const std::optional<std::string>& bytes) {
  if (!bytes || (bytes->size() != 4 && bytes->size() != 8)) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes->size(); ++i)
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>((*bytes)[i])) << (8 * i);
  if (bytes->size() == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  return static_cast<std::int64_t>(value);
}

const ColumnDefinition* find_column(const TableDefinition& table, std::string_view name) {
  for (const ColumnDefinition& column : table.columns) {
    if (same_name(column.name, name)) return &column;
  }
  return nullptr;
}

/// Whether all rows of `file` lie in one of the boxes.
bool lies_inside(const TableDefinition& table, const DataFile& file, const RowBoxes& boxes) {
  return std::any_of(boxes.begin(), boxes.end(), [&](const RowBox& box) {
    return std::all_of(box.begin(), box.end(), [&](const auto& condition) {
      const auto& [name, range] = condition;
      const ColumnDefinition* column = find_column(table, name);
      const auto* statistics =
          column != nullptr ? find_statistics(file, column->field_id) : nullptr;
      if (statistics == nullptr || statistics->null_count != 0) return false;
      const auto lower = stored_number(statistics->lower);
      const auto upper = stored_number(statistics->upper);
      return lower && upper && *lower >= range.min && *upper <= range.max;
    });
  });
}

std::int64_t whole_file_bytes(const TableDefinition& table, const DataFile& file,
                              const ParquetScan& scan) {
  std::int64_t bytes = 0;
  for (const std::string& name : scan.columns) {
    const ColumnDefinition* column = find_column(table, name);
    if (column == nullptr) continue;
    for (const int id : {column->field_id, column->key_field_id, column->value_field_id}) {
      const ColumnStatistics* statistics = id != 0 ? find_statistics(file, id) : nullptr;
      if (statistics != nullptr) bytes += statistics->size_bytes;
    }
  }
  return bytes;
}

}  // namespace

std::int64_t parquet_scan_bytes(const ParquetFooter& footer, const ParquetScan& scan) {
  std::vector<std::size_t> leaves;
  for (std::size_t leaf = 0; leaf < footer.leaves.size(); ++leaf) {
    const std::string_view name = footer.columns[footer.leaves[leaf].column].name;
    const bool needed = std::any_of(scan.columns.begin(), scan.columns.end(),
                                    [&](const auto& column) { return same_name(column, name); });
    if (needed) leaves.push_back(leaf);
  }
  if (leaves.empty() || scan.boxes.empty()) return 0;
  const std::vector<ColumnFilter> filters = pushed_filters(scan.boxes);
  std::int64_t bytes = 0;
  for (const ParquetRowGroupInfo& group : footer.row_groups) {
    const bool needed = std::all_of(filters.begin(), filters.end(), [&](const auto& filter) {
      return can_match(footer, group, filter);
    });
    if (!needed) continue;
    for (const std::size_t leaf : leaves) bytes += group.chunks[leaf].compressed_bytes;
  }
  return bytes;
}

Result<std::int64_t> parquet_scan_bytes(std::span<const std::filesystem::path> files,
                                        std::span<const ParquetScan> scans) {
  if (std::all_of(scans.begin(), scans.end(), only_counts)) return std::int64_t{0};
  std::int64_t bytes = 0;
  for (const std::filesystem::path& file : files) {
    ASSIGN_OR_RETURN(const ParquetFooter footer, read_parquet_footer(file));
    for (const ParquetScan& scan : scans) bytes += parquet_scan_bytes(footer, scan);
  }
  return bytes;
}

Result<std::int64_t> lake_scan_bytes(const TableDefinition& table,
                                     const std::filesystem::path& lake,
                                     std::span<const DataFile> files,
                                     std::span<const ParquetScan> scans) {
  std::int64_t bytes = 0;
  for (const DataFile& file : files) {
    std::optional<ParquetFooter> footer;
    for (const ParquetScan& scan : scans) {
      if (only_counts(scan)) continue;
      if (!file.info.columns.empty() && lies_inside(table, file, scan.boxes)) {
        bytes += whole_file_bytes(table, file, scan);
        continue;
      }
      if (!footer) {
        ASSIGN_OR_RETURN(footer, read_parquet_footer(lake / file.path));
      }
      bytes += parquet_scan_bytes(*footer, scan);
    }
  }
  return bytes;
}

}  // namespace clicklake
