#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "query/hive_storage.h"
#include "query/statements_fixture.h"

namespace clicklake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kOpenx = "'org.openx.data.jsonserde.JsonSerDe'";

std::string json_table(const std::string& head, const std::string& tail) {
  return "CREATE EXTERNAL TABLE " + head + " ROW FORMAT SERDE " + std::string(kOpenx) + " " + tail;
}

constexpr std::string_view kRawStatement =
    "CREATE EXTERNAL TABLE clickstream_raw.click_events_raw (user_id string, session_id string, "
    "event_type string, event_timestamp timestamp, device_type string, page_url string, "
    "referrer_url string, metadata map<string,string>) PARTITIONED BY (year int, month int, day "
    "int, hour int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION "
    "'s3://company-raw/clickstream/'";

class CreateTableTest : public StatementsFixture {};

TEST_F(CreateTableTest, TheLakesRawTableIsThereAlready) {
  EXPECT_THAT(notes(kRawStatement), HasSubstr("clickstream_raw.click_events_raw is there already"));
}

TEST_F(CreateTableTest, TheRawTableThatWasDroppedComesBackTakingHours) {
  const Table before = table("clickstream_raw", "click_events_raw");
  EXPECT_THAT(rows("DROP TABLE clickstream_raw.click_events_raw"), IsEmpty());
  EXPECT_THAT(notes(kRawStatement), IsEmpty());
  const Table after = table("clickstream_raw", "click_events_raw");
  EXPECT_EQ(after.storage.location, before.storage.location);
  EXPECT_EQ(after.storage.columns, before.storage.columns);
  EXPECT_EQ(after.storage.serde, before.storage.serde);
  EXPECT_EQ(after.partition_keys, before.partition_keys);
}

TEST_F(CreateTableTest, ANewTableIsInTheCurrentDatabase) {
  EXPECT_THAT(notes(kCreateOrders), IsEmpty());
  const Table orders = table("default", "orders");
  EXPECT_EQ(orders.table_type, kExternalTable);
  EXPECT_EQ(orders.storage.location, "s3://mapped/orders/");
  EXPECT_EQ(orders.storage.serde.library, kParquetSerDe);
  EXPECT_EQ(orders.storage.input_format,
            "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat");
  EXPECT_EQ(orders.partition_keys.size(), 2U);
}

TEST_F(CreateTableTest, TheSameAgainIsANoOpWithANote) {
  must(kCreateOrders);
  EXPECT_THAT(notes(kCreateOrders), HasSubstr("default.orders is there already"));
  EXPECT_EQ(table("default", "orders").version, 1);
}

TEST_F(CreateTableTest, AnotherSpellingOfTheSamePlaceIsTheSame) {
  must(json_table("t (a string)", "LOCATION 's3://mapped/t/'"));
  for (const std::string& place :
       {std::string("s3://mapped/t"), std::string("mapped/t/"), (folder_ / "mapped/t").string()})
    EXPECT_THAT(notes(json_table("t (a string)", "LOCATION '" + place + "'")),
                HasSubstr("is there already"));
}

TEST_F(CreateTableTest, ADifferentOneFailsNamingWhatDiffers) {
  must(json_table("t (a string)",
                  "LOCATION 's3://mapped/t/' TBLPROPERTIES ('skip.header.line.count'='1')"));
  const std::string place = "LOCATION 's3://mapped/t/'";
  EXPECT_THAT(failure(json_table("t (a int)", place)),
              HasSubstr("its column 1 is 'a string', not 'a int'"));
  EXPECT_THAT(failure(json_table("t (a string, b int)", place)),
              HasSubstr("it has 1 columns, not 2"));
  EXPECT_THAT(failure(json_table("t (a string) PARTITIONED BY (d int)", place)),
              HasSubstr("it has 0 partition columns, not 1"));
  EXPECT_THAT(failure(json_table("t (a string)", "LOCATION 's3://mapped/u/'")),
              HasSubstr("its location is 's3://mapped/t/', not 's3://mapped/u/'"));
  EXPECT_THAT(failure(json_table("t (a string)",
                                 "WITH SERDEPROPERTIES ('ignore.malformed.json'='true') " + place)),
              HasSubstr("its SerDe property 'ignore.malformed.json' is not set, not 'true'"));
  EXPECT_THAT(
      failure(json_table("t (a string)", place + " TBLPROPERTIES ('skip.header.line.count'='2')")),
      HasSubstr("its table property 'skip.header.line.count' is '1', not '2'"));
  EXPECT_THAT(failure("CREATE EXTERNAL TABLE t (a string) " + place), HasSubstr("its SerDe is"));
  EXPECT_EQ(code(json_table("t (a int)", place)), ErrorCode::kAlreadyExists);
}

