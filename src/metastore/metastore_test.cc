#include "metastore/metastore.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "metastore/metastore_fixture.h"
#include "model/star_schema.h"

namespace clicklake {
namespace {

/// What an injection would do if a name reached SQL's text.
constexpr const char* kInjection = "x'); DROP TABLE metastore_tables; --";

class MetastoreTest : public MetastoreFixture {};

TEST_F(MetastoreTest, NewLakeHasTheRawTableAndTheStarTables) {
  const auto names = store_->table_names();
  ASSERT_THAT(names, IsOk());
  ASSERT_EQ(names->size(), star_tables().size() + 1);
  EXPECT_EQ(names->back(),
            std::pair(std::string("clickstream_raw"), std::string("click_events_raw")));
  const auto databases = store_->databases();
  ASSERT_THAT(databases, IsOk());
  ASSERT_EQ(databases->size(), 4U);
  EXPECT_EQ(databases->at(1).name, "clickstream_processed");
  EXPECT_EQ(databases->at(3).name, "default");

  const auto raw = store_->table("clickstream_raw", "click_events_raw");
  ASSERT_THAT(raw, IsOk());
  ASSERT_EQ(raw->storage.columns.size(), 8U);
  EXPECT_EQ(to_string(raw->storage.columns[7].type), "map<string,string>");
  ASSERT_EQ(raw->partition_keys.size(), 4U);
  EXPECT_EQ(raw->partition_keys[3].name, "hour");
  EXPECT_EQ(raw->storage.serde.library, "org.openx.data.jsonserde.JsonSerDe");
  EXPECT_EQ(raw->storage.location, "raw/clickstream/");
  EXPECT_EQ(*find_parameter(raw->parameters, "classification"), "json");
  EXPECT_FALSE(raw->is_lake_table());
  EXPECT_EQ(*store_->partition_count("clickstream_raw", "click_events_raw"), 0);

  const auto fact = store_->table("clickstream_processed", "fact_clicks");
  ASSERT_THAT(fact, IsOk());
  EXPECT_TRUE(fact->is_lake_table());
  EXPECT_EQ(fact->storage.columns.size(), fact_clicks_definition().columns.size());
  EXPECT_EQ(fact->storage.location, "processed/fact_clicks/");
  EXPECT_EQ(store_->schema_versions("clickstream_processed", "fact_clicks")->size(), 1U);
}

TEST_F(MetastoreTest, OpeningWhatIsNoLakeIsNotFound) {
  EXPECT_THAT(Metastore::open(dir_ / "none" / "catalog.db"),
              IsError(ErrorCode::kNotFound, "clicklake init"));
}

TEST_F(MetastoreTest, DatabaseComesBackAsItWasMade) {
  const Database made{.name = "clickstreams",
                      .description = "Site 'Foo'; \"data\"",
                      .location_uri = "s3://bucket/clickstreams/",
                      .parameters = {{"creator", "Jane D."}, {"Dept.", "Marketing"}},
                      .create_time_us = 0};
  ASSERT_THAT(store_->create_database(made), IsOk());
  auto read = open()->database("clickstreams");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->description, made.description);
  EXPECT_EQ(read->location_uri, made.location_uri);
  EXPECT_EQ(read->parameters, made.parameters);
  EXPECT_GT(read->create_time_us, 0);
  EXPECT_THAT(store_->create_database(made), IsError(ErrorCode::kAlreadyExists, "clickstreams"));
  set_parameter(&read->parameters, "creator", "John");
  ASSERT_THAT(store_->update_database(*read), IsOk());
  EXPECT_EQ(*find_parameter(store_->database("clickstreams")->parameters, "creator"), "John");
}

TEST_F(MetastoreTest, UnknownDatabaseIsNotFound) {
  EXPECT_THAT(store_->database("none"), IsError(ErrorCode::kNotFound, "none"));
  EXPECT_THAT(store_->tables("none"), IsError(ErrorCode::kNotFound, "none"));
  EXPECT_THAT(store_->drop_database("none", true), IsError(ErrorCode::kNotFound, "none"));
  Database none;
  none.name = "none";
  EXPECT_THAT(store_->update_database(none), IsError(ErrorCode::kNotFound, "none"));
  Table table = events();
  table.database = "none";
  EXPECT_THAT(store_->create_table(table, ""), IsError(ErrorCode::kNotFound, "none"));
}

TEST_F(MetastoreTest, DatabaseWithTablesIsDroppedByCascadeOnly) {
  Database database;
  database.name = "d";
  ASSERT_THAT(store_->create_database(database), IsOk());
  Table table = events({column("day", "int")});
  table.database = "d";
  create(table);
  ASSERT_THAT(store_->add_partitions("d", "events", {partition_at({"4"})}, false), IsOk());
  EXPECT_THAT(store_->drop_database("d", false), IsError(ErrorCode::kInvalidArgument, "CASCADE"));
  ASSERT_THAT(store_->drop_database("d", true), IsOk());
  EXPECT_THAT(store_->database("d"), IsError(ErrorCode::kNotFound, "d"));
  EXPECT_EQ(sql("SELECT count(*) FROM metastore_partitions"), "0");
  EXPECT_EQ(sql("SELECT count(*) FROM metastore_tables WHERE name = 'events'"), "0");
}

TEST_F(MetastoreTest, TheLakesOwnStays) {
  EXPECT_THAT(store_->drop_database("clickstream_processed", true),
              IsError(ErrorCode::kInvalidArgument, "the lake's own"));
  EXPECT_THAT(store_->drop_database("default", true),
              IsError(ErrorCode::kInvalidArgument, "default"));
  EXPECT_THAT(store_->drop_table("clickstream_processed", "dim_users"),
              IsError(ErrorCode::kInvalidArgument, "the lake's own"));
  auto fact = *store_->table("clickstream_processed", "fact_clicks");
  fact.description = "mine";
  EXPECT_THAT(store_->update_table(fact, "", ""),
              IsError(ErrorCode::kInvalidArgument, "the lake's own"));
  Table posing = events();
  set_parameter(&posing.parameters, "table_type", "CLICKLAKE");
  EXPECT_THAT(store_->create_table(posing, ""),
              IsError(ErrorCode::kInvalidArgument, "table_type=CLICKLAKE"));
}

TEST_F(MetastoreTest, TableComesBackAsItWasMade) {
  Table made = events({column("dt", "date"), column("region", "varchar(8)")});
  made.description = "what 'they' did";
  made.storage.columns[1].comment = "said \"x\"\n";
  made.storage.columns.push_back(column("tags", "map<string,array<struct<a:int,b:decimal(9,2)>>>"));
  made.storage.input_format = "in";
  made.storage.output_format = "out";
  made.storage.compressed = true;
  made.storage.number_of_buckets = 8;
  made.storage.bucket_columns = {"id"};
  made.storage.sort_columns = {"name", "id"};
  made.storage.serde = {.name = "s", .library = "l", .parameters = {{"field.delim", "\x01"}}};
  made.storage.parameters = {{"z", "1"}, {"a", ""}};
  made.parameters = {{"has_encrypted_data", "false"}, {"notes", "Please don't"}};
  create(made);
  const auto read = open()->table("default", "events");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->description, made.description);
  EXPECT_EQ(read->table_type, kExternalTable);
  EXPECT_EQ(read->partition_keys, made.partition_keys);
  EXPECT_EQ(read->storage.columns, made.storage.columns);
  EXPECT_EQ(read->storage.location, "events/");
  EXPECT_EQ(read->storage.input_format, "in");
  EXPECT_EQ(read->storage.output_format, "out");
  EXPECT_TRUE(read->storage.compressed);
  EXPECT_EQ(read->storage.number_of_buckets, 8);
  EXPECT_EQ(read->storage.bucket_columns, made.storage.bucket_columns);
  EXPECT_EQ(read->storage.sort_columns, made.storage.sort_columns);
  EXPECT_EQ(read->storage.serde, made.storage.serde);
  EXPECT_EQ(read->storage.parameters, made.storage.parameters);
  EXPECT_EQ(read->parameters, made.parameters);
  EXPECT_EQ(read->version, 1);
  EXPECT_EQ(read->create_time_us, read->update_time_us);
}

