#include <limits>

#include "iceberg/avro_reader.h"
#include "iceberg/avro_values.h"
#include "iceberg/manifest_list.h"

namespace clicklake::iceberg {
namespace {

constexpr int kMostInt = std::numeric_limits<int>::max();

FieldSummary read_summary(const AvroType& record, AvroCursor& in) {
  FieldSummary summary;
  const auto bound = [&](const AvroType& type) -> std::optional<std::string> {
    const auto bytes = read_optional_bytes(type, in);
    if (!bytes) return std::nullopt;
    return std::string(*bytes);
  };
  if (record.kind != AvroType::Kind::kRecord) in.fail("a partition's summary is not a record");
  for (const AvroField& field : record.fields) {
    const AvroType& type = *field.type;
    switch (field.id) {
      case 509: summary.contains_null = read_optional_boolean(type, in).value_or(false); break;
      case 518: summary.contains_nan = read_optional_boolean(type, in); break;
      case 510: summary.lower_bound = bound(type); break;
      case 511: summary.upper_bound = bound(type); break;
      default: in.skip(type);
    }
  }
  return summary;
}

std::int64_t read_count(const AvroType& type, AvroCursor& in) {
  const std::int64_t count = read_optional_long(type, in).value_or(0);
  if (count < 0) in.fail("a count is negative");
  return count;
}

int read_files(const AvroType& type, AvroCursor& in) {
  const std::int64_t count = read_count(type, in);
  if (count > kMostInt) in.fail("a count of files is out of range");
  return static_cast<int>(count);
}

ManifestFile read_manifest_file(const AvroType& record, AvroCursor& in) {
  ManifestFile manifest;
  for (const AvroField& field : record.fields) {
    const AvroType& type = *field.type;
    switch (field.id) {
      case 500: manifest.path = read_text(type, in); break;
      case 501: manifest.length = read_count(type, in); break;
      case 502: manifest.spec_id = read_small(type, in, kMostInt); break;
      case 517: manifest.content = static_cast<ManifestContent>(read_small(type, in, 1)); break;
      case 515: manifest.sequence_number = read_long(type, in); break;
      case 516: manifest.min_sequence_number = read_long(type, in); break;
      case 503: manifest.added_snapshot_id = read_optional_long(type, in).value_or(0); break;
      case 504: manifest.added_files = read_files(type, in); break;
      case 505: manifest.existing_files = read_files(type, in); break;
      case 506: manifest.deleted_files = read_files(type, in); break;
      case 512: manifest.added_rows = read_count(type, in); break;
      case 513: manifest.existing_rows = read_count(type, in); break;
      case 514: manifest.deleted_rows = read_count(type, in); break;
      case 507:
        read_array(type, in, [&](const AvroType& element) {
          manifest.partitions.push_back(read_summary(element, in));
        });
        break;
      case 519: manifest.key_metadata = read_optional_bytes(type, in).value_or(""); break;
      default: in.skip(type);
    }
  }
  if (manifest.path.empty()) in.fail("a manifest has no path");
  return manifest;
}

}  // namespace

Result<std::vector<ManifestFile>> decode_manifest_list(std::string_view bytes,
                                                       std::string_view name) {
  ASSIGN_OR_RETURN(AvroReader reader, AvroReader::open(bytes, name));
  for (const int id : {500, 501, 502}) {
    if (reader.schema().find(id) == nullptr) {
      return reader.error("its records are not manifest files with field ids");
    }
  }
  const std::string format = reader.metadata("format-version").value_or("1");
  if (format != "1" && format != "2") {
    return Error{ErrorCode::kUnsupported,
                 reader.error("it is of Iceberg's format version " + format).message};
  }
  std::vector<ManifestFile> manifests;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, reader.next());
    if (!found) return manifests;
    manifests.push_back(read_manifest_file(reader.schema(), reader.cursor()));
    if (!reader.cursor().ok()) return reader.error(reader.cursor().fault());
  }
}

Status inherit(const ManifestFile& from, ManifestEntry& entry) {
  if (!entry.snapshot_id) entry.snapshot_id = from.added_snapshot_id;
  // Format version 1 had no sequence numbers: all are 0.
  const bool inherits = entry.status == EntryStatus::kAdded || from.sequence_number == 0;
  for (auto* number : {&entry.sequence_number, &entry.file_sequence_number}) {
    if (*number) continue;
    if (!inherits) {
      return Error{ErrorCode::kInvalidData, from.path + ": its entry of " + entry.file.path +
                                                " is not new and has no sequence number"};
    }
    *number = from.sequence_number;
  }
  return {};
}

}  // namespace clicklake::iceberg
