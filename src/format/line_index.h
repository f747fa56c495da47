#pragma once
/// The structural index of a block of lines, and how far its lines have been read.
///
/// Place: between who reads blocks and the RecordParsers of its thread, which read the lines in
/// order. Invariant: while there is a block, mark() is the first mark of the next line. Thread
/// safety: thread-compatible. Source: ADR-0009.

#include <cstddef>
#include <cstdint>

#include "format/structural_index.h"

namespace clicklake {

class LineIndex {
 public:
  /// The lines [data, data + size), as LineReader gives them: each ended, kLinePadding readable
  /// bytes behind them. `data` outlives the reading of its lines.
  void take_block(const char* data, std::size_t size) {
    if (!is_worth_it()) return clear();
    structure_.build(data, size);
    block_ = data;
    mark_ = structure_.positions();
  }
  /// What is read from now on is not of a block.
  void clear() { block_ = nullptr; }

  bool has_block() const { return block_ != nullptr; }
  const char* block() const { return block_; }
  const std::uint32_t* mark() const { return mark_; }
  void set_mark(const std::uint32_t* mark) { mark_ = mark; }
  /// Behind the line that ends with the '\n' at `end`.
  void pass_line(const char* end) {
    while (block_ + *mark_ < end) ++mark_;
    ++mark_;
  }
  /// Whether a text of [begin, end) must be looked at byte by byte.
  bool has_special(const char* begin, const char* end) const {
    return structure_.has_special(static_cast<std::size_t>(begin - block_),
                                  static_cast<std::size_t>(end - block_));
  }

  /// How a line went: blocks whose lines gain nothing are not indexed for a while.
  void hit() { credit_ += credit_ < kCredit ? 1 : 0; }
  void miss() { credit_ -= credit_ > -kCredit ? 2 : 0; }

 private:
  static constexpr int kCredit = 4096;
  bool is_worth_it() {
    if (credit_ >= 0) return true;
    credit_ += kCredit / 64;  // some blocks later it is tried again
    return false;
  }

  StructuralIndex structure_;
  const char* block_ = nullptr;
  const std::uint32_t* mark_ = nullptr;
  int credit_ = kCredit;
};

}  // namespace clicklake
