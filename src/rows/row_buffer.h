#pragma once
/// Rows of a table as they come out of a file or a query, on their way into another file.
///
/// Place: under everything that writes rows anew: removal, compaction, marts. Invariant: what was
/// added comes out as it went in, in that order. Thread safety: thread-compatible.

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "format/parquet_writer.h"
#include "model/star_schema.h"
#include "rows/string_pool.h"
#include "sql/chunk.h"

namespace clicklake {

class RowBuffer {
 public:
  /// `table` outlives the buffer.
  explicit RowBuffer(const TableDefinition& table);

  std::size_t rows() const { return rows_; }
  /// A row of `chunk`, whose columns are the table's, in its order and of its types.
  void add(const Chunk& chunk, std::size_t row);
  /// For RowGroupEncoder; valid until the next call of add() or clear().
  std::vector<ColumnData> data() const;
  void clear();

 private:
  struct Column {
    std::vector<std::uint32_t> ids, value_ids, offsets;
    std::vector<std::int64_t> longs, dictionary;
    boost::unordered_flat_map<std::int64_t, std::uint32_t> numbers;
    std::vector<std::int32_t> ints;
    std::vector<std::uint8_t> bools, valid;
    StringPool texts, values;
    bool any = false;
  };

  static void add_long(Column* column, std::int64_t value, const ColumnDefinition& definition);

  const TableDefinition& table_;
  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

}  // namespace clicklake
