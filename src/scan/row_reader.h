#pragma once
/// Lines of text become rows of vectors.
///
/// Place: between blocks of lines (text_blocks.h) and the engine's vectors.
/// Invariant: every line is checked, whichever columns are wanted, so that what a dirty line means
/// does not depend on who asks. Memory is kept between lines.
/// Thread safety: thread-compatible, one a thread.
/// Source: docs/formats/serdes.md, docs/adr/0012-raw-scan.md.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "model/hive_type.h"
#include "scan/column_vector.h"
#include "scan/text_format.h"

namespace clicklake {

/// How far a call came.
struct RowsRead {
  std::size_t rows = 0;
  std::size_t malformed = 0;  ///< of the rows: lines that read as NULLs throughout
  bool fault = false;         ///< the line at() can't be read: see fault()
};

/// Why a line fails the query.
struct RowFault {
  const char* at = nullptr;  ///< within the line
  std::string message;       ///< what is wrong, and the way out if there is one
};

class RowReader {
 public:
  /// Reads rows of a table of `columns`; `wanted` are the numbers of those that are written, each
  /// once, in the order of the vectors given to read().
  static std::unique_ptr<RowReader> make(const TextFormat& format,
                                         const std::vector<HiveColumn>& columns,
                                         const std::vector<std::size_t>& wanted);
  virtual ~RowReader() = default;

  /// Takes the lines [begin, end), each ended by '\n', kLinePadding readable bytes behind them;
  /// they stay until at_end(), or are dropped by the next call.
  virtual void take_block(const char* begin, const char* end) {
    at_ = begin;
    end_ = end;
  }
  bool at_end() const { return at_ == end_; }
  /// The first line not yet read.
  const char* at() const { return at_; }

  /// Reads lines into the rows [first_row, first_row + max_rows) of `vectors`, which are the same
  /// objects in every call.
  virtual RowsRead read(std::vector<ColumnVector>& vectors, std::size_t first_row,
                        std::size_t max_rows) = 0;

  const RowFault& fault() const { return fault_; }

 protected:
  RowFault fault_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
};

}  // namespace clicklake