TEST_F(MetastoreTest, ViewComesBackWithItsQuery) {
  Table view = events();
  view.name = "v";
  view.table_type = kVirtualView;
  view.view_original_text = "SELECT 'x'";
  const Table read = create(view);
  EXPECT_TRUE(read.is_view());
  EXPECT_EQ(read.view_original_text, "SELECT 'x'");
  EXPECT_EQ(store_->tables("default")->size(), 1U);
}

TEST_F(MetastoreTest, TableIsMadeOnce) {
  create(events());
  EXPECT_THAT(store_->create_table(events(), ""),
              IsError(ErrorCode::kAlreadyExists, "default.events"));
  ASSERT_THAT(store_->drop_table("default", "events"), IsOk());
  EXPECT_THAT(store_->drop_table("default", "events"),
              IsError(ErrorCode::kNotFound, "default.events"));
  create(events());
}

TEST_F(MetastoreTest, BadColumnsAreRefused) {
  Table table = events();
  table.storage.columns.clear();
  EXPECT_THAT(store_->create_table(table, ""), IsError(ErrorCode::kInvalidArgument, "no columns"));
  table = events({column("id", "int")});
  EXPECT_THAT(store_->create_table(table, ""),
              IsError(ErrorCode::kInvalidArgument, "id is there twice"));
  table = events({column("k", "array<int>")});
  EXPECT_THAT(store_->create_table(table, ""), IsError(ErrorCode::kInvalidArgument, "simple type"));
  table = events();
  for (const std::string& name : {std::string(), std::string(256, 'x'), std::string("Upper"),
                                  std::string("tab\t"), std::string("\xFF")}) {
    table.storage.columns[0].name = name;
    EXPECT_THAT(store_->create_table(table, ""), IsError(ErrorCode::kInvalidArgument, "column"));
  }
  EXPECT_EQ(sql("SELECT count(*) FROM metastore_tables WHERE name = 'events'"), "0");
}

