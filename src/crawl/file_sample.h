#pragma once
/// What a file is, and the types of its first values.
///
/// Place: the crawler samples a few files of every new folder with it.
/// Invariant: bounded work a file: its first lines, or its footer; the same file gives the same
/// sample. Thread safety: pure functions.

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crawl/csv_types.h"
#include "crawl/value_types.h"

namespace clicklake {

enum class FileFormat : std::uint8_t { kJson, kCsv, kParquet, kUnknown };
inline constexpr std::size_t kFileFormats = 4;

/// "json", "csv", "parquet", "no known format".
std::string_view to_string(FileFormat format);

/// By name: .json .ndjson .jsonl, .csv .tsv, each also with .gz or .zst behind; .parquet .parq .pq.
/// kUnknown for all others.
FileFormat format_by_name(std::string_view file_name);

/// By the first bytes: PAR1, or '{' or '[' (behind blanks and a BOM, inside gzip and zstd too).
/// kUnknown for all others. Errors: kNotFound, kIo.
Result<FileFormat> format_by_content(const std::filesystem::path& file);

struct SampleOptions {
  std::size_t lines = 100;         ///< a file
  std::size_t bytes = 256U << 10;  ///< a file; text as it is when decompressed
};

struct FileSample {
  FileFormat format = FileFormat::kUnknown;
  ValueTypes row;  ///< JSON: the objects
  CsvSample csv;
  std::vector<HiveColumn> columns;  ///< Parquet
  std::int64_t lines = 0;           ///< read
  std::int64_t bad_lines = 0;       ///< JSON: lines that hold no object
};

/// Reads the sample of a file of `format`. Errors: kInvalidData naming the file, its content is
/// none of that format; kNotFound, kIo.
Result<FileSample> sample_file(const std::filesystem::path& file, FileFormat format,
                               const SampleOptions& options);

}  // namespace clicklake
