#pragma once
/// Manifests: lists of data files with their partitions, counts and bounds.
///
/// Place: one or more make up a snapshot; a commit writes one for what it adds, and anew those that
/// list what it removes. Invariant: all entries of a manifest are of one partition spec and of one
/// content. Thread safety: pure functions.
/// Source: Iceberg table spec v2, "Manifests", "Sequence Number Inheritance"; appendix A "Avro".

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "iceberg/avro_codec.h"
#include "iceberg/partition_spec.h"
#include "iceberg/schema.h"
#include "iceberg/single_value.h"

namespace clicklake::iceberg {

enum class FileContent : std::uint8_t { kData = 0, kPositionDeletes = 1, kEqualityDeletes = 2 };
enum class ManifestContent : std::uint8_t { kData = 0, kDeletes = 1 };
enum class EntryStatus : std::uint8_t { kExisting = 0, kAdded = 1, kDeleted = 2 };

/// By field id. Order does not matter; an empty one is written as null.
using CountsById = std::vector<std::pair<int, std::int64_t>>;
using BoundsById = std::vector<std::pair<int, std::string>>;

struct DataFile {
  FileContent content = FileContent::kData;
  std::string path;  ///< absolute, as table metadata spells locations
  std::string format = "PARQUET";
  std::vector<Value> partition;  ///< in the order of the spec's fields
  std::int64_t record_count = 0;
  std::int64_t size_bytes = 0;
  CountsById column_sizes;  ///< compressed bytes
  CountsById value_counts;  ///< nulls included
  CountsById null_counts;
  CountsById nan_counts;
  BoundsById lower_bounds;  ///< single-value bytes
  BoundsById upper_bounds;
  std::string key_metadata;                 ///< "": not encrypted
  std::vector<std::int64_t> split_offsets;  ///< ascending
  std::vector<int> equality_ids;            ///< of equality deletes
  std::optional<int> sort_order_id;
  std::string referenced_data_file;  ///< of position deletes that are all of one file
};

/// Sequence numbers that are absent are those of the manifest: only for kAdded, and written so by
/// a commit, which may have to be done again with the next number.
struct ManifestEntry {
  EntryStatus status = EntryStatus::kAdded;
  std::optional<std::int64_t> snapshot_id;  ///< that added the file or, for kDeleted, removed it
  std::optional<std::int64_t> sequence_number;       ///< of the data
  std::optional<std::int64_t> file_sequence_number;  ///< of the commit that added the file
  DataFile file;
};

/// The manifest as a file's bytes. Errors: kUnsupported, a partition's type is unknown;
/// kInvalidArgument, an entry's partition is not of the spec's types, an entry has neither a
/// sequence number nor the status kAdded, or its content is not the manifest's.
/// Cost: O(bytes); 10,000 entries of 29 columns take 20 ms and 2.6 MB.
Result<std::string> encode_manifest(const Schema& schema, const PartitionSpec& spec,
                                    ManifestContent content, std::span<const ManifestEntry> entries,
                                    AvroCodec codec = AvroCodec::kDeflate);

/// A manifest as it lies in its file. What an entry inherits is not filled in (see inherit()).
struct Manifest {
  Schema schema;  ///< of the table when the manifest was written
  PartitionSpec spec;
  ManifestContent content = ManifestContent::kData;
  std::vector<ManifestEntry> entries;
};

/// Reads a manifest of any engine, format version 1 or 2, by the field ids of its own schema;
/// fields that this build does not know are passed over. `name` is the file's, for messages.
/// Errors: kInvalidData with the byte; kUnsupported, a codec, a later format or an unknown type of
/// a partition value. Cost: O(bytes) memory and time; 10,000 entries of 29 columns take 30 ms.
Result<Manifest> decode_manifest(std::string_view bytes, std::string_view name);
/// The same, with each entry handed to `take` instead of kept: the memory is one block's. What
/// `take` returns ends the reading where it is an error.
Result<Manifest> read_manifest(std::string_view bytes, std::string_view name,
                               const std::function<Status(ManifestEntry&&)>& take);

}  // namespace clicklake::iceberg
