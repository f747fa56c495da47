#pragma once
/// Lower and upper bounds of columns, for Parquet's footer and for Iceberg's manifests.
///
/// Place: the row group encoder makes them, the file merges them.
/// Invariant: a lower bound is never above a value, an upper never below; both are exact where they
/// say so. Thread safety: pure functions. Source: apache/parquet-format 2.10, parquet.thrift
/// `Statistics`; Iceberg spec, appendix D "Single-value serialization".

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/star_schema.h"

namespace clicklake {

/// Bounds of a chunk or a file. Strings longer than kMostBoundBytes are cut at a character.
struct Bounds {
  enum class Kind { kNone, kLong, kString };

  Kind kind = Kind::kNone;
  std::int64_t min_long = 0;
  std::int64_t max_long = 0;
  std::string min_string;
  std::optional<std::string>
      max_string;  ///< absent: no string of that length is above the largest value
  bool min_is_exact = true;
  bool max_is_exact = true;
};

inline constexpr std::size_t kMostBoundBytes = 256;

/// Of at least one value.
Bounds bounds_of(std::span<const std::int64_t> values);
Bounds bounds_of(std::span<const std::int32_t> values);
/// Strings are compared byte by byte, unsigned.
Bounds bounds_of(std::span<const std::string_view> values);

/// Widens `bounds` by those of more values of the same column.
void merge(Bounds& bounds, const Bounds& more);

/// A value in Parquet's PLAIN form, as footers have it.
std::string parquet_bound(ColumnType type, std::int64_t value);

/// Iceberg's single-value bytes; strings are cut to 16 characters, the upper one rounded up.
std::optional<std::string> iceberg_lower(ColumnType type, const Bounds& bounds);
std::optional<std::string> iceberg_upper(ColumnType type, const Bounds& bounds);

}  // namespace clicklake
