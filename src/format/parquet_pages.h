#pragma once
/// The pages of a column chunk before compression.
///
/// Place: between ColumnData and the chunk's bytes.
/// Invariant: a page's bytes are `levels` followed by `body`; they live until their arena is
/// cleared, or in the caller's own columns. Thread safety: thread-compatible. Source:
/// apache/parquet-format 2.10, "Data Pages" and Encodings.md.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "format/parquet_bit_packing.h"
#include "format/parquet_buffer.h"
#include "format/parquet_compression.h"
#include "format/parquet_schema.h"
#include "format/parquet_statistics.h"

namespace clicklake {

/// Levels that are one run each: a few bytes, kept apart from the values, so that columns of
/// different nullability can share those.
struct ShortLevels {
  std::array<char, 30> bytes;
  std::uint8_t size = 0;
  std::string_view view() const { return {bytes.data(), size}; }
  /// Adds `count` levels (of up to `max`, >= 1) that all are `level`.
  void add_run(std::uint32_t level, std::uint32_t max, std::size_t count);
};

struct PageDraft {
  bool is_dictionary = false;
  ParquetEncoding encoding = ParquetEncoding::kPlain;
  std::size_t level_count = 0;  ///< of a dictionary: its entries
  ShortLevels levels;
  PagePart body;
  std::span<const std::int64_t>
      longs;  ///< what the body holds, where it holds just these and their high bytes may repeat
  bool is_packed = false;  ///< the body is bit-packed numbers and little else
  bool is_tried = false;   ///< the body's compression was tried
};

struct ChunkDraft {
  std::vector<PageDraft> pages;
  std::span<const std::uint32_t>
      dictionary_order;  ///< old numbers of the dictionary's entries; empty: as given
  std::size_t level_count = 0;
  std::size_t value_count = 0;
  std::size_t null_count = 0;
  Bounds bounds;

  void clear();
};

/// Which rows of an optional column have a value.
struct Presence {
  std::size_t rows = 0;
  std::size_t present = 0;
  const std::uint64_t* words = nullptr;  ///< one bit a row; null: all or none of them
};

/// Writes definition levels (1 bit each) of rows [begin, begin + count), begin being a multiple of
/// 64, with their length; returns the end.
char* write_presence(const std::uint64_t* words, std::size_t begin, std::size_t count, char* out);
inline std::size_t presence_bound(std::size_t count) { return 4 + hybrid_bound(count, 1); }
/// Writes `length` at `place`, where a page's levels start.
inline void put_length(char* place, std::size_t length) {
  const auto bytes = static_cast<std::uint32_t>(length);
  std::memcpy(place, &bytes, 4);
}

/// Bodies of data pages: the values [first, first + count) of what is present.
struct IndexBody {
  const std::uint32_t* indices;
  int width;
  static constexpr ParquetEncoding kEncoding = ParquetEncoding::kRleDictionary;
  /// Of `count` indices, where there are no runs.
  std::size_t bytes(std::size_t count) const { return count * static_cast<std::size_t>(width) / 8; }
  std::size_t bound(std::size_t, std::size_t count) const { return 1 + hybrid_bound(count, width); }
  char* write(std::size_t first, std::size_t count, char* out) const {
    *out = static_cast<char>(width);
    return pack_hybrid(indices + first, count, width, out + 1);
  }
};
template <typename T>
struct FixedBody {
  const T* values;
  static constexpr ParquetEncoding kEncoding = ParquetEncoding::kPlain;
  std::size_t bound(std::size_t, std::size_t count) const { return count * sizeof(T) + 1; }
  char* write(std::size_t first, std::size_t count, char* out) const {
    if (count != 0) std::memcpy(out, values + first, count * sizeof(T));
    return out + count * sizeof(T);
  }
};
struct BooleanBody {
  const std::uint8_t* values;
  static constexpr ParquetEncoding kEncoding = ParquetEncoding::kPlain;
  std::size_t bound(std::size_t, std::size_t count) const { return words_for(count) * 8; }
  char* write(std::size_t first, std::size_t count, char* out) const;
};
struct StringBody {
  const std::string_view* values;
  static constexpr ParquetEncoding kEncoding = ParquetEncoding::kPlain;
  std::size_t bound(std::size_t first, std::size_t count) const;
  char* write(std::size_t first, std::size_t count, char* out) const;
};

/// Bytes of strings in PLAIN form: each with its length in 4 bytes.
std::size_t plain_string_bytes(std::span<const std::string_view> strings);

/// A page above this is refused: its size is a signed 32-bit integer in its header, and compressed
/// it may be a little larger.
inline constexpr std::size_t kMostPageBytes = std::size_t{1} << 30;

/// Bits of an index into a dictionary of `entries` (>= 1).
inline int index_width(std::size_t entries) {
  return std::max(1, bits_for(static_cast<std::uint32_t>(entries - 1)));
}

/// Whether a dictionary of `dictionary_bytes` and `count` indices into it are smaller than the
/// values themselves (about: entries are taken as equally frequent).
bool dictionary_pays(std::size_t entries, std::size_t dictionary_bytes, std::size_t count);

/// Adds the dictionary page.
void add_dictionary_page(std::span<const std::string_view> dictionary, Arena& arena,
                         ChunkDraft& draft);
void add_dictionary_page(ColumnType type, std::span<const std::int64_t> dictionary, Arena& arena,
                         ChunkDraft& draft);

/// Values that a page holds, so that `values` of them in `bytes` bytes make pages of about
/// `page_bytes`; a multiple of 64.
std::size_t values_per_page(std::size_t values, std::size_t bytes, std::size_t page_bytes);

/// Adds the data pages of `presence`'s rows, `page_rows` (a multiple of 64) in each.
template <typename Body>
void add_data_pages(const Presence& presence, bool is_optional, std::size_t page_rows,
                    const Body& body, Arena& arena, std::vector<PageDraft>& pages) {
  std::size_t first = 0;
  for (std::size_t begin = 0; begin < presence.rows; begin += page_rows) {
    const std::size_t rows = std::min(page_rows, presence.rows - begin);
    std::size_t present = presence.present == 0 ? 0 : rows;
    if (presence.words != nullptr) {
      present = 0;
      for (std::size_t w = begin / 64; w < (begin + rows + 63) / 64; ++w) {
        present += static_cast<std::size_t>(std::popcount(presence.words[w]));
      }
    }
    PageDraft page;
    page.encoding = Body::kEncoding;
    page.level_count = rows;
    page.is_packed = Body::kEncoding == ParquetEncoding::kRleDictionary;
    const bool has_words = presence.words != nullptr;
    if (is_optional && !has_words) page.levels.add_run(present == 0 ? 0 : 1, 1, rows);
    char* const start =
        arena.allocate((has_words ? presence_bound(rows) : 0) + body.bound(first, present));
    char* out = has_words ? write_presence(presence.words, begin, rows, start) : start;
    out = body.write(first, present, out);
    const auto size = static_cast<std::size_t>(out - start);
    arena.shrink(start, size);
    page.body.plain = {start, size};
    pages.push_back(page);
    first += present;
  }
}

}  // namespace clicklake
