#include "format/parquet_chunk.h"

#include <array>

namespace clicklake {
namespace {

// parquet.thrift `PageType`.
constexpr std::int32_t kDataPage = 0;
constexpr std::int32_t kDictionaryPage = 2;

std::array<PagePart, 2> parts_of(const PageDraft& page) {
  PagePart levels;
  levels.plain = page.levels.view();
  return {levels, page.body};
}

}  // namespace

void ChunkWriter::append_header(const PageDraft& page, std::size_t plain, std::size_t stored,
                                ByteBuffer& out) {
  header_.clear();
  header_.i32(1, page.is_dictionary ? kDictionaryPage : kDataPage);
  header_.i32(2, static_cast<std::int32_t>(plain));
  header_.i32(3, static_cast<std::int32_t>(stored));
  if (page.is_dictionary) {
    header_.begin_struct(7);
    header_.i32(1, static_cast<std::int32_t>(page.level_count));
    header_.i32(2, static_cast<std::int32_t>(ParquetEncoding::kPlain));
  } else {
    header_.begin_struct(5);
    header_.i32(1, static_cast<std::int32_t>(page.level_count));
    header_.i32(2, static_cast<std::int32_t>(page.encoding));
    header_.i32(3, static_cast<std::int32_t>(ParquetEncoding::kRle));
    header_.i32(4, static_cast<std::int32_t>(ParquetEncoding::kRle));
  }
  header_.end_struct();
  header_.stop();
  out.append(header_.bytes());
}

void ChunkWriter::write(ChunkDraft& draft, Arena& arena, Arena& data_arena,
                        EncodedRowGroup& group) {
  std::size_t plain_bytes = 0;
  std::size_t framed_bytes = 0;
  for (PageDraft& page : draft.pages) {
    if (!page.is_tried) {
      Arena& blocks = page.is_dictionary ? arena : data_arena;
      if (!page.longs.empty()) {
        compressor_.compress_longs(page.body, page.longs, blocks);
      } else if (page.is_packed) {
        compressor_.compress_packed(page.body, blocks);
      } else {
        compressor_.compress(page.body, blocks);
      }
      page.is_tried = true;
    }
    plain_bytes += page.levels.size + page.body.plain.size();
    framed_bytes += frame_size(parts_of(page));
  }
  ParquetChunk chunk;
  chunk.is_zstd =
      static_cast<double>(framed_bytes) <= static_cast<double>(plain_bytes) * (1 - min_gain_);
  chunk.offset = static_cast<std::int64_t>(group.bytes.size());
  chunk.data_page_offset = -1;
  for (const PageDraft& page : draft.pages) {
    const auto at = static_cast<std::int64_t>(group.bytes.size());
    if (page.is_dictionary) {
      chunk.dictionary_page_offset = at;
    } else {
      if (chunk.data_page_offset < 0) chunk.data_page_offset = at;
      ++chunk.data_pages;
    }
    const auto parts = parts_of(page);
    const std::size_t plain = page.levels.size + page.body.plain.size();
    append_header(page, plain, chunk.is_zstd ? frame_size(parts) : plain, group.bytes);
    chunk.uncompressed_bytes +=
        static_cast<std::int64_t>(plain) + static_cast<std::int64_t>(group.bytes.size()) - at;
    if (chunk.is_zstd) {
      append_frame(parts, group.bytes);
    } else {
      for (const PagePart& part : parts) group.bytes.append(part.plain);
    }
  }
  chunk.compressed_bytes = static_cast<std::int64_t>(group.bytes.size()) - chunk.offset;
  chunk.level_count = static_cast<std::int64_t>(draft.level_count);
  chunk.value_count = static_cast<std::int64_t>(draft.value_count);
  chunk.null_count = static_cast<std::int64_t>(draft.null_count);
  chunk.bounds = draft.bounds;
  group.chunks.push_back(std::move(chunk));
}

}  // namespace clicklake
