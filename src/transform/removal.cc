#include "transform/removal.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>

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

/// Writes fact files anew without some of their rows.
class FactRewriter {
 public:
  /// `word` tells its files from others of the batch.
  FactRewriter(ExistingRows* existing, const FactWriterOptions& options, std::string_view word)
      : existing_(existing),
        options_(options),
        word_(word),
        encoder_(*options.table, options.parquet) {
    for (const ColumnDefinition& c : options.table->columns)
      names_ += fmt::format("{}{}", names_.empty() ? "" : ", ", quote_identifier(c.name));
  }

  /// Nothing where no row stays. `is_gone(chunk, row)` sees all columns in the table's order.
  Result<std::optional<DataFile>> rewrite(
      const FactFile& file, const std::function<bool(const Chunk&, std::size_t)>& is_gone) {
    const TableDefinition& table = *options_.table;
    const std::filesystem::path old(file.path);
    const std::filesystem::path path =
        old.parent_path() / fmt::format("{}-{}-{:05}.parquet", options_.batch_id, word_, number_++);
    ASSIGN_OR_RETURN(auto rewritten,
                     ParquetFile::create(table, options_.lake / path,
                                         {{"clicklake.batch_id", options_.batch_id}}));
    const int time = column_index(table, "event_timestamp");
    RowBuffer buffer(table);
    std::int64_t hour = -1;
    std::int64_t kept = 0;
    const auto flush = [&]() -> Status {
      if (buffer.rows() == 0) return {};
      kept += static_cast<std::int64_t>(buffer.rows());
      ASSIGN_OR_RETURN(const EncodedRowGroupPtr group,
                       encoder_.encode(buffer.rows(), buffer.data()));
      RETURN_IF_ERROR(rewritten->append(*group));
      buffer.clear();
      return {};
    };
    RETURN_IF_ERROR(existing_->query(fmt::format("SELECT {} FROM {} ORDER BY event_timestamp",
                                                 names_, existing_->read_table(table, {file.path})),
                                     [&](const Chunk& chunk) -> Status {
                                       const auto times = chunk.longs(time);
                                       for (std::size_t row = 0; row < chunk.rows(); ++row) {
                                         if (is_gone(chunk, row)) continue;
                                         if (hour_of(times[row]) != hour ||
                                             buffer.rows() >= options_.max_row_group_rows)
                                           RETURN_IF_ERROR(flush());
                                         hour = hour_of(times[row]);
                                         buffer.add(chunk, row);
                                       }
                                       return {};
                                     }));
    RETURN_IF_ERROR(flush());
    // The file's rows are all gone; the unfinished one goes with `rewritten`.
    if (kept == 0) return std::optional<DataFile>();
    ASSIGN_OR_RETURN(ParquetFileInfo info, rewritten->finish_unsynced());
    RETURN_IF_ERROR(options_.unsynced->add(std::move(rewritten)));
    return std::optional(
        DataFile{path.generic_string(), old.parent_path().filename().string(), std::move(info)});
  }

 private:
  ExistingRows* existing_;
  const FactWriterOptions& options_;
  const std::string_view word_;
  RowGroupEncoder encoder_;
  std::string names_;
  int number_ = 0;
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
  const IdentityColumns at{column_index(table, "event_key"), column_index(table, "event_check"),
                           column_index(table, "event_timestamp"),
                           column_index(table, "canonical_key")};

  FactRewriter rewriter(existing, options, "rewrite");
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

    ASSIGN_OR_RETURN(std::optional<DataFile> rewritten,
                     rewriter.rewrite(file, [&](const Chunk& chunk, std::size_t row) {
                       return victims.has(chunk, row, at);
                     }));
    if (rewritten) out.added.push_back(*std::move(rewritten));
  }
  return out;
}

Result<RemovalOutput> remove_hours(ExistingRows* existing, const FactWriterOptions& options,
                                   const std::vector<std::int64_t>& hours) {
  RemovalOutput out;
  const std::set<std::int64_t> gone(hours.begin(), hours.end());
  const int time = column_index(*options.table, "event_timestamp");
  std::string list;
  for (const std::int64_t hour : hours) list += fmt::format("{}{}", list.empty() ? "" : ", ", hour);
  FactRewriter rewriter(existing, options, "replay");
  for (const FactFile& file : existing->facts()) {
    // Hours that the file may hold.
    const auto first = gone.lower_bound(hour_of(std::max<std::int64_t>(file.min_us, 0)));
    if (first == gone.end() || hour_start(*first) > file.max_us) continue;
    std::int64_t found = 0;
    std::int64_t all = 0;
    RETURN_IF_ERROR(existing->query(
        fmt::format("SELECT count(*) FILTER (epoch_us(event_timestamp) // {} IN ({})), count(*) "
                    "FROM {}",
                    kMicrosPerHour, list, existing->read_parquet({file.path})),
        [&](const Chunk& chunk) -> Status {
          for (std::size_t row = 0; row < chunk.rows(); ++row) {
            found += chunk.longs(0)[row];
            all += chunk.longs(1)[row];
          }
          return {};
        }));
    if (found == 0) continue;
    RETURN_IF_ERROR(existing->query(
        fmt::format("SELECT DISTINCT session_key, user_key, CASE WHEN session_id IS NULL THEN "
                    "event_timestamp END FROM {} WHERE epoch_us(event_timestamp) // {} IN ({})",
                    existing->read_parquet({file.path}), kMicrosPerHour, list),
        [&](const Chunk& chunk) -> Status {
          for (std::size_t row = 0; row < chunk.rows(); ++row) {
            out.lost.push_back({chunk.longs(0)[row], chunk.longs(1)[row],
                                chunk.valid(2, row) ? chunk.longs(2)[row] : 0});
          }
          return {};
        }));
    out.removed.push_back(file.path);
    out.rows += found;
    if (found == all) continue;
    ASSIGN_OR_RETURN(std::optional<DataFile> rewritten,
                     rewriter.rewrite(file, [&](const Chunk& chunk, std::size_t row) {
                       return gone.contains(hour_of(chunk.longs(time)[row]));
                     }));
    if (rewritten) out.added.push_back(*std::move(rewritten));
  }
  return out;
}

}  // namespace clicklake
