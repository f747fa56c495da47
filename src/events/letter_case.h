#pragma once
/// Texts compared without regard to letter case, as event patterns do it.
///
/// Place: `equals-ignore-case`, alone and inside prefix, suffix and anything-but.
/// Invariant: each UTF-16 unit of the operand stands for its lower or its upper case, each written
/// in UTF-8; where both are the same text, for that. Half a surrogate pair stands for "?", so text
/// beyond the basic plane never equals itself.
/// Thread safety: immutable values. Source: Event Ruler 2.1.0; docs/events.md, "Letter case".

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake::events {

class FoldedText {
 public:
  /// `text` is UTF-8, lone surrogates as three bytes.
  explicit FoldedText(std::string_view text);

  bool equals(std::string_view value) const;
  bool starts(std::string_view value) const;
  bool ends(std::string_view value) const;

  /// Whether every value that equals() takes is ASCII: then it equals where the lower cases do.
  bool is_ascii() const { return ascii_; }
  /// With is_ascii(): the text in lower case.
  const std::string& ascii_lower() const { return lower_; }

 private:
  struct Unit {
    std::string lower;
    std::string upper;
  };

  /// Bytes of `value` that the units take from its beginning; npos where they don't fit.
  std::size_t taken_from_start(std::string_view value) const;

  bool ascii_ = true;
  std::string lower_;        // with ascii_
  std::vector<Unit> units_;  // without
};

}  // namespace clicklake::events
