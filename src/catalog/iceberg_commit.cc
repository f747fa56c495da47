#include "catalog/iceberg_commit.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "base/hash.h"
#include "base/parallel.h"
#include "catalog/blob_codec.h"
#include "catalog/iceberg_files.h"
#include "catalog/snapshot_expiry.h"
#include "iceberg/star_iceberg.h"
#include "model/mart_table.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;
using iceberg::EntryStatus;
using iceberg::ManifestContent;
using iceberg::ManifestEntry;
using iceberg::ManifestFile;
using iceberg::TableMetadata;

// What collect_rows() reads of live files.
#define CLICKLAKE_LIVE_FILES                                                                     \
  "SELECT f.file_no, f.path, f.partition, f.records, f.size, s.statistics,"                      \
  " f.added_snapshot, n.sequence_number FROM data_files f"                                       \
  " JOIN file_statistics s USING (file_no) JOIN snapshots n ON n.snapshot_id = f.added_snapshot" \
  " WHERE f.removed_snapshot IS NULL AND "
#define CLICKLAKE_IN_ORDER " ORDER BY f.partition, f.path"
constexpr const char* kFilesOfManifest =
    CLICKLAKE_LIVE_FILES "f.manifest_no = ?1" CLICKLAKE_IN_ORDER;
constexpr const char* kFilesOfTable = CLICKLAKE_LIVE_FILES "f.table_no = ?1" CLICKLAKE_IN_ORDER;
constexpr const char* kUnlistedFiles =
    CLICKLAKE_LIVE_FILES "f.table_no = ?1 AND f.manifest_no IS NULL" CLICKLAKE_IN_ORDER;
#undef CLICKLAKE_LIVE_FILES
#undef CLICKLAKE_IN_ORDER

constexpr std::size_t kFilesAtOnce = 8;
/// A manifest of so many files is left as it is.
constexpr int kMostMergedFiles = 10'000;
constexpr std::size_t kMostEntries = 20'000;  ///< in one manifest
/// So many manifests of about one size become one.
constexpr int kMergeAt = 8;
/// Bucketed tables without files say so many buckets until they have some.
constexpr int kUsualBuckets = 8;
constexpr std::size_t kMostSnapshots = 500;

Error conflict(const Connection& connection, const std::string& what) {
  return Error{ErrorCode::kConflict,
               "catalog " + connection.file().string() + ": " + what + "; nothing was changed"};
}

/// 0 for up to 7 files, 1 for up to 63, ...
int size_class(int files) {
  int tier = 0;
  for (; files >= kMergeAt; files /= kMergeAt) ++tier;
  return tier;
}

std::string hash_of(std::string_view bytes) {
  ContentHash hash;
  hash.update(bytes.data(), bytes.size());
  return hash.hex();
}

int live_files_of(const ManifestFile& manifest) {
  return manifest.added_files + manifest.existing_files;
}

/// Which of `manifests` to merge into one that will hold `files` files anyway: all of a size of
/// which there are many, beginning with the small ones.
std::vector<std::size_t> choose_merges(std::span<const ManifestFile> manifests,
                                       const std::vector<bool>& taken, int spec_id, int files) {
  std::map<int, std::vector<std::size_t>> by_size;
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    const ManifestFile& m = manifests[i];
    if (taken[i] || m.content != ManifestContent::kData || m.spec_id != spec_id ||
        live_files_of(m) >= kMostMergedFiles) {
      continue;
    }
    by_size[size_class(live_files_of(m))].push_back(i);
  }
  std::vector<std::size_t> chosen;
  for (const auto& [tier, members] : by_size) {
    const int with_new = static_cast<int>(members.size()) + (size_class(files) == tier ? 1 : 0);
    if (with_new < kMergeAt) continue;
    for (const std::size_t i : members) {
      chosen.push_back(i);
      files += live_files_of(manifests[i]);
    }
  }
  return chosen;
}

/// What led to the folder that the lake lay in before: every path in it is absolute.
void forget_history(TableMetadata& metadata, std::string location) {
  metadata.location = std::move(location);
  metadata.current_snapshot_id.reset();
  metadata.snapshots.clear();
  metadata.snapshot_log.clear();
  metadata.metadata_log.clear();
  metadata.refs.clear();
  // Statistics and the like name snapshots and files.
  metadata.other.clear();
}

