#pragma once
/// Rows of text read into memory of a test's own and written out, for tests and fuzz targets.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/row_reader.h"
#include "format/structural_index.h"
#include "scan/text_format.h"

namespace clicklake {

struct FixtureOptions {
  std::optional<std::vector<std::size_t>> wanted;  ///< nothing: all columns, in order
  std::size_t block_bytes = 1U << 20;              ///< whole lines, at least one
  std::size_t rows_a_call = 7;
  bool use_shapes = true;
  StructuralIndex::Isa isa = StructuralIndex::best_isa();
  char behind = '"';  ///< what lies behind each block
};

struct FixtureRows {
  /// A row's wanted columns with '|' between them: NULL, [a, b], {k=v}, (field, field).
  std::vector<std::string> rows;
  std::size_t malformed = 0;
  std::optional<std::string> fault;  ///< of the line behind the rows
  bool operator==(const FixtureRows&) const = default;
};

/// A column list of "name type" lines; types must be right.
std::vector<HiveColumn> columns_of(std::initializer_list<std::string_view> columns);

/// Reads `text` (a '\n' is added behind its last line where there is none).
FixtureRows read_rows(const TextFormat& format, const std::vector<HiveColumn>& columns,
                      std::string_view text, const FixtureOptions& options = {});

}  // namespace clicklake