TEST_F(CreateTableTest, IfNotExistsLeavesADifferentOneAsItIs) {
  must(json_table("t (a string)", "LOCATION 's3://mapped/t/'"));
  EXPECT_THAT(notes(json_table("IF NOT EXISTS t (a int)", "LOCATION 's3://mapped/t/'")),
              HasSubstr("left as it is: its column 1"));
  EXPECT_EQ(table("default", "t").storage.columns[0].type, HiveType::of(HiveKind::kString));
}

TEST_F(CreateTableTest, APlaceThatIsNotMappedIsRegisteredWithANote) {
  EXPECT_THAT(notes(json_table("t (a string)", "LOCATION 's3://elsewhere/t/'")),
              HasSubstr("[locations]"));
  EXPECT_EQ(table("default", "t").storage.location, "s3://elsewhere/t/");
}

TEST_F(CreateTableTest, APlaceOutsideOfItsFolderIsRefused) {
  EXPECT_EQ(code(json_table("t (a string)", "LOCATION 's3://mapped/../../etc/'")),
            ErrorCode::kInvalidArgument);
  EXPECT_FALSE(metastore_->table("default", "t").has_value());
}

TEST_F(CreateTableTest, ExternalIsRequired) {
  const std::string message = failure("CREATE TABLE t (a string) ROW FORMAT SERDE " +
                                      std::string(kOpenx) + " LOCATION 's3://mapped/t/'");
  EXPECT_THAT(message, StartsWith("line 1:14: "));
  EXPECT_THAT(message, HasSubstr("only external table creation is supported"));
}

TEST_F(CreateTableTest, ALocationIsRequired) {
  EXPECT_THAT(failure(json_table("t (a string)", "")),
              HasSubstr("no location (LOCATION is required)"));
}

TEST_F(CreateTableTest, APartitionColumnMayNotRepeatAColumn) {
  EXPECT_THAT(failure(json_table("t (a string, day int) PARTITIONED BY (day int)",
                                 "LOCATION 's3://mapped/t/'")),
              HasSubstr("Column repeated in partitioning columns"));
}

TEST_F(CreateTableTest, AColumnMayNotRepeat) {
  EXPECT_THAT(failure(json_table("t (a string, A int)", "LOCATION 's3://mapped/t/'")),
              HasSubstr("Duplicate column name: a"));
}

TEST_F(CreateTableTest, BucketsAreOfItsColumns) {
  EXPECT_THAT(failure("CREATE EXTERNAL TABLE t (a string) CLUSTERED BY (b) INTO 8 BUCKETS STORED "
                      "AS PARQUET LOCATION 's3://mapped/t/'"),
              HasSubstr("Invalid column reference b"));
  must(
      "CREATE EXTERNAL TABLE t (a string) CLUSTERED BY (a) INTO 8 BUCKETS STORED AS PARQUET "
      "LOCATION 's3://mapped/t/'");
  EXPECT_EQ(table("default", "t").storage.number_of_buckets, 8);
  EXPECT_THAT(table("default", "t").storage.bucket_columns, ElementsAre("a"));
}

TEST_F(CreateTableTest, ADatabaseThatIsNotThereIsNamed) {
  EXPECT_THAT(failure(json_table("nowhere.t (a string)", "LOCATION 's3://mapped/t/'")),
              HasSubstr("Database does not exist: nowhere"));
}

TEST_F(CreateTableTest, ATableOfTheLakesOwnIsNotReplaced) {
  EXPECT_THAT(failure(json_table("clickstream_processed.fact_clicks (a string)",
                                 "LOCATION 's3://mapped/t/'")),
              HasSubstr("a table of the lake's own"));
  EXPECT_THAT(failure(json_table("t (a string)",
                                 "LOCATION 's3://mapped/t/' TBLPROPERTIES "
                                 "('table_type'='CLICKLAKE')")),
              HasSubstr("is kept for the tables of the star schema"));
}

