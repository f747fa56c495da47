#include <limits>

#include "iceberg/avro_reader.h"
#include "iceberg/avro_values.h"
#include "iceberg/json_members.h"
#include "iceberg/manifest.h"

namespace clicklake::iceberg {
namespace {

using Kind = AvroType::Kind;

constexpr int kMostInt = std::numeric_limits<int>::max();

/// The type of a map's values, once its elements are known to be pairs of an int and a value.
const AvroType* value_type(const AvroType& pair, AvroCursor& in) {
  if (pair.kind == Kind::kRecord && pair.fields.size() == 2 &&
      pair.fields[0].type->kind == Kind::kInt) {
    return pair.fields[1].type.get();
  }
  in.fail("a map's elements are not pairs of an int and a value");
  return nullptr;
}

CountsById read_counts(const AvroType& type, AvroCursor& in) {
  CountsById counts;
  const AvroType* values = nullptr;
  read_array(type, in, [&](const AvroType& element) {
    if (values == nullptr) values = value_type(element, in);
    if (values == nullptr) return;
    const int id = in.get_int();
    counts.emplace_back(id, read_long(*values, in));
  });
  return counts;
}

BoundsById read_bounds(const AvroType& type, AvroCursor& in) {
  BoundsById bounds;
  const AvroType* values = nullptr;
  read_array(type, in, [&](const AvroType& element) {
    if (values == nullptr) values = value_type(element, in);
    if (values == nullptr) return;
    const int id = in.get_int();
    bounds.emplace_back(id, read_text(*values, in));
  });
  return bounds;
}

std::int64_t read_size(const AvroType& type, AvroCursor& in) {
  const std::int64_t size = read_long(type, in);
  if (size < 0) in.fail("a count is negative");
  return size;
}

void read_partition(const AvroType& record, const PartitionSpec& spec, AvroCursor& in,
                    std::vector<Value>* values) {
  values->resize(spec.fields.size());
  if (record.kind != Kind::kRecord) return in.fail("a partition is not a record");
  for (const AvroField& field : record.fields) {
    std::size_t i = 0;
    while (i < spec.fields.size() && spec.fields[i].field_id != field.id) ++i;
    if (i == spec.fields.size()) {
      in.skip(*field.type);
    } else {
      (*values)[i] = read_value(*field.type, in);
    }
  }
}

void read_file(const AvroType& record, const PartitionSpec& spec, AvroCursor& in, DataFile* file) {
  if (record.kind != Kind::kRecord) return in.fail("a data file is not a record");
  for (const AvroField& field : record.fields) {
    const AvroType& type = *field.type;
    switch (field.id) {
      case 134: file->content = static_cast<FileContent>(read_small(type, in, 2)); break;
      case 100: file->path = read_text(type, in); break;
      case 101: file->format = read_text(type, in); break;
      case 102: read_partition(type, spec, in, &file->partition); break;
      case 103: file->record_count = read_size(type, in); break;
      case 104: file->size_bytes = read_size(type, in); break;
      case 108: file->column_sizes = read_counts(type, in); break;
      case 109: file->value_counts = read_counts(type, in); break;
      case 110: file->null_counts = read_counts(type, in); break;
      case 137: file->nan_counts = read_counts(type, in); break;
      case 125: file->lower_bounds = read_bounds(type, in); break;
      case 128: file->upper_bounds = read_bounds(type, in); break;
      case 131: file->key_metadata = read_optional_bytes(type, in).value_or(""); break;
      case 132:
        read_array(type, in, [&](const AvroType& element) {
          file->split_offsets.push_back(read_long(element, in));
        });
        break;
      case 135:
        read_array(type, in, [&](const AvroType& element) {
          file->equality_ids.push_back(read_small(element, in, kMostInt));
        });
        break;
      case 140:
        if (const auto id = read_optional_long(type, in)) {
          file->sort_order_id = static_cast<int>(*id);
        }
        break;
      case 143: file->referenced_data_file = read_optional_bytes(type, in).value_or(""); break;
      default: in.skip(type);
    }
  }
  if (file->path.empty()) in.fail("a data file has no path");
}

ManifestEntry read_entry(const AvroType& record, const PartitionSpec& spec, AvroCursor& in) {
  ManifestEntry entry;
  for (const AvroField& field : record.fields) {
    const AvroType& type = *field.type;
    switch (field.id) {
      case 0: entry.status = static_cast<EntryStatus>(read_small(type, in, 2)); break;
      case 1: entry.snapshot_id = read_optional_long(type, in); break;
      case 3: entry.sequence_number = read_optional_long(type, in); break;
      case 4: entry.file_sequence_number = read_optional_long(type, in); break;
      case 2: read_file(type, spec, in, &entry.file); break;
      default: in.skip(type);
    }
  }
  return entry;
}

/// What a manifest must say, by field id.
Status check_fields(const AvroReader& reader) {
  const AvroField* status = reader.schema().find(0);
  const AvroField* file = reader.schema().find(2);
  if (status == nullptr || file == nullptr) {
    return reader.error("its records are not manifest entries with field ids");
  }
  for (const int id : {100, 101, 102, 103, 104}) {
    if (file->type->find(id) == nullptr) {
      return reader.error("its data files lack the field " + std::to_string(id));
    }
  }
  return {};
}

Result<Manifest> read_manifest_header(const AvroReader& reader) {
  const auto fail = [&](const Error& error) {
    return Error{error.code, reader.error(error.message).message};
  };
  Manifest manifest;
  const std::string format = reader.metadata("format-version").value_or("1");
  if (format != "1" && format != "2") {
    return Error{ErrorCode::kUnsupported,
                 reader.error("it is of Iceberg's format version " + format).message};
  }
  auto schema = parse_schema(reader.metadata("schema").value_or(""));
  if (!schema) return fail(schema.error());
  manifest.schema = std::move(*schema);
  const auto fields = parse_json(reader.metadata("partition-spec").value_or(""));
  if (!fields) return reader.error("its header has no partition spec: " + fields.error().message);
  auto parsed = parse_partition_fields(*fields);
  if (!parsed) return fail(parsed.error());
  manifest.spec.fields = std::move(*parsed);
  const auto id = parse_json(reader.metadata("partition-spec-id").value_or("0"));
  const auto number = id ? int_of(*id, "the partition spec's id") : Result<int>(id.error());
  if (!number) return fail(number.error());
  manifest.spec.id = *number;
  const std::string content = reader.metadata("content").value_or("data");
  if (content != "data" && content != "deletes") return reader.error("its content is " + content);
  if (content == "deletes") manifest.content = ManifestContent::kDeletes;
  return manifest;
}

}  // namespace

Result<Manifest> read_manifest(std::string_view bytes, std::string_view name,
                               const std::function<Status(ManifestEntry&&)>& take) {
  ASSIGN_OR_RETURN(AvroReader reader, AvroReader::open(bytes, name));
  RETURN_IF_ERROR(check_fields(reader));
  ASSIGN_OR_RETURN(Manifest manifest, read_manifest_header(reader));
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, reader.next());
    if (!found) return manifest;
    ManifestEntry entry = read_entry(reader.schema(), manifest.spec, reader.cursor());
    if (!reader.cursor().ok()) return reader.error(reader.cursor().fault());
    if ((entry.file.content == FileContent::kData) !=
        (manifest.content == ManifestContent::kData)) {
      return reader.error("an entry's content is not the manifest's");
    }
    RETURN_IF_ERROR(take(std::move(entry)));
  }
}

Result<Manifest> decode_manifest(std::string_view bytes, std::string_view name) {
  std::vector<ManifestEntry> entries;
  ASSIGN_OR_RETURN(Manifest manifest,
                   read_manifest(bytes, name, [&](ManifestEntry&& entry) -> Status {
                     entries.push_back(std::move(entry));
                     return {};
                   }));
  manifest.entries = std::move(entries);
  return manifest;
}

}  // namespace clicklake::iceberg
