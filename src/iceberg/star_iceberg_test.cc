#include "iceberg/star_iceberg.h"

#include <gtest/gtest.h>

#include "format/parquet_schema.h"

namespace clicklake::iceberg {
namespace {

constexpr ColumnDefinition kColumns[] = {{"id", 1, ColumnType::kLong, true},
                                         {"at", 2, ColumnType::kTimestampTz, false}};
constexpr TableDefinition kHourly{"hourly", kColumns,  PartitionTransform::kHour,
                                  "at",     "at_hour", ""};

TEST(StarIcebergTest, PartitionTextsAreTypedTuplesAndBack) {
  struct Case {
    const TableDefinition& table;
    std::string text;
    int buckets;
    Value value;
  };
  for (const Case& c : {
           Case{fact_clicks_definition(), "event_timestamp_day=2024-11-01", 0, std::int64_t{20028}},
           Case{fact_clicks_definition(), "event_timestamp_day=1970-01-01", 0, std::int64_t{0}},
           Case{fact_clicks_definition(), "event_timestamp_day=null", 0, Value()},
           Case{dim_users_definition(), "user_key_bucket_8=3", 8, std::int64_t{3}},
           Case{dim_pages_definition(), "page_key_bucket_128=127", 128, std::int64_t{127}},
           Case{kHourly, "at_hour=2024-11-01-15", 0, std::int64_t{20028 * 24 + 15}},
       }) {
    const auto partition = parse_star_partition(c.table, c.text);
    ASSERT_TRUE(partition.has_value()) << c.text;
    EXPECT_EQ(partition->buckets, c.buckets);
    EXPECT_EQ(partition->values, std::vector<Value>{c.value});
    EXPECT_EQ(star_partition_text(c.table, *partition), c.text);
  }
  EXPECT_TRUE(parse_star_partition(dim_dates_definition(), "")->values.empty());
  EXPECT_EQ(star_partition_text(dim_dates_definition(), {}), "");
}

TEST(StarIcebergTest, TextsOfOtherTablesAreRefused) {
  const auto refused = [](const TableDefinition& table, std::string_view text) {
    const auto partition = parse_star_partition(table, text);
    return !partition && partition.error().code == ErrorCode::kInvalidArgument;
  };
  for (const char* text : {"", "user_key_bucket_8=3", "event_timestamp_day", "event_timestamp_day=",
                           "event_timestamp_day=2024-02-30", "event_timestamp_day=2024-1-1",
                           "event_timestamp_day=2024-11-01x", "event_timestamp_day=2024-11",
                           "event_timestamp_day=2024-00-01", "event_timestamp_day=2024-13-01"}) {
    EXPECT_TRUE(refused(fact_clicks_definition(), text)) << text;
  }
  for (const char* text : {"", "user_key_bucket=3", "user_key_bucket_8=8", "user_key_bucket_8=",
                           "user_key_bucket_0=0", "user_key_bucket_8=-1", "user_key_bucket_x=1",
                           "user_key_bucket_8=3/x", "user_key_bucket_9999999999=1"}) {
    EXPECT_TRUE(refused(dim_users_definition(), text)) << text;
  }
  for (const char* text :
       {"at_hour=2024-11-01", "at_hour=2024-11-01-24", "at_hour=2024-11-01-1x"}) {
    EXPECT_TRUE(refused(kHourly, text)) << text;
  }
  EXPECT_TRUE(refused(dim_dates_definition(), "x=1"));
}

TEST(StarIcebergTest, SpecsNameTheFoldersField) {
  EXPECT_EQ(to_json(star_partition_spec(fact_clicks_definition(), 0)),
            R"({"spec-id":0,"fields":[{"name":"event_timestamp_day","transform":"day",)"
            R"("source-id":12,"field-id":1000}]})");
  EXPECT_EQ(to_json(star_partition_spec(dim_users_definition(), 8, 2, 1005)),
            R"({"spec-id":2,"fields":[{"name":"user_key_bucket_8","transform":"bucket[8]",)"
            R"("source-id":1,"field-id":1005}]})");
  EXPECT_EQ(to_json(star_partition_spec(dim_dates_definition(), 0)),
            R"({"spec-id":0,"fields":[]})");
}

TEST(StarIcebergTest, AnotherNumberOfBucketsIsAnotherSpecAndField) {
  TableMetadata metadata = star_metadata(dim_users_definition(), "u", "/t", 1, 8);
  EXPECT_EQ(metadata.default_spec_id, 0);
  EXPECT_EQ(metadata.last_partition_id, 1000);
  EXPECT_EQ(ensure_star_spec(metadata, dim_users_definition(), 8), 0);
  EXPECT_EQ(ensure_star_spec(metadata, dim_users_definition(), 16), 1);
  EXPECT_EQ(metadata.default_spec_id, 1);
  EXPECT_EQ(metadata.last_partition_id, 1001);
  EXPECT_EQ(metadata.partition_specs[1].fields[0].field_id, 1001);
  EXPECT_EQ(ensure_star_spec(metadata, dim_users_definition(), 8), 0);
  EXPECT_EQ(metadata.partition_specs.size(), 2U);
  EXPECT_EQ(metadata.default_spec_id, 1);
}

TEST(StarIcebergTest, MetadataOfEveryStarTableIsRead) {
  for (const TableDefinition* table : star_tables()) {
    const TableMetadata metadata = star_metadata(*table, "u", "/t", 1, 8);
    const auto read = parse_table_metadata(to_json(metadata), "f");
    ASSERT_TRUE(read.has_value()) << read.error().message;
    const Schema* schema = read->find_schema(read->current_schema_id);
    EXPECT_EQ(schema->json, iceberg_schema_json(*table));
    EXPECT_TRUE(partition_types(read->partition_specs[0], *schema).has_value());
    EXPECT_EQ(read->default_sort_order_id, kStarSortOrderId);
  }
  const TableMetadata unpartitioned = star_metadata(dim_dates_definition(), "u", "/t", 1, 8);
  EXPECT_EQ(unpartitioned.last_partition_id, 999);
}

TEST(StarIcebergTest, SortOrdersAndNameMappingFollowTheColumns) {
  const auto orders = star_sort_orders(fact_clicks_definition());
  ASSERT_EQ(orders.size(), 2U);
  EXPECT_EQ(orders[1].json, R"({"order-id":1,"fields":[{"transform":"identity","source-id":12,)"
                            R"("direction":"asc","null-order":"nulls-first"}]})");
  EXPECT_EQ(star_sort_orders(kHourly).size(), 1U);
  const std::string mapping = star_name_mapping(fact_clicks_definition());
  EXPECT_NE(mapping.find(R"({"field-id":20,"names":["metadata"],"fields":[)"
                         R"({"field-id":21,"names":["key"]},{"field-id":22,"names":["value"]}]})"),
            std::string::npos);
}

TEST(StarIcebergTest, DataFilesHaveWhatTheParquetWriterReported) {
  ParquetFileInfo info;
  info.record_count = 10;
  info.size_bytes = 999;
  info.split_offsets = {4, 500};
  info.columns = {{1, 11, 10, 0, "l", "u"}, {3, 22, 10, 10, std::nullopt, std::nullopt}};
  const DataFile file = star_data_file(info, "/a.parquet", {std::int64_t{3}}, kStarSortOrderId);
  EXPECT_EQ(file.path, "/a.parquet");
  EXPECT_EQ(file.format, "PARQUET");
  EXPECT_EQ(file.partition, std::vector<Value>{std::int64_t{3}});
  EXPECT_EQ(file.record_count, 10);
  EXPECT_EQ(file.size_bytes, 999);
  EXPECT_EQ(file.split_offsets, info.split_offsets);
  EXPECT_EQ(file.column_sizes, (CountsById{{1, 11}, {3, 22}}));
  EXPECT_EQ(file.value_counts, (CountsById{{1, 10}, {3, 10}}));
  EXPECT_EQ(file.null_counts, (CountsById{{1, 0}, {3, 10}}));
  EXPECT_EQ(file.lower_bounds, (BoundsById{{1, "l"}}));
  EXPECT_EQ(file.upper_bounds, (BoundsById{{1, "u"}}));
  EXPECT_EQ(file.sort_order_id, 1);
}

}  // namespace
}  // namespace clicklake::iceberg
