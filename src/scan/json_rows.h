#pragma once
/// Lines of JSON become rows: by the shape of earlier lines, or read as a tree.
///
/// Place: the RowReader of both JSON SerDes.
/// Invariant: a line gives the same row whether it followed a shape or was read as a tree.
/// Thread safety: thread-compatible.
/// Source: ADR-0009 (shapes), ADR-0012.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scan/json_cells.h"
#include "scan/json_shapes.h"
#include "scan/json_tree.h"
#include "scan/row_reader.h"
#include "format/structural_index.h"

namespace clicklake {

class JsonRows final : public RowReader {
 public:
  JsonRows(const TextFormat& format, const std::vector<HiveColumn>& columns,
           const std::vector<std::size_t>& wanted);

  void take_block(const char* begin, const char* end) override;
  RowsRead read(std::vector<ColumnVector>& vectors, std::size_t first_row,
                std::size_t max_rows) override;

  /// Reads every line as a tree; for tests.
  void use_shapes(bool use) { use_shapes_ = use; }
  /// The instructions to use; for tests.
  void use(StructuralIndex::Isa isa) {
    index_.use(isa);
    wide_ = isa != StructuralIndex::Isa::kPlain;
  }

 private:
  enum class Line { kRow, kMalformed, kBlank, kFault };
  struct Slot {
    const char* begin;
    std::size_t size;
    std::string_view view() const { return {begin, size}; }
  };

  /// Follows a known shape from `begin` on, whose first mark is `*mark`; moves that, and sets
  /// `*next`, behind the line. Null where the line follows none. What is between quotes is taken
  /// for a text: follow_checked() looks at those that hold special bytes.
  const JsonShapes::Step* follow_plain(const char* begin, const std::uint32_t** mark,
                                       const char** next);
  const JsonShapes::Step* follow_avx2(const char* begin, const std::uint32_t** mark,
                                      const char** next);
  bool follow_checked(const char* begin, const char* end);
  const char* pass_value(const char* p, std::uint32_t* high) const;
  const char* read_text(const char* begin, const char* quote, Slot* slot, std::uint32_t* high);
  bool run(const JsonShapes::Plan& plan, std::size_t row);
  bool run_cell(const JsonShapes::Op& op, std::size_t row);
  bool run_map(const JsonShapes::Plan& plan, const JsonShapes::Op& op, std::size_t row);
  bool follow_shape(std::size_t row);

  Line read_as_tree(const char* begin, const char* end, std::size_t row);
  Line malformed(const char* at, const std::string& what, std::size_t row);
  void put_nulls(std::size_t row);

  bool openx_;
  bool ignore_malformed_;
  bool use_shapes_ = true;
  bool wide_ = StructuralIndex::best_isa() != StructuralIndex::Isa::kPlain;
  HiveType columns_;  ///< a struct with a field a column
  std::vector<std::size_t> wanted_;
  std::vector<ColumnVector*> by_column_;
  JsonTree tree_;
  JsonCells cells_;
  JsonShapes shapes_;
  StructuralIndex index_;
  const char* block_ = nullptr;
  const std::uint32_t* mark_ = nullptr;  ///< of the index, the first in the line at at_
  std::array<Slot, JsonShapes::kMaxSlots> slots_{};
  std::vector<char> arena_;
  char* free_text_ = nullptr;
  bool learnable_ = false;  ///< the last line read as a tree was strict JSON
  std::string repaired_;
};

}  // namespace clicklake