TEST_F(CreateTableTest, FormatsThatCantBeReadAreRefusedNamingThoseThatCan) {
  for (const char* format : {"ORC", "AVRO", "RCFILE", "SEQUENCEFILE"}) {
    const std::string sql = "CREATE EXTERNAL TABLE t (a string) STORED AS " + std::string(format) +
                            " LOCATION 's3://mapped/t/'";
    EXPECT_EQ(code(sql), ErrorCode::kUnsupported);
    EXPECT_THAT(failure(sql), HasSubstr("TEXTFILE, JSONFILE and PARQUET"));
  }
  const std::string regex =
      "CREATE EXTERNAL TABLE t (a string) ROW FORMAT SERDE "
      "'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES ('input.regex'='(.*)') "
      "LOCATION 's3://mapped/t/'";
  EXPECT_EQ(code(regex), ErrorCode::kUnsupported);
  EXPECT_THAT(failure(regex), HasSubstr("org.openx.data.jsonserde.JsonSerDe"));
}

TEST_F(CreateTableTest, ASerDeGoesWithItsFileFormat) {
  EXPECT_THAT(failure(json_table("t (a string)", "STORED AS PARQUET LOCATION 's3://mapped/t/'")),
              HasSubstr("does not go with the input format"));
}

TEST_F(CreateTableTest, DelimitedRowsAreLazySimple) {
  must(
      "CREATE EXTERNAL TABLE flights (yr int) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' "
      "ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' STORED AS TEXTFILE LOCATION 's3://mapped/f/' "
      "TBLPROPERTIES ('skip.header.line.count'='1')");
  const Table flights = table("default", "flights");
  EXPECT_EQ(flights.storage.serde.library, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe");
  EXPECT_EQ(*find_parameter(flights.storage.serde.parameters, "field.delim"), "\t");
  EXPECT_EQ(*find_parameter(flights.storage.serde.parameters, "escape.delim"), "\\");
  EXPECT_EQ(*find_parameter(flights.storage.serde.parameters, "serialization.format"), "\t");
  EXPECT_EQ(*find_parameter(flights.parameters, "skip.header.line.count"), "1");
}

TEST_F(CreateTableTest, TheLongFormOfParquetIsTheShortOne) {
  must("CREATE EXTERNAL TABLE t (a string) STORED AS PARQUET LOCATION 's3://mapped/t/'");
  EXPECT_THAT(
      notes("CREATE EXTERNAL TABLE t (a string) ROW FORMAT SERDE "
            "'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' STORED AS INPUTFORMAT "
            "'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat' OUTPUTFORMAT "
            "'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat' LOCATION "
            "'s3://mapped/t/'"),
      HasSubstr("is there already"));
}

constexpr std::string_view kIceberg =
    "CREATE TABLE ice (user_id string, event_timestamp timestamp, category string) PARTITIONED BY "
    "(category, day(event_timestamp), bucket(16, user_id)) LOCATION 's3://mapped/ice/' "
    "TBLPROPERTIES ('table_type'='ICEBERG', 'format'='parquet')";

TEST_F(CreateTableTest, AnIcebergTableKeepsItsTransforms) {
  must(kIceberg);
  const Table ice = table("default", "ice");
  EXPECT_EQ(*find_parameter(ice.parameters, "table_type"), "ICEBERG");
  EXPECT_EQ(*find_parameter(ice.parameters, kIcebergPartitioning),
            "category, day(event_timestamp), bucket(16, user_id)");
  EXPECT_THAT(ice.partition_keys, IsEmpty());
  EXPECT_EQ(transforms_text(read_transforms("bucket(16, a), b, truncate(4, c)")),
            "bucket(16, a), b, truncate(4, c)");
}

TEST_F(CreateTableTest, AnIcebergTableIsNotExternalAndNeedsALocation) {
  EXPECT_THAT(failure("CREATE EXTERNAL TABLE i (a string) LOCATION 's3://mapped/i/' TBLPROPERTIES "
                      "('table_type'='ICEBERG')"),
              HasSubstr("EXTERNAL is not supported for table type ICEBERG"));
  EXPECT_THAT(failure("CREATE TABLE i (a string) TBLPROPERTIES ('table_type'='ICEBERG')"),
              HasSubstr("LOCATION is required"));
  EXPECT_THAT(failure("CREATE TABLE i (a string) PARTITIONED BY (b) LOCATION 's3://mapped/i/' "
                      "TBLPROPERTIES ('table_type'='ICEBERG')"),
              HasSubstr("Invalid column reference b"));
}

class ShowCreateTableTest : public StatementsFixture {
 protected:
  /// Drops the table and runs what SHOW CREATE TABLE printed: the same table must come back.
  void expect_round_trip(const std::string& name) {
    std::string sql;
    for (const std::string& line : rows("SHOW CREATE TABLE " + name)) sql += line + "\n";
    const std::string database =
        name.find('.') == std::string::npos ? "default" : "clickstream_raw";
    const Table before = table(database, name.substr(name.find('.') + 1));
    rows("DROP TABLE " + name);
    EXPECT_THAT(notes(sql), Not(HasSubstr("already"))) << sql;
    const Table after = table(database, name.substr(name.find('.') + 1));
    EXPECT_EQ(after.description, before.description) << sql;
    EXPECT_EQ(after.partition_keys, before.partition_keys) << sql;
    EXPECT_EQ(after.parameters, before.parameters) << sql;
    EXPECT_EQ(after.storage.columns, before.storage.columns) << sql;
    EXPECT_EQ(after.storage.location, before.storage.location) << sql;
    EXPECT_EQ(after.storage.input_format, before.storage.input_format) << sql;
    EXPECT_EQ(after.storage.output_format, before.storage.output_format) << sql;
    EXPECT_EQ(after.storage.serde, before.storage.serde) << sql;
    EXPECT_EQ(after.storage.number_of_buckets, before.storage.number_of_buckets) << sql;
    EXPECT_EQ(after.storage.bucket_columns, before.storage.bucket_columns) << sql;
  }
};

TEST_F(ShowCreateTableTest, WhatItPrintsMakesTheSameTable) {
  must(kCreateOrders);
  expect_round_trip("orders");
  must(
      "CREATE EXTERNAL TABLE flights (yr int COMMENT 'it''s a year') COMMENT 'all of them' "
      "PARTITIONED BY (dt string) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' ESCAPED BY "
      "'\\\\' LINES TERMINATED BY '\\n' STORED AS TEXTFILE LOCATION 's3://mapped/f/' TBLPROPERTIES "
      "('skip.header.line.count'='1')");
  expect_round_trip("flights");
  must(
      "CREATE EXTERNAL TABLE lazy (a string, b array<string>) ROW FORMAT SERDE "
      "'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe' WITH SERDEPROPERTIES "
      "('collection.delim'='|', 'serialization.null.format'='') LOCATION 's3://mapped/l/'");
  expect_round_trip("lazy");
  must(
      "CREATE EXTERNAL TABLE b (`date` date, v int) CLUSTERED BY (v) INTO 8 BUCKETS STORED AS "
      "PARQUET LOCATION 's3://mapped/b/'");
  expect_round_trip("b");
  must(kIceberg);
  expect_round_trip("ice");
}

TEST_F(ShowCreateTableTest, TheLakesRawTableComesBackAsItWas) {
  expect_round_trip("clickstream_raw.click_events_raw");
}

TEST_F(ShowCreateTableTest, OfAViewPointsToShowCreateView) {
  make_view("v", "SELECT 1 a");
  EXPECT_THAT(failure("SHOW CREATE TABLE v"), HasSubstr("SHOW CREATE VIEW"));
}

class DropTest : public StatementsFixture {};

TEST_F(DropTest, ATableThatIsDroppedIsGoneAndItsFilesStay) {
  make_folder("mapped/orders");
  must(kCreateOrders);
  EXPECT_THAT(rows("DROP TABLE orders"), IsEmpty());
  EXPECT_FALSE(metastore_->table("default", "orders").has_value());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "mapped/orders/a.json"));
}

