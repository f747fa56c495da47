#pragma once
/// Sorts an hour's rows and writes them as row groups of a day's file.
///
/// Place: transform -> processed/fact_clicks. Invariant: a file holds one day; its rows are sorted
/// by event_timestamp and no row group crosses an hour; rows that
///   would break the order start a new file.
/// Thread safety: thread-compatible; one a worker.
/// Source: docs/design.md, "fact_clicks".

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "format/parquet_writer.h"
#include "rows/unsynced_files.h"
#include "transform/dimensions.h"
#include "transform/hour_columns.h"

namespace clicklake {

struct FactWriterOptions {
  std::filesystem::path lake;
  std::string batch_id;
  int writer = 0;  ///< makes file names unique among the workers of a batch
  std::int64_t max_file_bytes = 512'000'000;
  std::size_t max_row_group_rows = 65'536;
  ParquetWriterOptions parquet;
  /// fact_clicks, with the columns that the lake added.
  const TableDefinition* table = &fact_clicks_definition();
  UnsyncedFiles* unsynced = nullptr;  ///< takes completed files; whoever publishes syncs them
};

class FactWriter {
 public:
  explicit FactWriter(FactWriterOptions options);

  /// Writes the rows of `columns` but those marked in `dropped` (one byte a row; empty: none), and
  /// marks their dimension members as used.
  Status write(const HourColumns& columns, const std::vector<std::uint8_t>& dropped,
               WorkerDimensions* dimensions);

  /// Completes the open file.
  Status finish();
  /// Files completed so far; moved out.
  std::vector<DataFile> take_files() { return std::move(files_); }
  std::int64_t bytes_written() const { return bytes_written_; }

 private:
  /// A dictionary-coded column of the row group being made.
  struct Coded {
    std::vector<std::uint32_t> indices;
    std::vector<std::int64_t> longs;
    std::vector<std::string_view> strings;
  };

  /// Of an added column, kept for its memory.
  struct AddedScratch {
    Coded coded;
    std::vector<std::int64_t> longs;
    std::vector<std::int32_t> ints;
    std::vector<std::uint8_t> bools, valid;
  };

  Status write_group(const HourColumns& columns, const std::uint32_t* rows, std::size_t count,
                     bool all_in_place, WorkerDimensions* dimensions);
  ColumnData added_column(const AddedValues& values, const std::uint32_t* rows, std::size_t count,
                          AddedScratch* scratch);
  Status open_file(std::int64_t day);
  void code_members(const std::uint32_t* numbers, const std::uint32_t* rows, std::size_t count,
                    DimensionTable* table, Coded* coded);
  void code_texts(const std::uint32_t* ids, const StringPool& pool, const std::uint32_t* rows,
                  std::size_t count, Coded* coded);

  FactWriterOptions options_;
  RowGroupEncoder encoder_;
  std::unique_ptr<ParquetFile> file_;
  std::filesystem::path file_path_;
  std::string partition_;
  std::int64_t day_ = -1;
  std::int64_t last_time_ = 0;
  int next_file_ = 0;
  std::vector<DataFile> files_;
  std::int64_t bytes_written_ = 0;

  // Scratch of write_group, kept for its memory.
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> stamp_, local_;
  std::uint32_t epoch_ = 0;
  Coded user_, page_, referrer_, campaign_, device_, session_, event_type_, product_, category_,
      currency_, arrival_, key_, value_;
  std::vector<std::uint32_t> session_key_indices_;
  std::vector<std::int64_t> session_key_values_;
  std::vector<std::int64_t> time_, event_key_, event_check_, canonical_key_, price_, revenue_;
  std::vector<std::int32_t> quantity_;
  std::vector<std::uint8_t> price_valid_, revenue_valid_, quantity_valid_, id_valid_, late_;
  std::vector<std::string_view> event_id_;
  std::vector<ColumnData> columns_;
  std::vector<AddedScratch> added_;  ///< by added column
  std::vector<std::uint32_t> map_begin_, map_key_, map_value_;
};

/// Whether an event of `hour` that arrived at `arrived_us` is late: more than an hour after its
/// hour closed.
bool is_late(std::int64_t hour, std::int64_t arrived_us);

}  // namespace clicklake
