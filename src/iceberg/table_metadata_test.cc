#include "iceberg/table_metadata.h"

#include <gtest/gtest.h>

#include "iceberg/star_iceberg.h"

namespace clicklake::iceberg {
namespace {

TableMetadata metadata_of_facts() {
  return star_metadata(fact_clicks_definition(), "0192", "/lake/processed/fact_clicks", 1000, 0);
}

Snapshot snapshot_of(std::int64_t id, std::int64_t sequence_number, std::int64_t timestamp_ms) {
  Snapshot snapshot;
  snapshot.id = id;
  snapshot.sequence_number = sequence_number;
  snapshot.timestamp_ms = timestamp_ms;
  snapshot.manifest_list = "/lake/snap-" + std::to_string(id) + ".avro";
  snapshot.summary = make_summary("append", {.added_files = 2, .total_files = 5});
  snapshot.schema_id = 0;
  return snapshot;
}

TEST(TableMetadataTest, WhatIsWrittenIsRead) {
  TableMetadata metadata = metadata_of_facts();
  add_snapshot(metadata, snapshot_of(7, 1, 2000));
  Snapshot second = snapshot_of(8, 2, 3000);
  second.parent_id = 7;
  add_snapshot(metadata, second);
  log_metadata_file(metadata, {2000, "/lake/00001-x.metadata.json"});
  const std::string text = to_json(metadata);
  const auto read = parse_table_metadata(text, "f");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(to_json(*read), text);
  EXPECT_EQ(read->table_uuid, "0192");
  EXPECT_EQ(read->last_sequence_number, 2);
  EXPECT_EQ(read->last_updated_ms, 3000);
  EXPECT_EQ(read->last_column_id, 30);
  EXPECT_EQ(read->current_snapshot_id, 8);
  EXPECT_EQ(read->find_snapshot(8)->parent_id, 7);
  EXPECT_EQ(read->find_snapshot(7)->parent_id, std::nullopt);
  EXPECT_EQ(read->find_snapshot(7)->summary.at("added-data-files"), "2");
  EXPECT_EQ(read->find_snapshot(9), nullptr);
  EXPECT_EQ(read->refs.at("main").snapshot_id, 8);
  EXPECT_EQ(read->snapshot_log.size(), 2U);
  EXPECT_EQ(read->metadata_log[0].file, "/lake/00001-x.metadata.json");
  EXPECT_EQ(read->properties.at("write.delete.mode"), "copy-on-write");
}

TEST(TableMetadataTest, ATableWithoutSnapshotsSaysMinusOne) {
  const std::string text = to_json(metadata_of_facts());
  EXPECT_NE(text.find("\"current-snapshot-id\":-1"), std::string::npos);
  const auto read = parse_table_metadata(text, "f");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->current_snapshot_id, std::nullopt);
  EXPECT_TRUE(read->refs.empty());
}

TEST(TableMetadataTest, MembersOfOthersComeBackAsTheyWere) {
  std::string text = to_json(metadata_of_facts());
  const std::string extra =
      R"(,"statistics":[{"snapshot-id":3055729675574597004,"x":1.50}],"next-row-id":null})";
  text.replace(text.size() - 1, 1, extra);
  const auto read = parse_table_metadata(text, "f");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->other.size(), 2U);
  EXPECT_EQ(to_json(*read), text);
}

TEST(TableMetadataTest, BranchMainIsThereWhereAWriterLeftItOut) {
  TableMetadata metadata = metadata_of_facts();
  add_snapshot(metadata, snapshot_of(7, 1, 2000));
  metadata.refs.clear();
  const auto read = parse_table_metadata(to_json(metadata), "f");
  EXPECT_EQ(read->refs.at("main").snapshot_id, 7);
}

TEST(TableMetadataTest, TimeNeverGoesBack) {
  TableMetadata metadata = metadata_of_facts();
  add_snapshot(metadata, snapshot_of(7, 1, 5000));
  add_snapshot(metadata, snapshot_of(8, 2, 4000));
  EXPECT_EQ(metadata.snapshots[1].timestamp_ms, 5000);
  EXPECT_EQ(metadata.snapshot_log[1].timestamp_ms, 5000);
  EXPECT_EQ(metadata.last_updated_ms, 5000);
}

TEST(TableMetadataTest, TheLogOfFilesIsAsLongAsTheTableSays) {
  TableMetadata metadata = metadata_of_facts();
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(log_metadata_file(metadata, {i, std::to_string(i)}).empty());
  }
  EXPECT_EQ(log_metadata_file(metadata, {100, "100"}), std::vector<std::string>{"0"});
  metadata.properties["write.metadata.previous-versions-max"] = "3";
  EXPECT_EQ(log_metadata_file(metadata, {101, "101"}).size(), 98U);
  ASSERT_EQ(metadata.metadata_log.size(), 3U);
  EXPECT_EQ(metadata.metadata_log[0].file, "99");
  metadata.properties["write.metadata.previous-versions-max"] = "many";
  EXPECT_TRUE(log_metadata_file(metadata, {102, "102"}).empty());
}