TEST_F(DropTest, AMissingTableFailsWithoutIfExists) {
  const std::string message = failure("DROP TABLE orders");
  EXPECT_THAT(message, StartsWith("line 1:12: "));
  EXPECT_THAT(message, HasSubstr("Table not found orders"));
  EXPECT_EQ(code("DROP TABLE orders"), ErrorCode::kNotFound);
  EXPECT_THAT(notes("DROP TABLE IF EXISTS `orders`"), HasSubstr("there is no table"));
  EXPECT_THAT(notes("DROP TABLE IF EXISTS nowhere.orders"), HasSubstr("there is no table"));
  EXPECT_THAT(notes("DROP VIEW IF EXISTS orders_by_date"), HasSubstr("there is no view"));
}

TEST_F(DropTest, TheOtherDatabaseIsNamed) {
  EXPECT_THAT(failure("DROP TABLE click_events_raw"),
              HasSubstr("there is clickstream_raw.click_events_raw: name it with its database, or "
                        "--database clickstream_raw"));
}

TEST_F(DropTest, ViewsAreDroppedAsViewsAndTablesAsTables) {
  make_view("v", "SELECT 1 a");
  must(kCreateOrders);
  EXPECT_THAT(failure("DROP TABLE v"), HasSubstr("DROP VIEW"));
  EXPECT_THAT(failure("DROP VIEW orders"), HasSubstr("DROP TABLE"));
  EXPECT_THAT(rows("DROP VIEW v"), IsEmpty());
  EXPECT_FALSE(metastore_->table("default", "v").has_value());
}

