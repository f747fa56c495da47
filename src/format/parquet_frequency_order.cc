#include "format/parquet_frequency_order.h"

#include <algorithm>

namespace clicklake {

bool frequency_order_pays(std::size_t count, std::size_t entries) {
  return entries > 256 && count >= 2 * entries;
}

FrequencyOrder frequency_order(std::span<const std::uint32_t> indices, std::size_t entries,
                               Arena& arena) {
  constexpr std::uint32_t kMostCounted = 1023;  // above, the order no longer matters
  auto* const counts = arena.allocate_array<std::uint32_t>(entries);
  auto* const numbers = arena.allocate_array<std::uint32_t>(entries);
  auto* const order = arena.allocate_array<std::uint32_t>(entries);
  auto* const out = arena.allocate_array<std::uint32_t>(indices.size());
  std::fill_n(counts, entries, 0);
  for (const std::uint32_t index : indices) ++counts[index];

  // A counting sort, the most frequent first.
  std::uint32_t starts[kMostCounted + 2] = {};
  for (std::size_t i = 0; i < entries; ++i)
    ++starts[kMostCounted - std::min(counts[i], kMostCounted) + 1];
  for (std::size_t i = 1; i < std::size(starts); ++i) starts[i] += starts[i - 1];
  for (std::size_t i = 0; i < entries; ++i) {
    const std::uint32_t number = starts[kMostCounted - std::min(counts[i], kMostCounted)]++;
    numbers[i] = number;
    order[number] = static_cast<std::uint32_t>(i);
  }
  for (std::size_t i = 0; i < indices.size(); ++i) out[i] = numbers[indices[i]];
  return {out, {order, entries}};
}

}  // namespace clicklake
