#pragma once
/// Column chunks: pages compressed or not, with their headers.
///
/// Place: the last step of a column in the row group encoder.
/// Invariant: a chunk has one codec; where that is zstd, a page that does not shrink is stored
/// inside its frame. Thread safety: thread-compatible. Source: apache/parquet-format 2.10,
/// parquet.thrift `PageHeader`.

#include "format/parquet_pages.h"
#include "format/parquet_row_group.h"

namespace clicklake {

class ChunkWriter {
 public:
  explicit ChunkWriter(const ParquetWriterOptions& options)
      : compressor_(options.zstd_level, options.min_gain), min_gain_(options.min_gain) {}

  /// Compresses the pages of `draft` (their blocks are kept in it and lie in `data_arena`, the
  /// dictionary's in `arena`) and appends the chunk to `group`.
  void write(ChunkDraft& draft, Arena& arena, Arena& data_arena, EncodedRowGroup& group);

 private:
  void append_header(const PageDraft& page, std::size_t plain, std::size_t stored, ByteBuffer& out);

  BlockCompressor compressor_;
  double min_gain_;
  ThriftWriter header_;
};

}  // namespace clicklake
