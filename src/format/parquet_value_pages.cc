#include "format/parquet_value_pages.h"

#include <algorithm>
#include <string>

#include "format/parquet_frequency_order.h"
#include "format/parquet_number_dictionary.h"

namespace clicklake {
namespace {

Error column_error(std::string_view name, std::string_view what) {
  return Error{ErrorCode::kInvalidArgument,
               "cannot encode column " + std::string(name) + ": " + std::string(what)};
}

Result<ColumnForm> form_of(const ParquetLeaf& leaf, std::string_view name, const ColumnData& column,
                           std::size_t rows) {
  const ParquetType type = parquet_type(leaf.type);
  const bool is_string = type == ParquetType::kByteArray;
  const bool is_boolean = type == ParquetType::kBoolean;
  ColumnForm form = ColumnForm::kNulls;
  int forms = 0;
  std::size_t values = rows;
  const auto given = [&](ColumnForm which, bool fits, std::size_t count) {
    form = which;
    values = count;
    forms += fits ? 1 : 2;
  };
  if (column.constant_long) given(ColumnForm::kConstant, !is_string, rows);
  if (column.constant_string) given(ColumnForm::kConstant, is_string, rows);
  if (!column.indices.empty()) {
    const bool fits = is_string ? column.long_dictionary.empty()
                                : !is_boolean && column.string_dictionary.empty();
    given(ColumnForm::kDictionary, fits, column.indices.size());
  }
  if (!column.longs.empty())
    given(ColumnForm::kLongs, type == ParquetType::kInt64 || type == ParquetType::kDouble,
          column.longs.size());
  if (!column.ints.empty())
    given(ColumnForm::kInts, type == ParquetType::kInt32, column.ints.size());
  if (!column.bools.empty()) given(ColumnForm::kBools, is_boolean, column.bools.size());
  if (!column.strings.empty()) given(ColumnForm::kStrings, is_string, column.strings.size());
  if (forms > 1 || !column.map_offsets.empty()) {
    return column_error(name,
                        "its values are given in a form that its type does not take, or in two");
  }
  if (values != rows) {
    return column_error(name, std::to_string(values) + " values in a row group of " +
                                  std::to_string(rows) + " rows");
  }
  if (!column.valid.empty() && (column.valid.size() != rows || form < ColumnForm::kLongs)) {
    return column_error(name, "`valid` does not go with its values");
  }
  return form;
}

/// Moves the values whose bit is set to the front of `out`.
template <typename T>
void compact(std::span<const T> values, const std::uint8_t* valid, T* out) {
  std::size_t present = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    out[present] = values[i];
    present += valid[i] != 0 ? 1 : 0;
  }
}

/// The values that are present, and which these are.
template <typename T>
std::span<const T> present_values(std::span<const T> values, std::span<const std::uint8_t> valid,
                                  Arena& arena, Presence& presence) {
  presence.rows = presence.present = values.size();
  if (valid.empty()) return values;
  auto* const words = arena.allocate_array<std::uint64_t>(words_for(values.size()));
  presence.present = bits_of_bytes(valid.data(), valid.size(), words);
  if (presence.present == values.size()) return values;
  if (presence.present == 0) return {};
  presence.words = words;
  auto* const out = arena.allocate_array<T>(values.size());
  compact(values, valid.data(), out);
  return {out, presence.present};
}

/// Adds pages whose bodies are the values themselves, where they are.
template <typename T>
void add_plain_pages(std::span<const T> values, const ParquetLeaf& leaf, const Presence& presence,
                     std::size_t page_bytes, Arena& arena, ChunkDraft& draft) {
  const std::size_t page_rows = values_per_page(presence.rows, values.size_bytes(), page_bytes);
  if (presence.words != nullptr || values.empty()) {
    add_data_pages(presence, leaf.max_definition_level > 0, page_rows, FixedBody<T>{values.data()},
                   arena, draft.pages);
    return;
  }
  for (std::size_t begin = 0; begin < values.size(); begin += page_rows) {
    const std::span<const T> part =
        values.subspan(begin, std::min(page_rows, values.size() - begin));
    PageDraft page;
    page.level_count = part.size();
    if (leaf.max_definition_level > 0) page.levels.add_run(1, 1, part.size());
    page.body.plain = {reinterpret_cast<const char*>(part.data()), part.size_bytes()};
    if constexpr (sizeof(T) == 8) {
      if (leaf.type == ColumnType::kTimestampTz) page.longs = part;
    }
    draft.pages.push_back(page);
  }
}

/// Adds the pages of numbers: coded by a dictionary where that is smaller, else as they are.
template <typename T>
void add_number_pages(std::span<const T> values, const ParquetLeaf& leaf, const Presence& presence,
                      std::size_t page_bytes, Arena& arena, ChunkDraft& draft) {
  draft.bounds = bounds_of(values);
  const auto dictionary = number_dictionary(values, arena);
  if (!dictionary || !dictionary_pays(dictionary->entries.size(),
                                      dictionary->entries.size() * sizeof(T), values.size())) {
    return add_plain_pages(values, leaf, presence, page_bytes, arena, draft);
  }
  const std::span<const std::int64_t> entries = dictionary->entries;
  std::span<const std::uint32_t> order;
  IndexBody body{dictionary->indices.data(), index_width(entries.size())};
  // Numbers in their own order (a sorted column's) have indices in order, which pack even better.
  if (frequency_order_pays(values.size(), entries.size()) &&
      !std::is_sorted(entries.begin(), entries.end())) {
    const FrequencyOrder ordered = frequency_order(dictionary->indices, entries.size(), arena);
    body.indices = ordered.indices;
    order = ordered.entries;
  }
  add_dictionary_page(leaf.type, reorder(entries, order, arena), arena, draft);
  add_data_pages(presence, leaf.max_definition_level > 0,
                 values_per_page(presence.rows, body.bytes(values.size()), page_bytes), body, arena,
                 draft.pages);
}

Status add_string_pages(std::span<const std::string_view> values, const ParquetLeaf& leaf,
                        std::string_view name, const Presence& presence, std::size_t page_bytes,
                        Arena& arena, ChunkDraft& draft) {
  const std::size_t page_rows =
      values_per_page(presence.rows, plain_string_bytes(values), page_bytes);
  add_data_pages(presence, leaf.max_definition_level > 0, page_rows, StringBody{values.data()},
                 arena, draft.pages);
  for (const PageDraft& page : draft.pages) {
    if (page.body.plain.size() > kMostPageBytes) {
      return column_error(name, "a page of it would be larger than 1 GiB; its values are too long");
    }
  }
  return {};
}

/// Pages of nothing but nulls; `presence.present` is 0.
void add_null_pages(const Presence& presence, std::size_t page_bytes, Arena& arena,
                    ChunkDraft& draft) {
  const FixedBody<std::int64_t> nothing{nullptr};
  add_data_pages(presence, true, values_per_page(presence.rows, 0, page_bytes), nothing, arena,
                 draft.pages);
}

Bounds constant_bounds(const ParquetLeaf& leaf, const ColumnData& column) {
  if (leaf.type == ColumnType::kString) return bounds_of(std::span(&*column.constant_string, 1));
  return bounds_of(std::span(&*column.constant_long, 1));
}

void add_constant_pages(const ParquetLeaf& leaf, const ColumnData& column, std::size_t rows,
                        Arena& arena, ChunkDraft& draft) {
  PageDraft page;
  page.level_count = rows;
  if (leaf.max_definition_level > 0) page.levels.add_run(1, 1, rows);
  if (leaf.type == ColumnType::kBoolean) {
    const std::size_t bytes = (rows + 7) / 8;
    char* const bits = arena.allocate(bytes);
    std::memset(bits, *column.constant_long != 0 ? 0xFF : 0, bytes);
    page.body.plain = {bits, bytes};
  } else {
    if (leaf.type == ColumnType::kString) {
      add_dictionary_page(std::span(&*column.constant_string, 1), arena, draft);
    } else {
      add_dictionary_page(leaf.type, std::span(&*column.constant_long, 1), arena, draft);
    }
    char* const run = arena.allocate(16);
    run[0] = 1;  // the width of an index
    page.encoding = ParquetEncoding::kRleDictionary;
    page.body.plain = {run, static_cast<std::size_t>(pack_run(0, rows, 1, run + 1) - run)};
  }
  draft.pages.push_back(page);
}

}  // namespace

