#pragma once
/// Up to 2,048 rows of a query's result, read where DuckDB left them.
///
/// Place: between a session's query and whoever reads its rows; nothing is copied.
/// Invariant: vectors are flat; views into a chunk live until the next call of QueryResult::next.
/// Thread safety: immutable; thread-compatible with the QueryResult that it came from.
/// Source: DuckDB's C API, "Data Chunks", "Vectors".

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace clicklake {

struct DuckdbApi;

/// How a column's values lie in memory.
enum class Storage : std::uint8_t {
  kBool,       ///< BOOLEAN
  kInt32,      ///< INTEGER, DATE (days since 1970), DECIMAL of 5 to 9 digits
  kInt64,      ///< BIGINT, TIMESTAMP, TIMESTAMPTZ (UTC microseconds), DECIMAL of 10 to 18 digits
               ///< (scaled)
  kDouble,     ///< DOUBLE
  kString,     ///< VARCHAR, BLOB
  kStringMap,  ///< MAP(VARCHAR, VARCHAR)
  kOther,      ///< what only the result writers read
};

namespace chunk_internal {

/// duckdb_string_t: 12 bytes inline, or a 4-byte prefix and a pointer.
struct StringCell {
  std::uint32_t length;
  char inlined[4];
  union {
    const char* pointer;
    char rest[8];
  };

  std::string_view view() const {
    return {length <= 12 ? reinterpret_cast<const char*>(this) + sizeof(length) : pointer, length};
  }
};
static_assert(sizeof(StringCell) == 16);

inline bool bit(const std::uint64_t* validity, std::size_t row) {
  return validity == nullptr || ((validity[row >> 6] >> (row & 63)) & 1U) != 0;
}

struct ListCell {
  std::uint64_t offset;
  std::uint64_t length;
};

struct ColumnView {
  Storage storage = Storage::kOther;
  const void* data = nullptr;
  const std::uint64_t* validity = nullptr;  ///< null: all valid
  const StringCell* map_keys = nullptr;
  const StringCell* map_values = nullptr;
  const std::uint64_t* map_value_validity = nullptr;
};

}  // namespace chunk_internal

/// The entries of one MAP(VARCHAR, VARCHAR), in stored order.
class StringMapView {
 public:
  StringMapView(const chunk_internal::ColumnView& column, std::size_t row)
      : column_(&column), cell_(static_cast<const chunk_internal::ListCell*>(column.data)[row]) {}

  std::size_t size() const { return cell_.length; }
  std::string_view key(std::size_t i) const { return column_->map_keys[cell_.offset + i].view(); }
  /// Nothing where the value is NULL.
  std::optional<std::string_view> value(std::size_t i) const {
    const std::size_t at = cell_.offset + i;
    if (!chunk_internal::bit(column_->map_value_validity, at)) return std::nullopt;
    return column_->map_values[at].view();
  }

 private:
  const chunk_internal::ColumnView* column_;
  chunk_internal::ListCell cell_;
};

/// Columns are numbered from 0. An accessor requires a column of its storage (checked in debug
/// builds) and gives unspecified values for rows that are not valid.
class Chunk {
 public:
  std::size_t rows() const { return rows_; }

  bool valid(int column, std::size_t row) const {
    return chunk_internal::bit(at(column).validity, row);
  }
  /// False as soon as one row might be NULL.
  bool all_valid(int column) const { return at(column).validity == nullptr; }

  /// One value a row.
  std::span<const std::int64_t> longs(int column) const {
    return values<std::int64_t>(column, Storage::kInt64);
  }
  std::span<const std::int32_t> ints(int column) const {
    return values<std::int32_t>(column, Storage::kInt32);
  }
  std::span<const std::uint8_t> bools(int column) const {
    return values<std::uint8_t>(column, Storage::kBool);
  }
  std::span<const double> doubles(int column) const {
    return values<double>(column, Storage::kDouble);
  }

  std::string_view string(int column, std::size_t row) const {
    assert(at(column).storage == Storage::kString);
    return static_cast<const chunk_internal::StringCell*>(at(column).data)[row].view();
  }
  StringMapView map(int column, std::size_t row) const {
    assert(at(column).storage == Storage::kStringMap);
    return {at(column), row};
  }

  /// DuckDB's own handle (duckdb_data_chunk), for this module's writers.
  void* handle() const { return handle_; }

 private:
  friend class QueryResult;

  const chunk_internal::ColumnView& at(int column) const {
    assert(column >= 0 && static_cast<std::size_t>(column) < columns_.size());
    return columns_[static_cast<std::size_t>(column)];
  }
  template <typename T>
  std::span<const T> values(int column, [[maybe_unused]] Storage storage) const {
    assert(at(column).storage == storage);
    return {static_cast<const T*>(at(column).data), rows_};
  }

  /// Points the views at `handle`'s vectors. `storages` has one entry a column.
  void bind(const DuckdbApi& api, void* handle, std::span<const Storage> storages);

  void* handle_ = nullptr;
  std::size_t rows_ = 0;
  std::vector<chunk_internal::ColumnView> columns_;
};

}  // namespace clicklake