TEST_F(DropTest, TheLakesOwnTablesStay) {
  EXPECT_EQ(code("DROP TABLE clickstream_processed.fact_clicks"), ErrorCode::kUnsupported);
  EXPECT_THAT(failure("DROP TABLE IF EXISTS clickstream_processed.fact_clicks"),
              HasSubstr("is a table of the lake's own"));
}

class TablePropertiesTest : public StatementsFixture {
 protected:
  void SetUp() override { rows(kCreateOrders); }
};

TEST_F(TablePropertiesTest, SetAddsAndOverwrites) {
  rows(
      "ALTER TABLE orders SET TBLPROPERTIES ('notes'=\"Please don't drop this table.\", "
      "'compression_level' = 4)");
  rows("ALTER TABLE orders SET TBLPROPERTIES ('compression_level' = '5')");
  EXPECT_THAT(rows("SHOW TBLPROPERTIES orders('notes')"),
              ElementsAre("Please don't drop this table."));
  EXPECT_THAT(rows("SHOW TBLPROPERTIES orders('compression_level')"), ElementsAre("5"));
  EXPECT_EQ(table("default", "orders").version, 1);
}

TEST_F(TablePropertiesTest, CommentIsTheTablesDescription) {
  rows("ALTER TABLE orders SET TBLPROPERTIES ('comment'='what was bought')");
  EXPECT_EQ(table("default", "orders").description, "what was bought");
  EXPECT_THAT(rows("SHOW TBLPROPERTIES orders('comment')"), ElementsAre("what was bought"));
  rows("ALTER TABLE orders UNSET TBLPROPERTIES ('comment')");
  EXPECT_EQ(table("default", "orders").description, "");
}

TEST_F(TablePropertiesTest, AMissingPropertyIsSaidInTheRow) {
  EXPECT_THAT(rows("SHOW TBLPROPERTIES orders('nothing')"),
              ElementsAre("Table default.orders does not have property: nothing"));
}

TEST_F(TablePropertiesTest, UnsetOfAMissingOneNeedsIfExists) {
  rows("ALTER TABLE orders SET TBLPROPERTIES ('a'='1', 'b'='2')");
  EXPECT_EQ(code("ALTER TABLE orders UNSET TBLPROPERTIES ('a', 'c')"), ErrorCode::kNotFound);
  EXPECT_NE(find_parameter(table("default", "orders").parameters, "a"), nullptr);
  rows("ALTER TABLE orders UNSET TBLPROPERTIES IF EXISTS ('a', 'c')");
  EXPECT_EQ(find_parameter(table("default", "orders").parameters, "a"), nullptr);
}

TEST_F(TablePropertiesTest, TheTableTypeStays) {
  EXPECT_THAT(failure("ALTER TABLE orders UNSET TBLPROPERTIES ('EXTERNAL')"),
              HasSubstr("can't be changed"));
  EXPECT_THAT(failure("ALTER TABLE orders SET TBLPROPERTIES ('table_type'='ICEBERG')"),
              HasSubstr("can't be changed"));
  EXPECT_THAT(failure("ALTER TABLE orders SET TBLPROPERTIES ('table_type'='CLICKLAKE')"),
              HasSubstr("is kept for the tables of the star schema"));
}

TEST_F(TablePropertiesTest, TheLakesOwnTablesAndViewsStayAsTheyAre) {
  make_view("v", "SELECT 1 a");
  EXPECT_EQ(code("ALTER TABLE clickstream_processed.fact_clicks SET TBLPROPERTIES ('a'='b')"),
            ErrorCode::kUnsupported);
  EXPECT_THAT(failure("ALTER TABLE v SET TBLPROPERTIES ('a'='b')"), HasSubstr("is a view"));
  EXPECT_THAT(failure("ALTER TABLE nothing SET TBLPROPERTIES ('a'='b')"),
              HasSubstr("Table not found nothing"));
}

}  // namespace
}  // namespace clicklake