void ValuePages::start_row_group(std::span<const ColumnData> columns) {
  kept_.clear();
  shared_count_ = 0;
  repeated_.clear();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].indices.empty()) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (columns[j].indices.data() == columns[i].indices.data()) {
        repeated_.push_back(columns[i].indices.data());
        break;
      }
    }
  }
}

bool ValuePages::comes_again(const ColumnData& column) const {
  return !column.indices.empty() &&
         std::find(repeated_.begin(), repeated_.end(), column.indices.data()) != repeated_.end();
}

Arena& ValuePages::arena_for(const ColumnData& column, Arena& arena) {
  return comes_again(column) ? kept_ : arena;
}

void ValuePages::share(const ColumnData& column, const ChunkDraft& draft) {
  if (!comes_again(column) || draft.pages.empty() || !draft.pages.front().is_dictionary) return;
  const std::size_t dictionary =
      std::max(column.long_dictionary.size(), column.string_dictionary.size());
  for (std::size_t i = 0; i < shared_count_; ++i) {
    if (shared_[i].indices == column.indices.data() && shared_[i].dictionary_size == dictionary)
      return;
  }
  if (shared_count_ == shared_.size()) shared_.emplace_back();
  SharedPages& shared = shared_[shared_count_++];
  shared.indices = column.indices.data();
  shared.dictionary_size = dictionary;
  shared.rows = column.indices.size();
  shared.nulls = draft.null_count;
  shared.order = draft.dictionary_order;
  shared.pages.assign(draft.pages.begin() + 1, draft.pages.end());
}

