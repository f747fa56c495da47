#include "iceberg/manifest.h"

#include <gtest/gtest.h>

#include <limits>

#include "iceberg/manifest_list.h"

namespace clicklake::iceberg {
namespace {

const Schema& schema() {
  static const Schema kSchema = parse_schema(R"json({"type":"struct","schema-id":5,"fields":[
        {"id":1,"name":"id","required":true,"type":"long"},
        {"id":2,"name":"at","required":true,"type":"timestamptz"},
        {"id":3,"name":"name","required":false,"type":"string"},
        {"id":4,"name":"price","required":false,"type":"decimal(9, 2)"},
        {"id":5,"name":"ratio","required":false,"type":"float"},
        {"id":6,"name":"code","required":false,"type":"fixed[3]"}]})json")
                                    .value();
  return kSchema;
}

const PartitionSpec& spec() {
  static const PartitionSpec kSpec{3,
                                   {{2, 1000, "at_day", "day"},
                                    {1, 1001, "id_bucket", "bucket[16]"},
                                    {3, 1002, "name of", "identity"},
                                    {4, 1003, "price", "identity"},
                                    {5, 1004, "ratio", "identity"},
                                    {6, 1005, "6code", "identity"}},
                                   ""};
  return kSpec;
}

ManifestEntry entry_of(EntryStatus status, const std::string& path) {
  ManifestEntry entry;
  entry.status = status;
  entry.file.path = path;
  entry.file.partition = {
      std::int64_t{20028},         std::int64_t{7}, std::string("ünï"), decimal_bytes(-12345), 0.5,
      std::string("\x01\0\x02", 3)};
  entry.file.record_count = 100;
  entry.file.size_bytes = 4096;
  entry.file.column_sizes = {{1, 50}, {3, 60}};
  entry.file.value_counts = {{1, 100}, {3, 100}};
  entry.file.null_counts = {{1, 0}, {3, 7}};
  entry.file.nan_counts = {{5, 1}};
  entry.file.lower_bounds = {{1, std::string(8, '\0')}, {3, "a"}};
  entry.file.upper_bounds = {{1, std::string(8, '\x7F')}};
  entry.file.split_offsets = {4, 2000};
  entry.file.sort_order_id = 1;
  if (status == EntryStatus::kAdded) return entry;
  entry.snapshot_id = 41;
  entry.sequence_number = 6;
  entry.file_sequence_number = 5;
  return entry;
}

void expect_equal(const ManifestEntry& a, const ManifestEntry& b) {
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.snapshot_id, b.snapshot_id);
  EXPECT_EQ(a.sequence_number, b.sequence_number);
  EXPECT_EQ(a.file_sequence_number, b.file_sequence_number);
  EXPECT_EQ(a.file.content, b.file.content);
  EXPECT_EQ(a.file.path, b.file.path);
  EXPECT_EQ(a.file.format, b.file.format);
  EXPECT_EQ(a.file.partition, b.file.partition);
  EXPECT_EQ(a.file.record_count, b.file.record_count);
  EXPECT_EQ(a.file.size_bytes, b.file.size_bytes);
  EXPECT_EQ(a.file.column_sizes, b.file.column_sizes);
  EXPECT_EQ(a.file.value_counts, b.file.value_counts);
  EXPECT_EQ(a.file.null_counts, b.file.null_counts);
  EXPECT_EQ(a.file.nan_counts, b.file.nan_counts);
  EXPECT_EQ(a.file.lower_bounds, b.file.lower_bounds);
  EXPECT_EQ(a.file.upper_bounds, b.file.upper_bounds);
  EXPECT_EQ(a.file.key_metadata, b.file.key_metadata);
  EXPECT_EQ(a.file.split_offsets, b.file.split_offsets);
  EXPECT_EQ(a.file.equality_ids, b.file.equality_ids);
  EXPECT_EQ(a.file.sort_order_id, b.file.sort_order_id);
  EXPECT_EQ(a.file.referenced_data_file, b.file.referenced_data_file);
}