/// How long snapshots stay: as the table's property says.
std::chrono::milliseconds snapshots_kept(const TableMetadata& metadata) {
  const auto property = metadata.properties.find("history.expire.max-snapshot-age-ms");
  if (property == metadata.properties.end()) return kSnapshotsKept;
  const std::int64_t said = std::atoll(property->second.c_str());
  return said > 0 ? std::chrono::milliseconds(said) : kSnapshotsKept;
}

}  // namespace

std::string_view operation_of(const TableChange& change) {
  if (change.same_rows) return "replace";
  if (change.removed.empty()) return "append";
  return change.added.empty() ? "delete" : "overwrite";
}

/// The entries of the manifests to write, with the rows that they are of.
struct IcebergCommit::Entries {
  struct OfSpec {
    std::vector<ManifestEntry> entries;
    std::vector<std::int64_t> file_nos;  ///< 0: added by this commit
    std::vector<std::string> paths;      ///< of those; "" for others
    int live = 0;
  };
  std::map<int, OfSpec> by_spec;

  void add(int spec_id, ManifestEntry entry, std::int64_t file_no, std::string path) {
    OfSpec& of = by_spec[spec_id];
    of.live += entry.status != EntryStatus::kDeleted ? 1 : 0;
    of.entries.push_back(std::move(entry));
    of.file_nos.push_back(file_no);
    of.paths.push_back(std::move(path));
  }
};

IcebergCommit::IcebergCommit(Connection& connection, const BatchCommit& commit, std::int64_t now_us)
    : connection_(connection),
      commit_(commit),
      now_us_(now_us),
      lake_(lake_folder(connection.file())) {}

IcebergCommit::NewSnapshot IcebergCommit::snapshot_of(std::string_view table) const {
  for (const Table& t : tables_) {
    if (t.definition->name == table) return {t.new_snapshot, t.sequence_number};
  }
  return {};
}

Result<std::vector<IcebergCommit::Table>> IcebergCommit::tables_to_write() {
  std::vector<Table> tables;
  ASSIGN_OR_RETURN(
      Rows rows,
      connection_.query("SELECT t.table_no, t.name, t.uuid, coalesce(t.current_snapshot, 0),"
                        " coalesce(i.metadata_location, ''), t.namespace, t.definition"
                        " FROM tables t LEFT JOIN iceberg_tables i ON i.catalog_name = 'lake'"
                        " AND i.table_namespace = t.namespace AND i.table_name = t.name"
                        " ORDER BY t.table_no"));
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return tables;
    Table table;
    table.definition = known_table(rows.text(1), rows.text(6));
    if (table.definition == nullptr) {
      if (find_table(rows.text(1)) == nullptr) continue;  // a newer program's
      return Error{ErrorCode::kCorruption, "catalog " + connection_.file().string() +
                                               ": the added columns of " +
                                               std::string(rows.text(1)) + " can't be read"};
    }
    const auto change =
        std::find_if(commit_.changes.begin(), commit_.changes.end(),
                     [&](const TableChange& c) { return c.table == table.definition->name; });
    if (change != commit_.changes.end() && (!change->added.empty() || !change->removed.empty())) {
      table.change = &*change;
    }
    table.base_location = rows.text(4);
    table.folder = lake_ / folder_of(*table.definition);
    table.moved = !table.base_location.empty() &&
                  !table.base_location.starts_with(iceberg_location(table.folder) + "/");
    if (!anew_ && table.change == nullptr && !table.base_location.empty() && !table.moved) continue;
    table.table_no = rows.integer(0);
    table.uuid = rows.text(2);
    table.base_snapshot = rows.integer(3);
    table.name_space = rows.text(5);
    tables.push_back(std::move(table));
  }
}

Status IcebergCommit::write() {
  if (std::all_of(commit_.changes.begin(), commit_.changes.end(),
                  [](const TableChange& c) { return c.added.empty() && c.removed.empty(); })) {
    return {};
  }
  ASSIGN_OR_RETURN(std::vector<Table> tables, tables_to_write());
  return write_tables(std::move(tables));
}

Status IcebergCommit::write_anew(bool only_moved) {
  anew_ = true;
  ASSIGN_OR_RETURN(std::vector<Table> tables, tables_to_write());
  std::erase_if(tables, [&](const Table& table) {
    return table.base_location.empty() || (only_moved && !table.moved);
  });
  for (Table& table : tables) table.moved = true;
  return tables.empty() ? Status() : write_tables(std::move(tables));
}

