#include "ddl/parse_test_support.h"

namespace clicklake::ddl {
namespace {

constexpr std::string_view kSerde = " ROW FORMAT SERDE 'x' LOCATION 's3://b/'";

std::string external(std::string_view text) {
  return "CREATE EXTERNAL TABLE " + std::string(text) + std::string(kSerde);
}

TEST(CreateTableTest, ReadsAllClauses) {
  const auto table = parsed<CreateTable>(R"(
CREATE EXTERNAL TABLE IF NOT EXISTS Db.`T` (
  `Id` bigint COMMENT 'row id', -- the key
  geo struct<city:string, -- where
             lat:double>,
  year decimal(10,2))
COMMENT "it's"
PARTITIONED BY (day int COMMENT 'of the month', `Hour` int)
CLUSTERED BY (id, year) INTO 8 BUCKETS
ROW FORMAT SERDE 'a.b' WITH SERDEPROPERTIES ('Case'='1', "n"=4)
STORED AS INPUTFORMAT 'in' OUTPUTFORMAT 'out'
LOCATION 's3://b/t/'
TBLPROPERTIES ('k'='v', 'level'=-1.5))");
  EXPECT_TRUE(table.external && table.if_not_exists);
  EXPECT_EQ(table.name.database, "db");
  EXPECT_EQ(table.name.table, "t");
  EXPECT_EQ(table.name.position, 37U);
  ASSERT_EQ(table.columns.size(), 3U);
  EXPECT_EQ(table.columns[0].name, "id");
  EXPECT_EQ(table.columns[0].comment, "row id");
  EXPECT_EQ(to_string(table.columns[1].type), "struct<city:string,lat:double>");
  EXPECT_EQ(to_string(table.columns[2].type), "decimal(10,2)");
  EXPECT_EQ(table.comment, "it's");
  ASSERT_EQ(table.partition_keys.size(), 2U);
  EXPECT_EQ(table.partition_keys[0].comment, "of the month");
  EXPECT_EQ(table.partition_keys[1].name, "hour");
  EXPECT_EQ(table.bucket_columns, (std::vector<std::string>{"id", "year"}));
  EXPECT_EQ(table.buckets, 8);
  EXPECT_EQ(table.row_format->serde, "a.b");
  EXPECT_EQ(table.row_format->properties, (Properties{{"Case", "1"}, {"n", "4"}}));
  EXPECT_EQ(table.stored_as->format, "");
  EXPECT_EQ(table.stored_as->input_format, "in");
  EXPECT_EQ(table.stored_as->output_format, "out");
  EXPECT_EQ(table.location, "s3://b/t/");
  EXPECT_EQ(table.properties, (Properties{{"k", "v"}, {"level", "-1.5"}}));
}

TEST(CreateTableTest, ClausesComeInAnyOrder) {
  const auto table = parsed<CreateTable>(
      "CREATE EXTERNAL TABLE t (a int) TBLPROPERTIES ('a'='b') LOCATION 'x' stored as parquet "
      "PARTITIONED BY (d string) ROW FORMAT SERDE 's' COMMENT 'c' WITH SERDEPROPERTIES ('e'='f')");
  EXPECT_EQ(table.stored_as->format, "PARQUET");
  EXPECT_EQ(table.row_format->properties, (Properties{{"e", "f"}}));
  EXPECT_EQ(table.comment, "c");
}

TEST(CreateTableTest, ClauseTwiceIsAFault) {
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t (a int) LOCATION 'x' LOCATION 'y'"),
            "line 1:46: the clause LOCATION is there twice");
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t (a int) ROW FORMAT SERDE 'x' WITH SERDEPROPERTIES "
                  "('a'='b') WITH SERDEPROPERTIES ('a'='b') LOCATION 'x'"),
            "line 1:85: the clause WITH is there twice");
}

TEST(CreateTableTest, DelimitersAreTheCharactersTheyStandFor) {
  const auto table = parsed<CreateTable>(
      R"(CREATE EXTERNAL TABLE t (a int) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' ESCAPED BY)"
      R"( '\\' COLLECTION ITEMS TERMINATED BY '\002' MAP KEYS TERMINATED BY '\u0003' LINES)"
      R"( TERMINATED BY '\n' NULL DEFINED AS '\\N' LOCATION 'x')");
  EXPECT_EQ(table.row_format->serde, "");
  EXPECT_EQ(table.row_format->properties, (Properties{{"field.delim", "\t"},
                                                      {"escape.delim", "\\"},
                                                      {"collection.delim", "\x02"},
                                                      {"mapkey.delim", "\x03"},
                                                      {"line.delim", "\n"},
                                                      {"serialization.null.format", "\\N"}}));
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t (a int) ROW FORMAT DELIMITED ESCAPED BY 'x'"),
            "line 1:54: mismatched input 'ESCAPED'. Expecting: 'CLUSTERED', 'COLLECTION', "
            "'COMMENT', 'FIELDS', 'LINES', 'LOCATION', 'MAP', 'NULL', 'PARTITIONED', 'STORED', "
            "'TBLPROPERTIES', 'WITH', <EOF>");
}

