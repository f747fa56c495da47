#include "iceberg/manifest_list.h"

#include <algorithm>
#include <cmath>

#include "iceberg/avro_writer.h"
#include "iceberg/manifest_schema.h"

namespace clicklake::iceberg {
namespace {

void put_optional(AvroWriter& out, const std::optional<std::string>& bytes) {
  if (!bytes) return out.put_null_branch();
  out.put_value_branch();
  out.put_bytes(*bytes);
}

void put_summaries(AvroWriter& out, const std::vector<FieldSummary>& summaries) {
  out.put_value_branch();
  if (!summaries.empty()) out.put_long(static_cast<std::int64_t>(summaries.size()));
  for (const FieldSummary& summary : summaries) {
    out.put_boolean(summary.contains_null);
    if (summary.contains_nan) {
      out.put_value_branch();
      out.put_boolean(*summary.contains_nan);
    } else {
      out.put_null_branch();
    }
    put_optional(out, summary.lower_bound);
    put_optional(out, summary.upper_bound);
  }
  out.put_long(0);
}

FieldSummary summarise(std::size_t field, const PrimitiveType& type,
                       std::span<const ManifestEntry> entries) {
  FieldSummary summary;
  summary.contains_nan = false;
  const Value* least = nullptr;
  const Value* greatest = nullptr;
  for (const ManifestEntry& entry : entries) {
    const Value& value = entry.file.partition[field];
    const auto* number = std::get_if<double>(&value);
    if (is_null(value)) {
      summary.contains_null = true;
    } else if (number != nullptr && std::isnan(*number)) {
      summary.contains_nan = true;
    } else {
      if (least == nullptr || less(value, *least, type)) least = &value;
      if (greatest == nullptr || less(*greatest, value, type)) greatest = &value;
    }
  }
  if (least != nullptr) summary.lower_bound = encode_single_value(*least, type);
  if (greatest != nullptr) summary.upper_bound = encode_single_value(*greatest, type);
  return summary;
}

}  // namespace

ManifestFile describe_manifest(const PartitionSpec& spec, std::span<const PrimitiveType> types,
                               ManifestContent content, std::span<const ManifestEntry> entries,
                               std::int64_t snapshot_id, std::int64_t sequence_number) {
  ManifestFile manifest;
  manifest.spec_id = spec.id;
  manifest.content = content;
  manifest.sequence_number = sequence_number;
  manifest.min_sequence_number = sequence_number;
  manifest.added_snapshot_id = snapshot_id;
  for (const ManifestEntry& entry : entries) {
    switch (entry.status) {
      case EntryStatus::kAdded:
        ++manifest.added_files;
        manifest.added_rows += entry.file.record_count;
        break;
      case EntryStatus::kExisting:
        ++manifest.existing_files;
        manifest.existing_rows += entry.file.record_count;
        break;
      case EntryStatus::kDeleted:
        ++manifest.deleted_files;
        manifest.deleted_rows += entry.file.record_count;
        continue;
    }
    manifest.min_sequence_number =
        std::min(manifest.min_sequence_number, entry.sequence_number.value_or(sequence_number));
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    manifest.partitions.push_back(summarise(i, types[i], entries));
  }
  return manifest;
}

Result<std::string> encode_manifest_list(const ManifestListOwner& owner,
                                         std::span<const ManifestFile> manifests, AvroCodec codec) {
  AvroWriter out(manifest_list_schema(),
                 {{"snapshot-id", std::to_string(owner.snapshot_id)},
                  {"parent-snapshot-id",
                   owner.parent_snapshot_id ? std::to_string(*owner.parent_snapshot_id) : "null"},
                  {"sequence-number", std::to_string(owner.sequence_number)},
                  {"format-version", "2"}},
                 codec);
  for (const ManifestFile& manifest : manifests) {
    out.put_bytes(manifest.path);
    out.put_long(manifest.length);
    out.put_long(manifest.spec_id);
    out.put_long(static_cast<int>(manifest.content));
    out.put_long(manifest.sequence_number);
    out.put_long(manifest.min_sequence_number);
    out.put_long(manifest.added_snapshot_id);
    out.put_long(manifest.added_files);
    out.put_long(manifest.existing_files);
    out.put_long(manifest.deleted_files);
    out.put_long(manifest.added_rows);
    out.put_long(manifest.existing_rows);
    out.put_long(manifest.deleted_rows);
    put_summaries(out, manifest.partitions);
    put_optional(
        out, manifest.key_metadata.empty() ? std::nullopt : std::optional(manifest.key_metadata));
    RETURN_IF_ERROR(out.end_record());
  }
  return out.finish();
}

}  // namespace clicklake::iceberg