Status IcebergCommit::write_tables(std::vector<Table> tables) {
  ASSIGN_OR_RETURN(const auto next, connection_.query_integer(
                                        "SELECT value FROM meta WHERE key = 'next_snapshot_id'"));
  first_snapshot_ = next_snapshot_ = next.value_or(1);
  tables_ = std::move(tables);
  for (Table& table : tables_) RETURN_IF_ERROR(write_table(table));
  return write_files();
}

Result<TableMetadata> IcebergCommit::new_metadata(const Table& table) {
  int buckets = kUsualBuckets;
  if (table.change != nullptr && !table.change->added.empty()) {
    ASSIGN_OR_RETURN(
        const iceberg::StarPartition partition,
        iceberg::parse_star_partition(*table.definition, table.change->added.front().partition));
    buckets = partition.buckets;
  }
  return iceberg::star_metadata(*table.definition, table.uuid, iceberg_location(table.folder),
                                now_us_ / 1000, buckets);
}

/// Whether a metadata file's bytes are those that were written.
Result<bool> IcebergCommit::is_as_written(const Table& table, std::string_view text) {
  ASSIGN_OR_RETURN(Rows rows, connection_.query("SELECT metadata_hash FROM tables"
                                                " WHERE table_no = ?1",
                                                table.table_no));
  ASSIGN_OR_RETURN(const bool found, rows.next());
  return !found || rows.text(0).empty() || rows.text(0) == hash_of(text);
}

Result<TableMetadata> IcebergCommit::base_metadata(const Table& table, int* version) {
  *version = 0;
  if (table.base_location.empty()) return new_metadata(table);
  ASSIGN_OR_RETURN(fs::path path, path_of_location(table.base_location));
  if (table.moved) path = table.folder / "metadata" / path.filename();
  *version = std::atoi(path.filename().c_str()) + 1;
  const Result<std::string> text = read_metadata_file(path);
  if (anew_ && !text) return new_metadata(table);
  if (!text) return text.error();
  ASSIGN_OR_RETURN(const bool as_written, is_as_written(table, *text));
  if (anew_ && !as_written) return new_metadata(table);
  ASSIGN_OR_RETURN(TableMetadata metadata,
                   iceberg::parse_table_metadata(*text, path.filename().string()));
  const std::int64_t current = metadata.current_snapshot_id.value_or(0);
  if (current != table.base_snapshot) {
    return conflict(connection_, "the table " + std::string(table.definition->name) +
                                     " was changed by another program: its snapshot is " +
                                     std::to_string(current) + ", the commit was built on " +
                                     std::to_string(table.base_snapshot));
  }
  if (table.moved) forget_history(metadata, iceberg_location(table.folder));
  return metadata;
}

Result<std::vector<ManifestFile>> IcebergCommit::live_manifests(const TableMetadata& metadata) {
  if (!metadata.current_snapshot_id) return std::vector<ManifestFile>();
  const iceberg::Snapshot* current = metadata.find_snapshot(*metadata.current_snapshot_id);
  if (current == nullptr) {
    return Error{ErrorCode::kCorruption,
                 "the metadata of " + metadata.location + " does not hold its current snapshot"};
  }
  ASSIGN_OR_RETURN(const fs::path path, path_of_location(current->manifest_list));
  ASSIGN_OR_RETURN(const std::string bytes, read_metadata_file(path));
  ASSIGN_OR_RETURN(std::vector<ManifestFile> manifests,
                   iceberg::decode_manifest_list(bytes, path.string()));
  std::erase_if(manifests, [](const ManifestFile& m) { return live_files_of(m) == 0; });
  return manifests;
}

