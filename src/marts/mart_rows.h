#pragma once
/// A mart's rows: from its query to files, a day a file.
///
/// Place: curated/<mart>/data/<partition>=YYYY-MM-DD/<batch>-NNNNN.parquet. Thread safety:
/// functions of their inputs.

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "format/parquet_writer.h"
#include "marts/mart_days.h"
#include "marts/mart_file.h"
#include "model/mart_table.h"
#include "rows/unsynced_files.h"
#include "sql/session.h"

namespace clicklake {

/// What the mart's table must have for the query's result. Errors: kInvalidArgument, with the
/// column's name: a type that no lake table has, or a key that the query does not give.
Result<MartTableWish> wish_of(const MartFile& mart, const QueryResult& result);
/// The query whose rows are `table`'s columns in its order, sorted by day and keys. `columns`:
/// those that the mart's query gives.
std::string rows_query(const MartFile& mart, const TableDefinition& table,
                       const std::vector<std::string>& columns);

struct MartRowOptions {
  std::filesystem::path lake;
  std::string batch_id;
  ParquetWriterOptions parquet;
  UnsyncedFiles* unsynced = nullptr;  ///< takes the files written
};

/// Writes the rows of rows_query(). `failed` is true where the query failed, false where writing
/// did. Files that were finished are in `files` in any case; their names go on from its size.
/// Errors: those of the query; kInvalidArgument, a row of another day than `range`, or two rows of
/// one key; kIo, kNoSpace.
Status write_rows(const MartRowOptions& options, const MartFile& mart, const TableDefinition& table,
                  const DayRange& range, QueryResult* result, std::vector<DataFile>* files,
                  bool* failed);

}  // namespace clicklake
