#include "metastore/metastore_fixture.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>

#include "catalog/catalog.h"

namespace clicklake {

MetastoreFixture::MetastoreFixture() {
  std::string name = (std::filesystem::temp_directory_path() / "metastore-XXXXXX").string();
  dir_ = ::mkdtemp(name.data());
  EXPECT_THAT(Catalog::create(dir_ / "catalog.db"), IsOk());
  store_ = open();
}

MetastoreFixture::~MetastoreFixture() {
  store_.reset();
  std::filesystem::remove_all(dir_);
}

std::unique_ptr<Metastore> MetastoreFixture::open() {
  auto store = Metastore::open(dir_ / "catalog.db");
  EXPECT_THAT(store, IsOk());
  return *std::move(store);
}

std::string MetastoreFixture::sql(const std::string& statement) const {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open((dir_ / "catalog.db").c_str(), &db), SQLITE_OK);
  std::string out;
  const auto keep = [](void* to, int, char** values, char**) {
    *static_cast<std::string*>(to) = values[0] != nullptr ? values[0] : "NULL";
    return 0;
  };
  char* message = nullptr;
  sqlite3_exec(db, ("PRAGMA foreign_keys = ON;" + statement).c_str(), keep, &out, &message);
  EXPECT_EQ(message, nullptr) << message;
  sqlite3_free(message);
  sqlite3_close(db);
  return out;
}

Table MetastoreFixture::events(const std::vector<HiveColumn>& keys) {
  Table table;
  table.database = "default";
  table.name = "events";
  table.storage.columns = {column("id", "bigint"), column("name", "string")};
  table.storage.location = "events/";
  table.partition_keys = keys;
  return table;
}

Table MetastoreFixture::create(const Table& table) {
  EXPECT_THAT(store_->create_table(table, "a test"), IsOk());
  auto stored = store_->table(table.database, table.name);
  EXPECT_THAT(stored, IsOk());
  return *std::move(stored);
}

Partition MetastoreFixture::partition_at(const std::vector<std::string>& values,
                                         const std::string& location) {
  Partition partition;
  partition.values = values;
  partition.location = location;
  return partition;
}

HiveColumn MetastoreFixture::column(const std::string& name, const std::string& type) {
  auto parsed = parse_hive_type(type);
  EXPECT_THAT(parsed, IsOk());
  return {.name = name, .type = *std::move(parsed), .comment = ""};
}

}  // namespace clicklake
