#include "transform/fact_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "model/star_schema.h"
#include "model/time.h"

namespace clicklake {
namespace {

template <typename T>
void gather(const T* from, const std::uint32_t* rows, std::size_t count, std::vector<T>* to) {
  to->resize(count);
  T* const out = to->data();
  for (std::size_t i = 0; i < count; ++i) out[i] = from[rows[i]];
}

bool any_set(const std::vector<std::uint8_t>& valid) {
  return std::find(valid.begin(), valid.end(), std::uint8_t{1}) != valid.end();
}

}  // namespace

bool is_late(std::int64_t hour, std::int64_t arrived_us) {
  return arrived_us > hour_start(hour + 1) + kMicrosPerHour;
}

FactWriter::FactWriter(FactWriterOptions options)
    : options_(std::move(options)),
      encoder_(*options_.table, options_.parquet),
      added_(options_.table->columns.size() - fact_clicks_definition().columns.size()) {}

Status FactWriter::open_file(std::int64_t day) {
  const CivilTime date = civil_from_micros(day * kMicrosPerDay);
  partition_ =
      fmt::format("event_timestamp_day={:04}-{:02}-{:02}", date.year, date.month, date.day);
  file_path_ =
      std::filesystem::path("processed") / "fact_clicks" / "data" / partition_ /
      fmt::format("{}-{:02}-{:05}.parquet", options_.batch_id, options_.writer, next_file_++);
  ASSIGN_OR_RETURN(file_, ParquetFile::create(*options_.table, options_.lake / file_path_,
                                              {{"clicklake.batch_id", options_.batch_id}}));
  day_ = day;
  last_time_ = 0;
  return {};
}

Status FactWriter::finish() {
  if (!file_) return {};
  ASSIGN_OR_RETURN(ParquetFileInfo info, file_->finish_unsynced());
  bytes_written_ += info.size_bytes;
  files_.push_back(DataFile{file_path_.generic_string(), partition_, std::move(info)});
  return options_.unsynced->add(std::move(file_));
}

Status FactWriter::write(const HourColumns& columns, const std::vector<std::uint8_t>& dropped,
                         WorkerDimensions* dimensions) {
  const std::size_t rows = columns.rows();
  const bool drops = any_set(dropped);
  if (columns.sorted && !drops && rows <= options_.max_row_group_rows) {
    return rows == 0 ? Status{} : write_group(columns, nullptr, rows, true, dimensions);
  }
  order_.resize(rows);
  std::iota(order_.begin(), order_.end(), 0U);
  if (drops) {
    std::erase_if(order_, [&](std::uint32_t row) { return dropped[row] != 0; });
  }
  if (!columns.sorted) {
    const std::int64_t* const time = columns.time.data();
    std::stable_sort(order_.begin(), order_.end(),
                     [time](std::uint32_t a, std::uint32_t b) { return time[a] < time[b]; });
  }
  const bool all = order_.size() == rows && rows <= options_.max_row_group_rows;
  for (std::size_t begin = 0; begin < order_.size(); begin += options_.max_row_group_rows) {
    const std::size_t count = std::min(options_.max_row_group_rows, order_.size() - begin);
    RETURN_IF_ERROR(write_group(columns, order_.data() + begin, count, all, dimensions));
  }
  return {};
}

void FactWriter::code_members(const std::uint32_t* numbers, const std::uint32_t* rows,
                              std::size_t count, DimensionTable* table, Coded* coded) {
  if (stamp_.size() < table->size()) {
    stamp_.resize(table->size() + table->size() / 2);
    local_.resize(stamp_.size());
  }
  ++epoch_;
  coded->indices.resize(count);
  coded->longs.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t number = numbers[rows == nullptr ? i : rows[i]];
    if (stamp_[number] != epoch_) {
      stamp_[number] = epoch_;
      local_[number] = static_cast<std::uint32_t>(coded->longs.size());
      coded->longs.push_back(table->key(number));
      table->mark_used(number);
    }
    coded->indices[i] = local_[number];
  }
}

