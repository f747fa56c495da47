#pragma once
/// The table `sessions` as files: rows read back from them, and a day's rows written.
///
/// Place: curated/sessions/data/started_at_day=YYYY-MM-DD/<batch>-NNNNN.parquet. Invariant: a file
/// holds one day, sorted by started_at, then key. Thread safety: functions of their inputs.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "format/parquet_writer.h"
#include "rows/existing_rows.h"
#include "rows/unsynced_files.h"
#include "sessions/session_row.h"

namespace clicklake {

struct SessionFileOptions {
  std::filesystem::path lake;
  std::string batch_id;
  ParquetWriterOptions parquet;
  UnsyncedFiles* unsynced = nullptr;  ///< takes the files written
  std::size_t max_rows = 131'072;     ///< of a file: a batch rewrites those that it touches
};

/// Writes the rows of one day, some hours' at a time.
class SessionFileWriter {
 public:
  /// `day`: since 1970. The options outlive the writer.
  SessionFileWriter(const SessionFileOptions& options, std::int64_t day);
  ~SessionFileWriter();
  SessionFileWriter(const SessionFileWriter&) = delete;
  SessionFileWriter& operator=(const SessionFileWriter&) = delete;

  /// Writes `rows`, in any order, all of which began on the day and none before one that was
  /// written already. Errors: kIo, kNoSpace.
  Status write(std::span<const SessionRow> rows);
  /// The files, complete. Errors: kIo, kNoSpace.
  Result<std::vector<DataFile>> finish();

 private:
  struct Columns;

  Status write_group(std::span<const SessionRow> rows, std::span<const std::uint32_t> order);
  Status open_file();
  Status finish_file();

  const SessionFileOptions& options_;
  std::string partition_;
  RowGroupEncoder encoder_;
  std::unique_ptr<Columns> columns_;
  std::unique_ptr<ParquetFile> file_;
  std::string path_;
  std::size_t file_rows_ = 0;
  std::vector<DataFile> files_;
};

/// Calls `take` for each row of a file. What files do not hold (which event was first of those at
/// one time) is made up so that adding what lies wholly before or after gives the right row.
Status read_session_file(ExistingRows* existing, const std::string& path,
                         const std::function<Status(const SessionRow&)>& take);

}  // namespace clicklake
