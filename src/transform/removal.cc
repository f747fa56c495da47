#include "transform/removal.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <limits>
#include <map>
#include <set>

#include "model/star_schema.h"
#include "model/time.h"
#include "transform/string_pool.h"

namespace clicklake {
namespace {

/// Rows of a table as they come out of a file, on their way into another.
class RowBuffer {
 public:
  explicit RowBuffer(const TableDefinition& table) : table_(table), columns_(table.columns.size()) {
    clear();
  }

  std::size_t rows() const { return rows_; }

  void add(const Chunk& chunk, std::size_t row) {
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

  std::vector<ColumnData> data() const {
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

  void clear() {
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

 private:
  struct Column {
    std::vector<std::uint32_t> ids, value_ids, offsets;
    std::vector<std::int64_t> longs, dictionary;
    boost::unordered_flat_map<std::int64_t, std::uint32_t> numbers;
    std::vector<std::int32_t> ints;
    std::vector<std::uint8_t> bools, valid;
    StringPool texts, values;
    bool any = false;
  };

  /// Foreign keys repeat, so they are coded; hashes and times do not.
  static bool is_key(const ColumnDefinition& c) {
    return c.type == ColumnType::kLong && c.required && c.name.ends_with("_key") &&
           c.name != "event_key";
  }
  static void add_long(Column* c, std::int64_t value, const ColumnDefinition& definition) {
    if (!is_key(definition)) {
      c->longs.push_back(value);
      return;
    }
    const auto [it, fresh] =
        c->numbers.try_emplace(value, static_cast<std::uint32_t>(c->dictionary.size()));
    if (fresh) c->dictionary.push_back(value);
    c->ids.push_back(it->second);
  }

  const TableDefinition& table_;
  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

/// Where the columns lie that tell one row of an identity from another.
struct IdentityColumns {
  int key, check, time, canonical;
};

struct Victims {
  /// event_key, event_check, time, hash of the canonical event
  std::set<std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t>> all;

  bool has(const Chunk& chunk, std::size_t row, const IdentityColumns& at) const {
    const std::int64_t key = chunk.longs(at.key)[row];
    const std::int64_t canonical =
        chunk.valid(at.canonical, row) ? chunk.longs(at.canonical)[row] : key;
    return all.contains({key, chunk.longs(at.check)[row], chunk.longs(at.time)[row], canonical});
  }
};

}  // namespace

Result<RemovalOutput> remove_rows(ExistingRows* existing, const FactWriterOptions& options,
                                  const std::vector<Replaced>& rows) {
  RemovalOutput out;
  if (rows.empty()) return out;
  Victims victims;
  std::string keys;
  std::int64_t min_us = std::numeric_limits<std::int64_t>::max();
  std::int64_t max_us = std::numeric_limits<std::int64_t>::min();
  for (const Replaced& r : rows) {
    victims.all.insert({static_cast<std::int64_t>(r.identity.key),
                        static_cast<std::int64_t>(r.identity.check), r.time, r.canonical_key});
    keys +=
        fmt::format("{}{}", keys.empty() ? "" : ", ", static_cast<std::int64_t>(r.identity.key));
    min_us = std::min(min_us, r.time);
    max_us = std::max(max_us, r.time);
  }
  const TableDefinition& table = fact_clicks_definition();
  std::string names;
  for (const ColumnDefinition& c : table.columns)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", quote_identifier(c.name));
  const IdentityColumns at{column_index(table, "event_key"), column_index(table, "event_check"),
                           column_index(table, "event_timestamp"),
                           column_index(table, "canonical_key")};

  RowGroupEncoder encoder(table, options.parquet);
  int number = 0;
  for (const FactFile& file : existing->facts()) {
    if (file.min_us > max_us || file.max_us < min_us) continue;
    const std::string from = existing->read_parquet({file.path});
    std::int64_t found = 0;
    RETURN_IF_ERROR(
        existing->query(fmt::format("SELECT event_key, event_check, event_timestamp, "
                                    "canonical_key, user_key FROM {} WHERE event_key IN ({})",
                                    from, keys),
                        [&](const Chunk& chunk) -> Status {
                          for (std::size_t row = 0; row < chunk.rows(); ++row) {
                            if (!victims.has(chunk, row, {0, 1, 2, 3})) continue;
                            ++found;
                            out.changed_users.push_back(chunk.longs(4)[row]);
                          }
                          return {};
                        }));
    if (found == 0) continue;
    out.removed.push_back(file.path);
    out.rows += found;
    if (file.of_this_batch) out.own_rows += found;

    const std::filesystem::path old(file.path);
    const std::filesystem::path path =
        old.parent_path() / fmt::format("{}-rewrite-{:05}.parquet", options.batch_id, number++);
    ASSIGN_OR_RETURN(auto rewritten,
                     ParquetFile::create(table, options.lake / path,
                                         {{"clicklake.batch_id", options.batch_id}}));
    RowBuffer buffer(table);
    std::int64_t hour = -1;
    std::int64_t kept = 0;
    const auto flush = [&]() -> Status {
      if (buffer.rows() == 0) return {};
      kept += static_cast<std::int64_t>(buffer.rows());
      ASSIGN_OR_RETURN(const EncodedRowGroupPtr group,
                       encoder.encode(buffer.rows(), buffer.data()));
      RETURN_IF_ERROR(rewritten->append(*group));
      buffer.clear();
      return {};
    };
    RETURN_IF_ERROR(existing->query(
        fmt::format("SELECT {} FROM {} ORDER BY event_timestamp", names, from),
        [&](const Chunk& chunk) -> Status {
          const auto times = chunk.longs(at.time);
          for (std::size_t row = 0; row < chunk.rows(); ++row) {
            if (victims.has(chunk, row, at)) continue;
            if (hour_of(times[row]) != hour || buffer.rows() >= options.max_row_group_rows)
              RETURN_IF_ERROR(flush());
            hour = hour_of(times[row]);
            buffer.add(chunk, row);
          }
          return {};
        }));
    RETURN_IF_ERROR(flush());
    if (kept == 0)
      continue;  // the file's rows are all gone; the unfinished one goes with `rewritten`
    ASSIGN_OR_RETURN(ParquetFileInfo info, rewritten->finish_unsynced());
    RETURN_IF_ERROR(options.unsynced->add(std::move(rewritten)));
    out.added.push_back(
        {path.generic_string(), old.parent_path().filename().string(), std::move(info)});
  }
  return out;
}

}  // namespace clicklake