void FactWriter::code_texts(const std::uint32_t* ids, const StringPool& pool,
                            const std::uint32_t* rows, std::size_t count, Coded* coded) {
  if (stamp_.size() < pool.size()) {
    stamp_.resize(pool.size() + pool.size() / 2);
    local_.resize(stamp_.size());
  }
  ++epoch_;
  coded->indices.resize(count);
  coded->strings.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t id = ids[rows == nullptr ? i : rows[i]];
    if (id == kNullIndex) {
      coded->indices[i] = kNullIndex;
      continue;
    }
    if (stamp_[id] != epoch_) {
      stamp_[id] = epoch_;
      local_[id] = static_cast<std::uint32_t>(coded->strings.size());
      coded->strings.push_back(pool.texts()[id]);
    }
    coded->indices[i] = local_[id];
  }
}

ColumnData FactWriter::added_column(const AddedValues& values, const std::uint32_t* rows,
                                    std::size_t count, AddedScratch* scratch) {
  ColumnData column;
  if (values.type == ColumnType::kString) {
    if (values.texts.size() == 0) return column;
    code_texts(values.id.data(), values.texts, rows, count, &scratch->coded);
    if (scratch->coded.strings.empty()) return column;
    column.indices = scratch->coded.indices;
    column.string_dictionary = scratch->coded.strings;
    return column;
  }
  const auto row_of = [&](std::size_t i) { return rows == nullptr ? i : rows[i]; };
  scratch->valid.resize(count);
  for (std::size_t i = 0; i < count; ++i) scratch->valid[i] = values.valid[row_of(i)];
  if (!any_set(scratch->valid)) return column;
  column.valid = scratch->valid;
  const auto fill = [&](auto* to) {
    to->resize(count);
    for (std::size_t i = 0; i < count; ++i)
      (*to)[i] =
          static_cast<typename std::decay_t<decltype(*to)>::value_type>(values.value[row_of(i)]);
  };
  if (values.type == ColumnType::kBoolean) {
    fill(&scratch->bools);
    column.bools = scratch->bools;
  } else if (values.type == ColumnType::kInt) {
    fill(&scratch->ints);
    column.ints = scratch->ints;
  } else {
    fill(&scratch->longs);
    column.longs = scratch->longs;
  }
  return column;
}

