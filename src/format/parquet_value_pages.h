#pragma once
/// The pages of columns that have one value a row (maps: parquet_map_pages.h).
///
/// Place: called by RowGroupEncoder, column by column.
/// Thread safety: thread-compatible.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/parquet_pages.h"
#include "format/parquet_writer.h"

namespace clicklake {

/// How a column's values are given.
enum class ColumnForm { kNulls, kConstant, kDictionary, kLongs, kInts, kBools, kStrings };

/// Data pages of dictionary indices, for other columns with the same indices.
struct SharedPages {
  const std::uint32_t* indices = nullptr;
  std::size_t dictionary_size = 0;
  std::size_t rows = 0;
  std::size_t nulls = 0;
  std::span<const std::uint32_t> order;  ///< of the dictionary's entries; empty: as given
  std::vector<PageDraft> pages;
};

class ValuePages {
 public:
  explicit ValuePages(std::size_t page_bytes) : page_bytes_(page_bytes) {}

  /// To be called before the first column of a row group. Memory of the one before is used again.
  void start_row_group(std::span<const ColumnData> columns);

  /// Fills `draft` with the pages of a column of `rows` rows. They live in `arena`, in the column,
  /// or, where columns share indices, until the next start_row_group. Errors: kInvalidArgument
  /// naming `name`.
  Status build(const ParquetLeaf& leaf, std::string_view name, const ColumnData& column,
               std::size_t rows, Arena& arena, ChunkDraft& draft);

  /// Remembers the data pages of `draft`, compressed by now, for the columns to come with these
  /// indices.
  void share(const ColumnData& column, const ChunkDraft& draft);

  /// Where what share() keeps has to lie: its own memory for columns whose indices come again, else
  /// `arena`.
  Arena& arena_for(const ColumnData& column, Arena& arena);

 private:
  Status build_dictionary(const ParquetLeaf& leaf, std::string_view name, const ColumnData& column,
                          std::size_t rows, Arena& arena, ChunkDraft& draft);
  bool comes_again(const ColumnData& column) const;

  std::size_t page_bytes_;
  Arena kept_;
  std::vector<const std::uint32_t*> repeated_;
  std::vector<SharedPages> shared_;
  std::size_t shared_count_ = 0;
};

}  // namespace clicklake
