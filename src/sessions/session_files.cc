#include "sessions/session_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "model/page_url.h"
#include "model/star_schema.h"
#include "model/time.h"

namespace clicklake {
namespace {

constexpr std::size_t kRowGroupRows = 65'536;

ColumnData longs(const std::vector<std::int64_t>& values) {
  ColumnData column;
  column.longs = values;
  return column;
}

}  // namespace

std::int64_t silent_session_key(std::int64_t user_key, std::int64_t started_us) {
  std::string key;
  append_key_part(&key, std::to_string(user_key));
  append_key_part(&key, std::to_string(started_us));
  return surrogate_key(key);
}

/// The columns of a row group; the memory is kept between them.
struct SessionFileWriter::Columns {
  static constexpr std::size_t kLongs = 14;
  std::array<std::vector<std::int64_t>, kLongs> values;
  std::vector<std::string_view> ids;
  std::vector<std::uint8_t> id_valid, bounces;

  void fill(std::span<const SessionRow> rows, std::span<const std::uint32_t> order) {
    for (auto& v : values) v.resize(order.size());
    ids.resize(order.size());
    id_valid.resize(order.size());
    bounces.resize(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      const SessionRow& row = rows[order[i]];
      const auto& a = row.activity;
      const std::array<std::int64_t, kLongs> numbers{
          row.by_silence() ? silent_session_key(a.user, a.first_time) : row.session_key,
          a.user,
          a.first_time,
          a.last_time,
          (a.last_time - a.first_time) / 1000,
          a.events,
          a.page_views,
          a.entry_page,
          a.exit_page,
          a.referrer,
          a.campaign,
          a.device,
          a.purchases,
          a.revenue};
      for (std::size_t v = 0; v < kLongs; ++v) values[v][i] = numbers[v];
      ids[i] = row.session_id;
      id_valid[i] = row.by_silence() ? 0 : 1;
      bounces[i] = a.events == 1 ? 1 : 0;
    }
  }

  /// In the table's order.
  std::array<ColumnData, 16> data() const {
    std::array<ColumnData, 16> columns;
    columns[0] = longs(values[0]);
    columns[1] = longs(values[1]);
    if (std::find(id_valid.begin(), id_valid.end(), 1) != id_valid.end()) {
      columns[2].strings = ids;
      columns[2].valid = id_valid;
    }
    for (std::size_t v = 2; v < kLongs; ++v) columns[v + 1] = longs(values[v]);
    columns[15].bools = bounces;
    return columns;
  }
};

SessionFileWriter::SessionFileWriter(const SessionFileOptions& options, std::int64_t day)
    : options_(options),
      encoder_(sessions_definition(), options.parquet),
      columns_(std::make_unique<Columns>()) {
  const CivilTime date = civil_from_micros(day * kMicrosPerDay);
  partition_ = fmt::format("started_at_day={:04}-{:02}-{:02}", date.year, date.month, date.day);
}
SessionFileWriter::~SessionFileWriter() = default;

Status SessionFileWriter::open_file() {
  path_ = fmt::format("{}/data/{}/{}-{:05}.parquet", folder_of(sessions_definition()), partition_,
                      options_.batch_id, files_.size());
  ASSIGN_OR_RETURN(file_, ParquetFile::create(sessions_definition(), options_.lake / path_,
                                              {{"clicklake.batch_id", options_.batch_id}}));
  file_rows_ = 0;
  return {};
}

Status SessionFileWriter::finish_file() {
  if (!file_) return {};
  ASSIGN_OR_RETURN(ParquetFileInfo info, file_->finish_unsynced());
  RETURN_IF_ERROR(options_.unsynced->add(std::move(file_)));
  files_.push_back({path_, partition_, std::move(info)});
  return {};
}

Status SessionFileWriter::write(std::span<const SessionRow> rows) {
  struct Place {
    std::int64_t time, key, user;
    std::uint32_t row;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> places(rows.size());
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    const SessionRow& row = rows[i];
    places[i] = {row.activity.first_time, row.session_key, row.activity.user, i};
  }
  std::sort(places.begin(), places.end());
  std::vector<std::uint32_t> order(places.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = places[i].row;
  const std::span<const std::uint32_t> all(order);
  for (std::size_t begin = 0; begin < all.size(); begin += kRowGroupRows)
    RETURN_IF_ERROR(
        write_group(rows, all.subspan(begin, std::min(kRowGroupRows, all.size() - begin))));
  return {};
}

Status SessionFileWriter::write_group(std::span<const SessionRow> rows,
                                      std::span<const std::uint32_t> order) {
  if (file_rows_ + order.size() > options_.max_rows) RETURN_IF_ERROR(finish_file());
  if (!file_) RETURN_IF_ERROR(open_file());
  file_rows_ += order.size();
  columns_->fill(rows, order);
  ASSIGN_OR_RETURN(const EncodedRowGroupPtr encoded,
                   encoder_.encode(order.size(), columns_->data()));
  return file_->append(*encoded);
}

Result<std::vector<DataFile>> SessionFileWriter::finish() {
  RETURN_IF_ERROR(finish_file());
  return std::move(files_);
}

Status read_session_file(ExistingRows* existing, const std::string& path,
                         const std::function<Status(const SessionRow&)>& take) {
  return existing->query(
      "SELECT session_key, session_id, user_key, started_at, ended_at, event_count, page_views,"
      " entry_page_key, exit_page_key, referrer_key, campaign_key, device_key, purchases, revenue"
      " FROM " +
          existing->read_parquet({path}),
      [&](const Chunk& chunk) -> Status {
        for (std::size_t row = 0; row < chunk.rows(); ++row) {
          SessionRow session;
          if (chunk.valid(1, row)) {
            session.session_key = chunk.longs(0)[row];
            session.session_id = chunk.string(1, row);
          }
          auto& a = session.activity;
          a.user = chunk.longs(2)[row];
          a.first_time = chunk.longs(3)[row];
          a.last_time = chunk.longs(4)[row];
          a.events = static_cast<std::uint32_t>(chunk.longs(5)[row]);
          a.page_views = static_cast<std::uint32_t>(chunk.longs(6)[row]);
          a.entry_page = chunk.longs(7)[row];
          a.exit_page = chunk.longs(8)[row];
          a.referrer = chunk.longs(9)[row];
          a.campaign = chunk.longs(10)[row];
          a.device = chunk.longs(11)[row];
          a.purchases = static_cast<std::uint32_t>(chunk.longs(12)[row]);
          a.revenue = chunk.longs(13)[row];
          if (a.entry_page != 0) a.entry_time = a.first_time;
          if (a.exit_page != 0) a.exit_time = a.last_time;
          if (a.user != 0) a.user_time = a.last_time;
          RETURN_IF_ERROR(take(session));
        }
        return {};
      });
}

}  // namespace clicklake
