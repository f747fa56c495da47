#include "query/parquet_scan.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace clicklake {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// A leaf and the range that its values must meet.
struct Condition {
  std::size_t leaf;
  ValueRange range;
};

/// The conditions of `box` on columns that are leaves themselves.
std::vector<Condition> conditions_of(const ParquetFooter& footer, const RowBox& box) {
  std::vector<Condition> out;
  for (const auto& [column, range] : box) {
    for (std::size_t leaf = 0; leaf < footer.leaves.size(); ++leaf) {
      if (same_name(footer.leaves[leaf].path, column)) out.push_back({leaf, range});
    }
  }
  return out;
}

bool can_match(const ParquetRowGroupInfo& group, const std::vector<Condition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    const ParquetChunkInfo& chunk = group.chunks[condition.leaf];
    if (chunk.nulls && *chunk.nulls == chunk.values) return false;
    return !chunk.bounds ||
           (chunk.bounds->min <= condition.range.max && chunk.bounds->max >= condition.range.min);
  });
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
  if (leaves.empty()) return 0;
  std::vector<std::vector<Condition>> boxes;
  boxes.reserve(scan.boxes.size());
  for (const RowBox& box : scan.boxes) boxes.push_back(conditions_of(footer, box));
  std::int64_t bytes = 0;
  for (const ParquetRowGroupInfo& group : footer.row_groups) {
    const bool needed = std::any_of(boxes.begin(), boxes.end(), [&](const auto& conditions) {
      return can_match(group, conditions);
    });
    if (!needed) continue;
    for (const std::size_t leaf : leaves) bytes += group.chunks[leaf].compressed_bytes;
  }
  return bytes;
}

Result<std::int64_t> parquet_scan_bytes(std::span<const std::filesystem::path> files,
                                        std::span<const ParquetScan> scans) {
  const bool only_counts = std::all_of(scans.begin(), scans.end(), [](const ParquetScan& scan) {
    return scan.columns.empty() || scan.boxes.empty();
  });
  if (only_counts) return std::int64_t{0};
  std::int64_t bytes = 0;
  for (const std::filesystem::path& file : files) {
    ASSIGN_OR_RETURN(const ParquetFooter footer, read_parquet_footer(file));
    for (const ParquetScan& scan : scans) bytes += parquet_scan_bytes(footer, scan);
  }
  return bytes;
}

}  // namespace clicklake
