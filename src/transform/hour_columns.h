#pragma once
/// The rows of one hour as columns, before they are sorted and encoded.
///
/// Place: filled by HourWorker, emptied by FactWriter. Invariant: all row vectors have the same
/// length; ids are of this hour's pools, numbers of the
///   worker's dimension tables.
/// Thread safety: thread-compatible.

#include <cstdint>
#include <string_view>
#include <vector>

#include "format/parquet_writer.h"
#include "transform/string_pool.h"
#include "transform/text_arena.h"

namespace clicklake {

struct HourColumns {
  std::int64_t hour = 0;  ///< since 1970

  // A value a row.
  std::vector<std::int64_t> time, event_key, event_check;
  std::vector<std::uint32_t> user, page, referrer, campaign,
      device;  // numbers of dimension members
  std::vector<std::uint32_t> session, event_type, product, category, currency,
      arrival;  // ids of pools; kNullIndex: null
  std::vector<std::int64_t> price, revenue;
  std::vector<std::uint8_t> price_valid, revenue_valid, quantity_valid;
  std::vector<std::int32_t> quantity;
  std::vector<std::uint32_t> map_begin;  ///< rows + 1 entries

  // A value a metadata entry.
  std::vector<std::uint32_t> map_key, map_value;

  // Rows with an event id: all rows have an entry once one has.
  bool any_event_id = false;
  std::vector<std::string_view> event_id;
  std::vector<std::int64_t> canonical_key;
  TextArena event_id_text;

  StringPool sessions, event_types, products, categories, currencies, map_keys, map_values;
  std::vector<std::int64_t> session_keys;  ///< by id of `sessions`
  std::vector<std::int64_t> arrivals;      ///< distinct arrived_at, UTC microseconds

  bool sorted = true;  ///< by time, as the rows lie
  bool null_session = false;

  std::size_t rows() const { return time.size(); }

  void clear(std::int64_t new_hour) {
    hour = new_hour;
    for (auto* v : {&time, &event_key, &event_check, &price, &revenue, &session_keys, &arrivals})
      v->clear();
    for (auto* v : {&user, &page, &referrer, &campaign, &device, &session, &event_type, &product,
                    &category, &currency, &arrival, &map_begin, &map_key, &map_value}) {
      v->clear();
    }
    for (auto* v : {&price_valid, &revenue_valid, &quantity_valid}) v->clear();
    quantity.clear();
    any_event_id = false;
    event_id.clear();
    canonical_key.clear();
    event_id_text.clear();
    for (auto* pool :
         {&sessions, &event_types, &products, &categories, &currencies, &map_keys, &map_values})
      pool->clear();
    sorted = true;
    null_session = false;
    map_begin.push_back(0);
  }
};

}  // namespace clicklake
