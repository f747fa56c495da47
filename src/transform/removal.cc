#include "transform/removal.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "model/star_schema.h"
#include "model/time.h"
#include "rows/row_buffer.h"

namespace clicklake {
namespace {

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
  const TableDefinition& table = *options.table;
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
    RETURN_IF_ERROR(existing->query(
        fmt::format("SELECT event_key, event_check, event_timestamp, "
                    "canonical_key, user_key, session_key FROM {} WHERE event_key IN "
                    "({})",
                    from, keys),
        [&](const Chunk& chunk) -> Status {
          for (std::size_t row = 0; row < chunk.rows(); ++row) {
            if (!victims.has(chunk, row, {0, 1, 2, 3})) continue;
            ++found;
            out.lost.push_back({chunk.longs(5)[row], chunk.longs(4)[row], chunk.longs(2)[row]});
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
    RETURN_IF_ERROR(existing->query(fmt::format("SELECT {} FROM {} ORDER BY event_timestamp", names,
                                                existing->read_table(table, {file.path})),
                                    [&](const Chunk& chunk) -> Status {
                                      const auto times = chunk.longs(at.time);
                                      for (std::size_t row = 0; row < chunk.rows(); ++row) {
                                        if (victims.has(chunk, row, at)) continue;
                                        if (hour_of(times[row]) != hour ||
                                            buffer.rows() >= options.max_row_group_rows)
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