TEST(TableMetadataTest, OtherFormatVersionsAreUnsupported) {
  std::string text = to_json(metadata_of_facts());
  for (const char version : {'1', '3'}) {
    text[text.find("\"format-version\":") + 17] = version;
    const auto read = parse_table_metadata(text, "00001.metadata.json");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().code, ErrorCode::kUnsupported);
    EXPECT_TRUE(read.error().message.starts_with("00001.metadata.json: "));
  }
}

TEST(TableMetadataTest, EveryRequiredMemberIsMissed) {
  const std::string text = to_json(metadata_of_facts());
  for (const char* name :
       {"format-version", "table-uuid", "location", "last-sequence-number", "last-updated-ms",
        "last-column-id", "current-schema-id", "schemas", "default-spec-id", "partition-specs",
        "last-partition-id", "default-sort-order-id", "sort-orders"}) {
    std::string broken = text;
    broken.replace(broken.find("\"" + std::string(name) + "\":") + 1, 1, "X");
    const auto read = parse_table_metadata(broken, "f");
    ASSERT_FALSE(read.has_value()) << name;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidData) << name;
    EXPECT_NE(read.error().message.find(name), std::string::npos) << read.error().message;
  }
}

TEST(TableMetadataTest, IdsThatNameNothingAreRefused) {
  for (const char* name : {"current-schema-id", "default-spec-id", "current-snapshot-id"}) {
    std::string broken = to_json(metadata_of_facts());
    const std::string member = "\"" + std::string(name) + "\":";
    const std::size_t at = broken.find(member) + member.size();
    broken.replace(at, broken.find(',', at) - at, "99");
    const auto read = parse_table_metadata(broken, "f");
    ASSERT_FALSE(read.has_value()) << name;
    EXPECT_NE(read.error().message.find(name), std::string::npos);
  }
}

TEST(TableMetadataTest, TornTextIsRefusedWithItsByte) {
  const std::string text = to_json(metadata_of_facts());
  const auto read = parse_table_metadata(text.substr(0, 100), "f");
  ASSERT_FALSE(read.has_value());
  EXPECT_TRUE(read.error().message.starts_with("f: "));
  EXPECT_NE(read.error().message.find("at byte"), std::string::npos) << read.error().message;
  EXPECT_FALSE(parse_table_metadata("", "f").has_value());
  EXPECT_FALSE(parse_table_metadata("\x1F\x8B\x08", "f").has_value());
}

TEST(TableMetadataTest, FilesAreNumbered) {
  EXPECT_EQ(metadata_file_name(12, "0192-ab"), "00012-0192-ab.metadata.json");
  EXPECT_EQ(metadata_file_name(123456, "x"), "123456-x.metadata.json");
  EXPECT_EQ(metadata_version("file:///t/metadata/00012-0192.metadata.json"), 12);
  EXPECT_EQ(metadata_version("/t/metadata/v3.gz.metadata.json"), 3);
  EXPECT_EQ(metadata_version("00007-x.gz.metadata.json"), 7);
  for (const char* name : {"", "/12/", "x-1.metadata.json", "12", "-1-x.metadata.json"}) {
    EXPECT_EQ(metadata_version(name), std::nullopt) << name;
  }
}

TEST(TableMetadataTest, SummariesHaveIcebergsNames) {
  const StringMap summary = make_summary("overwrite", {.added_files = 1,
                                                       .removed_files = 2,
                                                       .added_rows = 3,
                                                       .removed_rows = 4,
                                                       .added_bytes = 5,
                                                       .removed_bytes = 6,
                                                       .changed_partitions = 7,
                                                       .total_files = 8,
                                                       .total_rows = 9,
                                                       .total_bytes = 10});
  const StringMap expected{{"operation", "overwrite"},      {"added-data-files", "1"},
                           {"deleted-data-files", "2"},     {"added-records", "3"},
                           {"deleted-records", "4"},        {"added-files-size", "5"},
                           {"removed-files-size", "6"},     {"changed-partition-count", "7"},
                           {"total-data-files", "8"},       {"total-records", "9"},
                           {"total-files-size", "10"},      {"total-delete-files", "0"},
                           {"total-position-deletes", "0"}, {"total-equality-deletes", "0"}};
  EXPECT_EQ(summary, expected);
  EXPECT_FALSE(make_summary("append", {}).contains("deleted-records"));
}

}  // namespace
}  // namespace clicklake::iceberg