TEST(ManifestTest, EntriesComeBackAsTheyWereWritten) {
  std::vector<ManifestEntry> entries{entry_of(EntryStatus::kAdded, "/a"),
                                     entry_of(EntryStatus::kExisting, "/b"),
                                     entry_of(EntryStatus::kDeleted, "/c")};
  entries[0].snapshot_id = 42;
  entries[1].file.partition = std::vector<Value>(6);
  entries[1].file.lower_bounds.clear();
  entries[1].file.split_offsets.clear();
  entries[1].file.sort_order_id.reset();
  for (const AvroCodec codec : {AvroCodec::kNull, AvroCodec::kDeflate}) {
    const auto bytes = encode_manifest(schema(), spec(), ManifestContent::kData, entries, codec);
    ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
    const auto manifest = decode_manifest(*bytes, "m.avro");
    ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
    EXPECT_EQ(manifest->schema.json, schema().json);
    EXPECT_EQ(manifest->schema.id, 5);
    EXPECT_EQ(manifest->spec, spec());
    EXPECT_EQ(manifest->content, ManifestContent::kData);
    ASSERT_EQ(manifest->entries.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) expect_equal(manifest->entries[i], entries[i]);
  }
}

TEST(ManifestTest, DeletesHaveManifestsOfTheirOwn) {
  std::vector<ManifestEntry> entries{entry_of(EntryStatus::kAdded, "/a"),
                                     entry_of(EntryStatus::kAdded, "/b")};
  entries[0].file.content = FileContent::kEqualityDeletes;
  entries[0].file.equality_ids = {1, 3};
  entries[1].file.content = FileContent::kPositionDeletes;
  entries[1].file.referenced_data_file = "/data";
  entries[1].file.key_metadata = "key";
  const auto bytes = encode_manifest(schema(), spec(), ManifestContent::kDeletes, entries);
  ASSERT_TRUE(bytes.has_value());
  const auto manifest = decode_manifest(*bytes, "m");
  ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
  EXPECT_EQ(manifest->content, ManifestContent::kDeletes);
  expect_equal(manifest->entries[0], entries[0]);
  expect_equal(manifest->entries[1], entries[1]);
  const auto refused = encode_manifest(schema(), spec(), ManifestContent::kData, entries);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
}

TEST(ManifestTest, WhatReadersWouldMisreadIsNotWritten) {
  const auto refused = [](const ManifestEntry& entry) {
    const auto bytes =
        encode_manifest(schema(), spec(), ManifestContent::kData, std::vector{entry});
    return bytes ? std::string() : bytes.error().message;
  };
  ManifestEntry entry = entry_of(EntryStatus::kExisting, "/a");
  EXPECT_EQ(refused(entry), "");
  entry.sequence_number.reset();
  EXPECT_NE(refused(entry).find("sequence"), std::string::npos);
  entry = entry_of(EntryStatus::kDeleted, "/a");
  entry.snapshot_id.reset();
  EXPECT_NE(refused(entry).find("snapshot"), std::string::npos);
  entry = entry_of(EntryStatus::kAdded, "/a");
  entry.file.partition.pop_back();
  EXPECT_NE(refused(entry).find("5 partition values"), std::string::npos);
  entry = entry_of(EntryStatus::kAdded, "/a");
  entry.file.partition[0] = std::string("2024-11-01");
  EXPECT_NE(refused(entry).find("at_day"), std::string::npos);
}

TEST(ManifestTest, ReadingEndsWhereItsTakerSaysSo) {
  const std::vector<ManifestEntry> entries(3, entry_of(EntryStatus::kAdded, "/a"));
  const auto bytes = encode_manifest(schema(), spec(), ManifestContent::kData, entries);
  int taken = 0;
  const auto manifest = read_manifest(*bytes, "m", [&](ManifestEntry&&) -> Status {
    if (++taken < 2) return {};
    return Error{ErrorCode::kCancelled, "enough"};
  });
  EXPECT_EQ(taken, 2);
  ASSERT_FALSE(manifest.has_value());
  EXPECT_EQ(manifest.error().message, "enough");
}

