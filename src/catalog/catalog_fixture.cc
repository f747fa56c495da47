#include "catalog/catalog_fixture.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "model/star_schema.h"
#include "model/time.h"

namespace clicklake {
namespace {

std::string eight_bytes(std::int64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

int append_row(void* out, int count, char** values, char** names) {
  auto& text = *static_cast<std::string*>(out);
  for (int i = 0; i < count; ++i) {
    // Times of the clock differ between runs.
    if (std::string_view(names[i]).ends_with("_us") || std::string_view(names[i]) == "uuid")
      continue;
    text += values[i] != nullptr ? values[i] : "NULL";
    text += i + 1 < count ? "|" : "";
  }
  text += "\n";
  return 0;
}

}  // namespace

CatalogFixture::CatalogFixture() {
  std::string name = (std::filesystem::temp_directory_path() / "catalog-XXXXXX").string();
  dir_ = ::mkdtemp(name.data());
  file_ = dir_ / "catalog.db";
}

CatalogFixture::~CatalogFixture() { std::filesystem::remove_all(dir_); }

std::unique_ptr<Catalog> CatalogFixture::create() {
  auto catalog = Catalog::create(file_);
  EXPECT_THAT(catalog, IsOk());
  return *std::move(catalog);
}

std::unique_ptr<Catalog> CatalogFixture::open() {
  auto catalog = Catalog::open(file_);
  EXPECT_THAT(catalog, IsOk());
  return *std::move(catalog);
}

BatchCommit CatalogFixture::begin(Catalog& catalog, const std::string& batch_id, BatchKind kind) {
  BatchInfo batch;
  batch.id = batch_id;
  batch.kind = kind;
  batch.started_us = 1'730'000'000'000'000;
  EXPECT_THAT(catalog.begin_batch(batch), IsOk());
  BatchCommit commit;
  commit.batch_id = batch_id;
  return commit;
}

DataFile CatalogFixture::data_file(const std::string& path, std::int64_t rows, std::int64_t min_us,
                                   std::int64_t max_us) {
  DataFile file;
  file.path = path;
  const CivilTime date = civil_from_micros(min_us);
  file.partition =
      fmt::format("event_timestamp_day={:04}-{:02}-{:02}", date.year, date.month, date.day);
  file.info.record_count = rows;
  file.info.size_bytes = rows * 100;
  file.info.split_offsets = {4};
  file.info.columns.push_back(
      {event_timestamp_field(), 10, rows, 0, eight_bytes(min_us), eight_bytes(max_us)});
  file.info.columns.push_back({3, 20, rows, 1, "a", "z"});
  return file;
}

RawFile CatalogFixture::raw_file(const std::string& path, std::int64_t hour) {
  RawFile file;
  file.path = path;
  file.hour = hour;
  file.size = 1000;
  file.records = 10;
  file.validated = true;
  file.arrivals = {{1'730'000'000'000'000, 4}, {1'730'000'001'000'000, 6}};
  return file;
}

std::vector<std::string> CatalogFixture::live(Catalog& catalog, const std::string& table,
                                              const std::vector<FileFilter>& filters) {
  const auto files = catalog.live_files(table, filters, false);
  EXPECT_THAT(files, IsOk());
  std::vector<std::string> paths;
  for (const DataFile& file : *files) paths.push_back(file.path);
  return paths;
}

std::string CatalogFixture::dump() const {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(file_.c_str(), &db), SQLITE_OK);
  std::string out;
  for (const char* table : {"meta", "batches", "batch_quarantine", "sources", "raw_files", "tables",
                            "snapshots", "data_files", "file_statistics", "file_bounds",
                            "metastore_partitions", "manifests", "iceberg_tables"}) {
    out += std::string("-- ") + table + "\n";
    const std::string query = std::string("SELECT * FROM ") + table + " ORDER BY 1, 2";
    EXPECT_EQ(sqlite3_exec(db, query.c_str(), append_row, &out, nullptr), SQLITE_OK) << table;
  }
  sqlite3_close(db);
  return out;
}

std::string CatalogFixture::sql(const std::string& statement) const {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(file_.c_str(), &db), SQLITE_OK);
  std::string out;
  char* message = nullptr;
  sqlite3_exec(db, statement.c_str(), append_row, &out, &message);
  EXPECT_EQ(message, nullptr) << message;
  sqlite3_free(message);
  sqlite3_close(db);
  if (!out.empty()) out.pop_back();
  return out;
}

int CatalogFixture::start(const std::function<bool()>& action) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(action() ? 0 : 1);
  return child;
}

int CatalogFixture::wait_for(int process) {
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int CatalogFixture::in_process(const std::function<bool()>& action) {
  return wait_for(start(action));
}

int event_timestamp_field() {
  const TableDefinition& fact = fact_clicks_definition();
  return fact.columns[static_cast<std::size_t>(column_index(fact, "event_timestamp"))].field_id;
}

}  // namespace clicklake
