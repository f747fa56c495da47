#pragma once
/// Finds which of many texts a subject holds, in one pass over it.
///
/// Place: under RuleFilter. Invariant: every text that the subject holds is reported, letter case
/// of A to Z aside. Thread safety: immutable after construction, safe.
/// Source: A. V. Aho and M. J. Corasick, "Efficient string matching", CACM 18 (6), 1975.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

class TextFinder {
 public:
  /// `texts`: in lower case, none empty. Cost: O(bytes of all texts), 4 bytes times the number of
  /// distinct bytes for each of them.
  explicit TextFinder(const std::vector<std::string>& texts);

  /// Calls `found(number of the text)` for every occurrence. Cost: a table look-up a byte.
  template <typename F>
  void scan(std::string_view subject, F&& found) const {
    std::uint32_t state = 0;
    for (const char c : subject) {
      state = next_[state + classes_[static_cast<unsigned char>(c)]];
      if (!ends(state)) [[likely]]
        continue;
      for (std::uint32_t at = state / width_; at != kNone; at = shorter_[at]) {
        if (text_of_[at] != kNone) found(text_of_[at]);
      }
    }
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;

  bool ends(std::uint32_t state) const { return ends_[state / width_] != 0; }

  std::array<std::uint8_t, 256> classes_{};  ///< 0: a byte of no text
  std::uint32_t width_ = 1;                  ///< classes
  /// By state (its number times width_) and class: the next state, in the same measure.
  std::vector<std::uint32_t> next_;
  std::vector<std::uint8_t> ends_;      ///< by number: some text ends here
  std::vector<std::uint32_t> text_of_;  ///< by number: the text that ends here, or kNone
  std::vector<std::uint32_t> shorter_;  ///< by number: the longest other state that ends a text
};

}  // namespace clicklake
