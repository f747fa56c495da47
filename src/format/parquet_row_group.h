#pragma once
/// What passes from the row group encoder to the file: bytes, and what the footer says of them.
///
/// Place: made by RowGroupEncoder, written by ParquetFile.
/// Invariant: offsets are relative to the row group's first byte; the chunks lie one behind the
/// other in leaf order. Thread safety: an EncodedRowGroup belongs to one thread at a time; its pool
/// is safe.

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "format/parquet_buffer.h"
#include "format/parquet_statistics.h"
#include "format/parquet_writer.h"

namespace clicklake {

struct ParquetChunk {
  std::int64_t data_page_offset = 0;
  std::int64_t dictionary_page_offset = -1;  ///< -1: no dictionary
  std::int64_t offset = 0;
  std::int64_t compressed_bytes = 0;  ///< with page headers
  std::int64_t uncompressed_bytes = 0;
  bool is_zstd = false;
  int data_pages = 0;
  std::int64_t level_count = 0;  ///< Parquet's num_values: with nulls and empty maps
  std::int64_t value_count = 0;  ///< rows, or a map's entries
  std::int64_t null_count = 0;   ///< of value_count
  Bounds bounds;                 ///< none for a map's key and value
};

struct RowGroupPool;

struct EncodedRowGroup {
  ByteBuffer bytes;
  std::vector<ParquetChunk> chunks;
  std::int64_t rows = 0;
  std::shared_ptr<RowGroupPool> pool;
};

/// Row groups that were written, kept for their memory: fresh pages cost more to touch than to
/// fill.
struct RowGroupPool {
  static constexpr std::size_t kKept = 2;
  std::mutex mutex;
  std::vector<std::unique_ptr<EncodedRowGroup>> idle;
};

}  // namespace clicklake