TEST(CreateTableTest, IcebergPartitionsByColumnsAndTransforms) {
  const auto table = parsed<CreateTable>(
      "CREATE TABLE t (id string, ts timestamp, bucket string) PARTITIONED BY (bucket, day(ts), "
      "bucket(16, id), truncate(4, `Id`)) LOCATION 'x' TBLPROPERTIES ('table_type'='iceberg')");
  EXPECT_FALSE(table.external);
  EXPECT_EQ(table.partition_transforms,
            (std::vector<PartitionTransformSpec>{{"identity", 0, "bucket"},
                                                 {"day", 0, "ts"},
                                                 {"bucket", 16, "id"},
                                                 {"truncate", 4, "id"}}));
  EXPECT_TRUE(table.partition_keys.empty());
}

TEST(CreateTableTest, IcebergRefusesWhatIsHives) {
  const std::string begin = "CREATE TABLE t (a int) ";
  const std::string end = " LOCATION 'x' TBLPROPERTIES ('table_type'='ICEBERG')";
  EXPECT_EQ(fault(begin + "PARTITIONED BY (b int)" + end),
            "line 1:40: PARTITIONED BY of an Iceberg table takes columns and transforms of the "
            "table's columns, without types");
  EXPECT_EQ(fault(begin + "PARTITIONED BY (b)" + end), "line 1:40: Invalid column reference b");
  EXPECT_EQ(fault(begin + "PARTITIONED BY (day(b))" + end),
            "line 1:44: Invalid column reference b");
  EXPECT_EQ(fault(begin + "PARTITIONED BY (days(a))" + end),
            "line 1:40: there is no partition transform of this name. Expecting: 'bucket', 'day', "
            "'hour', 'month', 'truncate', 'year'");
  EXPECT_EQ(fault(begin + "PARTITIONED BY (bucket(0, a))" + end),
            "line 1:47: '0' is no whole number from 1 to 2147483647");
  EXPECT_EQ(fault(begin + "STORED AS ORC" + end),
            "line 1:24: an Iceberg table has no clause STORED");
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t (a int)" + end),
            "line 1:8: EXTERNAL is not supported for table type ICEBERG: write CREATE TABLE");
}

TEST(CreateTableTest, ExternalNeedsTypesLocationAndTheWord) {
  EXPECT_EQ(fault("CREATE TABLE t (a int) LOCATION 'x'"),
            "line 1:14: only external table creation is supported (add EXTERNAL, or TBLPROPERTIES "
            "('table_type'='ICEBERG'))");
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t (a int) STORED AS ORC  -- no more"),
            "line 1:46: no location (LOCATION is required)");
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (b) LOCATION 'x'"),
            "line 1:50: mismatched input ')'. Expecting: <type>");
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t LOCATION 'x'"),
            "line 1:25: mismatched input 'LOCATION'. Expecting: '(', '.'");
}

TEST(CreateTableTest, TypeFaultPointsAtTheType) {
  EXPECT_EQ(fault(external("t (a int, b map<strng,int>)")), "line 1:39: there is no type 'strng'");
  EXPECT_EQ(fault(external("t (a int, b array<int)")), "line 1:44: expected '>'");
  EXPECT_EQ(fault(external("t (a)")), "line 1:27: mismatched input ')'. Expecting: <type>");
  EXPECT_EQ(fault(external("t (a int b int)")),
            "line 1:32: mismatched input 'b'. Expecting: ')', ',', 'COMMENT'");
}

TEST(CreateTableTest, ColumnIsThereOnce) {
  EXPECT_EQ(fault(external("t (a int, `A` int)")), "line 1:33: Duplicate column name: a");
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (a int) LOCATION 'x'"),
            "line 1:49: Column repeated in partitioning columns: a");
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t (a int) CLUSTERED BY (b) INTO 2 BUCKETS LOCATION 'x'"),
            "line 1:47: Invalid column reference b");
}