Status IcebergCommit::write_table(Table& table) {
  int version = 0;
  ASSIGN_OR_RETURN(TableMetadata metadata, base_metadata(table, &version));
  const std::int64_t now_ms = std::max(now_us_ / 1000, metadata.last_updated_ms);
  if (!table.base_location.empty() && !table.moved) {
    (void)iceberg::log_metadata_file(metadata, {metadata.last_updated_ms, table.base_location});
  }
  metadata.last_updated_ms = now_ms;
  RETURN_IF_ERROR(iceberg::ensure_star_schema(metadata, *table.definition));
  if (table.change != nullptr || table.base_snapshot != 0) {
    RETURN_IF_ERROR(add_snapshot(table, metadata));
    drop_snapshots(metadata, now_ms, snapshots_kept(metadata), kMostSnapshots);
  }
  const fs::path file =
      table.folder / "metadata" / iceberg::metadata_file_name(version, commit_.batch_id);
  table.new_location = iceberg_location(file);
  files_.push_back({file, iceberg::to_json(metadata)});
  table.metadata_hash = hash_of(files_.back().bytes);
  return {};
}

Status IcebergCommit::add_snapshot(Table& table, TableMetadata& metadata) {
  iceberg::Snapshot snapshot;
  std::int64_t base_sequence = 0;
  {
    ASSIGN_OR_RETURN(
        const auto sequence,
        connection_.query_integer("SELECT sequence_number FROM snapshots WHERE snapshot_id = ?1",
                                  table.base_snapshot));
    base_sequence = sequence.value_or(0);
  }
  // A table that was published before it had metadata keeps its snapshot's number.
  table.new_snapshot = table.change != nullptr ? next_snapshot_++ : table.base_snapshot;
  snapshot.id = table.new_snapshot;
  // Branches of other engines may be ahead of ours.
  snapshot.sequence_number = table.change != nullptr
                                 ? std::max(base_sequence, metadata.last_sequence_number) + 1
                                 : base_sequence;
  table.sequence_number = snapshot.sequence_number;
  snapshot.parent_id = metadata.current_snapshot_id;
  snapshot.timestamp_ms = metadata.last_updated_ms;

  ASSIGN_OR_RETURN(std::vector<ManifestFile> manifests, live_manifests(metadata));
  Entries entries;
  RETURN_IF_ERROR(collect(table, metadata, manifests, entries));
  RETURN_IF_ERROR(write_manifests(table, metadata, snapshot.sequence_number, entries, manifests));
  snapshot.schema_id = metadata.current_schema_id;

  ASSIGN_OR_RETURN(std::string list,
                   iceberg::encode_manifest_list(
                       {snapshot.id, snapshot.parent_id, snapshot.sequence_number}, manifests));
  const fs::path path = table.folder / "metadata" / (commit_.batch_id + "-list.avro");
  snapshot.manifest_list = iceberg_location(path);
  files_.push_back({path, std::move(list)});

  ASSIGN_OR_RETURN(const iceberg::SnapshotCounts counts, count(table));
  const std::string_view operation =
      table.change == nullptr ? "append" : operation_of(*table.change);
  snapshot.summary = iceberg::make_summary(operation, counts);
  snapshot.summary["clicklake.batch-id"] = commit_.batch_id;
  iceberg::add_snapshot(metadata, std::move(snapshot));
  return {};
}

Status IcebergCommit::collect_rows(Rows rows, const Table& table, TableMetadata& metadata,
                                   const std::set<std::string, std::less<>>& removed,
                                   Entries& entries) {
  for (;;) {
    ASSIGN_OR_RETURN(const bool more, rows.next());
    if (!more) return {};
    const std::string path(rows.text(1));
    ParquetFileInfo info;
    info.record_count = rows.integer(3);
    info.size_bytes = rows.integer(4);
    if (const Status decoded = decode_statistics(rows.blob(5), info); !decoded) {
      return Error{decoded.error().code, "catalog " + connection_.file().string() + ", file " +
                                             path + ": " + decoded.error().message};
    }
    ASSIGN_OR_RETURN(iceberg::StarPartition partition,
                     iceberg::parse_star_partition(*table.definition, rows.text(2)));
    const int spec = iceberg::ensure_star_spec(metadata, *table.definition, partition.buckets);
    const bool is_removed = removed.contains(path);
    ManifestEntry entry;
    entry.status = is_removed ? EntryStatus::kDeleted : EntryStatus::kExisting;
    entry.snapshot_id = is_removed ? table.new_snapshot : rows.integer(6);
    entry.sequence_number = entry.file_sequence_number = rows.integer(7);
    entry.file = iceberg::star_data_file(
        info, iceberg_location(lake_ / path), std::move(partition.values),
        table.definition->sort_column.empty() ? std::nullopt
                                              : std::optional(iceberg::kStarSortOrderId));
    entries.add(spec, std::move(entry), rows.integer(0), "");
  }
}

