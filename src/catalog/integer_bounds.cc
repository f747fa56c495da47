#include "catalog/integer_bounds.h"

#include <limits>

namespace clicklake {
namespace {

constexpr std::uint64_t kTooWide = std::uint64_t{1} << 63;

bool is_integer_like(ColumnType type) {
  switch (type) {
    case ColumnType::kInt:
    case ColumnType::kLong:
    case ColumnType::kDecimal18_4:
    case ColumnType::kDate:
    case ColumnType::kTimestampTz: return true;
    case ColumnType::kBoolean:
    case ColumnType::kDouble:
    case ColumnType::kString:
    case ColumnType::kMapStringString: return false;
  }
  return false;
}

std::optional<std::int64_t> little_endian(std::string_view bytes) {
  if (bytes.size() != 4 && bytes.size() != 8) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  if (bytes.size() == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> big_endian(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > 8) return std::nullopt;
  // The sign fills what the bytes leave.
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

const ColumnDefinition* find_column(const TableDefinition& table, int field_id) {
  for (const ColumnDefinition& column : table.columns) {
    if (column.field_id == field_id) return &column;
  }
  return nullptr;
}

}  // namespace

std::optional<std::int64_t> bound_number(ColumnType type, std::string_view bytes) {
  if (!is_integer_like(type)) return std::nullopt;
  return type == ColumnType::kDecimal18_4 ? big_endian(bytes) : little_endian(bytes);
}

std::vector<IntegerBounds> integer_bounds(const TableDefinition& table,
                                          const ParquetFileInfo& info) {
  std::vector<IntegerBounds> bounds;
  for (const ColumnStatistics& statistics : info.columns) {
    const ColumnDefinition* column = find_column(table, statistics.field_id);
    if (column == nullptr || !is_integer_like(column->type)) continue;
    if (!statistics.lower && !statistics.upper && statistics.value_count > 0 &&
        statistics.null_count == statistics.value_count) {
      bounds.push_back({statistics.field_id, std::numeric_limits<std::int64_t>::max(),
                        std::numeric_limits<std::int64_t>::min()});
      continue;
    }
    if (!statistics.lower || !statistics.upper) continue;
    const auto min = bound_number(column->type, *statistics.lower);
    const auto max = bound_number(column->type, *statistics.upper);
    if (!min || !max || *min > *max) continue;
    if (static_cast<std::uint64_t>(*max) - static_cast<std::uint64_t>(*min) >= kTooWide) continue;
    bounds.push_back({statistics.field_id, *min, *max});
  }
  return bounds;
}

}  // namespace clicklake
