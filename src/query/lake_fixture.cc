#include "query/lake_fixture.h"

#include <unistd.h>

#include <cstdlib>
#include <deque>
#include <utility>

#include "model/time.h"

namespace clicklake {

LakeFixture::LakeFixture() {
  std::string name = (std::filesystem::temp_directory_path() / "lake-XXXXXX").string();
  scratch_ = mkdtemp(name.data());
  // A name that quoting and patterns trip over; a neighbour that the pattern would fit.
  folder_ = scratch_ / "lake's [a]*";
  std::filesystem::create_directory(folder_);
  auto catalog = Catalog::create(folder_ / "catalog.db");
  EXPECT_TRUE(catalog.has_value()) << catalog.error().message;
  catalog_ = std::move(*catalog);
}

LakeFixture::~LakeFixture() {
  catalog_.reset();
  std::filesystem::remove_all(scratch_);
}

DataFile LakeFixture::write(const TableDefinition& table, const std::string& name,
                            const std::string& partition, std::size_t rows,
                            const std::vector<ColumnData>& columns) {
  DataFile file;
  file.partition = partition;
  file.path = "processed/" + std::string(table.name) + "/data/" +
              (partition.empty() ? "" : partition + "/") + name;
  std::filesystem::create_directories((folder_ / file.path).parent_path());
  auto parquet = ParquetFile::create(table, folder_ / file.path, {});
  EXPECT_TRUE(parquet.has_value()) << parquet.error().message;
  RowGroupEncoder encoder(table, {});
  auto group = encoder.encode(rows, columns);
  EXPECT_TRUE(group.has_value()) << group.error().message;
  const Status appended = (*parquet)->append(**group);
  EXPECT_TRUE(appended.has_value());
  auto info = (*parquet)->finish();
  EXPECT_TRUE(info.has_value()) << info.error().message;
  file.info = std::move(*info);
  return file;
}

void LakeFixture::publish(const std::string& table, std::vector<DataFile> files) {
  BatchInfo batch{.id = "batch-" + std::to_string(++batches_),
                  .kind = BatchKind::kTransform,
                  .started_us = 1,
                  .counts = {}};
  const Status begun = catalog_->begin_batch(batch);
  EXPECT_TRUE(begun.has_value()) << begun.error().message;
  BatchCommit commit;
  commit.batch_id = batch.id;
  TableChange change{.table = table, .added = std::move(files), .removed = {}};
  change.base_snapshot = catalog_->current_snapshot(table).value();
  commit.changes.push_back(std::move(change));
  const Status committed = catalog_->commit_batch(commit);
  EXPECT_TRUE(committed.has_value()) << committed.error().message;
}

void LakeFixture::publish_hours(int first, int count) {
  const TableDefinition& table = fact_clicks_definition();
  std::vector<DataFile> files;
  for (int hour = first; hour < first + count; ++hour) {
    const std::int64_t start = kFixtureStart + hour * kMicrosPerHour;
    const CivilTime civil = civil_from_micros(start);
    std::vector<std::int64_t> keys, rows, times;
    std::vector<std::string_view> types;
    std::vector<std::uint8_t> bought;
    std::vector<std::int64_t> prices;
    std::vector<std::uint32_t> map_offsets{0}, map_keys, map_values;
    for (int row = 0; row < kFixtureRowsAnHour; ++row) {
      keys.push_back(1000LL * hour + row);
      rows.push_back(row);
      times.push_back(start + row * (kMicrosPerHour / kFixtureRowsAnHour));
      const bool purchase = row == 9;
      types.emplace_back(purchase ? "purchase" : "page_view");
      bought.push_back(purchase ? 1 : 0);
      prices.push_back(purchase ? 123456 : 0);
      map_keys.push_back(0);
      map_values.push_back(0);
      if (row % 2 == 1) {
        map_keys.push_back(1);
        map_values.push_back(kNullIndex);
      }
      map_offsets.push_back(static_cast<std::uint32_t>(map_keys.size()));
    }
    const std::vector<std::string_view> map_key_texts{"hour", "empty"};
    const std::string hour_text = std::to_string(hour);
    const std::vector<std::string_view> map_value_texts{hour_text};
    std::vector<ColumnData> columns(table.columns.size());
    const auto column = [&](std::string_view name) -> ColumnData& {
      return columns[column_index(table, name)];
    };
    for (const char* name :
         {"event_check", "user_key", "session_key", "referrer_key", "device_key", "campaign_key"}) {
      column(name).constant_long = 7;
    }
    column("event_key").longs = keys;
    column("page_key").longs = rows;
    column("date_key").constant_long = date_key(start);
    column("event_type").strings = types;
    column("event_timestamp").longs = times;
    column("price").longs = prices;
    column("price").valid = bought;
    column("metadata").map_offsets = map_offsets;
    column("metadata").key_indices = map_keys;
    column("metadata").string_dictionary = map_key_texts;
    column("metadata").value_indices = map_values;
    column("metadata").value_dictionary = map_value_texts;
    column("arrived_at").constant_long = start + kMicrosPerHour;
    column("is_late").constant_long = 0;
    column("ingest_batch_id").constant_string = "batch";
    column("year").constant_long = civil.year;
    column("month").constant_long = civil.month;
    column("day").constant_long = civil.day;
    column("hour").constant_long = civil.hour;
    const std::string day = format_timestamp(start).substr(0, 10);
    files.push_back(write(table, "hour-" + std::to_string(hour) + ".parquet",
                          "event_timestamp_day=" + day, kFixtureRowsAnHour, columns));
    fact_files_.push_back(files.back().path);
  }
  publish("fact_clicks", std::move(files));
}

void LakeFixture::publish_pages() {
  const TableDefinition& table = dim_pages_definition();
  std::vector<std::int64_t> keys;
  std::deque<std::string> urls;
  std::vector<std::string_view> views;
  for (int key = 0; key < 10; ++key) {
    keys.push_back(key);
    urls.push_back("https://shop.example/p" + std::to_string(key));
    views.push_back(urls.back());
  }
  std::vector<ColumnData> columns(table.columns.size());
  columns[column_index(table, "page_key")].longs = keys;
  columns[column_index(table, "page_url")].strings = views;
  columns[column_index(table, "host")].constant_string = "shop.example";
  publish("dim_pages",
          {write(table, "pages.parquet", "page_key_bucket_8=0", keys.size(), columns)});
}

}  // namespace clicklake
