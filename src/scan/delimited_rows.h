#pragma once
/// Lines of delimited text become rows: OpenCSV with quotes, LazySimple with nested separators.
///
/// Place: the RowReaders of OpenCSVSerde and LazySimpleSerDe.
/// Invariant: a field has no line break inside; bytes that are no UTF-8 read as U+FFFD.
/// Thread safety: thread-compatible.
/// Source: Hive's LazySimpleSerDe and OpenCSVSerde as Trino and Athena read them;
/// docs/formats/serdes.md.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/cell_reader.h"
#include "scan/row_reader.h"

namespace clicklake {

/// What both have: lines, their columns and their vectors.
class DelimitedRows : public RowReader {
 public:
  void take_block(const char* begin, const char* end) override;
  RowsRead read(std::vector<ColumnVector>& vectors, std::size_t first_row,
                std::size_t max_rows) override;

 protected:
  DelimitedRows(const TextFormat& format, const std::vector<HiveColumn>& columns,
                const std::vector<std::size_t>& wanted);

  enum class Line { kRow, kBlank, kFault };
  /// Writes the line, without its end, into `row`.
  virtual Line read_line(std::string_view line, std::size_t row) = 0;

  const std::vector<HiveColumn> columns_;
  std::vector<ColumnVector*> by_column_;  ///< null: not wanted
  CellReader cells_;
  char delimiter_;
  std::optional<char> escape_;

 private:
  std::vector<std::size_t> wanted_;
  bool ascii_ = false;  ///< the block
  std::string repaired_;
};

class CsvRows final : public DelimitedRows {
 public:
  CsvRows(const TextFormat& format, const std::vector<HiveColumn>& columns,
          const std::vector<std::size_t>& wanted);

 private:
  Line read_line(std::string_view line, std::size_t row) override;
  void split_plain(std::string_view line);
  void split_quoted(std::string_view line);

  char quote_;
  std::vector<std::optional<std::string_view>> fields_;  ///< one a column
  std::string unquoted_;
};

class LazyRows final : public DelimitedRows {
 public:
  LazyRows(const TextFormat& format, const std::vector<HiveColumn>& columns,
           const std::vector<std::size_t>& wanted);

 private:
  Line read_line(std::string_view line, std::size_t row) override;
  void write(std::string_view text, const HiveType& type, std::size_t level, ColumnVector* out,
             std::size_t row);
  void write_array(std::string_view text, const HiveType& type, std::size_t level,
                   ColumnVector* out, std::size_t row);
  void write_map(std::string_view text, const HiveType& type, std::size_t level, ColumnVector* out,
                 std::size_t row);
  void write_struct(std::string_view text, const HiveType& type, std::size_t level,
                    ColumnVector* out, std::size_t row);
  /// Takes the text up to the next `separator` off `*rest`; false where nothing is left. An escaped
  /// character is none.
  bool take_part(std::string_view* rest, bool* more, char separator, std::string_view* part) const;
  std::string_view unescape(std::string_view text);
  char separator(std::size_t level) const;

  std::string null_text_;
  std::array<char, 3> separators_;
  bool last_takes_rest_;
  std::string unescaped_;
};

}  // namespace clicklake
