#include "rows/row_buffer.h"

#include <bit>

namespace clicklake {
namespace {

/// Foreign keys repeat, so they are coded; hashes and times do not.
bool is_key(const ColumnDefinition& c) {
  return c.type == ColumnType::kLong && c.required && c.name.ends_with("_key") &&
         c.name != "event_key";
}

}  // namespace

RowBuffer::RowBuffer(const TableDefinition& table) : table_(table), columns_(table.columns.size()) {
  clear();
}

void RowBuffer::add(const Chunk& chunk, std::size_t row) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& c = columns_[i];
    const int at = static_cast<int>(i);
    const bool valid = chunk.valid(at, row);
    c.any |= valid;
    c.valid.push_back(valid ? 1 : 0);
    switch (table_.columns[i].type) {
      case ColumnType::kBoolean: c.bools.push_back(valid ? chunk.bools(at)[row] : 0); break;
      case ColumnType::kInt:
      case ColumnType::kDate: c.ints.push_back(valid ? chunk.ints(at)[row] : 0); break;
      case ColumnType::kDouble:
        c.longs.push_back(valid ? std::bit_cast<std::int64_t>(chunk.doubles(at)[row]) : 0);
        break;
      case ColumnType::kLong:
      case ColumnType::kDecimal18_4:
      case ColumnType::kTimestampTz:
        add_long(&c, valid ? chunk.longs(at)[row] : 0, table_.columns[i]);
        break;
      case ColumnType::kString:
        c.ids.push_back(valid ? c.texts.intern(chunk.string(at, row)) : kNullIndex);
        break;
      case ColumnType::kMapStringString: {
        const StringMapView map = chunk.map(at, row);
        for (std::size_t e = 0; valid && e < map.size(); ++e) {
          c.ids.push_back(c.texts.intern(map.key(e)));
          const auto value = map.value(e);
          c.value_ids.push_back(value ? c.values.intern(*value) : kNullIndex);
        }
        c.offsets.push_back(static_cast<std::uint32_t>(c.ids.size()));
        break;
      }
    }
  }
  ++rows_;
}

std::vector<ColumnData> RowBuffer::data() const {
  std::vector<ColumnData> out(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& c = columns_[i];
    ColumnData& d = out[i];
    const ColumnDefinition& definition = table_.columns[i];
    if (!c.any && definition.type != ColumnType::kMapStringString) continue;
    if (!definition.required) d.valid = c.valid;
    switch (definition.type) {
      case ColumnType::kBoolean: d.bools = c.bools; break;
      case ColumnType::kInt:
      case ColumnType::kDate: d.ints = c.ints; break;
      case ColumnType::kString:
        d.valid = {};
        d.indices = c.ids;
        d.string_dictionary = c.texts.texts();
        break;
      case ColumnType::kMapStringString:
        d.valid = {};
        d.map_offsets = c.offsets;
        d.key_indices = c.ids;
        d.string_dictionary = c.texts.texts();
        d.value_indices = c.value_ids;
        d.value_dictionary = c.values.texts();
        break;
      default:
        if (is_key(definition)) {
          d.valid = {};
          d.indices = c.ids;
          d.long_dictionary = c.dictionary;
        } else {
          d.longs = c.longs;
        }
    }
  }
  return out;
}

void RowBuffer::clear() {
  rows_ = 0;
  for (Column& c : columns_) {
    for (auto* v : {&c.ids, &c.value_ids, &c.offsets}) v->clear();
    c.offsets.push_back(0);
    c.longs.clear();
    c.dictionary.clear();
    c.numbers.clear();
    c.ints.clear();
    c.bools.clear();
    c.valid.clear();
    c.texts.clear();
    c.values.clear();
    c.any = false;
  }
}

void RowBuffer::add_long(Column* c, std::int64_t value, const ColumnDefinition& definition) {
  if (!is_key(definition)) {
    c->longs.push_back(value);
    return;
  }
  const auto [it, fresh] =
      c->numbers.try_emplace(value, static_cast<std::uint32_t>(c->dictionary.size()));
  if (fresh) c->dictionary.push_back(value);
  c->ids.push_back(it->second);
}

}  // namespace clicklake
