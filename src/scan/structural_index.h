#pragma once
/// Where the quotes and line ends of a block of JSON lines are.
///
/// Place: under the shapes of lines: with it the values of a line that follows one are found
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

  /// False: the bytes [begin, end) and their neighbours hold neither backslashes nor bytes beyond
  /// ASCII nor control characters other than line ends.
  bool may_be_special(std::size_t begin, std::size_t end) const {
    const std::size_t first = begin / kGroup;
    const std::size_t last = (end - 1) / kGroup;
    for (std::size_t word = first / 64; word <= last / 64; ++word) {
      std::uint64_t bits = special_[word];
      if (word == first / 64) bits &= ~std::uint64_t{0} << first % 64;
      if (word == last / 64) bits &= ~std::uint64_t{0} >> (63 - last % 64);
      if (bits != 0) return true;
    }
    return false;
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
  std::vector<std::uint64_t> special_;  ///< a bit a group of 64 bytes
};

}  // namespace clicklake
