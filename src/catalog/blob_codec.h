#pragma once
/// The catalog's compact forms: a file's statistics and a raw file's arrivals as bytes.
///
/// Place: inside catalog; what commit_batch stores and the queries read back.
/// Invariant: decode(encode(x)) == x; bytes that no encode made are kCorruption, never a crash.
/// Thread safety: pure functions.
/// Source: docs/formats/catalog.md; LEB128 and zigzag as in the protobuf encoding.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "format/parquet_writer.h"

namespace clicklake {

using Arrivals = std::vector<std::pair<std::int64_t, std::int64_t>>;

/// Split offsets and column statistics of `info` (record count and size have columns of their own).
/// About 40 bytes a column.
std::string encode_statistics(const ParquetFileInfo& info);
/// Sets split_offsets and columns of `info`. Errors: kCorruption; `info` is half set then.
Status decode_statistics(std::string_view bytes, ParquetFileInfo& info);

/// (arrived_at, records) pairs, times as differences: 4 to 12 bytes a pair.
std::string encode_arrivals(const Arrivals& arrivals);
/// Errors: kCorruption.
Result<Arrivals> decode_arrivals(std::string_view bytes);

}  // namespace clicklake
