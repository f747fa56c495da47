#include <algorithm>
#include <initializer_list>

#include "iceberg/deflate_bytes.h"
#include "iceberg/table_metadata.h"

namespace clicklake::iceberg {
namespace {

/// Of a packed file: more is no table's metadata.
constexpr std::size_t kMostBytes = 1U << 30;

/// The members of `json` that are not `known`.
OtherMembers other_members(const JsonValue& json, std::initializer_list<std::string_view> known) {
  OtherMembers other;
  for (std::size_t i = 0; i < json.names.size(); ++i) {
    if (std::find(known.begin(), known.end(), json.names[i]) == known.end()) {
      other.emplace_back(json.names[i], clicklake::to_json(json.elements[i]));
    }
  }
  return other;
}

/// Calls `read` with each element of the array `name`. Errors: it is missing where it is required,
/// or no array.
template <typename Read>
Status each(const JsonValue& json, std::string_view name, bool is_required, const Read& read) {
  ASSIGN_OR_RETURN(const JsonValue* array, array_member(json, name, "table metadata"));
  if (array == nullptr) {
    return is_required ? Status(invalid_member("table metadata", name, "an array")) : Status();
  }
  for (const JsonValue& element : array->elements) RETURN_IF_ERROR(read(element));
  return {};
}

Result<Snapshot> read_snapshot(const JsonValue& json) {
  constexpr std::string_view kWhat = "a snapshot";
  Snapshot snapshot;
  ASSIGN_OR_RETURN(snapshot.id, long_member(json, "snapshot-id", kWhat));
  ASSIGN_OR_RETURN(snapshot.parent_id, optional_long_member(json, "parent-snapshot-id", kWhat));
  // -1 is how some writers say that there is none.
  if (snapshot.parent_id == -1) snapshot.parent_id.reset();
  // Snapshots of a table that was of format version 1 have no sequence number.
  ASSIGN_OR_RETURN(const auto sequence_number,
                   optional_long_member(json, "sequence-number", kWhat));
  snapshot.sequence_number = sequence_number.value_or(0);
  ASSIGN_OR_RETURN(snapshot.timestamp_ms, long_member(json, "timestamp-ms", kWhat));
  if (json.find("manifest-list") != nullptr) {
    ASSIGN_OR_RETURN(snapshot.manifest_list, string_member(json, "manifest-list", kWhat));
  }
  if (const JsonValue* summary = json.find("summary")) {
    ASSIGN_OR_RETURN(snapshot.summary, string_map_of(*summary, "a snapshot's summary"));
  }
  if (json.find("schema-id") != nullptr) {
    ASSIGN_OR_RETURN(snapshot.schema_id, int_member(json, "schema-id", kWhat));
  }
  snapshot.other = other_members(json, {"snapshot-id", "parent-snapshot-id", "sequence-number",
                                        "timestamp-ms", "manifest-list", "summary", "schema-id"});
  return snapshot;
}

Status read_refs(const JsonValue& json, TableMetadata* metadata) {
  const JsonValue* refs = json.find("refs");
  if (refs == nullptr || refs->kind == JsonValue::Kind::kNull) return {};
  if (refs->kind != JsonValue::Kind::kObject) {
    return invalid_member("table metadata", "refs", "an object");
  }
  for (std::size_t i = 0; i < refs->names.size(); ++i) {
    const JsonValue& ref = refs->elements[i];
    const std::string what = "the reference " + refs->names[i];
    SnapshotRef& read = metadata->refs[refs->names[i]];
    ASSIGN_OR_RETURN(read.snapshot_id, long_member(ref, "snapshot-id", what));
    ASSIGN_OR_RETURN(read.type, string_member(ref, "type", what));
    read.other = other_members(ref, {"snapshot-id", "type"});
  }
  return {};
}

Status read_logs(const JsonValue& json, TableMetadata* metadata) {
  RETURN_IF_ERROR(each(json, "snapshot-log", false, [&](const JsonValue& entry) -> Status {
    SnapshotLogEntry& read = metadata->snapshot_log.emplace_back();
    ASSIGN_OR_RETURN(read.timestamp_ms, long_member(entry, "timestamp-ms", "a snapshot log"));
    ASSIGN_OR_RETURN(read.snapshot_id, long_member(entry, "snapshot-id", "a snapshot log"));
    return {};
  }));
  return each(json, "metadata-log", false, [&](const JsonValue& entry) -> Status {
    MetadataLogEntry& read = metadata->metadata_log.emplace_back();
    ASSIGN_OR_RETURN(read.timestamp_ms, long_member(entry, "timestamp-ms", "a metadata log"));
    ASSIGN_OR_RETURN(read.file, string_member(entry, "metadata-file", "a metadata log"));
    return {};
  });
}

Status read_shape(const JsonValue& json, TableMetadata* metadata) {
  constexpr std::string_view kWhat = "table metadata";
  RETURN_IF_ERROR(each(json, "schemas", true, [&](const JsonValue& schema) -> Status {
    ASSIGN_OR_RETURN(Schema read, parse_schema(schema));
    metadata->schemas.push_back(std::move(read));
    return {};
  }));
  ASSIGN_OR_RETURN(metadata->current_schema_id, int_member(json, "current-schema-id", kWhat));
  RETURN_IF_ERROR(each(json, "partition-specs", true, [&](const JsonValue& spec) -> Status {
    ASSIGN_OR_RETURN(PartitionSpec read, parse_partition_spec(spec));
    metadata->partition_specs.push_back(std::move(read));
    return {};
  }));
  ASSIGN_OR_RETURN(metadata->default_spec_id, int_member(json, "default-spec-id", kWhat));
  ASSIGN_OR_RETURN(metadata->last_partition_id, int_member(json, "last-partition-id", kWhat));
  RETURN_IF_ERROR(each(json, "sort-orders", true, [&](const JsonValue& order) -> Status {
    ASSIGN_OR_RETURN(const int id, int_member(order, "order-id", "a sort order"));
    metadata->sort_orders.push_back({id, clicklake::to_json(order)});
    return {};
  }));
  ASSIGN_OR_RETURN(metadata->default_sort_order_id,
                   int_member(json, "default-sort-order-id", kWhat));
  if (metadata->find_schema(metadata->current_schema_id) == nullptr) {
    return invalid_member(kWhat, "current-schema-id", "one of its schemas");
  }
  if (metadata->find_spec(metadata->default_spec_id) == nullptr) {
    return invalid_member(kWhat, "default-spec-id", "one of its partition specs");
  }
  return {};
}

Status read_history(const JsonValue& json, TableMetadata* metadata) {
  constexpr std::string_view kWhat = "table metadata";
  ASSIGN_OR_RETURN(metadata->current_snapshot_id,
                   optional_long_member(json, "current-snapshot-id", kWhat));
  if (metadata->current_snapshot_id == -1) metadata->current_snapshot_id.reset();
  RETURN_IF_ERROR(each(json, "snapshots", false, [&](const JsonValue& snapshot) -> Status {
    ASSIGN_OR_RETURN(Snapshot read, read_snapshot(snapshot));
    metadata->snapshots.push_back(std::move(read));
    return {};
  }));
  RETURN_IF_ERROR(read_refs(json, metadata));
  RETURN_IF_ERROR(read_logs(json, metadata));
  if (!metadata->current_snapshot_id) return {};
  if (metadata->find_snapshot(*metadata->current_snapshot_id) == nullptr) {
    return invalid_member(kWhat, "current-snapshot-id", "one of its snapshots");
  }
  // Writers may leave branch main out.
  metadata->refs.try_emplace("main", SnapshotRef{*metadata->current_snapshot_id, "branch", {}});
  return {};
}

Result<TableMetadata> read_metadata(const JsonValue& json) {
  constexpr std::string_view kWhat = "table metadata";
  ASSIGN_OR_RETURN(const int version, int_member(json, "format-version", kWhat));
  if (version != 2) {
    return Error{ErrorCode::kUnsupported, "the table is of Iceberg's format version " +
                                              std::to_string(version) +
                                              ", this version reads and writes 2"};
  }
  TableMetadata metadata;
  ASSIGN_OR_RETURN(metadata.table_uuid, string_member(json, "table-uuid", kWhat));
  ASSIGN_OR_RETURN(metadata.location, string_member(json, "location", kWhat));
  ASSIGN_OR_RETURN(metadata.last_sequence_number, long_member(json, "last-sequence-number", kWhat));
  ASSIGN_OR_RETURN(metadata.last_updated_ms, long_member(json, "last-updated-ms", kWhat));
  ASSIGN_OR_RETURN(metadata.last_column_id, int_member(json, "last-column-id", kWhat));
  RETURN_IF_ERROR(read_shape(json, &metadata));
  if (const JsonValue* properties = json.find("properties")) {
    ASSIGN_OR_RETURN(metadata.properties, string_map_of(*properties, "a table's properties"));
  }
  RETURN_IF_ERROR(read_history(json, &metadata));
  metadata.other = other_members(
      json, {"format-version", "table-uuid", "location", "last-sequence-number", "last-updated-ms",
             "last-column-id", "current-schema-id", "schemas", "default-spec-id", "partition-specs",
             "last-partition-id", "default-sort-order-id", "sort-orders", "properties",
             "current-snapshot-id", "refs", "snapshots", "snapshot-log", "metadata-log"});
  return metadata;
}

}  // namespace

Result<TableMetadata> parse_table_metadata(std::string_view bytes, std::string_view name) {
  const auto in_file = [&](const Error& error) {
    return Error{error.code, std::string(name) + ": " + error.message};
  };
  std::string unpacked;
  if (bytes.starts_with("\x1F\x8B")) {
    const Status done = inflate_bytes(Framing::kGzip, bytes, kMostBytes, &unpacked);
    if (!done) return in_file(done.error());
    bytes = unpacked;
  }
  const auto json = parse_json(bytes);
  if (!json) return in_file({ErrorCode::kInvalidData, json.error().message});
  auto metadata = read_metadata(*json);
  if (!metadata) return in_file(metadata.error());
  return metadata;
}

}  // namespace clicklake::iceberg
