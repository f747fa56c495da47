#include "iceberg/table_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json_text.h"

namespace clicklake::iceberg {
namespace {

constexpr std::size_t kMostLoggedFiles = 100;

void append_other(JsonText& json, const OtherMembers& other) {
  for (const auto& [name, text] : other) json.key(name).raw(text);
}

void append_map(JsonText& json, const StringMap& map) {
  json.begin_object();
  for (const auto& [name, value] : map) json.member(name, value);
  json.end_object();
}

void append_snapshot(JsonText& json, const Snapshot& snapshot) {
  json.begin_object()
      .member("sequence-number", snapshot.sequence_number)
      .member("snapshot-id", snapshot.id);
  if (snapshot.parent_id) json.member("parent-snapshot-id", *snapshot.parent_id);
  json.member("timestamp-ms", snapshot.timestamp_ms).key("summary");
  append_map(json, snapshot.summary);
  if (!snapshot.manifest_list.empty()) json.member("manifest-list", snapshot.manifest_list);
  if (snapshot.schema_id) json.member("schema-id", std::int64_t{*snapshot.schema_id});
  append_other(json, snapshot.other);
  json.end_object();
}

void append_logs(JsonText& json, const TableMetadata& metadata) {
  json.key("snapshot-log").begin_array();
  for (const SnapshotLogEntry& entry : metadata.snapshot_log) {
    json.begin_object()
        .member("timestamp-ms", entry.timestamp_ms)
        .member("snapshot-id", entry.snapshot_id)
        .end_object();
  }
  json.end_array().key("metadata-log").begin_array();
  for (const MetadataLogEntry& entry : metadata.metadata_log) {
    json.begin_object()
        .member("timestamp-ms", entry.timestamp_ms)
        .member("metadata-file", entry.file)
        .end_object();
  }
  json.end_array();
}

std::size_t most_logged_files(const TableMetadata& metadata) {
  const auto it = metadata.properties.find("write.metadata.previous-versions-max");
  if (it == metadata.properties.end()) return kMostLoggedFiles;
  std::size_t most = 0;
  const char* end = it->second.data() + it->second.size();
  const auto [stop, error] = std::from_chars(it->second.data(), end, most);
  return error == std::errc() && stop == end && most > 0 ? most : kMostLoggedFiles;
}

template <typename List, typename Id>
auto* find_by_id(const List& list, Id id) {
  const auto it =
      std::find_if(list.begin(), list.end(), [&](const auto& element) { return element.id == id; });
  return it == list.end() ? nullptr : &*it;
}

}  // namespace

const Snapshot* TableMetadata::find_snapshot(std::int64_t id) const {
  return find_by_id(snapshots, id);
}
const PartitionSpec* TableMetadata::find_spec(int id) const {
  return find_by_id(partition_specs, id);
}
const Schema* TableMetadata::find_schema(int id) const { return find_by_id(schemas, id); }

std::string to_json(const TableMetadata& metadata) {
  JsonText json;
  json.begin_object()
      .member("format-version", std::int64_t{2})
      .member("table-uuid", metadata.table_uuid)
      .member("location", metadata.location)
      .member("last-sequence-number", metadata.last_sequence_number)
      .member("last-updated-ms", metadata.last_updated_ms)
      .member("last-column-id", std::int64_t{metadata.last_column_id})
      .member("current-schema-id", std::int64_t{metadata.current_schema_id});
  json.key("schemas").begin_array();
  for (const Schema& schema : metadata.schemas) json.raw(schema.json);
  json.end_array().member("default-spec-id", std::int64_t{metadata.default_spec_id});
  json.key("partition-specs").begin_array();
  for (const PartitionSpec& spec : metadata.partition_specs) json.raw(to_json(spec));
  json.end_array()
      .member("last-partition-id", std::int64_t{metadata.last_partition_id})
      .member("default-sort-order-id", std::int64_t{metadata.default_sort_order_id});
  json.key("sort-orders").begin_array();
  for (const SortOrder& order : metadata.sort_orders) json.raw(order.json);
  json.end_array().key("properties");
  append_map(json, metadata.properties);
  // Without a snapshot -1, which readers of every version take.
  json.member("current-snapshot-id", metadata.current_snapshot_id.value_or(-1));
  json.key("refs").begin_object();
  for (const auto& [name, ref] : metadata.refs) {
    json.key(name).begin_object().member("snapshot-id", ref.snapshot_id).member("type", ref.type);
    append_other(json, ref.other);
    json.end_object();
  }
  json.end_object().key("snapshots").begin_array();
  for (const Snapshot& snapshot : metadata.snapshots) append_snapshot(json, snapshot);
  json.end_array();
  append_logs(json, metadata);
  append_other(json, metadata.other);
  json.end_object();
  return json.text();
}

std::string metadata_file_name(int version, std::string_view uuid) {
  return fmt::format("{:05}-{}.metadata.json", version, uuid);
}

std::optional<int> metadata_version(std::string_view path) {
  std::string_view name = path.substr(path.find_last_of('/') + 1);  // npos + 1 is 0
  if (name.starts_with('v')) name.remove_prefix(1);
  int version = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), version);
  const bool ends = stop != name.data() + name.size() && (*stop == '-' || *stop == '.');
  return error == std::errc() && ends && version >= 0 ? std::optional(version) : std::nullopt;
}

StringMap make_summary(std::string_view operation, const SnapshotCounts& counts) {
  StringMap summary{{"operation", std::string(operation)}};
  const auto add = [&](const char* name, std::int64_t count) {
    summary[name] = std::to_string(count);
  };
  const auto add_change = [&](const char* name, std::int64_t count) {
    if (count != 0) add(name, count);
  };
  add_change("added-data-files", counts.added_files);
  add_change("deleted-data-files", counts.removed_files);
  add_change("added-records", counts.added_rows);
  add_change("deleted-records", counts.removed_rows);
  add_change("added-files-size", counts.added_bytes);
  add_change("removed-files-size", counts.removed_bytes);
  add("changed-partition-count", counts.changed_partitions);
  add("total-data-files", counts.total_files);
  add("total-records", counts.total_rows);
  add("total-files-size", counts.total_bytes);
  for (const char* name :
       {"total-delete-files", "total-position-deletes", "total-equality-deletes"}) {
    add(name, 0);
  }
  return summary;
}

void add_snapshot(TableMetadata& metadata, Snapshot snapshot) {
  snapshot.timestamp_ms = std::max(snapshot.timestamp_ms, metadata.last_updated_ms);
  metadata.last_updated_ms = snapshot.timestamp_ms;
  metadata.last_sequence_number = std::max(metadata.last_sequence_number, snapshot.sequence_number);
  metadata.current_snapshot_id = snapshot.id;
  metadata.refs["main"].snapshot_id = snapshot.id;
  metadata.snapshot_log.push_back({snapshot.timestamp_ms, snapshot.id});
  metadata.snapshots.push_back(std::move(snapshot));
}

std::vector<std::string> log_metadata_file(TableMetadata& metadata, MetadataLogEntry previous) {
  std::vector<std::string> dropped;
  auto& log = metadata.metadata_log;
  log.push_back(std::move(previous));
  const std::size_t most = most_logged_files(metadata);
  if (log.size() <= most) return dropped;
  const auto kept = log.end() - static_cast<std::ptrdiff_t>(most);
  for (auto it = log.begin(); it != kept; ++it) dropped.push_back(std::move(it->file));
  log.erase(log.begin(), kept);
  return dropped;
}

}  // namespace clicklake::iceberg