TEST(CreateTableTest, ReservedWordsNeedBackticks) {
  EXPECT_EQ(
      fault(external("t (date string)")),
      "line 1:26: mismatched input 'date'. Expecting: <identifier> (it is a reserved word: in "
      "DDL write it in backticks, `date`)");
  EXPECT_EQ(parsed<CreateTable>(external("t (`date` string)")).columns[0].name, "date");
  for (const char* word : {"year", "month", "day", "hour", "type", "location", "comment", "event",
                           "state", "zip", "status", "2x"}) {
    EXPECT_EQ(fault(external("t (" + std::string(word) + " string)")), "") << word;
    EXPECT_FALSE(is_reserved_word(word));
  }
  for (const char* word : {"date", "timestamp", "user", "order", "time", "values", "div"})
    EXPECT_TRUE(is_reserved_word(word)) << word;
}

TEST(CreateTableTest, OtherNamesNeedTheRightQuotes) {
  EXPECT_EQ(fault(external("\"t\" (a int)")),
            "line 1:23: mismatched input '\"t\"'. Expecting: 'IF', <identifier> (DDL quotes names "
            "with backticks, `t`, not with double quotes)");
  EXPECT_EQ(fault(external("_t (a int)")),
            "line 1:23: mismatched input '_t'. Expecting: 'IF', <identifier> (in DDL such a name "
            "stands in backticks, `_t`)");
  EXPECT_EQ(fault(external("`` (a int)")), "line 1:23: a name may not be empty");
  const auto table = parsed<CreateTable>(external("`db.t` (`größe` int)"));
  EXPECT_EQ(table.name.database + "/" + table.name.table, "db/t");
  EXPECT_EQ(table.columns[0].name, "größe");
}

TEST(CreateTableTest, UnclosedQuotePointsAtItsBeginning) {
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://x"),
            "line 1:42: the text that begins here is not closed by a '");
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE `t (a int)"),
            "line 1:23: the name that begins here is not closed by a `");
  EXPECT_EQ(fault("CREATE EXTERNAL TABLE t /* (a int)"),
            "line 1:25: the comment that begins here is not closed by */");
}

TEST(CreateTableTest, OtherFormsAreRefusedByWord) {
  EXPECT_EQ(fault("CREATE TABLE x LIKE click_events_raw"),
            "line 1:16: mismatched input 'LIKE'. Expecting: '(', '.', 'AS', 'COMMENT', 'WITH'");
  EXPECT_EQ(fault("CREATE OR REPLACE TABLE x AS SELECT 1"),
            "line 1:19: mismatched input 'TABLE'. Expecting: 'VIEW' (Athena has no OR REPLACE for "
            "tables: DROP TABLE first)");
}

TEST(CreateDatabaseTest, ReadsAllClauses) {
  EXPECT_EQ(parsed<CreateDatabase>("CREATE SCHEMA IF NOT EXISTS Clicks COMMENT 'c' LOCATION 's3://'"
                                   " WITH DBPROPERTIES ('a'='b')"),
            (CreateDatabase{.name = "clicks",
                            .if_not_exists = true,
                            .comment = "c",
                            .location = "s3://",
                            .properties = {{"a", "b"}}}));
  EXPECT_EQ(fault("CREATE DATABASE d COMMENT 'a' COMMENT 'b'"),
            "line 1:31: mismatched input 'COMMENT'. Expecting: 'LOCATION', 'WITH', <EOF>");
}

TEST(DropTest, ReadsNamesAndOptions) {
  EXPECT_EQ(parsed<DropDatabase>("DROP SCHEMA IF EXISTS d CASCADE"),
            (DropDatabase{.name = "d", .if_exists = true, .cascade = true}));
  EXPECT_EQ(parsed<DropDatabase>("DROP DATABASE d RESTRICT"), (DropDatabase{.name = "d"}));
  EXPECT_EQ(parsed<DropTable>("DROP TABLE IF EXISTS a.`b`"),
            (DropTable{.name = {"a", "b", 21}, .if_exists = true}));
  EXPECT_EQ(parsed<DropView>("DROP VIEW \"a\".`b`"), (DropView{.name = {"a", "b", 10}}));
  EXPECT_EQ(fault("DROP TABLE a.b.c"), "line 1:15: mismatched input '.'. Expecting: <EOF>");
}

TEST(UseTest, ReadsADatabase) { EXPECT_EQ(parsed<UseDatabase>("USE `My-Db`").name, "my-db"); }

}  // namespace
}  // namespace clicklake::ddl
