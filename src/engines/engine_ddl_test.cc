#include "engines/engine_ddl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace clicklake {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ReadLake lake_with(const char* table) {
  ReadLake lake;
  lake.location = "s3://bucket/lake";
  ReadTable& read = lake.tables.emplace_back();
  read.definition = find_table(table);
  read.metadata_file = "00001-x.metadata.json";
  if (std::string_view(table) == "fact_clicks")
    read.partitions = {"event_timestamp_day=2024-11-01"};
  return lake;
}

TEST(EngineDdlTest, NamesOfEngines) {
  EXPECT_EQ(engine_of("athena"), Engine::kAthena);
  EXPECT_EQ(engine_of("spectrum"), Engine::kSpectrum);
  EXPECT_EQ(engine_of("hive"), Engine::kHive);
  EXPECT_EQ(engine_of("trino"), Engine::kTrino);
  EXPECT_EQ(engine_of("presto"), std::nullopt);
}

TEST(EngineDdlTest, NoStatementScansATablesFolder) {
  for (const Engine engine : {Engine::kAthena, Engine::kSpectrum}) {
    const std::string text = engine_statements(engine, lake_with("fact_clicks"));
    EXPECT_THAT(text, HasSubstr("LOCATION 's3://bucket/lake/symlinks/fact_clicks/'"));
    EXPECT_THAT(text, HasSubstr("SymlinkTextInputFormat"));
    EXPECT_THAT(text, Not(HasSubstr("processed/fact_clicks")));
  }
}

TEST(EngineDdlTest, ADaysColumnIsAPartitionAndABucketIsNone) {
  EXPECT_THAT(engine_statements(Engine::kAthena, lake_with("fact_clicks")),
              HasSubstr("PARTITIONED BY (event_timestamp_day date)\n"));
  EXPECT_THAT(engine_statements(Engine::kAthena, lake_with("dim_users")),
              Not(HasSubstr("PARTITIONED BY")));
}

TEST(EngineDdlTest, SpectrumIsToldEachPartition) {
  EXPECT_THAT(
      engine_statements(Engine::kSpectrum, lake_with("fact_clicks")),
      HasSubstr("ADD IF NOT EXISTS PARTITION (event_timestamp_day='2024-11-01') LOCATION "
                "'s3://bucket/lake/symlinks/fact_clicks/event_timestamp_day=2024-11-01/';\n"));
}

TEST(EngineDdlTest, HiveReadsIcebergsMetadata) {
  const std::string text = engine_statements(Engine::kHive, lake_with("fact_clicks"));
  EXPECT_THAT(text, HasSubstr("STORED BY ICEBERG"));
  EXPECT_THAT(text, Not(HasSubstr("Symlink")));
  EXPECT_THAT(text, HasSubstr("'s3://bucket/lake/processed/fact_clicks/metadata/"
                              "00001-x.metadata.json'"));
}

TEST(EngineDdlTest, TrinoRegistersIcebergsMetadata) {
  ReadLake lake = lake_with("dim_users");
  EXPECT_THAT(
      engine_statements(Engine::kTrino, lake),
      HasSubstr("CALL iceberg.system.register_table(schema_name => 'clickstream_processed', "
                "table_name => 'dim_users',\n  table_location => "
                "'s3://bucket/lake/processed/dim_users',\n  metadata_file_name => "
                "'00001-x.metadata.json');\n"));
  lake.tables[0].metadata_file.clear();
  EXPECT_THAT(engine_statements(Engine::kTrino, lake), Not(HasSubstr("CALL iceberg")));
}

TEST(EngineDdlTest, TypesOfNestedColumnsInEachDialect) {
  ReadLake lake;
  lake.location = "s3://bucket/lake";
  lake.raw_location = "s3://bucket/it's/";
  Table raw;
  raw.database = "web";
  raw.name = "clicks";
  const auto type = parse_hive_type("struct<a:array<int>,b:map<string,double>>");
  ASSERT_TRUE(type.has_value());
  HiveColumn column;
  column.name = "nested";
  column.type = *type;
  raw.storage.columns = {column};
  column.name = "day";
  column.type = HiveType::of(HiveKind::kInt);
  raw.partition_keys = {column};
  lake.raw = raw;
  lake.raw_elsewhere = {{{"4"}, "s3://other/4/"}};
  EXPECT_THAT(engine_statements(Engine::kAthena, lake),
              ::testing::AllOf(HasSubstr("`nested` struct<a:array<int>,b:map<string,double>>"),
                               HasSubstr("LOCATION 's3://bucket/it\\'s/'"),
                               HasSubstr("PARTITION (day=4) LOCATION 's3://other/4/'")));
  EXPECT_THAT(
      engine_statements(Engine::kTrino, lake),
      ::testing::AllOf(HasSubstr("\"nested\" row(a array(integer), b map(varchar, double))"),
                       HasSubstr("external_location = 's3://bucket/it''s/'"),
                       HasSubstr("register_partition('web', 'clicks', ARRAY['day'], "
                                 "ARRAY['4'], 's3://other/4/')")));
  EXPECT_THAT(
      engine_statements(Engine::kSpectrum, lake),
      HasSubstr("\"nested\" struct<a:array<integer>,b:map<varchar(65535),double precision>>"));
}

}  // namespace
}  // namespace clicklake