/// What the new manifests list; takes those that they replace out of `kept`.
Status IcebergCommit::collect(Table& table, TableMetadata& metadata,
                              std::vector<ManifestFile>& kept, Entries& entries) {
  std::set<std::string, std::less<>> removed;
  std::set<std::int64_t> touched;
  if (table.change != nullptr) {
    for (const std::string& path : table.change->removed) {
      ASSIGN_OR_RETURN(const auto manifest,
                       connection_.query_integer(
                           "SELECT coalesce(manifest_no, 0) FROM data_files"
                           " WHERE path = ?1 AND table_no = ?2 AND removed_snapshot IS NULL",
                           path, table.table_no));
      if (!manifest) {
        return conflict(connection_, "the file " + path + " is not live in " +
                                         std::string(table.definition->name));
      }
      removed.insert(path);
      touched.insert(*manifest);
    }
    for (const DataFile& file : table.change->added) {
      ASSIGN_OR_RETURN(iceberg::StarPartition partition,
                       iceberg::parse_star_partition(*table.definition, file.partition));
      const int spec = iceberg::ensure_star_spec(metadata, *table.definition, partition.buckets);
      metadata.default_spec_id = spec;
      ManifestEntry entry;
      entry.status = EntryStatus::kAdded;
      entry.snapshot_id = table.new_snapshot;
      entry.file = iceberg::star_data_file(
          file.info, iceberg_location(lake_ / file.path), std::move(partition.values),
          table.definition->sort_column.empty() ? std::nullopt
                                                : std::optional(iceberg::kStarSortOrderId));
      entries.add(spec, std::move(entry), 0, file.path);
    }
  }
  {
    ASSIGN_OR_RETURN(Rows rows, table.moved ? connection_.query(kFilesOfTable, table.table_no)
                                            : connection_.query(kUnlistedFiles, table.table_no));
    RETURN_IF_ERROR(collect_rows(std::move(rows), table, metadata, removed, entries));
  }

  // Manifests by number: those that list what is removed are written anew, and so are many small
  // ones.
  std::vector<std::int64_t> numbers(kept.size(), 0);
  std::vector<bool> taken(kept.size(), false);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    ASSIGN_OR_RETURN(const auto number,
                     connection_.query_integer("SELECT manifest_no FROM manifests WHERE path = ?1",
                                               kept[i].path));
    numbers[i] = number.value_or(0);
    taken[i] = numbers[i] == 0;  // not of ours: it stays as it is
  }
  std::vector<bool> replaced(kept.size(), false);
  const auto replace = [&](std::size_t i) -> Status {
    taken[i] = replaced[i] = true;
    table.replaced_manifests.push_back(numbers[i]);
    ASSIGN_OR_RETURN(Rows rows, connection_.query(kFilesOfManifest, numbers[i]));
    return collect_rows(std::move(rows), table, metadata, removed, entries);
  };
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (numbers[i] != 0 && touched.contains(numbers[i])) RETURN_IF_ERROR(replace(i));
  }
  std::vector<int> specs;
  specs.reserve(entries.by_spec.size());
  for (const auto& [spec, of] : entries.by_spec) specs.push_back(spec);
  for (const int spec : specs) {
    for (const std::size_t i : choose_merges(kept, taken, spec, entries.by_spec[spec].live)) {
      RETURN_IF_ERROR(replace(i));
    }
  }
  std::vector<ManifestFile> rest;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!replaced[i]) rest.push_back(std::move(kept[i]));
  }
  kept = std::move(rest);
  return {};
}

