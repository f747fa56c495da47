/// Prints what parquet_footer reads of a file as one JSON object: for check_footers.py.

#include <cstdio>
#include <string>

#include "base/json_text.h"
#include "format/parquet_footer.h"
#include "format/parquet_footer_schema.h"

int main(int argc, char** argv) {
  using namespace clicklake;
  if (argc != 2) return 2;
  const auto footer = read_parquet_footer(argv[1]);
  const auto columns = footer ? hive_columns(*footer, argv[1]) : footer.error();
  if (!columns) {
    std::fprintf(stderr, "%s\n", columns.error().message.c_str());
    return 1;
  }
  JsonText out;
  out.begin_object().member("rows", footer->rows).member("footer_bytes", footer->footer_bytes);
  out.key("columns").begin_object();
  for (const HiveColumn& column : *columns) out.member(column.name, to_string(column.type));
  out.end_object().key("leaves").begin_array();
  for (const ParquetLeafColumn& leaf : footer->leaves) out.value(leaf.path);
  out.end_array().key("row_groups").begin_array();
  for (const ParquetRowGroupInfo& group : footer->row_groups) {
    out.begin_object().member("rows", group.rows).key("chunks").begin_array();
    for (const ParquetChunkInfo& chunk : group.chunks) {
      out.begin_object().member("bytes", chunk.compressed_bytes).member("values", chunk.values);
      if (chunk.nulls) out.member("nulls", *chunk.nulls);
      if (chunk.bounds) out.member("min", chunk.bounds->min).member("max", chunk.bounds->max);
      out.end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
  std::puts(out.text().c_str());
  return 0;
}
