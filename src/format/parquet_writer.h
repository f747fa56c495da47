#pragma once
/// Writes Parquet files of the star schema's few types, straight from dictionary-coded columns.
///
/// Place: transform -> processed. Bound by Iceberg: field ids in the schema, column sizes, counts,
/// bounds and split offsets in the metadata. Invariant: a file is complete or absent under its
/// final name; what `finish` reports equals what the footer says. Thread safety: thread-compatible;
/// a RowGroupEncoder and a ParquetFile each belong to one thread at a time. Source:
/// apache/parquet-format 2.10 (Thrift compact footer, RLE/bit-packed hybrid, PLAIN, RLE_DICTIONARY,
/// data pages v1); Iceberg spec, appendix A.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/star_schema.h"

namespace clicklake {

/// Index of a null in a dictionary-coded column.
inline constexpr std::uint32_t kNullIndex = 0xFFFFFFFFU;

/// One column of a row group; borrowed memory that outlives the encode call. In exactly one form:
///  - dictionary: `indices` (one a row; kNullIndex: null) into `string_dictionary` or
///    `long_dictionary` (narrowed for kInt and kDate; not for kBoolean). Every entry must be used
///    by at least one row: bounds come from the dictionary. Written PLAIN where that is smaller.
///  - plain: `longs` (of kDouble the bits), `ints`, `bools` or `strings`, with `valid` (a byte a
///  row, 1 where it is
///    present; empty: all are). Numbers that repeat are given a dictionary.
///  - constant: `constant_long` or `constant_string`.
///  - none of these: all null.
/// Maps: `map_offsets` (rows + 1 entries, into key_indices and value_indices), `key_indices` into
/// `string_dictionary`, `value_indices` (kNullIndex: null) into `value_dictionary`; without offsets
/// all maps are empty. A map is never null itself.
struct ColumnData {
  std::span<const std::uint32_t> indices;
  std::span<const std::int64_t> long_dictionary;
  std::span<const std::string_view> string_dictionary;
  std::span<const std::int64_t> longs;
  std::span<const std::int32_t> ints;
  std::span<const std::uint8_t> bools;
  std::span<const std::string_view> strings;
  std::span<const std::uint8_t> valid;
  std::optional<std::int64_t> constant_long;  ///< also kBoolean (0 or 1) and kInt
  std::optional<std::string_view> constant_string;
  std::span<const std::uint32_t> map_offsets;
  std::span<const std::uint32_t> key_indices;
  std::span<const std::uint32_t> value_indices;
  std::span<const std::string_view> value_dictionary;
};

/// What Iceberg's manifest says of a column (field) in a file. Bounds are Iceberg single-value
/// bytes (appendix D), strings truncated to 16 characters (the upper one rounded up; absent where
/// that can't be done).
struct ColumnStatistics {
  int field_id = 0;
  std::int64_t size_bytes = 0;   ///< compressed, all chunks
  std::int64_t value_count = 0;  ///< with nulls; for a map's key and value: entries
  std::int64_t null_count = 0;
  std::optional<std::string> lower;  ///< absent: all null, or a map's key or value
  std::optional<std::string> upper;
};

struct ParquetFileInfo {
  std::int64_t record_count = 0;
  std::int64_t size_bytes = 0;
  std::vector<std::int64_t> split_offsets;  ///< start of each row group
  std::vector<ColumnStatistics> columns;    ///< by leaf field, schema order
  std::string content_hash;  ///< XXH3-128 hex of the file's bytes; "": another program wrote it
};

/// A row group's bytes and its part of the footer, offsets relative to its start.
struct EncodedRowGroup;
struct EncodedRowGroupDeleter {
  void operator()(EncodedRowGroup* group) const;
};
using EncodedRowGroupPtr = std::unique_ptr<EncodedRowGroup, EncodedRowGroupDeleter>;

struct ParquetWriterOptions {
  int zstd_level = 1;
  /// What shrinks by less than this share is stored uncompressed.
  double min_gain = 0.08;
  /// Data pages hold about so many bytes before compression.
  std::size_t page_bytes = 1U << 20;
};

/// Encodes row groups; keeps its compression context and buffers between calls.
class RowGroupEncoder {
 public:
  RowGroupEncoder(const TableDefinition& table, const ParquetWriterOptions& options);
  ~RowGroupEncoder();
  RowGroupEncoder(const RowGroupEncoder&) = delete;
  RowGroupEncoder& operator=(const RowGroupEncoder&) = delete;

  /// Encodes `rows` (>= 1) rows; `columns` are in the table's order. Columns that share one
  /// `indices` span (same data pointer) share the encoding work. Errors: kInvalidArgument, a
  /// column's lengths do not fit or a required column has a null.
  Result<EncodedRowGroupPtr> encode(std::size_t rows, std::span<const ColumnData> columns);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One file being written: to `path` + a temporary name in the same folder, then synced and
/// renamed.
class ParquetFile {
 public:
  /// `metadata`: key-value pairs of the footer (besides Iceberg's "iceberg.schema", which is
  /// added). Errors: kIo, kNoSpace.
  static Result<std::unique_ptr<ParquetFile>> create(
      const TableDefinition& table, const std::filesystem::path& path,
      std::vector<std::pair<std::string, std::string>> metadata);
  ~ParquetFile();  ///< removes the temporary file when not finished
  ParquetFile(const ParquetFile&) = delete;
  ParquetFile& operator=(const ParquetFile&) = delete;

  /// Writes one row group at the file's end and starts its write-back.
  Status append(const EncodedRowGroup& group);
  std::int64_t bytes_written() const;
  /// Writes the footer, syncs the file and renames it; the caller syncs the folder
  /// (objstore/durable_file). Passes the fault points "parquet.write", "parquet.sync",
  /// "parquet.rename".
  Result<ParquetFileInfo> finish();
  /// The same without the sync: the file has its final name, and what it holds is durable after
  /// sync(). Fault points "parquet.write", "parquet.rename".
  Result<ParquetFileInfo> finish_unsynced();
  /// Fault point "parquet.sync".
  Status sync();

 private:
  struct Impl;
  ParquetFileInfo info() const;
  explicit ParquetFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace clicklake