TEST(ManifestTest, OtherAvroFilesAreRefused) {
  const auto list = encode_manifest_list({1, std::nullopt, 1}, {});
  const auto manifest = decode_manifest(*list, "list.avro");
  ASSERT_FALSE(manifest.has_value());
  EXPECT_EQ(manifest.error().code, ErrorCode::kInvalidData);
  EXPECT_TRUE(manifest.error().message.starts_with("list.avro"));
  const auto bytes = encode_manifest(schema(), spec(), ManifestContent::kData, {});
  EXPECT_TRUE(decode_manifest(*bytes, "m")->entries.empty());
  EXPECT_FALSE(decode_manifest_list(*bytes, "m").has_value());
}

TEST(ManifestTest, TornManifestsAreRefused) {
  const std::vector<ManifestEntry> entries(2, entry_of(EntryStatus::kAdded, "/a"));
  const auto bytes =
      encode_manifest(schema(), spec(), ManifestContent::kData, entries, AvroCodec::kNull);
  const std::size_t header =
      encode_manifest(schema(), spec(), ManifestContent::kData, {}, AvroCodec::kNull)->size();
  for (std::size_t size = header + 1; size < bytes->size(); ++size) {
    EXPECT_FALSE(decode_manifest(bytes->substr(0, size), "m").has_value()) << size;
  }
}

TEST(ManifestListTest, RowsComeBackAsTheyWereWritten) {
  ManifestFile manifest;
  manifest.path = "/m.avro";
  manifest.length = 1234;
  manifest.spec_id = 3;
  manifest.content = ManifestContent::kDeletes;
  manifest.sequence_number = 9;
  manifest.min_sequence_number = 4;
  manifest.added_snapshot_id = 77;
  manifest.added_files = 1;
  manifest.existing_files = 2;
  manifest.deleted_files = 3;
  manifest.added_rows = 10;
  manifest.existing_rows = 20;
  manifest.deleted_rows = 30;
  manifest.partitions = {{true, false, "a", "b"},
                         {false, std::nullopt, std::nullopt, std::nullopt}};
  manifest.key_metadata = "key";
  ManifestFile other;
  other.path = "/n";
  const auto bytes = encode_manifest_list({77, 76, 9}, std::vector{manifest, other});
  const auto list = decode_manifest_list(*bytes, "l");
  ASSERT_TRUE(list.has_value()) << list.error().message;
  ASSERT_EQ(list->size(), 2U);
  const ManifestFile& read = (*list)[0];
  EXPECT_EQ(read.path, "/m.avro");
  EXPECT_EQ(read.length, 1234);
  EXPECT_EQ(read.spec_id, 3);
  EXPECT_EQ(read.content, ManifestContent::kDeletes);
  EXPECT_EQ(read.sequence_number, 9);
  EXPECT_EQ(read.min_sequence_number, 4);
  EXPECT_EQ(read.added_snapshot_id, 77);
  EXPECT_EQ(read.added_files, 1);
  EXPECT_EQ(read.existing_files, 2);
  EXPECT_EQ(read.deleted_files, 3);
  EXPECT_EQ(read.added_rows, 10);
  EXPECT_EQ(read.existing_rows, 20);
  EXPECT_EQ(read.deleted_rows, 30);
  EXPECT_EQ(read.key_metadata, "key");
  ASSERT_EQ(read.partitions.size(), 2U);
  EXPECT_TRUE(read.partitions[0].contains_null);
  EXPECT_EQ(read.partitions[0].contains_nan, false);
  EXPECT_EQ(read.partitions[0].lower_bound, "a");
  EXPECT_EQ(read.partitions[0].upper_bound, "b");
  EXPECT_EQ(read.partitions[1].contains_nan, std::nullopt);
  EXPECT_EQ(read.partitions[1].lower_bound, std::nullopt);
  EXPECT_EQ((*list)[1].path, "/n");
}

