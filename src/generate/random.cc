#include "generate/random.h"

#include <cstddef>

namespace clicklake::synthetic {

namespace {
constexpr std::uint32_t kFullCut = 0xffffffffU;
}

AliasTable::AliasTable(std::span<const std::uint64_t> weights) : cells_(weights.size()) {
  std::size_t n = weights.size();
  std::uint64_t total = 0;
  for (std::uint64_t w : weights) total += w;
  // Each cell holds `total` units: its own share first, the rest from one richer index.
  std::vector<std::uint64_t> share(n);
  std::vector<std::uint32_t> poor, rich;
  for (std::size_t i = 0; i < n; ++i) {
    share[i] = weights[i] * n;
    (share[i] < total ? poor : rich).push_back(static_cast<std::uint32_t>(i));
  }
  while (!poor.empty() && !rich.empty()) {
    std::uint32_t p = poor.back(), r = rich.back();
    poor.pop_back();
    auto cut = static_cast<std::uint32_t>((static_cast<unsigned __int128>(share[p]) << 32) / total);
    cells_[p] = {cut, r};
    share[r] -= total - share[p];
    if (share[r] < total) {
      rich.pop_back();
      poor.push_back(r);
    }
  }
  for (std::uint32_t i : rich) cells_[i] = {kFullCut, i};
  for (std::uint32_t i : poor) cells_[i] = {kFullCut, i};
}

AliasTable AliasTable::zipf(std::uint32_t n, std::uint32_t offset) {
  std::vector<std::uint64_t> weights(n);
  for (std::uint32_t i = 0; i < n; ++i)
    weights[i] = (std::uint64_t{1} << 32) / (std::uint64_t{i} + offset + 1);
  return AliasTable(weights);
}

}  // namespace clicklake::synthetic
