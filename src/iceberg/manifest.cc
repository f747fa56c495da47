#include "iceberg/manifest.h"

#include "iceberg/avro_writer.h"
#include "iceberg/manifest_schema.h"

namespace clicklake::iceberg {
namespace {

using Kind = PrimitiveType::Kind;

void put_optional(AvroWriter& out, const std::optional<std::int64_t>& value) {
  if (!value) return out.put_null_branch();
  out.put_value_branch();
  out.put_long(*value);
}

void put_optional(AvroWriter& out, std::string_view bytes) {
  if (bytes.empty()) return out.put_null_branch();
  out.put_value_branch();
  out.put_bytes(bytes);
}

/// An optional list: its elements in one block. `put` writes one.
template <typename List, typename Put>
void put_list(AvroWriter& out, const List& list, const Put& put) {
  if (list.empty()) return out.put_null_branch();
  out.put_value_branch();
  out.put_long(static_cast<std::int64_t>(list.size()));
  for (const auto& element : list) put(element);
  out.put_long(0);
}

void put_map(AvroWriter& out, const CountsById& counts) {
  put_list(out, counts, [&](const auto& pair) {
    out.put_long(pair.first);
    out.put_long(pair.second);
  });
}

void put_map(AvroWriter& out, const BoundsById& bounds) {
  put_list(out, bounds, [&](const auto& pair) {
    out.put_long(pair.first);
    out.put_bytes(pair.second);
  });
}

/// `value` fits `type`.
void put_value(AvroWriter& out, const Value& value, const PrimitiveType& type) {
  if (is_null(value)) return out.put_null_branch();
  out.put_value_branch();
  if (const auto* truth = std::get_if<bool>(&value)) return out.put_boolean(*truth);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return out.put_long(*number);
  if (const auto* number = std::get_if<double>(&value)) {
    if (type.kind == Kind::kDouble) return out.put_double(*number);
    return out.put_float(static_cast<float>(*number));
  }
  const auto& bytes = std::get<std::string>(value);
  switch (type.kind) {
    case Kind::kDecimal: return out.put_fixed(widen_decimal(bytes, decimal_length(type.precision)));
    case Kind::kUuid:
    case Kind::kFixed: return out.put_fixed(bytes);
    default: return out.put_bytes(bytes);
  }
}

void put_file(AvroWriter& out, const DataFile& file, std::span<const PrimitiveType> types) {
  out.put_long(static_cast<int>(file.content));
  out.put_bytes(file.path);
  out.put_bytes(file.format);
  for (std::size_t i = 0; i < types.size(); ++i) put_value(out, file.partition[i], types[i]);
  out.put_long(file.record_count);
  out.put_long(file.size_bytes);
  put_map(out, file.column_sizes);
  put_map(out, file.value_counts);
  put_map(out, file.null_counts);
  put_map(out, file.nan_counts);
  put_map(out, file.lower_bounds);
  put_map(out, file.upper_bounds);
  put_optional(out, file.key_metadata);
  put_list(out, file.split_offsets, [&](std::int64_t offset) { out.put_long(offset); });
  put_list(out, file.equality_ids, [&](int id) { out.put_long(id); });
  put_optional(
      out, file.sort_order_id ? std::optional<std::int64_t>(*file.sort_order_id) : std::nullopt);
  put_optional(out, file.referenced_data_file);
}

Error bad_entry(const ManifestEntry& entry, const std::string& what) {
  return Error{ErrorCode::kInvalidArgument,
               "write a manifest: its entry of " + entry.file.path + " " + what};
}

Status check_entry(const ManifestEntry& entry, ManifestContent content, const PartitionSpec& spec,
                   std::span<const PrimitiveType> types) {
  if (entry.status != EntryStatus::kAdded &&
      !(entry.snapshot_id && entry.sequence_number && entry.file_sequence_number)) {
    return bad_entry(entry, "is not new and lacks its snapshot or its sequence numbers");
  }
  if ((entry.file.content == FileContent::kData) != (content == ManifestContent::kData)) {
    return bad_entry(entry, "mixes data with deletes");
  }
  if (entry.file.partition.size() != types.size()) {
    return bad_entry(entry, "has " + std::to_string(entry.file.partition.size()) +
                                " partition values, its spec has " + std::to_string(types.size()));
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (!fits(entry.file.partition[i], types[i])) {
      return bad_entry(entry, "has a value of the partition field " + spec.fields[i].name +
                                  " that is no " + to_string(types[i]));
    }
  }
  return {};
}

}  // namespace

Result<std::string> encode_manifest(const Schema& schema, const PartitionSpec& spec,
                                    ManifestContent content, std::span<const ManifestEntry> entries,
                                    AvroCodec codec) {
  ASSIGN_OR_RETURN(const std::vector<PrimitiveType> types, partition_types(spec, schema));
  AvroWriter out(manifest_entry_schema(spec, types),
                 {{"schema", schema.json},
                  {"schema-id", std::to_string(schema.id)},
                  {"partition-spec", partition_fields_json(spec)},
                  {"partition-spec-id", std::to_string(spec.id)},
                  {"format-version", "2"},
                  {"content", content == ManifestContent::kData ? "data" : "deletes"}},
                 codec);
  for (const ManifestEntry& entry : entries) {
    RETURN_IF_ERROR(check_entry(entry, content, spec, types));
    out.put_long(static_cast<int>(entry.status));
    put_optional(out, entry.snapshot_id);
    put_optional(out, entry.sequence_number);
    put_optional(out, entry.file_sequence_number);
    put_file(out, entry.file, types);
    RETURN_IF_ERROR(out.end_record());
  }
  return out.finish();
}

}  // namespace clicklake::iceberg