Status ValuePages::build_dictionary(const ParquetLeaf& leaf, std::string_view name,
                                    const ColumnData& column, std::size_t rows, Arena& arena,
                                    ChunkDraft& draft) {
  const bool is_string = leaf.type == ColumnType::kString;
  const bool is_optional = leaf.max_definition_level > 0;
  const std::size_t entries =
      is_string ? column.string_dictionary.size() : column.long_dictionary.size();
  const auto add_dictionary = [&](std::span<const std::uint32_t> order) {
    if (is_string) {
      draft.bounds = bounds_of(column.string_dictionary);
      add_dictionary_page(reorder(column.string_dictionary, order, arena), arena, draft);
    } else {
      draft.bounds = bounds_of(column.long_dictionary);
      add_dictionary_page(leaf.type, reorder(column.long_dictionary, order, arena), arena, draft);
    }
  };
  for (std::size_t i = 0; i < shared_count_; ++i) {
    const SharedPages& shared = shared_[i];
    if (shared.indices != column.indices.data() || shared.dictionary_size != entries ||
        shared.rows != rows)
      continue;
    if (shared.nulls != 0 && !is_optional)
      return column_error(name, "it is required and has nulls");
    add_dictionary(shared.order);
    draft.null_count = shared.nulls;
    for (PageDraft page : shared.pages) {
      if (shared.nulls == 0) {
        page.levels.size = 0;
        if (is_optional) page.levels.add_run(1, 1, page.level_count);
      }
      draft.pages.push_back(page);
    }
    return {};
  }

  const IndexCheck check = check_indices(column.indices.data(), rows, entries);
  if (!check.all_fit)
    return column_error(
        name, "an index lies outside its dictionary of " + std::to_string(entries) + " entries");
  if (check.has_nulls && !is_optional) return column_error(name, "it is required and has nulls");
  Presence presence{rows, rows, nullptr};
  const std::uint32_t* indices = column.indices.data();
  if (check.has_nulls) {
    auto* const words = arena.allocate_array<std::uint64_t>(words_for(rows));
    auto* const present = arena.allocate_array<std::uint32_t>(rows);
    presence.present = compact_indices(indices, rows, present, words);
    presence.words = presence.present == 0 ? nullptr : words;
    indices = present;
  }
  draft.null_count = rows - presence.present;
  if (presence.present == 0) {
    add_null_pages(presence, page_bytes_, arena, draft);
    return {};
  }
  Arena& page_arena = arena_for(column, arena);

  const std::size_t fixed = parquet_type(leaf.type) == ParquetType::kInt32 ? 4 : 8;
  const std::size_t dictionary_bytes =
      is_string ? plain_string_bytes(column.string_dictionary) : entries * fixed;
  if (dictionary_pays(entries, dictionary_bytes, presence.present)) {
    if (frequency_order_pays(presence.present, entries)) {
      const FrequencyOrder ordered =
          frequency_order({indices, presence.present}, entries, page_arena);
      indices = ordered.indices;
      draft.dictionary_order = ordered.entries;
    }
    add_dictionary(draft.dictionary_order);
    const IndexBody body{indices, index_width(entries)};
    const std::size_t bytes = body.bytes(presence.present);
    add_data_pages(presence, is_optional, values_per_page(rows, bytes, page_bytes_), body,
                   page_arena, draft.pages);
    return {};
  }
  if (is_string) {
    auto* const values = arena.allocate_array<std::string_view>(presence.present);
    for (std::size_t i = 0; i < presence.present; ++i)
      values[i] = column.string_dictionary[indices[i]];
    draft.bounds = bounds_of(column.string_dictionary);
    return add_string_pages({values, presence.present}, leaf, name, presence, page_bytes_, arena,
                            draft);
  }
  draft.bounds = bounds_of(column.long_dictionary);
  if (fixed == 4) {
    auto* const values = arena.allocate_array<std::int32_t>(presence.present);
    for (std::size_t i = 0; i < presence.present; ++i)
      values[i] = static_cast<std::int32_t>(column.long_dictionary[indices[i]]);
    add_plain_pages(std::span<const std::int32_t>(values, presence.present), leaf, presence,
                    page_bytes_, arena, draft);
  } else {
    auto* const values = arena.allocate_array<std::int64_t>(presence.present);
    for (std::size_t i = 0; i < presence.present; ++i)
      values[i] = column.long_dictionary[indices[i]];
    add_plain_pages(std::span<const std::int64_t>(values, presence.present), leaf, presence,
                    page_bytes_, arena, draft);
  }
  return {};
}

