#include "format/parquet_map_pages.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string>

namespace clicklake {
namespace {

constexpr std::uint32_t kNull = kNullIndex;

Error map_error(std::string_view name, const std::string& what) {
  return Error{ErrorCode::kInvalidArgument, "cannot encode map " + std::string(name) + ": " + what};
}

/// Levels of a page before the values; `is_short` where each is one run.
struct MapLevels {
  ShortLevels runs;
  std::string_view bytes;
  bool is_short = false;
};

/// A page's rows and entries.
struct MapPage {
  std::span<const std::uint32_t> offsets;  ///< of its rows, and one more
  std::size_t slots = 0;                   ///< entries, and one for each empty map
  std::size_t empty = 0;
  std::size_t rows() const { return offsets.size() - 1; }
  std::size_t first_entry() const { return offsets.front(); }
  std::size_t entries() const { return offsets.back() - offsets.front(); }
};

std::size_t levels_bound(std::size_t slots) { return 8 + 2 * hybrid_bound(slots, 2); }

/// Repetition levels: 0 where a row starts. Needs words_for(slots) words of scratch.
char* write_repetition(const MapPage& page, std::uint64_t* words, char* out) {
  if (page.slots == page.rows()) {
    char* const end = pack_run(0, page.slots, 1, out + 4);
    put_length(out, static_cast<std::size_t>(end - out) - 4);
    return end;
  }
  std::fill_n(words, words_for(page.slots), ~std::uint64_t{0});
  std::size_t empty_before = 0;
  const std::uint32_t base = page.offsets.front();
  for (std::size_t row = 0; row < page.rows(); ++row) {
    const std::size_t slot = page.offsets[row] - base + empty_before;
    words[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
    empty_before += page.offsets[row + 1] == page.offsets[row] ? 1 : 0;
  }
  return write_presence(words, 0, page.slots, out);
}

/// Definition levels: `none` for an empty map, `none` + 1 for a key or a null value, `none` + 2 for a value.
char* write_definition(const MapPage& page, std::uint32_t none, std::uint32_t max, const std::uint32_t* value_indices, Arena& arena, char* out) {
  auto* const levels = arena.allocate_array<std::uint32_t>(page.slots);
  std::size_t slot = 0;
  for (std::size_t row = 0; row < page.rows(); ++row) {
    if (page.offsets[row] == page.offsets[row + 1]) {
      levels[slot++] = none;
      continue;
    }
    for (std::uint32_t entry = page.offsets[row]; entry < page.offsets[row + 1]; ++entry) {
      const bool has_value = value_indices != nullptr && value_indices[entry] != kNull;
      levels[slot++] = none + 1 + (has_value ? 1 : 0);
    }
  }
  char* const end = pack_hybrid(levels, page.slots, bits_for(max), out + 4);
  put_length(out, static_cast<std::size_t>(end - out) - 4);
  return end;
}

/// A key or value column of entries.
struct EntryColumn {
  const std::uint32_t* indices;
  std::span<const std::string_view> dictionary;
  std::uint32_t no_entry_level;
  bool is_value;
  bool has_nulls;
  bool is_plain = false;
  int width = 1;

  std::uint32_t max_level() const { return no_entry_level + (is_value ? 2 : 1); }
};

Status add_map_page(std::string_view name, const MapPage& page, const EntryColumn& column, std::string_view repetition, Arena& arena,
                    ChunkDraft& draft) {
  PageDraft out;
  out.level_count = page.slots;
  out.encoding = column.is_plain ? ParquetEncoding::kPlain : ParquetEncoding::kRleDictionary;
  const bool has_definition = page.empty != 0 || column.has_nulls;
  const bool has_runs = repetition.empty() && !has_definition;

  const std::uint32_t* indices = column.indices + page.first_entry();
  std::size_t present = page.entries();
  if (column.has_nulls) {
    auto* const values = arena.allocate_array<std::uint32_t>(present);
    auto* const words = arena.allocate_array<std::uint64_t>(words_for(present));
    present = compact_indices(indices, present, values, words);
    indices = values;
  }
  auto* const strings = column.is_plain ? arena.allocate_array<std::string_view>(present + 1) : nullptr;
  if (column.is_plain) {
    for (std::size_t i = 0; i < present; ++i) strings[i] = column.dictionary[indices[i]];
  }
  const StringBody plain{strings};
  const IndexBody coded{indices, column.width};
  const std::size_t body_bound = column.is_plain ? plain.bound(0, present) : coded.bound(0, present);
  if (body_bound > std::numeric_limits<std::int32_t>::max() / 2) {
    return map_error(name, "a page of it would be larger than 1 GiB; its values are too long");
  }

  char* levels = nullptr;
  std::size_t level_bytes = 0;
  if (!has_runs) {
    levels = arena.allocate(levels_bound(page.slots));
    char* end = levels;
    if (repetition.empty()) {
      ShortLevels run;
      run.add_run(0, 1, page.slots);
      end = std::copy(run.view().begin(), run.view().end(), end);
    } else {
      end = std::copy(repetition.begin(), repetition.end(), end);
    }
    if (has_definition) {
      end = write_definition(page, column.no_entry_level, column.max_level(), column.is_value ? column.indices : nullptr, arena, end);
    } else {
      ShortLevels run;
      run.add_run(column.max_level(), column.max_level(), page.slots);
      end = std::copy(run.view().begin(), run.view().end(), end);
    }
    level_bytes = static_cast<std::size_t>(end - levels);
  } else {
    out.levels.add_run(0, 1, page.slots);
    out.levels.add_run(page.entries() == 0 ? column.no_entry_level : column.max_level(), column.max_level(), page.slots);
  }
  char* const start = arena.allocate(level_bytes + body_bound);
  if (level_bytes != 0) std::memcpy(start, levels, level_bytes);
  char* const end = column.is_plain ? plain.write(0, present, start + level_bytes) : coded.write(0, present, start + level_bytes);
  const auto size = static_cast<std::size_t>(end - start);
  arena.shrink(start, size);
  out.body.plain = {start, size};
  draft.pages.push_back(out);
  return {};
}

/// Chooses the encoding of a column's `present` values and adds its dictionary; returns the bytes of its data pages, about.
std::size_t start_column(EntryColumn& column, std::size_t present, Arena& arena, ChunkDraft& draft) {
  const std::size_t entries = column.dictionary.size();
  if (present == 0) {
    column.is_plain = true;
    return 0;
  }
  column.width = std::max(1, bits_for(static_cast<std::uint32_t>(entries - 1)));
  const std::size_t dictionary_bytes = plain_string_bytes(column.dictionary);
  const std::size_t index_bytes = present * static_cast<std::size_t>(column.width) / 8;
  const std::size_t plain_bytes = dictionary_bytes / entries * present;
  constexpr std::size_t kMostDictionaryBytes = std::size_t{1} << 30;
  column.is_plain = entries > 1 && (dictionary_bytes + index_bytes >= plain_bytes || dictionary_bytes >= kMostDictionaryBytes);
  if (column.is_plain) return plain_bytes;
  add_dictionary_page(column.dictionary, arena, draft);
  return index_bytes;
}

}  // namespace

Status build_map_pages(const ParquetLeaf& key_leaf, std::string_view name, const ColumnData& column, std::size_t rows, std::size_t page_bytes,
                       Arena& arena, ChunkDraft& keys, ChunkDraft& values) {
  std::span<const std::uint32_t> offsets = column.map_offsets;
  if (offsets.empty()) {
    auto* const none = arena.allocate_array<std::uint32_t>(rows + 1);
    std::fill_n(none, rows + 1, 0);
    offsets = {none, rows + 1};
  }
  if (offsets.size() != rows + 1) {
    return map_error(name, std::to_string(offsets.size()) + " offsets in a row group of " + std::to_string(rows) + " rows");
  }
  bool ascend = true;
  std::size_t empty = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    ascend = ascend && offsets[row] <= offsets[row + 1];
    empty += offsets[row] == offsets[row + 1] ? 1 : 0;
  }
  if (!ascend || offsets.back() > column.key_indices.size() || column.key_indices.size() != column.value_indices.size()) {
    return map_error(name, "its offsets do not fit its " + std::to_string(column.key_indices.size()) + " keys and " +
                               std::to_string(column.value_indices.size()) + " values");
  }
  const std::size_t entries = offsets.back() - offsets.front();
  const IndexRange key_range = index_range(column.key_indices.data() + offsets.front(), entries);
  const IndexRange value_range = index_range(column.value_indices.data() + offsets.front(), entries);
  if (key_range.has_nulls) return map_error(name, "a key is null");
  if (key_range.max_plus_one > column.string_dictionary.size() || value_range.max_plus_one > column.value_dictionary.size()) {
    return map_error(name, "an index lies outside its dictionary");
  }
  std::size_t null_values = 0;
  if (value_range.has_nulls) {
    const auto entry_values = column.value_indices.subspan(offsets.front(), entries);
    null_values = static_cast<std::size_t>(std::count(entry_values.begin(), entry_values.end(), kNull));
  }

