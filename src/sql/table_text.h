#pragma once
/// Rows as an aligned table, as they come.
///
/// Place: the table format of result_writer. Invariant: bounded memory: the first rows set the
/// widths, later and wider cells push their line to the right. Thread safety: thread-compatible.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

struct TableColumn {
  std::string name;
  bool right = false;  ///< numbers
};

class TableText {
 public:
  /// `cell_width`: columns of a terminal after which a cell is cut with `…`; 0: never.
  TableText(std::vector<TableColumn> columns, std::size_t cell_width);

  /// The next cell, row by row. Control characters become escapes.
  void add(std::string_view cell);
  /// Appends the lines that are settled to `out`.
  void take_ready(std::string& out);
  /// Appends the rest to `out`.
  void finish(std::string& out);

 private:
  std::string shown(std::string_view cell) const;
  void settle(std::string& out);
  void append_line(std::string& out, std::size_t first_cell) const;
  void append_cell(std::string& out, std::size_t column, std::string_view cell, bool right) const;

  std::vector<TableColumn> columns_;
  std::vector<std::size_t> widths_;
  std::size_t cell_width_;
  bool settled_ = false;
  std::vector<std::string> cells_;  ///< of whole rows not yet written
  std::size_t bytes_ = 0;
};

}  // namespace clicklake
