#pragma once
/// What CTAS, INSERT and UNLOAD write: format, compression, layout.
///
/// Place: query_statements makes it of a statement's properties or of a table, table_writer follows
/// it. Thread safety: values.
/// Source: Athena user guide, "CREATE TABLE AS", "UNLOAD", "Use compression"; ADR-0016.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ddl/statement.h"
#include "metastore/metastore.h"

namespace clicklake {

enum class WriteFormat : std::uint8_t { kParquet, kJson, kText };

struct WriteOptions {
  WriteFormat format = WriteFormat::kParquet;
  std::string compression =
      "gzip";  ///< as DuckDB's COPY names it: "gzip", "snappy", "zstd", "none", ...
  std::optional<int> compression_level;  ///< zstd only
  std::string field_delimiter{"\1"};     ///< text only, one character
  std::vector<std::string> partitioned_by;
  std::string location;  ///< of CTAS: external_location; "" without one
  bool iceberg = false;
  std::vector<std::string> partitioning;  ///< of Iceberg: transforms as written
  std::vector<std::string> notes;         ///< what is read but not done
};

/// Of `CREATE TABLE ... WITH (...)`. `sql`: for the places in messages. Errors: kInvalidArgument,
/// INVALID_TABLE_PROPERTY and the like; kUnsupported, a format that is not written here (ORC,
/// Avro).
Result<WriteOptions> table_write_options(const std::vector<ddl::Property>& properties,
                                         std::string_view sql);
/// Of `UNLOAD ... WITH (...)`, where `format` is required.
Result<WriteOptions> unload_write_options(const std::vector<ddl::Property>& properties,
                                          std::string_view sql);
/// How INSERT writes to a table that is there. Errors: kUnsupported.
Result<WriteOptions> insert_write_options(const Table& table);

/// Sets a new table's SerDe, input and output format, and properties to what `options` writes.
void describe_storage(const WriteOptions& options, Table* table);

/// ".parquet", ".json.gz", ".txt.zst", ...
std::string file_suffix(const WriteOptions& options);

}  // namespace clicklake
