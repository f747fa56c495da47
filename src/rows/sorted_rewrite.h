#pragma once
/// Data files of one partition, written anew as fewer and sorted.
///
/// Place: compaction. Invariant: the rows that go out are those that come in, each once; files of
/// facts are sorted by event_timestamp, their row groups cut at hours; the files' ranges don't
/// overlap. Thread safety: thread-compatible. Source: docs/formats/parquet.md; Iceberg table spec
/// v2, "Sorting".

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "format/parquet_writer.h"
#include "model/star_schema.h"
#include "sql/session.h"

namespace clicklake {

struct SortedRewrite {
  const TableDefinition* table = nullptr;
  std::vector<std::filesystem::path>
      sources;                              ///< absolute; names that read_parquet takes literally
  std::filesystem::path folder;             ///< where the new files go, durable on return
  std::string name;                         ///< "<name>-00000.parquet", ...
  std::string batch_id;                     ///< for the footers
  std::int64_t target_bytes = 128'000'000;  ///< a file ends with the row group that reaches it
  ParquetWriterOptions parquet;
};

struct RewrittenFile {
  std::string name;
  ParquetFileInfo info;
};

/// A column that a source does not have is NULL. Errors: kIo, kNoSpace; kCorruption, a source can't
/// be read. What was written stays for the caller to remove. Fault points "parquet.write",
/// "parquet.sync", "parquet.rename". Cost: reads and sorts all rows; memory as DuckDB's limit says.
Result<std::vector<RewrittenFile>> rewrite_sorted(Session& session, const SortedRewrite& rewrite);

}  // namespace clicklake