Status ValuePages::build(const ParquetLeaf& leaf, std::string_view name, const ColumnData& column,
                         std::size_t rows, Arena& arena, ChunkDraft& draft) {
  ASSIGN_OR_RETURN(const ColumnForm form, form_of(leaf, name, column, rows));
  draft.level_count = draft.value_count = rows;
  Presence presence{rows, rows, nullptr};
  Status status;
  switch (form) {
    case ColumnForm::kDictionary: return build_dictionary(leaf, name, column, rows, arena, draft);
    case ColumnForm::kConstant:
      draft.bounds = constant_bounds(leaf, column);
      add_constant_pages(leaf, column, rows, arena, draft);
      return {};
    case ColumnForm::kNulls: presence.present = 0; break;
    case ColumnForm::kLongs: {
      const auto values = present_values(column.longs, column.valid, arena, presence);
      if (!values.empty()) {
        add_number_pages(values, leaf, presence, page_bytes_, arena, draft);
      }
      break;
    }
    case ColumnForm::kInts: {
      const auto values = present_values(column.ints, column.valid, arena, presence);
      if (!values.empty()) {
        add_number_pages(values, leaf, presence, page_bytes_, arena, draft);
      }
      break;
    }
    case ColumnForm::kStrings: {
      const auto values = present_values(column.strings, column.valid, arena, presence);
      if (!values.empty()) {
        draft.bounds = bounds_of(values);
        status = add_string_pages(values, leaf, name, presence, page_bytes_, arena, draft);
      }
      break;
    }
    case ColumnForm::kBools: {
      const auto values = present_values(column.bools, column.valid, arena, presence);
      if (!values.empty()) {
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        const std::int64_t extremes[] = {*least != 0, *most != 0};
        draft.bounds = bounds_of(std::span<const std::int64_t>(extremes));
        add_data_pages(presence, leaf.max_definition_level > 0,
                       values_per_page(rows, rows / 8, page_bytes_), BooleanBody{values.data()},
                       arena, draft.pages);
      }
      break;
    }
  }
  if (presence.present < rows && leaf.max_definition_level == 0)
    return column_error(name, "it is required and has nulls");
  if (presence.present == 0) {
    add_null_pages(presence, page_bytes_, arena, draft);
  }
  draft.null_count = rows - presence.present;
  return status;
}

}  // namespace clicklake
