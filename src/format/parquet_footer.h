#pragma once
/// Reads the footer of any Parquet file: rows, schema, row groups, chunk sizes and bounds.
///
/// Place: what a scan costs (query/scan_bill), external Parquet tables and the crawler read it; the
/// data pages are DuckDB's.
/// Invariant: a footer that is returned fits itself and its file: every row group has a chunk for
/// every leaf, rows add up, no chunk is larger than the file. A damaged one is refused.
/// Thread safety: values and pure functions.
/// Source: apache/parquet-format 2.10, parquet.thrift and LogicalTypes.md.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// parquet.thrift `Type`.
enum class ParquetPhysical : std::uint8_t {
  kBoolean = 0,
  kInt32 = 1,
  kInt64 = 2,
  kInt96 = 3,
  kFloat = 4,
  kDouble = 5,
  kByteArray = 6,
  kFixedBytes = 7,
};

/// What a physical type or a group stands for, from the logical or the older converted type.
enum class ParquetMeaning : std::uint8_t {
  kNone,
  kString,
  kEnum,
  kJson,
  kBson,
  kUuid,
  kDecimal,    ///< `precision`, `scale`
  kDate,       ///< days since 1970
  kTime,       ///< since midnight, in `unit`
  kTimestamp,  ///< since 1970, in `unit`; `utc`: an instant, else local time
  kInteger,    ///< `bits`, `is_signed`
  kFloat16,
  kInterval,
  kNull,  ///< always null
  kList,
  kMap,
  kOther,  ///< newer than this reader
};

enum class ParquetUnit : std::uint8_t { kMillis, kMicros, kNanos };

enum class ParquetRepetition : std::uint8_t { kRequired = 0, kOptional = 1, kRepeated = 2 };

/// An element of the schema with those below it.
struct ParquetNode {
  std::string name;
  ParquetRepetition repetition = ParquetRepetition::kRequired;
  std::optional<ParquetPhysical> physical;  ///< nothing: a group
  ParquetMeaning meaning = ParquetMeaning::kNone;
  ParquetUnit unit = ParquetUnit::kMicros;
  bool utc = false;
  bool is_signed = true;
  int bits = 0;
  int precision = 0;
  int scale = 0;
  std::optional<int> field_id;  ///< Iceberg's, where the file has them
  std::vector<ParquetNode> children;

  bool is_group() const { return !physical.has_value(); }
};

/// A column that has values, in the order of the row groups' chunks.
struct ParquetLeafColumn {
  std::string path;        ///< "metadata.key_value.key"
  std::size_t column = 0;  ///< the top-level column that it is part of
  ParquetPhysical physical{};
  ParquetMeaning meaning{};
};

/// One leaf's values in one row group.
struct ParquetChunkInfo {
  std::int64_t compressed_bytes = 0;  ///< all of its pages with their headers, dictionary included
  std::int64_t values = 0;            ///< nulls included
  std::optional<std::int64_t> nulls;
  /// Inclusive; of leaves that are whole numbers, dates (days) or timestamps (microseconds, rounded
  /// outwards from nanoseconds), where the file says them.
  struct Range {
    std::int64_t min = 0;
    std::int64_t max = 0;
    bool operator==(const Range&) const = default;
  };
  std::optional<Range> bounds;
};

struct ParquetRowGroupInfo {
  std::int64_t rows = 0;
  std::vector<ParquetChunkInfo> chunks;  ///< one a leaf
};

struct ParquetFooter {
  std::int64_t rows = 0;
  std::int64_t file_bytes = 0;
  std::int64_t footer_bytes = 0;  ///< the metadata, without its length and the magic
  std::string created_by;
  std::vector<ParquetNode> columns;  ///< top level
  std::vector<ParquetLeafColumn> leaves;
  std::vector<ParquetRowGroupInfo> row_groups;
};

/// Larger footers are refused.
inline constexpr std::int64_t kMostFooterBytes = std::int64_t{128} << 20;
/// Groups may be nested this deep.
inline constexpr int kMostSchemaDepth = 64;

/// Errors: kNotFound, kIo; kInvalidData, it is no Parquet file or a damaged one: names file and
/// byte; kUnsupported, it is encrypted or its footer is too large. Cost: one read of the file's
/// last 64 KiB, another where the footer is larger.
Result<ParquetFooter> read_parquet_footer(const std::filesystem::path& path);

/// Reads a footer's `metadata`, which ends 8 bytes before the end of a file of `file_bytes`;
/// `name`: the file, for errors. Errors: kInvalidData.
Result<ParquetFooter> parse_parquet_footer(std::string_view metadata, std::int64_t file_bytes,
                                           std::string_view name);

}  // namespace clicklake
