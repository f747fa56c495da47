// Writes Iceberg metadata for the tables of a lake, in three snapshots each where a table has files
// enough.
//
//   iceberg_write_metadata LAKE FOLDER PREFIX
//
// FOLDER gets one folder a table with its metadata; PREFIX ("" or "file://") stands before every
// absolute path that the metadata names. Prints one JSON line a table: its name, its metadata file
// and the rows that each snapshot has.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/json_text.h"
#include "base/uuid.h"
#include "catalog/catalog.h"
#include "iceberg/location.h"
#include "iceberg/manifest_list.h"
#include "iceberg/star_iceberg.h"

namespace clicklake::iceberg {
namespace {

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Status write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  if (out.good()) return {};
  return Error{ErrorCode::kIo, "write " + path.string()};
}

/// A table, commit by commit; each adds one manifest, the last takes a file away.
class TableFiles {
 public:
  TableFiles(const TableDefinition& table, std::filesystem::path folder, int buckets)
      : folder_(std::move(folder)),
        metadata_(star_metadata(table, make_uuid7(now_ms()), file_location(folder_.string()),
                                now_ms(), buckets)) {}

  Status append(std::vector<DataFile> files) {
    Commit commit = begin("append");
    std::vector<ManifestEntry> entries;
    for (DataFile& file : files) {
      commit.counts.added_files += 1;
      commit.counts.added_rows += file.record_count;
      commit.counts.added_bytes += file.size_bytes;
      entries.push_back(
          {EntryStatus::kAdded, commit.snapshot.id, std::nullopt, std::nullopt, std::move(file)});
    }
    RETURN_IF_ERROR(add_manifest(commit, std::move(entries)));
    return finish(std::move(commit));
  }

  /// Removes the first file of the first manifest.
  Status remove_first() {
    Commit commit = begin("delete");
    std::vector<ManifestEntry> entries = std::move(entries_[0]);
    manifests_.erase(manifests_.begin());
    entries_.erase(entries_.begin());
    for (ManifestEntry& entry : entries) {
      entry.status = EntryStatus::kExisting;
      entry.sequence_number = entry.file_sequence_number = 1;
    }
    entries[0].status = EntryStatus::kDeleted;
    entries[0].snapshot_id = commit.snapshot.id;
    commit.counts.removed_files = 1;
    commit.counts.removed_rows = entries[0].file.record_count;
    commit.counts.removed_bytes = entries[0].file.size_bytes;
    RETURN_IF_ERROR(add_manifest(commit, std::move(entries)));
    return finish(std::move(commit));
  }

  const std::filesystem::path& metadata_file() const { return metadata_file_; }
  const std::vector<SnapshotCounts>& totals() const { return totals_; }
  /// The next version of the metadata.
  Status write() {
    metadata_file_ = folder_ / "metadata" / metadata_file_name(++version_, make_uuid7(now_ms()));
    return write_file(metadata_file_, to_json(metadata_));
  }

 private:
  struct Commit {
    Snapshot snapshot;
    std::string operation;
    SnapshotCounts counts;
  };

  Commit begin(const std::string& operation) {
    Commit commit;
    commit.operation = operation;
    commit.snapshot.id = 1000 + metadata_.last_sequence_number;
    commit.snapshot.parent_id = metadata_.current_snapshot_id;
    commit.snapshot.sequence_number = metadata_.last_sequence_number + 1;
    commit.snapshot.timestamp_ms = now_ms();
    commit.snapshot.schema_id = 0;
    return commit;
  }

  Status add_manifest(const Commit& commit, std::vector<ManifestEntry> entries) {
    const PartitionSpec& spec = metadata_.partition_specs.back();
    const Schema& schema = metadata_.schemas.back();
    ASSIGN_OR_RETURN(const auto types, partition_types(spec, schema));
    ASSIGN_OR_RETURN(const std::string bytes,
                     encode_manifest(schema, spec, ManifestContent::kData, entries));
    const auto path = folder_ / "metadata" / ("m" + std::to_string(commit.snapshot.id) + ".avro");
    RETURN_IF_ERROR(write_file(path, bytes));
    ManifestFile manifest = describe_manifest(spec, types, ManifestContent::kData, entries,
                                              commit.snapshot.id, commit.snapshot.sequence_number);
    manifest.path = file_location(path.string());
    manifest.length = static_cast<std::int64_t>(bytes.size());
    manifests_.push_back(manifest);
    entries_.push_back(std::move(entries));
    return {};
  }