/// Appends to `manifests` what it writes.
Status IcebergCommit::write_manifests(Table& table, const TableMetadata& metadata,
                                      std::int64_t sequence_number, const Entries& entries,
                                      std::vector<ManifestFile>& manifests) {
  const iceberg::Schema* schema = metadata.find_schema(metadata.current_schema_id);
  for (const auto& [spec_id, of] : entries.by_spec) {
    const iceberg::PartitionSpec* spec = metadata.find_spec(spec_id);
    ASSIGN_OR_RETURN(const std::vector<iceberg::PrimitiveType> types,
                     iceberg::partition_types(*spec, *schema));
    for (std::size_t begin = 0; begin < of.entries.size(); begin += kMostEntries) {
      const std::size_t count = std::min(kMostEntries, of.entries.size() - begin);
      const std::span<const ManifestEntry> part = std::span(of.entries).subspan(begin, count);
      ASSIGN_OR_RETURN(std::string bytes,
                       iceberg::encode_manifest(*schema, *spec, ManifestContent::kData, part));
      NewManifest made;
      made.file = iceberg::describe_manifest(*spec, types, ManifestContent::kData, part,
                                             table.new_snapshot, sequence_number);
      const fs::path path = table.folder / "metadata" /
                            fmt::format("{}-m{}.avro", commit_.batch_id, table.manifests.size());
      made.file.path = iceberg_location(path);
      made.file.length = static_cast<std::int64_t>(bytes.size());
      for (std::size_t i = begin; i < begin + count; ++i) {
        if (of.file_nos[i] == 0) {
          made.added_paths.push_back(of.paths[i]);
        } else if (of.entries[i].status != EntryStatus::kDeleted) {
          made.kept_files.push_back(of.file_nos[i]);
        }
      }
      made.content_hash = hash_of(bytes);
      manifests.push_back(made.file);
      table.manifests.push_back(std::move(made));
      files_.push_back({path, std::move(bytes)});
    }
  }
  return {};
}

Result<iceberg::SnapshotCounts> IcebergCommit::count(const Table& table) {
  iceberg::SnapshotCounts counts;
  {
    ASSIGN_OR_RETURN(Rows rows, connection_.query("SELECT total_files, total_rows, total_bytes"
                                                  " FROM snapshots WHERE snapshot_id = ?1",
                                                  table.base_snapshot));
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (found) {
      counts.total_files = rows.integer(0);
      counts.total_rows = rows.integer(1);
      counts.total_bytes = rows.integer(2);
    }
  }
  std::set<std::string, std::less<>> partitions;
  if (table.change == nullptr) {
    counts.added_files = counts.total_files;
    counts.added_rows = counts.total_rows;
    counts.added_bytes = counts.total_bytes;
    return counts;
  }
  for (const DataFile& file : table.change->added) {
    ++counts.added_files;
    counts.added_rows += file.info.record_count;
    counts.added_bytes += file.info.size_bytes;
    partitions.insert(file.partition);
  }
  for (const std::string& path : table.change->removed) {
    ASSIGN_OR_RETURN(Rows rows, connection_.query("SELECT records, size, partition FROM data_files"
                                                  " WHERE path = ?1",
                                                  path));
    ASSIGN_OR_RETURN(const bool found, rows.next());
    if (!found) continue;
    ++counts.removed_files;
    counts.removed_rows += rows.integer(0);
    counts.removed_bytes += rows.integer(1);
    partitions.emplace(rows.text(2));
  }
  counts.changed_partitions = static_cast<std::int64_t>(partitions.size());
  counts.total_files += counts.added_files - counts.removed_files;
  counts.total_rows += counts.added_rows - counts.removed_rows;
  counts.total_bytes += counts.added_bytes - counts.removed_bytes;
  return counts;
}

Status IcebergCommit::write_files() {
  std::set<fs::path> folders;
  std::vector<DurableFile> written;
  for (const OutputFile& file : files_) {
    ASSIGN_OR_RETURN(DurableFile out, DurableFile::create(file.path));
    RETURN_IF_ERROR(out.append(file.bytes));
    RETURN_IF_ERROR(out.rename("iceberg.rename"));
    written.push_back(std::move(out));
    folders.insert(file.path.parent_path());
  }
  RETURN_IF_ERROR(for_each_in_parallel(written.size(), kFilesAtOnce, [&](std::size_t i) {
    return written[i].sync("iceberg.sync");
  }));
  return sync_folders(std::vector<fs::path>(folders.begin(), folders.end()), lake_);
}

Status IcebergCommit::publish() {
  if (tables_.empty()) return {};
  RETURN_IF_ERROR(connection_.execute(
      "UPDATE meta SET value = ?2 WHERE key = 'next_snapshot_id' AND value = ?1", first_snapshot_,
      next_snapshot_));
  if (connection_.changes() == 0) {
    return conflict(connection_, "another batch was published while this one wrote its metadata");
  }
  for (const Table& table : tables_) RETURN_IF_ERROR(publish_table(table));
  return {};
}

