#pragma once
/// Renumbers a dictionary so that frequent entries come first.
///
/// Place: before large dictionaries' indices are packed. Clicks follow Zipf's law: small numbers
/// for what is frequent leave zstd's entropy stage 5 to 15 % fewer bytes of packed indices than
/// numbers by first appearance do. Thread safety: pure functions. Source:
/// docs/adr/0004-own-parquet-encoder.md, measurements.

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/parquet_buffer.h"

namespace clicklake {

struct FrequencyOrder {
  const std::uint32_t* indices = nullptr;  ///< renumbered
  std::span<const std::uint32_t> entries;  ///< the old number of each new one
};

/// Whether it pays for `count` indices into a dictionary of `entries`.
bool frequency_order_pays(std::size_t count, std::size_t entries);

/// Both results lie in `arena`; entries of about the same frequency keep their order. Cost: about 2
/// ns an index.
FrequencyOrder frequency_order(std::span<const std::uint32_t> indices, std::size_t entries,
                               Arena& arena);

/// `dictionary` in the new order.
template <typename T>
std::span<const T> reorder(std::span<const T> dictionary, std::span<const std::uint32_t> entries,
                           Arena& arena) {
  if (entries.empty()) return dictionary;
  T* const out = arena.allocate_array<T>(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) out[i] = dictionary[entries[i]];
  return {out, entries.size()};
}

}  // namespace clicklake
