#pragma once
/// Lines of JSON become rows: by the shape of earlier lines, or read as a tree.
///
/// Place: the RowReader of both JSON SerDes.
/// Invariant: a line gives the same row whether it followed a shape or was read as a tree.
/// Thread safety: thread-compatible.
/// Source: ADR-0009 (shapes), ADR-0012.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "scan/json_cells.h"
#include "scan/json_tree.h"
#include "scan/row_reader.h"

namespace clicklake {

class JsonRows final : public RowReader {
 public:
  JsonRows(const TextFormat& format, const std::vector<HiveColumn>& columns,
           const std::vector<std::size_t>& wanted);

  RowsRead read(const char** p, const char* end, std::vector<ColumnVector>& vectors,
                std::size_t first_row, std::size_t max_rows) override;

 private:
  enum class Line { kRow, kMalformed, kBlank, kFault };

  Line read_as_tree(const char* begin, const char* end, std::size_t row);
  Line malformed(const char* at, const std::string& what, std::size_t row);
  void put_nulls(std::size_t row);

  bool openx_;
  bool ignore_malformed_;
  HiveType columns_;  ///< a struct with a field a column
  std::vector<std::size_t> wanted_;
  std::vector<ColumnVector*> by_column_;
  JsonTree tree_;
  JsonCells cells_;
  std::string repaired_;
};

}  // namespace clicklake
