// Any bytes as an Avro file of Iceberg: refused with the file's name, or what was read can be
// written and is read as the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "iceberg/avro_writer.h"
#include "iceberg/manifest.h"
#include "iceberg/manifest_list.h"
#include "slow_json.h"

namespace {

using namespace clicklake;
using namespace clicklake::iceberg;
using clicklake::fuzz::require;

void check_error(const Error& error) {
  require(error.code == ErrorCode::kInvalidData || error.code == ErrorCode::kUnsupported);
  require(error.message.starts_with("f"));
}

bool same(const DataFile& a, const DataFile& b) {
  return a.content == b.content && a.path == b.path && a.format == b.format &&
         a.record_count == b.record_count && a.size_bytes == b.size_bytes &&
         a.column_sizes == b.column_sizes && a.value_counts == b.value_counts &&
         a.null_counts == b.null_counts && a.nan_counts == b.nan_counts &&
         a.lower_bounds == b.lower_bounds && a.upper_bounds == b.upper_bounds &&
         a.key_metadata == b.key_metadata && a.split_offsets == b.split_offsets &&
         a.equality_ids == b.equality_ids && a.sort_order_id == b.sort_order_id &&
         a.referenced_data_file == b.referenced_data_file;
}

void check_manifest(const std::string& bytes) {
  const auto manifest = decode_manifest(bytes, "f");
  if (!manifest) return check_error(manifest.error());
  const auto written = encode_manifest(manifest->schema, manifest->spec, manifest->content,
                                       manifest->entries, AvroCodec::kNull);
  // Partition types that only the file's own schema knows, values that are not of the spec's types,
  // sequence numbers that are missing.
  if (!written) return;
  const auto again = decode_manifest(*written, "f");
  require(again.has_value() && again->entries.size() == manifest->entries.size());
  require(again->spec == manifest->spec && again->content == manifest->content);
  for (std::size_t i = 0; i < again->entries.size(); ++i) {
    require(same(again->entries[i].file, manifest->entries[i].file));
    require(again->entries[i].sequence_number == manifest->entries[i].sequence_number);
  }
  const auto types = partition_types(manifest->spec, manifest->schema);
  describe_manifest(manifest->spec, *types, manifest->content, manifest->entries, 1, 1);
}

void check_list(const std::string& bytes) {
  const auto list = decode_manifest_list(bytes, "f");
  if (!list) return check_error(list.error());
  const auto again = decode_manifest_list(*encode_manifest_list({1, 2, 3}, *list), "f");
  require(again.has_value() && again->size() == list->size());
  for (std::size_t i = 0; i < list->size(); ++i) require((*again)[i].path == (*list)[i].path);
}

/// The bytes as the one block of a file with our own header.
std::string behind_header(std::string header, std::int64_t records, std::string_view block) {
  const std::string sync = header.substr(header.size() - 16);
  for (std::int64_t number : {records, static_cast<std::int64_t>(block.size())}) {
    std::uint64_t bits = static_cast<std::uint64_t>(number) << 1;
    for (; bits >= 0x80; bits >>= 7) header += static_cast<char>(bits | 0x80);
    header += static_cast<char>(bits);
  }
  header += block;
  return header + sync;
}

std::string manifest_header() {
  const auto schema = parse_schema(
      R"json({"schema-id":0,"fields":[{"id":1,"name":"a","type":"string"},{"id":2,"name":"b","type":"decimal(9, 2)"},
              {"id":3,"name":"c","type":"double"},{"id":4,"name":"d","type":"uuid"},{"id":5,"name":"e","type":"timestamptz"}]})json");
  const PartitionSpec spec{0,
                           {{1, 1000, "a", "identity"},
                            {2, 1001, "b", "identity"},
                            {3, 1002, "c", "identity"},
                            {4, 1003, "d", "identity"},
                            {5, 1004, "e", "day"}},
                           ""};
  return encode_manifest(*schema, spec, ManifestContent::kData, {}, AvroCodec::kNull).value();
}

}  // namespace

// The first byte: 0 and what follows is a file, else a block of a manifest (odd) or of a list
// (even) with so many records.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::string kManifest = manifest_header();
  static const std::string kList = encode_manifest_list({1, 2, 3}, {}, AvroCodec::kNull).value();
  const std::string rest(data + 1, data + size);
  if (data[0] == 0) {
    check_manifest(rest);
    check_list(rest);
  } else if (data[0] % 2 == 1) {
    check_manifest(behind_header(kManifest, data[0] / 2 + 1, rest));
  } else {
    check_list(behind_header(kList, data[0] / 2, rest));
  }
  return 0;
}
