#pragma once
/// Random numbers whose every bit is defined here, so that a seed gives the same clickstream
/// everywhere.
///
/// Place: all of generate draws from it; each session has a generator of its own, seeded by what
/// names it. Invariant: integer arithmetic only: no libm, no std distribution, no dependence on
/// compiler or machine. Thread safety: Random is thread-compatible, AliasTable safe once made.
/// Source: splitmix64 (Steele, Lea, Flood, OOPSLA 2014); the alias method (Vose, 1991).

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace clicklake::synthetic {

/// A bijection of 64-bit numbers: distinct inputs stay distinct, and look random.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return x;
}

/// A stream of 64-bit numbers; 8 bytes of state, made in a nanosecond.
class Random {
 public:
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    return mix64(state_);
  }
  /// 0 <= result < n, n >= 1; the bias is below n / 2^32.
  constexpr std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
  }
  /// True in `n` of 1000 cases.
  constexpr bool permille(std::uint32_t n) { return below(1000) < n; }
  /// Exponentially distributed with this mean (the logarithm taken piecewise linearly; at most 32 x
  /// ln 2 x mean).
  constexpr std::uint32_t exponential(std::uint32_t mean) {
    std::uint64_t bits = next();
    auto high = static_cast<std::uint32_t>(bits >> 32) | 1U;
    auto halvings = static_cast<std::uint64_t>(std::countl_zero(high));
    std::uint64_t scaled =
        (halvings << 16) + (bits & 0xffff);  // -log2 of a uniform number, 16 fraction bits
    return static_cast<std::uint32_t>((scaled * mean * 45426ULL) >> 32);  // 45426 = ln 2 x 2^16
  }

 private:
  std::uint64_t state_;
};

/// Draws an index by weight in constant time. 8 bytes an entry.
class AliasTable {
 public:
  /// `weights`: 1 to 2^24 of them, sum > 0 and below 2^60 / weights.size().
  explicit AliasTable(std::span<const std::uint64_t> weights);
  /// Index i has the weight 1 / (i + offset + 1): Zipf-Mandelbrot with exponent 1.
  static AliasTable zipf(std::uint32_t n, std::uint32_t offset);

  std::uint32_t pick(std::uint64_t random) const {
    auto i = static_cast<std::uint32_t>(((random >> 32) * cells_.size()) >> 32);
    const Cell& cell = cells_[i];
    return static_cast<std::uint32_t>(random) < cell.cut ? i : cell.other;
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(cells_.size()); }

 private:
  struct Cell {
    std::uint32_t cut;
    std::uint32_t other;
  };
  std::vector<Cell> cells_;
};

}  // namespace clicklake::synthetic