/// `rows` null: the first `count` rows as they lie. `all_in_place`: every row of `columns` is in
/// this group (the pools are its dictionaries).
Status FactWriter::write_group(const HourColumns& c, const std::uint32_t* rows, std::size_t count,
                               bool all_in_place, WorkerDimensions* dimensions) {
  const std::int64_t first_time = c.time[rows == nullptr ? 0 : rows[0]];
  const std::int64_t day = first_time / kMicrosPerDay;
  if (file_ &&
      (day != day_ || first_time < last_time_ || file_->bytes_written() >= options_.max_file_bytes))
    RETURN_IF_ERROR(finish());
  if (!file_) RETURN_IF_ERROR(open_file(day));

  enum Column {
    kEventKey,
    kEventCheck,
    kEventId,
    kUserKey,
    kSessionKey,
    kPageKey,
    kReferrerKey,
    kDeviceKey,
    kCampaignKey,
    kDateKey,
    kEventType,
    kEventTimestamp,
    kSessionId,
    kProductId,
    kCategory,
    kPrice,
    kQuantity,
    kCurrency,
    kRevenue,
    kMetadata,
    kArrivedAt,
    kIsLate,
    kBatchId,
    kYear,
    kMonth,
    kDay,
    kHour,
    kCanonicalKey,
    kCount
  };
  std::vector<ColumnData>& columns = columns_;
  columns.assign(kCount + added_.size(), ColumnData{});

  const auto plain = [&](Column column, const std::int64_t* from,
                         std::vector<std::int64_t>* scratch) {
    if (rows == nullptr) {
      columns[column].longs = {from, count};
    } else {
      gather(from, rows, count, scratch);
      columns[column].longs = *scratch;
    }
  };
  plain(kEventKey, c.event_key.data(), &event_key_);
  plain(kEventCheck, c.event_check.data(), &event_check_);
  plain(kEventTimestamp, c.time.data(), &time_);
  last_time_ = columns[kEventTimestamp].longs.back();

  if (c.any_event_id) {
    event_id_.resize(count);
    id_valid_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      event_id_[i] = c.event_id[rows == nullptr ? i : rows[i]];
      id_valid_[i] = event_id_[i].data() != nullptr ? 1 : 0;
    }
    if (any_set(id_valid_)) {
      columns[kEventId].strings = event_id_;
      columns[kEventId].valid = id_valid_;
      plain(kCanonicalKey, c.canonical_key.data(), &canonical_key_);
      columns[kCanonicalKey].valid = id_valid_;
    }
  }

  const auto members = [&](Column column, const ColumnBuffer<std::uint32_t>& numbers,
                           DimensionTable* table, Coded* coded) {
    code_members(numbers.data(), rows, count, table, coded);
    columns[column].indices = coded->indices;
    columns[column].long_dictionary = coded->longs;
  };
  members(kUserKey, c.user, &dimensions->users, &user_);
  members(kPageKey, c.page, &dimensions->pages, &page_);
  members(kReferrerKey, c.referrer, &dimensions->referrers, &referrer_);
  members(kDeviceKey, c.device, &dimensions->devices, &device_);
  members(kCampaignKey, c.campaign, &dimensions->campaigns, &campaign_);

  const auto texts = [&](Column column, const ColumnBuffer<std::uint32_t>& ids,
                         const StringPool& pool, Coded* coded) {
    if (pool.size() == 0) return;  // all null
    if (!all_in_place) {
      code_texts(ids.data(), pool, rows, count, coded);
      if (coded->strings.empty()) return;
      columns[column].indices = coded->indices;
      columns[column].string_dictionary = coded->strings;
      return;
    }
    columns[column].string_dictionary = pool.texts();
    if (rows == nullptr) {
      columns[column].indices = {ids.data(), count};
    } else {
      gather(ids.data(), rows, count, &coded->indices);
      columns[column].indices = coded->indices;
    }
  };
  texts(kEventType, c.event_type, c.event_types, &event_type_);
  texts(kSessionId, c.session, c.sessions, &session_);
  texts(kProductId, c.product, c.products, &product_);
  texts(kCategory, c.category, c.categories, &category_);
  texts(kCurrency, c.currency, c.currencies, &currency_);

  for (std::size_t i = 0; i < added_.size(); ++i)
    columns[kCount + i] = added_column(*c.added[i], rows, count, &added_[i]);

  // session_key: the indices of session_id where every row has one; else a copy with 0 for the rows
  // without.
  if (columns[kSessionId].indices.empty()) {
    columns[kSessionKey].constant_long = 0;
  } else {
    const auto& ids = columns[kSessionId].indices;
    session_key_values_.clear();
    if (all_in_place) {
      session_key_values_ = c.session_keys;
    } else {
      session_key_values_.resize(session_.strings.size());
      for (std::size_t i = 0; i < count; ++i) {
        if (ids[i] != kNullIndex)
          session_key_values_[ids[i]] = c.session_keys[c.session[rows == nullptr ? i : rows[i]]];
      }
    }
    const bool missing =
        c.null_session && std::find(ids.begin(), ids.end(), kNullIndex) != ids.end();
    if (missing) {
      const auto none = static_cast<std::uint32_t>(session_key_values_.size());
      session_key_values_.push_back(0);
      session_key_indices_.resize(count);
      for (std::size_t i = 0; i < count; ++i)
        session_key_indices_[i] = ids[i] == kNullIndex ? none : ids[i];
      columns[kSessionKey].indices = session_key_indices_;
    } else {
      columns[kSessionKey].indices = ids;
    }
    columns[kSessionKey].long_dictionary = session_key_values_;
  }

  const auto money = [&](Column column, const ColumnBuffer<std::int64_t>& values,
                         const ColumnBuffer<std::uint8_t>& valid,
                         std::vector<std::int64_t>* value_scratch,
                         std::vector<std::uint8_t>* valid_scratch) {
    if (rows == nullptr) {
      valid_scratch->assign(valid.data(), valid.data() + count);
    } else {
      gather(valid.data(), rows, count, valid_scratch);
    }
    if (!any_set(*valid_scratch)) return;
    plain(column, values.data(), value_scratch);
    columns[column].valid = *valid_scratch;
  };
  money(kPrice, c.price, c.price_valid, &price_, &price_valid_);
  money(kRevenue, c.revenue, c.revenue_valid, &revenue_, &revenue_valid_);
  if (rows == nullptr) {
    quantity_valid_.assign(c.quantity_valid.data(), c.quantity_valid.data() + count);
    quantity_.assign(c.quantity.data(), c.quantity.data() + count);
  } else {
    gather(c.quantity_valid.data(), rows, count, &quantity_valid_);
    gather(c.quantity.data(), rows, count, &quantity_);
  }
  if (any_set(quantity_valid_)) {
    columns[kQuantity].ints = quantity_;
    columns[kQuantity].valid = quantity_valid_;
  }

  ColumnData& metadata = columns[kMetadata];
  if (rows == nullptr) {
    metadata.map_offsets = {c.map_begin.data(), count + 1};
    metadata.key_indices = {c.map_key.data(), c.map_entries()};
    metadata.value_indices = {c.map_value.data(), c.map_entries()};
  } else {
    map_begin_.clear();
    map_key_.clear();
    map_value_.clear();
    map_begin_.push_back(0);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t begin = c.map_begin[rows[i]];
      const std::uint32_t end = c.map_begin[rows[i] + 1];
      map_key_.insert(map_key_.end(), c.map_key.data() + begin, c.map_key.data() + end);
      map_value_.insert(map_value_.end(), c.map_value.data() + begin, c.map_value.data() + end);
      map_begin_.push_back(static_cast<std::uint32_t>(map_key_.size()));
    }
    metadata.map_offsets = map_begin_;
    metadata.key_indices = map_key_;
    metadata.value_indices = map_value_;
  }
  if (all_in_place) {
    metadata.string_dictionary = c.map_keys.texts();
    metadata.value_dictionary = c.map_values.texts();
  } else {
    code_texts(map_key_.data(), c.map_keys, nullptr, map_key_.size(), &key_);
    metadata.key_indices = key_.indices;
    metadata.string_dictionary = key_.strings;
    code_texts(map_value_.data(), c.map_values, nullptr, map_value_.size(), &value_);
    metadata.value_indices = value_.indices;
    metadata.value_dictionary = value_.strings;
  }

  // One source of an hour is usual, so arrival is a constant.
  const bool one_arrival = c.arrivals.size() == 1;
  if (one_arrival) {
    columns[kArrivedAt].constant_long = c.arrivals[0];
    columns[kIsLate].constant_long = is_late(c.hour, c.arrivals[0]) ? 1 : 0;
  } else {
    arrival_.longs.resize(count);
    late_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      arrival_.longs[i] = c.arrivals[c.arrival[rows == nullptr ? i : rows[i]]];
      late_[i] = is_late(c.hour, arrival_.longs[i]) ? 1 : 0;
    }
    columns[kArrivedAt].longs = arrival_.longs;
    columns[kIsLate].bools = late_;
  }

  const CivilTime date = civil_from_micros(hour_start(c.hour));
  columns[kDateKey].constant_long = date_key(first_time);
  columns[kBatchId].constant_string = options_.batch_id;
  columns[kYear].constant_long = date.year;
  columns[kMonth].constant_long = date.month;
  columns[kDay].constant_long = date.day;
  columns[kHour].constant_long = date.hour;
  if (dimensions->dates.empty() || dimensions->dates.back() != *columns[kDateKey].constant_long) {
    dimensions->dates.push_back(static_cast<std::int32_t>(*columns[kDateKey].constant_long));
  }

  ASSIGN_OR_RETURN(const EncodedRowGroupPtr group, encoder_.encode(count, columns));
  return file_->append(*group);
}

}  // namespace clicklake
