// Files that other engines wrote (tests/golden/iceberg/), read.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/json_value.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_list.h"
#include "iceberg/table_metadata.h"

namespace clicklake::iceberg {
namespace {

std::string golden(const std::string& name) {
  std::ifstream in(std::string(CLICKLAKE_SOURCE_DIR "/tests/golden/iceberg/") + name,
                   std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  EXPECT_FALSE(bytes.str().empty()) << name;
  return bytes.str();
}

/// The members of all objects in the order of their names.
void sort_members(JsonValue* json) {
  std::vector<std::pair<std::string, JsonValue>> members;
  for (JsonValue& element : json->elements) sort_members(&element);
  for (std::size_t i = 0; i < json->names.size(); ++i) {
    members.emplace_back(json->names[i], json->elements[i]);
  }
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < members.size(); ++i) {
    json->names[i] = members[i].first;
    json->elements[i] = members[i].second;
  }
}

std::string sorted(std::string_view text) {
  JsonValue json = parse_json(text).value();
  sort_members(&json);
  return clicklake::to_json(json);
}

TEST(IcebergGoldenTest, ManifestOfPyicebergIsRead) {
  const auto manifest = decode_manifest(golden("pyiceberg-manifest.avro"), "m");
  ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
  EXPECT_EQ(manifest->schema.id, 4);
  EXPECT_EQ(manifest->spec.id, 3);
  EXPECT_EQ(manifest->spec.fields[3].name, "name p");
  EXPECT_EQ(manifest->content, ManifestContent::kData);
  ASSERT_EQ(manifest->entries.size(), 3U);
  const ManifestEntry& added = manifest->entries[0];
  EXPECT_EQ(added.status, EntryStatus::kAdded);
  EXPECT_EQ(added.snapshot_id, 42);
  EXPECT_EQ(added.sequence_number, std::nullopt);
  EXPECT_EQ(added.file.path, "file:///warehouse/t/data/1.parquet");
  EXPECT_EQ(added.file.format, "PARQUET");
  const std::vector<Value> partition{
      std::int64_t{7},
      std::int64_t{20028},
      std::int64_t{480679},
      std::string("näme"),
      decimal_bytes(-123456),
      std::string("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF", 16),
      std::string("\x01\x02\x03"),
      true,
      1.5,
      -2.25,
      std::int64_t{-1},
      std::int64_t{3'600'000'000},
      std::int64_t{1'700'000'000'000'001}};
  EXPECT_EQ(added.file.partition, partition);
  EXPECT_EQ(added.file.record_count, 100);
  EXPECT_EQ(added.file.size_bytes, 1000);
  EXPECT_EQ(added.file.column_sizes, (CountsById{{1, 10}, {3, 20}}));
  EXPECT_EQ(added.file.value_counts, (CountsById{{1, 100}, {3, 100}}));
  EXPECT_EQ(added.file.null_counts, (CountsById{{1, 0}, {3, 5}}));
  EXPECT_EQ(added.file.nan_counts, (CountsById{{8, 1}}));
  EXPECT_EQ(added.file.lower_bounds,
            (BoundsById{{1, std::string("\x01\0\0\0\0\0\0\0", 8)}, {3, "a"}}));
  EXPECT_EQ(added.file.split_offsets, (std::vector<std::int64_t>{4, 500}));
  EXPECT_EQ(added.file.sort_order_id, 2);
  const ManifestEntry& existing = manifest->entries[1];
  EXPECT_EQ(existing.status, EntryStatus::kExisting);
  EXPECT_EQ(existing.snapshot_id, 41);
  EXPECT_EQ(existing.sequence_number, 6);
  EXPECT_EQ(existing.file_sequence_number, 5);
  EXPECT_TRUE(std::all_of(existing.file.partition.begin() + 1, existing.file.partition.end(),
                          [](const Value& value) { return is_null(value); }));
  EXPECT_EQ(manifest->entries[2].status, EntryStatus::kDeleted);

  // What is rewritten of it says the same.
  const auto bytes =
      encode_manifest(manifest->schema, manifest->spec, manifest->content, manifest->entries);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  const auto again = decode_manifest(*bytes, "again");
  ASSERT_TRUE(again.has_value());
  ASSERT_EQ(again->entries.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again->entries[i].file.partition, manifest->entries[i].file.partition);
    EXPECT_EQ(again->entries[i].file.upper_bounds, manifest->entries[i].file.upper_bounds);
  }
}

TEST(IcebergGoldenTest, ManifestListOfPyicebergIsRead) {
  const auto list = decode_manifest_list(golden("pyiceberg-list.avro"), "l");  // packed by zstd
  ASSERT_TRUE(list.has_value()) << list.error().message;
  ASSERT_EQ(list->size(), 1U);
  const ManifestFile& read = (*list)[0];
  EXPECT_EQ(read.path, "file:///warehouse/t/metadata/m0.avro");
  EXPECT_EQ(read.length, static_cast<std::int64_t>(golden("pyiceberg-manifest.avro").size()));

  // Our description of the same entries is theirs.
  const auto manifest = decode_manifest(golden("pyiceberg-manifest.avro"), "m");
  ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
  const auto types = partition_types(manifest->spec, manifest->schema);
  ASSERT_TRUE(types.has_value());
  const ManifestFile ours =
      describe_manifest(manifest->spec, *types, manifest->content, manifest->entries, 42, 7);
  EXPECT_EQ(read.spec_id, ours.spec_id);
  EXPECT_EQ(read.sequence_number, ours.sequence_number);
  EXPECT_EQ(read.min_sequence_number, ours.min_sequence_number);
  EXPECT_EQ(read.added_snapshot_id, ours.added_snapshot_id);
  EXPECT_EQ(read.added_files, ours.added_files);
  EXPECT_EQ(read.existing_files, ours.existing_files);
  EXPECT_EQ(read.deleted_files, ours.deleted_files);
  EXPECT_EQ(read.added_rows, ours.added_rows);
  EXPECT_EQ(read.existing_rows, ours.existing_rows);
  EXPECT_EQ(read.deleted_rows, ours.deleted_rows);
  ASSERT_EQ(read.partitions.size(), ours.partitions.size());
  for (std::size_t i = 0; i < ours.partitions.size(); ++i) {
    EXPECT_EQ(read.partitions[i].contains_null, ours.partitions[i].contains_null) << i;
    EXPECT_EQ(read.partitions[i].contains_nan, ours.partitions[i].contains_nan) << i;
    EXPECT_EQ(read.partitions[i].lower_bound, ours.partitions[i].lower_bound) << i;
    EXPECT_EQ(read.partitions[i].upper_bound, ours.partitions[i].upper_bound) << i;
  }
}

TEST(IcebergGoldenTest, DeletesOfSparkAreRead) {
  const auto manifest = decode_manifest(golden("spark-deletes.avro"), "d");
  ASSERT_TRUE(manifest.has_value()) << manifest.error().message;
  EXPECT_EQ(manifest->content, ManifestContent::kDeletes);
  EXPECT_EQ(manifest->spec.id, 0);
  ASSERT_EQ(manifest->spec.fields.size(), 3U);
  ASSERT_EQ(manifest->entries.size(), 1U);
  const DataFile& file = manifest->entries[0].file;
  EXPECT_EQ(file.content, FileContent::kPositionDeletes);
  EXPECT_EQ(file.record_count, 1);
  EXPECT_EQ(file.partition[2], Value(std::string("na")));
  // The data file that it is of: both bounds of the reserved column of paths.
  const auto path = std::find_if(file.lower_bounds.begin(), file.lower_bounds.end(),
                                 [](const auto& bound) { return bound.first == 2147483546; });
  ASSERT_NE(path, file.lower_bounds.end());
  EXPECT_TRUE(path->second.starts_with("/tmp/warehouse/db/t/data/at_day=2024-11-02/"));
  EXPECT_NE(std::find(file.upper_bounds.begin(), file.upper_bounds.end(), *path),
            file.upper_bounds.end());
}

TEST(IcebergGoldenTest, ManifestListOfSparkIsRead) {
  const auto list = decode_manifest_list(golden("spark-list.avro"), "l");
  ASSERT_TRUE(list.has_value()) << list.error().message;
  ASSERT_EQ(list->size(), 3U);
  std::int64_t files = 0;
  for (const ManifestFile& manifest : *list) files += manifest.added_files;
  EXPECT_EQ(files, 10);
  EXPECT_EQ((*list)[0].spec_id, 1);
  EXPECT_EQ((*list)[0].partitions.size(), 2U);
  EXPECT_EQ((*list)[2].content, ManifestContent::kDeletes);
}

TEST(IcebergGoldenTest, NothingOfSparksMetadataIsLost) {
  const std::string packed = golden("spark-table.gz.metadata.json");
  const auto metadata = parse_table_metadata(packed, "v8.gz.metadata.json");
  ASSERT_TRUE(metadata.has_value()) << metadata.error().message;
  EXPECT_EQ(metadata->location, "/tmp/warehouse/db/t");
  EXPECT_EQ(metadata->last_sequence_number, 3);
  EXPECT_EQ(metadata->schemas.size(), 2U);
  EXPECT_EQ(metadata->current_schema_id, 1);
  EXPECT_EQ(metadata->find_spec(0)->fields[2].transform, "truncate[2]");
  EXPECT_EQ(metadata->default_sort_order_id, 1);
  EXPECT_EQ(metadata->snapshots.size(), 3U);
  EXPECT_EQ(metadata->refs.at("first").type, "tag");
  EXPECT_EQ(metadata->find_snapshot(*metadata->current_snapshot_id)->summary.at("operation"),
            "append");
  EXPECT_EQ(metadata->metadata_log.size(), 7U);
  const std::string ours = to_json(*metadata);
  EXPECT_EQ(sorted(ours), sorted(golden("spark-table.metadata.json")));
}

}  // namespace
}  // namespace clicklake::iceberg
