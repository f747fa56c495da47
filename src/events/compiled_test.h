#pragma once
/// The tests of many rules, packed: what a value is held against.
///
/// Place: inside the rules' index. Invariant: once made, nothing changes. Thread safety: immutable
/// once built. Source: docs/events.md, "What a leaf may ask".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/event_leaves.h"
#include "events/letter_case.h"
#include "events/pattern.h"
#include "events/wildcard.h"

namespace clicklake::events {

/// Operands are in the tables of CompiledTests.
struct CompiledTest {
  TestKind kind;
  bool low_open;
  bool high_open;
  bool is_negated;   ///< anything-but: holds where none of `size` tests from `at` on holds
  std::uint32_t at;  ///< of the operand: in the text, the folded texts, wildcards, addresses, tests
  std::uint32_t size;  ///< of a text or list
  double low;
  double high;
};

class CompiledTests {
 public:
  /// Packs `test`.
  CompiledTest compile(const ValueTest& test);

  /// Whether `leaf` passes. kAbsent never does: it is not asked of a value.
  bool holds(const CompiledTest& test, EventLeaves* leaves, EventLeaf* leaf) const;

  std::string_view text(const CompiledTest& test) const {
    return {text_.data() + test.at, test.size};
  }
  const FoldedText& folded(const CompiledTest& test) const { return folded_[test.at]; }
  const Wildcard& wildcard(const CompiledTest& test) const { return wildcards_[test.at]; }
  const IpAddress& address(const CompiledTest& test) const { return addresses_[test.at]; }

  std::size_t bytes() const;
  void shrink();

 private:
  CompiledTest compile_positive(TestKind kind, std::string_view text);

  std::string text_;
  std::vector<FoldedText> folded_;
  std::vector<Wildcard> wildcards_;
  std::vector<IpAddress> addresses_;
  std::vector<CompiledTest> listed_;  // of anything-but
};

}  // namespace clicklake::events
