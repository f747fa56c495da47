#pragma once
/// The pages of a map's key and value columns, with their repetition and definition levels.
///
/// Place: called by RowGroupEncoder for columns of type kMapStringString, whose two leaves are made
/// together. Invariant: pages start at rows; key and value pages hold the same rows. Thread safety:
/// thread-compatible. Source: apache/parquet-format 2.10, "Nested Encoding" and LogicalTypes.md
/// "Maps".

#include <string_view>

#include "base/result.h"
#include "format/parquet_pages.h"
#include "format/parquet_writer.h"

namespace clicklake {

/// Fills the drafts of both leaves (the key's and the value's, in this order) of a map column of
/// `rows` rows. Errors: kInvalidArgument naming `name`.
Status build_map_pages(const ParquetLeaf& key_leaf, std::string_view name, const ColumnData& column,
                       std::size_t rows, std::size_t page_bytes, Arena& arena, ChunkDraft& keys,
                       ChunkDraft& values);

}  // namespace clicklake
