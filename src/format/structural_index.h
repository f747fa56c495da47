#pragma once
/// Where the quotes and line ends of a block of JSON lines are.
///
/// Place: under the shapes of lines, of records and of external tables: with it the values of a line that follows one are found
/// without looking for their ends. Invariant: quotes behind an odd number of backslashes are not in
/// it; line ends all are. Thread safety: thread-compatible. Source: Langdale and Lemire, "Parsing
/// Gigabytes of JSON per Second", for the way to tell escaped quotes; docs/adr/0012-raw-scan.md.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace clicklake {

class StructuralIndex {
 public:
  /// Indexes `size` bytes (below 4 GB) at `data`; kLinePadding bytes behind them are readable.
  /// Cost: about a tenth of a nanosecond a byte where the processor has AVX-512, three times that
  /// with AVX2.
  void build(const char* data, std::size_t size);

  /// Their offsets in order; behind the last one follow kBehind that are `size`.
  const std::uint32_t* positions() const { return positions_.get(); }
  std::size_t count() const { return count_; }
  static constexpr std::size_t kBehind = 64;

  /// Whether the bytes [begin, end) hold a backslash, a byte beyond ASCII or a control character
  /// other than a line end.
  bool has_special(std::size_t begin, std::size_t end) const {
    if (begin >= end) return false;
    const std::size_t first = begin / kGroup;
    const std::size_t last = (end - 1) / kGroup;
    const std::uint64_t from = ~std::uint64_t{0} << begin % kGroup;
    const std::uint64_t to = ~std::uint64_t{0} >> (kGroup - 1 - (end - 1) % kGroup);
    if (first == last) return (special_[first] & from & to) != 0;
    std::uint64_t bits = (special_[first] & from) | (special_[last] & to);
    for (std::size_t i = first + 1; i < last; ++i) bits |= special_[i];
    return bits != 0;
  }

  /// The instructions to use; for tests.
  enum class Isa : std::uint8_t { kPlain, kAvx2, kAvx512 };
  static Isa best_isa();
  void use(Isa isa) { isa_ = isa; }

 private:
  static constexpr std::size_t kGroup = 64;

  void reserve(std::size_t count);
  void build_plain(const char* data, std::size_t size);
  void build_avx2(const char* data, std::size_t size);
  void build_avx512(const char* data, std::size_t size);

  Isa isa_ = best_isa();
  std::unique_ptr<std::uint32_t[]> positions_;
  std::size_t capacity_ = 0;
  std::size_t count_ = 0;
  std::vector<std::uint64_t> special_;  ///< a bit a byte
};

}  // namespace clicklake