TEST(ManifestListTest, DescriptionCountsAndBoundsTheEntries) {
  std::vector<ManifestEntry> entries{entry_of(EntryStatus::kAdded, "/a"),
                                     entry_of(EntryStatus::kExisting, "/b"),
                                     entry_of(EntryStatus::kDeleted, "/c")};
  entries[0].file.partition[0] = std::int64_t{-3};
  entries[0].file.partition[3] = decimal_bytes(400);
  entries[1].file.partition[2] = Value();
  entries[1].file.partition[4] = std::numeric_limits<double>::quiet_NaN();
  entries[2].sequence_number = 1;  // removed: no reader needs it
  const auto types = partition_types(spec(), schema());
  const ManifestFile manifest =
      describe_manifest(spec(), *types, ManifestContent::kData, entries, 42, 9);
  EXPECT_EQ(manifest.spec_id, 3);
  EXPECT_EQ(manifest.sequence_number, 9);
  EXPECT_EQ(manifest.min_sequence_number, 6);
  EXPECT_EQ(manifest.added_snapshot_id, 42);
  EXPECT_EQ(manifest.added_files, 1);
  EXPECT_EQ(manifest.existing_files, 1);
  EXPECT_EQ(manifest.deleted_files, 1);
  EXPECT_EQ(manifest.added_rows, 100);
  EXPECT_EQ(manifest.existing_rows, 100);
  EXPECT_EQ(manifest.deleted_rows, 100);
  ASSERT_EQ(manifest.partitions.size(), 6U);
  EXPECT_EQ(manifest.partitions[0].lower_bound, "\xFD\xFF\xFF\xFF");
  EXPECT_EQ(manifest.partitions[0].upper_bound, std::string("\x3C\x4E\0\0", 4));
  EXPECT_FALSE(manifest.partitions[0].contains_null);
  EXPECT_TRUE(manifest.partitions[2].contains_null);
  EXPECT_EQ(manifest.partitions[2].lower_bound, "ünï");
  EXPECT_EQ(manifest.partitions[3].lower_bound, decimal_bytes(-12345));
  EXPECT_EQ(manifest.partitions[3].upper_bound, decimal_bytes(400));
  EXPECT_EQ(manifest.partitions[4].contains_nan, true);
  EXPECT_EQ(manifest.partitions[4].upper_bound, std::string("\0\0\0\x3F", 4));
}

TEST(ManifestListTest, OnlyNewEntriesInheritSequenceNumbers) {
  ManifestFile manifest;
  manifest.path = "/m";
  manifest.added_snapshot_id = 42;
  manifest.sequence_number = 9;
  ManifestEntry entry = entry_of(EntryStatus::kAdded, "/a");
  ASSERT_TRUE(inherit(manifest, entry).has_value());
  EXPECT_EQ(entry.snapshot_id, 42);
  EXPECT_EQ(entry.sequence_number, 9);
  EXPECT_EQ(entry.file_sequence_number, 9);
  entry = entry_of(EntryStatus::kExisting, "/a");
  ASSERT_TRUE(inherit(manifest, entry).has_value());
  EXPECT_EQ(entry.snapshot_id, 41);
  EXPECT_EQ(entry.sequence_number, 6);
  entry.sequence_number.reset();
  EXPECT_FALSE(inherit(manifest, entry).has_value());
  manifest.sequence_number = 0;  // format version 1
  ASSERT_TRUE(inherit(manifest, entry).has_value());
  EXPECT_EQ(entry.sequence_number, 0);
}

}  // namespace
}  // namespace clicklake::iceberg
