#pragma once
/// The rows of one hour as columns, before they are sorted and encoded.
///
/// Place: filled by HourWorker, emptied by FactWriter. Invariant: every row column holds rows()
/// values; ids are of this hour's pools, numbers of the worker's dimension tables.
/// Thread safety: thread-compatible.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "format/parquet_writer.h"
#include "model/star_schema.h"
#include "rows/string_pool.h"
#include "rows/text_arena.h"
#include "transform/column_buffer.h"

namespace clicklake {

/// An added column of the facts.
struct AddedValues {
  ColumnType type = ColumnType::kString;
  ColumnBuffer<std::uint32_t> id;    ///< of a string, in `texts`; kNullIndex: null
  ColumnBuffer<std::int64_t> value;  ///< of other types
  ColumnBuffer<std::uint8_t> valid;
  StringPool texts;
};

struct HourColumns {
  std::int64_t hour = 0;  ///< since 1970

  // A value a row.
  ColumnBuffer<std::int64_t> time, event_key, event_check;
  ColumnBuffer<std::uint32_t> user, page, referrer, campaign,
      device;  // numbers of dimension members
  ColumnBuffer<std::uint32_t> session, event_type, product, category,
      currency;  // ids of pools; kNullIndex: null
  ColumnBuffer<std::int64_t> price, revenue;
  ColumnBuffer<std::uint8_t> price_valid, revenue_valid, quantity_valid;
  ColumnBuffer<std::int32_t> quantity;
  ColumnBuffer<std::uint32_t> map_begin;  ///< rows + 1 entries

  // A value a metadata entry.
  ColumnBuffer<std::uint32_t> map_key, map_value;

  // Rows with an event id: all rows have an entry once one has.
  bool any_event_id = false;
  std::vector<std::string_view> event_id;
  std::vector<std::int64_t> canonical_key;
  TextArena event_id_text;

  std::vector<std::int64_t> arrivals;  ///< distinct arrived_at, UTC microseconds
  std::vector<std::uint32_t> arrival;  ///< by row: index of `arrivals`, once there are two of them

  /// In the order of the table's added columns; most lakes have none.
  std::vector<std::unique_ptr<AddedValues>> added;

  StringPool sessions, event_types, products, categories, currencies, map_keys, map_values;
  std::vector<std::int64_t> session_keys;    ///< by id of `sessions`
  std::uint32_t purchase_type = kNullIndex;  ///< id of "purchase" in `event_types`

  bool sorted = true;  ///< by time, as the rows lie
  bool null_session = false;

  std::size_t rows() const { return rows_; }
  std::size_t map_entries() const { return map_begin[rows_]; }

  /// Makes room for one more row with `entries` of metadata: write them at rows() and
  /// map_entries(), map_begin[rows() + 1] included, then add_row().
  void make_room(std::size_t entries) {
    if (rows_ == row_room_ || map_entries() + entries > entry_room_) [[unlikely]]
      grow(entries);
  }
  void add_row() { ++rows_; }

  void clear(std::int64_t new_hour) {
    hour = new_hour;
    rows_ = 0;
    if (row_room_ == 0) grow(0);
    map_begin[0] = 0;
    any_event_id = false;
    event_id.clear();
    canonical_key.clear();
    event_id_text.clear();
    arrivals.clear();
    arrival.clear();
    for (auto* pool :
         {&sessions, &event_types, &products, &categories, &currencies, &map_keys, &map_values})
      pool->clear();
    for (const auto& column : added) column->texts.clear();
    session_keys.clear();
    purchase_type = kNullIndex;
    sorted = true;
    null_session = false;
  }

 private:
  [[gnu::cold, gnu::noinline]] void grow(std::size_t entries) {
    constexpr std::size_t kFirstRows = 4096;
    if (rows_ == row_room_) {
      row_room_ = std::max(kFirstRows, row_room_ * 2);
      for (auto* c : {&time, &event_key, &event_check, &price, &revenue})
        c->set_capacity(row_room_);
      for (auto* c : {&user, &page, &referrer, &campaign, &device, &session, &event_type, &product,
                      &category, &currency})
        c->set_capacity(row_room_);
      for (auto* c : {&price_valid, &revenue_valid, &quantity_valid}) c->set_capacity(row_room_);
      quantity.set_capacity(row_room_);
      for (const auto& column : added) {
        column->id.set_capacity(row_room_);
        column->value.set_capacity(row_room_);
        column->valid.set_capacity(row_room_);
      }
      map_begin.set_capacity(row_room_ + 1);
    }
    const std::size_t wanted = (rows_ == 0 ? 0 : map_entries()) + entries;
    if (wanted > entry_room_ || entry_room_ == 0) {
      entry_room_ = std::max({kFirstRows, wanted, entry_room_ * 2});
      map_key.set_capacity(entry_room_);
      map_value.set_capacity(entry_room_);
    }
  }

  std::size_t rows_ = 0;
  std::size_t row_room_ = 0;
  std::size_t entry_room_ = 0;
};

}  // namespace clicklake