Status IcebergCommit::publish_table(const Table& table) {
  if (table.base_location.empty()) {
    RETURN_IF_ERROR(connection_.execute(
        "INSERT OR IGNORE INTO iceberg_tables(catalog_name, table_namespace, table_name,"
        " metadata_location, iceberg_type) VALUES ('lake', ?1, ?2, ?3, 'TABLE')",
        table.name_space, table.definition->name, table.new_location));
  } else {
    RETURN_IF_ERROR(connection_.execute(
        "UPDATE iceberg_tables SET metadata_location = ?4, previous_metadata_location = ?3"
        " WHERE catalog_name = 'lake' AND table_namespace = ?1 AND table_name = ?2"
        " AND metadata_location = ?3",
        table.name_space, table.definition->name, table.base_location, table.new_location));
  }
  if (connection_.changes() == 0) {
    return conflict(connection_, "the table " + std::string(table.definition->name) +
                                     " was changed by another program in the meantime");
  }
  RETURN_IF_ERROR(connection_.execute(
      "UPDATE tables SET metadata_location = ?2, metadata_hash = ?3 WHERE table_no = ?1",
      table.table_no, table.new_location, table.metadata_hash));
  if (table.moved) {
    RETURN_IF_ERROR(
        connection_.execute("DELETE FROM manifests WHERE table_no = ?1", table.table_no));
  }
  for (const std::int64_t manifest : table.replaced_manifests) {
    RETURN_IF_ERROR(connection_.execute("DELETE FROM manifests WHERE manifest_no = ?1", manifest));
  }
  for (const NewManifest& manifest : table.manifests) {
    RETURN_IF_ERROR(connection_.execute(
        "INSERT INTO manifests(table_no, path, content_hash) VALUES (?1, ?2, ?3)", table.table_no,
        manifest.file.path, manifest.content_hash));
    const std::int64_t manifest_no = connection_.last_row_id();
    for (const std::string& path : manifest.added_paths) {
      RETURN_IF_ERROR(connection_.execute("UPDATE data_files SET manifest_no = ?2 WHERE path = ?1",
                                          path, manifest_no));
    }
    for (const std::int64_t file : manifest.kept_files) {
      RETURN_IF_ERROR(connection_.execute(
          "UPDATE data_files SET manifest_no = ?2 WHERE file_no = ?1", file, manifest_no));
    }
  }
  return {};
}

Status create_iceberg_catalog(Connection& connection) {
  return connection.execute_script(R"sql(
CREATE TABLE iceberg_tables (
  catalog_name VARCHAR(255) NOT NULL,
  table_namespace VARCHAR(255) NOT NULL,
  table_name VARCHAR(255) NOT NULL,
  metadata_location VARCHAR(1000),
  previous_metadata_location VARCHAR(1000),
  iceberg_type VARCHAR(5),
  PRIMARY KEY (catalog_name, table_namespace, table_name)
);
CREATE TABLE iceberg_namespace_properties (
  catalog_name VARCHAR(255) NOT NULL,
  namespace VARCHAR(255) NOT NULL,
  property_key VARCHAR(255) NOT NULL,
  property_value VARCHAR(1000),
  PRIMARY KEY (catalog_name, namespace, property_key)
);
INSERT INTO iceberg_namespace_properties VALUES ('lake', 'clickstream_processed', 'exists', 'true');
CREATE TABLE manifests (
  manifest_no INTEGER PRIMARY KEY,
  table_no INTEGER NOT NULL REFERENCES tables,
  path TEXT NOT NULL UNIQUE
);
ALTER TABLE tables ADD COLUMN namespace TEXT NOT NULL DEFAULT 'clickstream_processed';
ALTER TABLE tables ADD COLUMN metadata_location TEXT NOT NULL DEFAULT '';
ALTER TABLE data_files ADD COLUMN manifest_no INTEGER;
CREATE INDEX data_files_by_manifest ON data_files(manifest_no)
  WHERE removed_snapshot IS NULL AND manifest_no IS NOT NULL;
CREATE INDEX data_files_unlisted ON data_files(table_no)
  WHERE removed_snapshot IS NULL AND manifest_no IS NULL;
INSERT INTO meta SELECT 'next_snapshot_id', coalesce(max(snapshot_id), 0) + 1 FROM snapshots;
)sql");
}

}  // namespace clicklake
