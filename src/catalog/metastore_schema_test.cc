#include "catalog/metastore_schema.h"

#include "catalog/catalog_fixture.h"
#include "catalog/catalog_schema.h"
#include "model/star_schema.h"

namespace clicklake {
namespace {

class MetastoreSchemaTest : public CatalogFixture {
 protected:
  /// A lake of an older version: its migrations up to `version`, and raw files.
  void make_version(std::size_t version) {
    auto connection = Connection::open(file_, Connection::Mode::kCreate);
    ASSERT_THAT(connection, IsOk());
    ASSERT_THAT(create_version_0(**connection), IsOk());
    ASSERT_THAT(migrate(**connection, catalog_migrations().first(version)), IsOk());
    sql("PRAGMA foreign_keys = ON;"
        "INSERT INTO batches(batch_no, batch_id, kind, started_us, committed_us)"
        " VALUES (1, 'b', 0, 1, 1);"
        "INSERT INTO raw_files(batch_no, path, in_place, hour, size, mtime_us, records, validated,"
        " arrivals) VALUES"
        " (1, '/data/2024/11/01/05/x.json', 1, 480677, 9, 1, -1, 0, x'0100'),"
        " (1, '/data/2024/11/01/06/x.json.gz', 1, 480678, 9, 1, -1, 0, x'0100'),"
        " (1, 'raw/clickstream/year=2024/month=11/day=01/hour=05/b-0001.json', 0, 480677, 9, 1, 5,"
        "  1, x'0100'),"
        " (1, 'raw/clickstream/year=2024/month=11/day=01/hour=05/b-0002.json', 0, 480677, 9, 1, 5,"
        "  1, x'0100'),"
        " (1, '/data/all.json', 1, NULL, 9, 1, -1, 0, x'0100')");
  }
  std::string partitions() const {
    return sql(
        "SELECT group_concat(partition_values || ' ' || location, ', ') FROM (SELECT * FROM"
        " metastore_partitions ORDER BY partition_values)");
  }
  void commit(const std::string& batch_id, const std::vector<RawFile>& files) {
    const auto catalog = open();
    BatchCommit batch = begin(*catalog, batch_id, BatchKind::kIngest);
    batch.raw_files = files;
    ASSERT_THAT(catalog->commit_batch(batch), IsOk());
  }
};

constexpr std::int64_t kHour = 480677;  // 2024-11-01, 05:00
constexpr const char* kFolder = "raw/clickstream/year=2024/month=11/day=01/hour=05/";

TEST_F(MetastoreSchemaTest, NewCatalogHasTheRawTableAndTheStarTables) {
  create();
  EXPECT_EQ(sql("SELECT group_concat(name) FROM (SELECT name FROM metastore_databases ORDER BY"
                " name)"),
            "clickstream_curated,clickstream_processed,clickstream_raw,default");
  EXPECT_EQ(sql("SELECT count(*) FROM metastore_tables WHERE of_lake"),
            std::to_string(star_tables().size()));
  EXPECT_EQ(sql("SELECT count(*) FROM metastore_schema_versions"),
            std::to_string(star_tables().size() + 1));
  EXPECT_EQ(partitions(), "NULL");
}

TEST_F(MetastoreSchemaTest, DefinitionsAreJsonThatSqlCanRead) {
  create();
  EXPECT_EQ(sql("SELECT json_extract(definition, '$.StorageDescriptor.SerdeInfo."
                "SerializationLibrary') FROM metastore_tables WHERE name = 'click_events_raw'"),
            "org.openx.data.jsonserde.JsonSerDe");
  EXPECT_EQ(sql("SELECT group_concat(json_extract(value, '$.Type')) FROM metastore_tables,"
                " json_each(definition, '$.StorageDescriptor.Columns')"
                " WHERE name = 'dim_dates' AND json_extract(value, '$.Name') = 'date'"),
            "date");
}

TEST_F(MetastoreSchemaTest, OlderLakesGetTheHoursOfTheirRawFiles) {
  for (const std::size_t version : {1, 2}) {
    make_version(version);
    open();
    EXPECT_EQ(partitions(),
              std::string("2024/11/1/5 ") + kFolder + ", 2024/11/1/6 /data/2024/11/01/06/")
        << "a copy comes before a file registered in place, from version " << version;
    std::filesystem::remove(file_);
  }
}

TEST_F(MetastoreSchemaTest, CommitRegistersEachHourOnce) {
  create();
  const std::string next = "raw/clickstream/year=2024/month=11/day=01/hour=06/";
  commit("b1", {raw_file(std::string(kFolder) + "b1-0001.json", kHour),
                raw_file(std::string(kFolder) + "b1-0002.json", kHour),
                raw_file(next + "b1-0003.json", kHour + 1)});
  const std::string registered = std::string("2024/11/1/5 ") + kFolder + ", 2024/11/1/6 " + next;
  EXPECT_EQ(partitions(), registered);
  commit("b2", {raw_file("raw/elsewhere/x.json", kHour)});
  EXPECT_EQ(partitions(), registered);
}

TEST_F(MetastoreSchemaTest, FileInPlaceRegistersItsFolder) {
  create();
  RawFile file = raw_file("/data/2024/11/01/05/x.json", kHour);
  file.in_place = true;
  RawFile somewhere = raw_file("/data/all.json", 0);
  somewhere.hour.reset();
  commit("b1", {file, somewhere});
  EXPECT_EQ(partitions(), "2024/11/1/5 /data/2024/11/01/05/");
}

TEST_F(MetastoreSchemaTest, FailedCommitRegistersNothing) {
  const auto catalog = create();
  BatchCommit batch = begin(*catalog, "b1");
  batch.raw_files = {raw_file(std::string(kFolder) + "x.json", kHour)};
  batch.changes.push_back({"fact_clicks", 99, {}, {}});
  EXPECT_THAT(catalog->commit_batch(batch), IsError(ErrorCode::kConflict, "fact_clicks"));
  EXPECT_EQ(partitions(), "NULL");
}

TEST_F(MetastoreSchemaTest, DroppedRawTableIsLeftAlone) {
  create();
  sql("PRAGMA foreign_keys = ON; DELETE FROM metastore_tables WHERE name = 'click_events_raw'");
  commit("b1", {raw_file(std::string(kFolder) + "x.json", kHour)});
  EXPECT_EQ(partitions(), "NULL");
}

TEST_F(MetastoreSchemaTest, RawTableOfAnotherPlaceTakesNoHours) {
  create();
  sql("UPDATE metastore_tables SET takes_raw_hours = 0 WHERE name = 'click_events_raw'");
  commit("b1", {raw_file(std::string(kFolder) + "x.json", kHour)});
  EXPECT_EQ(partitions(), "NULL");
}

}  // namespace
}  // namespace clicklake