TEST_F(MetastoreTest, BadNamesAreRefused) {
  for (const std::string& name :
       {std::string(), std::string(256, 'x'), std::string("Upper"), std::string("a b"),
        std::string("a.b"), std::string("ü"), std::string(kInjection)}) {
    Database database;
    database.name = name;
    EXPECT_THAT(store_->create_database(database),
                IsError(ErrorCode::kInvalidArgument, "is no name for a database"));
    Table table = events();
    table.name = name;
    EXPECT_THAT(store_->create_table(table, ""),
                IsError(ErrorCode::kInvalidArgument, "is no name for a table"));
  }
  Table table = events();
  table.name = std::string(250, 'x') + "_1-ab";
  EXPECT_THAT(store_->create_table(table, ""), IsOk());
}

TEST_F(MetastoreTest, TextThatIsNoUtf8IsRefused) {
  Table table = events();
  table.parameters = {{"a", "\xFF"}};
  EXPECT_THAT(store_->create_table(table, ""), IsError(ErrorCode::kInvalidArgument, "UTF-8"));
  Database database;
  database.name = "d";
  database.description = "\xC3";
  EXPECT_THAT(store_->create_database(database), IsError(ErrorCode::kInvalidArgument, "UTF-8"));
}

TEST_F(MetastoreTest, NamesAndValuesAreNeverSql) {
  const std::string text = kInjection;
  Table table = events({column("k", "string")});
  table.description = text;
  table.storage.columns[1] = {text.substr(0, 5) + "drop table x; --", table.storage.columns[1].type,
                              text};
  table.storage.location = text;
  table.storage.serde.library = text;
  table.parameters = {{text, text}};
  const Table read = create(table);
  EXPECT_EQ(read.parameters, table.parameters);
  EXPECT_EQ(read.storage.columns, table.storage.columns);
  Database database;
  database.name = "d";
  database.description = text;
  database.location_uri = text;
  database.parameters = {{text, text}};
  EXPECT_THAT(store_->create_database(database), IsOk());
  EXPECT_THAT(store_->add_partitions("default", "events", {partition_at({text}, text)}, false),
              IsOk());
  EXPECT_EQ(store_->partitions("default", "events", {})->front().values.front(), text);
  EXPECT_THAT(store_->set_seen_folders("default", "events", {{text, 1}}, {text}), IsOk());
  EXPECT_THAT(store_->set_prepared_statement("p", text), IsOk());
  EXPECT_EQ(*store_->prepared_statement("p"), text);
  EXPECT_THAT(store_->database(text), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(store_->drop_database(text, true), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(store_->table(text, text), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(store_->drop_table("default", text), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(store_->schema_versions("default", text), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(store_->partitions(text, text, {}), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(store_->seen_folders(text, text), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(store_->set_prepared_statement(text, ""), IsError(ErrorCode::kInvalidArgument, ""));
  EXPECT_THAT(store_->drop_prepared_statement(text), IsError(ErrorCode::kNotFound, ""));
  EXPECT_THAT(store_->drop_partitions("default", "events", {{text}}, false), IsOk());
  EXPECT_EQ(store_->table_names()->size(), star_tables().size() + 2);
}

TEST_F(MetastoreTest, ChangedColumnsAreANewVersion) {
  Table table = create(events());
  table.storage.columns.push_back(column("score", "double"));
  ASSERT_THAT(store_->update_table(table, "added column score double", "ALTER TABLE"), IsOk());
  const auto versions = store_->schema_versions("default", "events");
  ASSERT_THAT(versions, IsOk());
  ASSERT_EQ(versions->size(), 2U);
  EXPECT_EQ(versions->at(0).change, "created");
  EXPECT_EQ(versions->at(0).origin, "a test");
  EXPECT_EQ(versions->at(0).columns.size(), 2U);
  EXPECT_EQ(versions->at(1).version, 2);
  EXPECT_EQ(versions->at(1).change, "added column score double");
  EXPECT_EQ(versions->at(1).origin, "ALTER TABLE");
  EXPECT_EQ(versions->at(1).columns, table.storage.columns);
  EXPECT_GE(versions->at(1).time_us, versions->at(0).time_us);
  EXPECT_EQ(store_->table("default", "events")->version, 2);
}

TEST_F(MetastoreTest, ChangedParametersAreNoNewVersion) {
  Table table = create(events());
  set_parameter(&table.parameters, "notes", "x");
  ASSERT_THAT(store_->update_table(table, "", ""), IsOk());
  const Table read = *store_->table("default", "events");
  EXPECT_EQ(read.version, 1);
  EXPECT_GT(read.update_time_us, table.update_time_us);
  EXPECT_EQ(read.create_time_us, table.create_time_us);
  EXPECT_EQ(store_->schema_versions("default", "events")->size(), 1U);
}

TEST_F(MetastoreTest, PartitionKeysStay) {
  Table table = create(events({column("day", "int")}));
  table.partition_keys.clear();
  ASSERT_THAT(store_->update_table(table, "", ""), IsOk());
  EXPECT_EQ(store_->table("default", "events")->partition_keys.size(), 1U);
}

TEST_F(MetastoreTest, OfTwoWritersTheSecondConflicts) {
  Table mine = create(events());
  const auto other = open();
  Table theirs = *other->table("default", "events");
  theirs.storage.columns.push_back(column("score", "double"));
  mine.storage.columns.push_back(column("eventowner", "string"));
  ASSERT_THAT(other->update_table(theirs, "added score", ""), IsOk());
  EXPECT_THAT(store_->update_table(mine, "added eventowner", ""),
              IsError(ErrorCode::kConflict, "read it again"));
  EXPECT_EQ(store_->table("default", "events")->storage.columns, theirs.storage.columns);
  EXPECT_EQ(store_->schema_versions("default", "events")->size(), 2U);

  // Without other columns, too.
  mine = *store_->table("default", "events");
  theirs = mine;
  set_parameter(&theirs.parameters, "a", "1");
  set_parameter(&mine.parameters, "b", "2");
  ASSERT_THAT(other->update_table(theirs, "", ""), IsOk());
  EXPECT_THAT(store_->update_table(mine, "", ""), IsError(ErrorCode::kConflict, "version 2"));
}

TEST_F(MetastoreTest, TableDroppedMeanwhileIsNotFound) {
  Table table = create(events());
  ASSERT_THAT(open()->drop_table("default", "events"), IsOk());
  EXPECT_THAT(store_->update_table(table, "", ""), IsError(ErrorCode::kNotFound, "events"));
}

TEST_F(MetastoreTest, PreparedStatementsAreKept) {
  EXPECT_THAT(store_->prepared_statement("q"), IsError(ErrorCode::kNotFound, "q"));
  ASSERT_THAT(store_->set_prepared_statement("q", "SELECT ?"), IsOk());
  ASSERT_THAT(store_->set_prepared_statement("q", "SELECT ?, ?"), IsOk());
  EXPECT_EQ(*open()->prepared_statement("q"), "SELECT ?, ?");
  ASSERT_THAT(store_->drop_prepared_statement("q"), IsOk());
  EXPECT_THAT(store_->drop_prepared_statement("q"), IsError(ErrorCode::kNotFound, "q"));
}

TEST_F(MetastoreTest, SeenFoldersAreKeptUntilTheyAreGone) {
  create(events({column("day", "int")}));
  ASSERT_THAT(store_->set_seen_folders("default", "events", {{"/a/", 1}, {"/b/", 2}}, {}), IsOk());
  ASSERT_THAT(store_->set_seen_folders("default", "events", {{"/b/", 3}}, {"/a/", "/none/"}),
              IsOk());
  const std::vector<std::pair<std::string, std::int64_t>> left{{"/b/", 3}};
  EXPECT_EQ(*open()->seen_folders("default", "events"), left);
  EXPECT_THAT(store_->set_seen_folders("default", "none", {}, {}),
              IsError(ErrorCode::kNotFound, "none"));
  Table table = *store_->table("default", "events");
  table.storage.location = "elsewhere/";
  ASSERT_THAT(store_->update_table(table, "", ""), IsOk());
  EXPECT_TRUE(store_->seen_folders("default", "events")->empty());
}

TEST_F(MetastoreTest, WriteIsBegunOnceAndCommittedWhole) {
  ASSERT_THAT(store_->begin_write({.id = "w1", .folder = "/e/"}), IsOk());
  EXPECT_THAT(store_->begin_write({.id = "w1", .folder = "/f/"}),
              IsError(ErrorCode::kAlreadyExists, "w1"));
  const Table table = events({column("day", "int")});
  EXPECT_THAT(store_->commit_write("w1", &table, "", "", {partition_at({"x"})}),
              IsError(ErrorCode::kInvalidArgument, "day"));
  EXPECT_THAT(store_->table("default", "events"), IsError(ErrorCode::kNotFound, "events"));
  ASSERT_EQ(store_->pending_writes()->size(), 1U) << "nothing was changed";
  EXPECT_EQ(store_->pending_writes()->front().folder, "/e/");
  ASSERT_THAT(store_->commit_write("w1", &table, "", "", {partition_at({"4"})}), IsOk());
  EXPECT_EQ(*store_->partition_count("default", "events"), 1);
  EXPECT_TRUE(store_->pending_writes()->empty());
  EXPECT_THAT(store_->forget_write("w1"), IsError(ErrorCode::kNotFound, "w1"));
}

TEST_F(MetastoreTest, BrokenDefinitionIsCorruption) {
  create(events());
  sql("UPDATE metastore_tables SET definition = '{\"Description\":' WHERE name = 'events'");
  EXPECT_THAT(store_->table("default", "events"),
              IsError(ErrorCode::kCorruption, "default.events"));
  EXPECT_THAT(store_->table("default", "events"), IsError(ErrorCode::kCorruption, "catalog.db"));
}

}  // namespace
}  // namespace clicklake
