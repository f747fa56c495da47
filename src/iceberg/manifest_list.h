#pragma once
/// Manifest lists: the manifests of one snapshot, with what pruning needs to know of each.
///
/// Place: a commit writes one; table metadata names it. Invariant: a manifest stays listed as it
/// was written until a commit rewrites it. Thread safety: pure functions. Source: Iceberg table
/// spec v2, "Manifest Lists".

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/avro_codec.h"
#include "iceberg/manifest.h"

namespace clicklake::iceberg {

/// What the partitions of a manifest's files are in one field of its spec.
struct FieldSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<std::string> lower_bound;  ///< single-value bytes; absent: null or NaN alone
  std::optional<std::string> upper_bound;
};

struct ManifestFile {
  std::string path;
  std::int64_t length = 0;  ///< bytes
  int spec_id = 0;
  ManifestContent content = ManifestContent::kData;
  std::int64_t sequence_number = 0;      ///< of the commit that wrote it
  std::int64_t min_sequence_number = 0;  ///< of the data of its live files
  std::int64_t added_snapshot_id = 0;
  // Counts that a list of format version 1 leaves out are 0.
  int added_files = 0;
  int existing_files = 0;
  int deleted_files = 0;
  std::int64_t added_rows = 0;
  std::int64_t existing_rows = 0;
  std::int64_t deleted_rows = 0;
  std::vector<FieldSummary> partitions;  ///< in the order of the spec's fields
  std::string key_metadata;              ///< "": not encrypted
};

/// The manifest's row, but for path and length. `entries` are what encode_manifest() took, `types`
/// the spec's (partition_types()); `snapshot_id` and `sequence_number` are the commit's.
ManifestFile describe_manifest(const PartitionSpec& spec, std::span<const PrimitiveType> types,
                               ManifestContent content, std::span<const ManifestEntry> entries,
                               std::int64_t snapshot_id, std::int64_t sequence_number);

/// What a list belongs to.
struct ManifestListOwner {
  std::int64_t snapshot_id = 0;
  std::optional<std::int64_t> parent_snapshot_id;
  std::int64_t sequence_number = 0;
};

/// The list as a file's bytes. Cost: O(manifests), about 60 bytes each when packed.
Result<std::string> encode_manifest_list(const ManifestListOwner& owner,
                                         std::span<const ManifestFile> manifests,
                                         AvroCodec codec = AvroCodec::kDeflate);

/// Reads a manifest list of any engine, format version 1 or 2. `name` is the file's, for messages.
/// Errors: kInvalidData with the byte; kUnsupported.
Result<std::vector<ManifestFile>> decode_manifest_list(std::string_view bytes,
                                                       std::string_view name);

/// Gives `entry` of the manifest `from` what it leaves to it: snapshot and sequence numbers.
/// Errors: kInvalidData, an entry that is not new has no sequence number.
Status inherit(const ManifestFile& from, ManifestEntry& entry);

}  // namespace clicklake::iceberg