  const auto none = static_cast<std::uint32_t>(key_leaf.max_definition_level - 1);
  EntryColumn key{column.key_indices.data(), column.string_dictionary, none, false, false};
  EntryColumn value{column.value_indices.data(), column.value_dictionary, none, true, value_range.has_nulls};
  const std::size_t key_bytes = start_column(key, entries, arena, keys);
  const std::size_t value_bytes = start_column(value, entries - null_values, arena, values);

  for (ChunkDraft* draft : {&keys, &values}) {
    draft->level_count = entries + empty;
    draft->value_count = entries;
  }
  values.null_count = null_values;

  const std::size_t page_rows = values_per_page(rows, std::max(key_bytes, value_bytes) + entries / 4, page_bytes);
  for (std::size_t begin = 0; begin < rows; begin += page_rows) {
    MapPage page{offsets.subspan(begin, std::min(page_rows, rows - begin) + 1)};
    for (std::size_t row = 0; row < page.rows(); ++row) page.empty += page.offsets[row] == page.offsets[row + 1] ? 1 : 0;
    page.slots = page.entries() + page.empty;
    std::string_view repetition;
    if (page.slots != page.rows()) {
      auto* const words = arena.allocate_array<std::uint64_t>(words_for(page.slots));
      char* const start = arena.allocate(presence_bound(page.slots));
      char* const end = write_repetition(page, words, start);
      repetition = {start, static_cast<std::size_t>(end - start)};
    }
    RETURN_IF_ERROR(add_map_page(name, page, key, repetition, arena, keys));
    RETURN_IF_ERROR(add_map_page(name, page, value, repetition, arena, values));
  }
  return {};
}

}  // namespace clicklake
