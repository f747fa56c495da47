#pragma once
/// The columns of one table as its sampled files show them.
///
/// Place: between the samples of files and the merge with what the catalog has.
/// Invariant: files are added in one order always, so that a second crawl of the same tree finds
/// the same; a file that does not fit the others is told, and nothing of it is kept.
/// Thread safety: thread-compatible.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crawl/file_sample.h"

namespace clicklake {

/// A column as the files show it.
struct FoundColumn {
  HiveColumn column;
  std::string key;            ///< JSON: as it is spelled in the files, where that is not the name
  bool has_values = false;    ///< false: only nulls, so that the type is a guess
  std::string origin;         ///< the file in which it was met first
  std::string change_origin;  ///< the file in which a type was met that the catalog's does not read
};

/// What the catalog says of the table so far.
struct KnownColumns {
  std::vector<HiveColumn> columns;
  /// openx: column, key in the files.
  std::vector<std::pair<std::string, std::string>> mappings;
  std::optional<bool> csv_header;
};

class TableSample {
 public:
  explicit TableSample(FileFormat format, KnownColumns known = {})
      : format_(format), known_(std::move(known)) {}

  /// Adds what was found in `file`; gives the reason where it does not fit.
  std::optional<std::string> add(const std::string& file, const FileSample& sample);

  /// In the order of their first meeting; those of the catalog's names have its kinds of
  /// containers.
  std::vector<FoundColumn> columns() const;
  /// Of CSV; nothing where no file had a line.
  const std::optional<CsvSample>& csv() const { return csv_; }
  /// What is to be told of keys: spellings that differ by case only, keys without a name.
  std::vector<std::string> remarks() const;
  std::size_t files() const { return files_.size(); }
  FileFormat format() const { return format_; }

 private:
  std::optional<std::string> add_json(const FileSample& sample);
  std::optional<std::string> add_csv(const FileSample& sample);
  std::optional<std::string> add_parquet(const FileSample& sample);
  std::string name_of(const ValueTypes::Field& field) const;
  const HiveType* known_type(const std::string& name) const;
  FoundColumn found(std::string name, const ValueTypes& types) const;
  std::string file(std::uint32_t number) const;

  struct ParquetColumn {
    HiveColumn column;
    std::uint32_t first = 0;
    std::uint32_t changed = 0;
  };

  FileFormat format_;
  KnownColumns known_;
  std::vector<std::string> files_;  ///< those that fit
  ValueTypes row_;
  std::optional<CsvSample> csv_;
  std::vector<ParquetColumn> parquet_;
  std::vector<std::string> parquet_remarks_;
};

}  // namespace clicklake
