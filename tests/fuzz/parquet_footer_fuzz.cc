// Any bytes as a Parquet footer: it is refused with its byte, or fits itself, and its columns have
// types that Hive has, or it says why not.
#include <cstdint>
#include <string>
#include <string_view>

#include "format/parquet_footer.h"
#include "format/parquet_footer_schema.h"
#include "slow_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  using namespace clicklake::fuzz;
  const std::string bytes(data, data + size);
  const std::int64_t file_bytes = static_cast<std::int64_t>(size) + 1'000'000;
  const auto footer = parse_parquet_footer(bytes, file_bytes, "f");
  if (!footer) {
    require(footer.error().code == ErrorCode::kInvalidData);
    require(footer.error().message.starts_with("f, byte "));
    return 0;
  }
  std::int64_t rows = 0;
  for (const ParquetRowGroupInfo& group : footer->row_groups) {
    rows += group.rows;
    require(group.rows >= 0 && group.chunks.size() == footer->leaves.size());
    for (const ParquetChunkInfo& chunk : group.chunks) {
      require(chunk.compressed_bytes >= 0 && chunk.compressed_bytes <= file_bytes);
      require(!chunk.bounds || chunk.bounds->min <= chunk.bounds->max);
    }
  }
  require(rows == footer->rows);
  for (const ParquetLeafColumn& leaf : footer->leaves)
    require(leaf.column < footer->columns.size());
  const auto columns = hive_columns(*footer, "f");
  if (!columns) return 0;
  require(columns->size() == footer->columns.size());
  return 0;
}