  Status finish(Commit commit) {
    SnapshotCounts& counts = commit.counts;
    const SnapshotCounts before = totals_.empty() ? SnapshotCounts{} : totals_.back();
    counts.total_rows = before.total_rows + counts.added_rows - counts.removed_rows;
    counts.total_files = before.total_files + counts.added_files - counts.removed_files;
    counts.total_bytes = before.total_bytes + counts.added_bytes - counts.removed_bytes;
    ASSIGN_OR_RETURN(const std::string list,
                     encode_manifest_list({commit.snapshot.id, commit.snapshot.parent_id,
                                           commit.snapshot.sequence_number},
                                          manifests_));
    const auto list_path =
        folder_ / "metadata" / ("snap-" + std::to_string(commit.snapshot.id) + ".avro");
    RETURN_IF_ERROR(write_file(list_path, list));
    commit.snapshot.manifest_list = file_location(list_path.string());
    commit.snapshot.summary = make_summary(commit.operation, counts);
    if (!metadata_file_.empty()) {
      log_metadata_file(metadata_,
                        {metadata_.last_updated_ms, file_location(metadata_file_.string())});
    }
    add_snapshot(metadata_, std::move(commit.snapshot));
    totals_.push_back(counts);
    return write();
  }

  std::filesystem::path folder_;
  TableMetadata metadata_;
  int version_ = 0;
  std::filesystem::path metadata_file_;
  std::vector<ManifestFile> manifests_;
  std::vector<std::vector<ManifestEntry>> entries_;
  std::vector<SnapshotCounts> totals_;
};

void print(const std::string& table, const TableFiles& out) {
  JsonText json;
  json.begin_object().member("table", table).member("metadata", out.metadata_file().string());
  json.key("snapshots").begin_array();
  for (const SnapshotCounts& counts : out.totals()) {
    json.begin_object()
        .member("rows", counts.total_rows)
        .member("files", counts.total_files)
        .end_object();
  }
  json.end_array().end_object();
  std::puts(json.text().c_str());
}

Status write_table(Catalog& catalog, const std::filesystem::path& lake, const TableInfo& info,
                   const std::filesystem::path& folder) {
  const TableDefinition* table = find_table(info.name);
  if (table == nullptr || info.files == 0) return {};
  ASSIGN_OR_RETURN(const auto live, catalog.live_files(info.name, {}, true));
  std::vector<DataFile> files;
  int buckets = 1;
  for (const auto& file : live) {
    ASSIGN_OR_RETURN(const StarPartition partition, parse_star_partition(*table, file.partition));
    buckets = std::max(buckets, partition.buckets);
    files.push_back(star_data_file(file.info, file_location((lake / file.path).string()),
                                   partition.values, kStarSortOrderId));
  }
  TableFiles out(*table, folder / info.name, buckets);
  if (files.size() > 2) {
    std::vector<DataFile> last{files.back()};
    files.pop_back();
    RETURN_IF_ERROR(out.append(std::move(files)));
    RETURN_IF_ERROR(out.append(std::move(last)));
    RETURN_IF_ERROR(out.remove_first());
  } else {
    RETURN_IF_ERROR(out.append(std::move(files)));
  }
  print(info.name, out);
  return {};
}

Status run(const std::filesystem::path& lake, const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(const auto catalog, Catalog::open(lake / "catalog.db"));
  ASSIGN_OR_RETURN(const auto tables, catalog->tables());
  for (const TableInfo& info : tables) {
    RETURN_IF_ERROR(write_table(*catalog, lake, info, folder));
  }
  TableFiles empty(fact_clicks_definition(), folder / "empty", 0);
  RETURN_IF_ERROR(empty.write());
  print("empty", empty);
  return {};
}

}  // namespace
}  // namespace clicklake::iceberg

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: iceberg_write_metadata LAKE FOLDER\n", stderr);
    return 2;
  }
  const auto status = clicklake::iceberg::run(std::filesystem::absolute(argv[1]),
                                              std::filesystem::absolute(argv[2]));
  if (status) return 0;
  std::fprintf(stderr, "%s\n", status.error().message.c_str());
  return 1;
}
