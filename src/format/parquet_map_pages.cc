#include "format/parquet_map_pages.h"

#include <algorithm>
#include <span>
#include <string>

#include "format/parquet_frequency_order.h"

namespace clicklake {
namespace {

Error map_error(std::string_view name, const std::string& what) {
  return Error{ErrorCode::kInvalidArgument, "cannot encode map " + std::string(name) + ": " + what};
}

/// A page's rows and entries.
struct MapPage {
  std::span<const std::uint32_t> offsets;  ///< of its rows, and one more
  std::size_t slots = 0;                   ///< entries, and one for each empty map
  std::size_t empty = 0;
  std::size_t rows() const { return offsets.size() - 1; }
  std::size_t entries() const { return offsets.back() - offsets.front(); }
};

/// Repetition levels, 0 where a row starts; nothing where they all are 0.
std::string_view write_repetition(const MapPage& page, Arena& arena) {
  if (page.slots == page.rows()) return {};
  auto* const words = arena.allocate_array<std::uint64_t>(words_for(page.slots));
  std::fill_n(words, words_for(page.slots), ~std::uint64_t{0});
  std::size_t empty_before = 0;
  const std::uint32_t base = page.offsets.front();
  for (std::size_t row = 0; row < page.rows(); ++row) {
    const std::size_t slot = page.offsets[row] - base + empty_before;
    words[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
    empty_before += page.offsets[row + 1] == page.offsets[row] ? 1 : 0;
  }
  char* const start = arena.allocate(presence_bound(page.slots));
  char* const end = write_presence(words, 0, page.slots, start);
  return {start, static_cast<std::size_t>(end - start)};
}

/// A map's keys or values, of all rows.
struct EntryColumn {
  std::span<const std::uint32_t> given;  ///< one an entry
  std::span<const std::string_view> dictionary;
  std::uint32_t no_entry_level;
  bool is_value;
  bool has_nulls;

  std::uint32_t max_level() const { return no_entry_level + (is_value ? 2 : 1); }

  // Set by start_column.
  const std::uint32_t* present = nullptr;     ///< numbers of those that are no null
  const std::string_view* strings = nullptr;  ///< the same as strings, for PLAIN
  std::size_t present_count = 0;
  int width = 1;
  // Set page by page.
  std::size_t next = 0;  ///< of `present`
};

/// Chooses the encoding and adds the dictionary; returns about how many bytes the data pages'
/// values take.
std::size_t start_column(EntryColumn& column, Arena& arena, ChunkDraft& draft) {
  column.present = column.given.data();
  column.present_count = column.given.size();
  if (column.has_nulls) {
    auto* const present = arena.allocate_array<std::uint32_t>(column.given.size());
    auto* const words = arena.allocate_array<std::uint64_t>(words_for(column.given.size()));
    column.present_count =
        compact_indices(column.given.data(), column.given.size(), present, words);
    column.present = present;
  }
  draft.null_count = column.given.size() - column.present_count;
  const std::size_t entries = column.dictionary.size();
  if (column.present_count == 0) {
    column.strings = arena.allocate_array<std::string_view>(1);
    return 0;
  }
  column.width = index_width(entries);
  const std::size_t index_bytes = column.present_count * static_cast<std::size_t>(column.width) / 8;
  if (!dictionary_pays(entries, plain_string_bytes(column.dictionary), column.present_count)) {
    auto* const strings = arena.allocate_array<std::string_view>(column.present_count);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < column.present_count; ++i) {
      strings[i] = column.dictionary[column.present[i]];
      bytes += strings[i].size() + 4;
    }
    column.strings = strings;
    return bytes;
  }
  if (frequency_order_pays(column.present_count, entries)) {
    const FrequencyOrder ordered =
        frequency_order({column.present, column.present_count}, entries, arena);
    column.present = ordered.indices;
    column.dictionary = reorder(column.dictionary, ordered.entries, arena);
  }
  // Neighbours are of different keys, and the keys come round again: whole bytes let zstd find what
  // repeats.
  if (column.is_value && column.width > 8 && column.width < 16) column.width = 16;
  add_dictionary_page(column.dictionary, arena, draft);
  return index_bytes;
}

/// Definition levels: `no_entry_level` for an empty map, one more for an entry, two more for an
/// entry's value that is no null.
char* write_definition(const MapPage& page, const EntryColumn& column, std::size_t first_entry,
                       Arena& arena, char* out) {
  auto* const levels = arena.allocate_array<std::uint32_t>(page.slots);
  std::size_t slot = 0;
  std::size_t entry = page.offsets.front() - first_entry;
  for (std::size_t row = 0; row < page.rows(); ++row) {
    const std::size_t entries = page.offsets[row + 1] - page.offsets[row];
    levels[slot] = column.no_entry_level;
    for (std::size_t i = 0; i < entries; ++i, ++entry) {
      levels[slot + i] =
          column.max_level() - (column.has_nulls && column.given[entry] == kNullIndex ? 1 : 0);
    }
    slot += std::max<std::size_t>(entries, 1);
  }
  char* const end = pack_hybrid(levels, page.slots, bits_for(column.max_level()), out + 4);
  put_length(out, static_cast<std::size_t>(end - out) - 4);
  return end;
}

template <typename Body>
Status add_page(std::string_view name, const MapPage& page, EntryColumn& column,
                std::size_t first_entry, std::string_view repetition, const Body& body,
                Arena& arena, ChunkDraft& draft) {
  PageDraft out;
  out.level_count = page.slots;
  out.encoding = Body::kEncoding;
  std::size_t present = page.entries();
  if (column.has_nulls) {
    const auto entries = column.given.subspan(page.offsets.front() - first_entry, page.entries());
    present -= static_cast<std::size_t>(std::count(entries.begin(), entries.end(), kNullIndex));
  }
  const std::size_t bound = body.bound(column.next, present);
  if (bound > kMostPageBytes)
    return map_error(name, "a page of it would be larger than 1 GiB; its values are too long");

  const bool has_definition = page.empty != 0 || column.has_nulls;
  std::string_view levels;
  if (repetition.empty()) out.levels.add_run(0, 1, page.slots);
  if (!has_definition) {
    ShortLevels& runs = out.levels;
    runs.add_run(column.max_level(), column.max_level(), page.slots);
  }
  if (!repetition.empty() || has_definition) {
    // Levels of more than a run go before the values, so that zstd sees both at once.
    char* const start = arena.allocate(repetition.size() + 64 + hybrid_bound(page.slots, 2));
    char* end = std::copy(repetition.begin(), repetition.end(), start);
    if (!has_definition || repetition.empty()) {
      const std::string_view run = out.levels.view();
      end = std::copy(run.begin(), run.end(), end);
      out.levels.size = 0;
    }
    if (has_definition) end = write_definition(page, column, first_entry, arena, end);
    levels = {start, static_cast<std::size_t>(end - start)};
  }
  char* const start = arena.allocate(levels.size() + bound);
  char* const values = std::copy(levels.begin(), levels.end(), start);
  char* const end = body.write(column.next, present, values);
  const auto size = static_cast<std::size_t>(end - start);
  arena.shrink(start, size);
  out.body.plain = {start, size};
  draft.pages.push_back(out);
  column.next += present;
  return {};
}

}  // namespace

Status build_map_pages(const ParquetLeaf& key_leaf, std::string_view name, const ColumnData& column,
                       std::size_t rows, std::size_t page_bytes, Arena& arena, ChunkDraft& keys,
                       ChunkDraft& values) {
  std::span<const std::uint32_t> offsets = column.map_offsets;
  if (offsets.empty()) {
    auto* const none = arena.allocate_array<std::uint32_t>(rows + 1);
    std::fill_n(none, rows + 1, 0);
    offsets = {none, rows + 1};
  }
  if (offsets.size() != rows + 1) {
    return map_error(name, std::to_string(offsets.size()) + " offsets in a row group of " +
                               std::to_string(rows) + " rows");
  }
  bool ascend = true;
  for (std::size_t row = 0; row < rows; ++row) ascend = ascend && offsets[row] <= offsets[row + 1];
  if (!ascend || offsets.back() > column.key_indices.size() ||
      column.key_indices.size() != column.value_indices.size()) {
    return map_error(name, "its offsets do not fit its " +
                               std::to_string(column.key_indices.size()) + " keys and " +
                               std::to_string(column.value_indices.size()) + " values");
  }
  const std::size_t first_entry = offsets.front();
  const std::size_t entries = offsets.back() - first_entry;
  const auto key_indices = column.key_indices.subspan(first_entry, entries);
  const auto value_indices = column.value_indices.subspan(first_entry, entries);
  const IndexCheck key_check =
      check_indices(key_indices.data(), entries, column.string_dictionary.size());
  const IndexCheck value_check =
      check_indices(value_indices.data(), entries, column.value_dictionary.size());
  if (key_check.has_nulls) return map_error(name, "a key is null");
  if (!key_check.all_fit || !value_check.all_fit)
    return map_error(name, "an index lies outside its dictionary");

  const auto none = static_cast<std::uint32_t>(key_leaf.max_definition_level - 1);
  EntryColumn key{key_indices, column.string_dictionary, none, false, false};
  EntryColumn value{value_indices, column.value_dictionary, none, true, value_check.has_nulls};
  const std::size_t key_bytes = start_column(key, arena, keys);
  const std::size_t value_bytes = start_column(value, arena, values);

  std::size_t empty = 0;
  const std::size_t page_rows =
      values_per_page(rows, std::max(key_bytes, value_bytes) + entries / 4, page_bytes);
  for (std::size_t begin = 0; begin < rows; begin += page_rows) {
    MapPage page{offsets.subspan(begin, std::min(page_rows, rows - begin) + 1)};
    for (std::size_t row = 0; row < page.rows(); ++row)
      page.empty += page.offsets[row] == page.offsets[row + 1] ? 1 : 0;
    page.slots = page.entries() + page.empty;
    empty += page.empty;
    const std::string_view repetition = write_repetition(page, arena);
    for (EntryColumn* entry_column : {&key, &value}) {
      ChunkDraft& draft = entry_column == &key ? keys : values;
      if (entry_column->strings != nullptr) {
        RETURN_IF_ERROR(add_page(name, page, *entry_column, first_entry, repetition,
                                 StringBody{entry_column->strings}, arena, draft));
      } else {
        const IndexBody body{entry_column->present, entry_column->width};
        RETURN_IF_ERROR(
            add_page(name, page, *entry_column, first_entry, repetition, body, arena, draft));
      }
    }
  }
  for (ChunkDraft* draft : {&keys, &values}) {
    draft->level_count = entries + empty;
    draft->value_count = entries;
  }
  return {};
}

}  // namespace clicklake
