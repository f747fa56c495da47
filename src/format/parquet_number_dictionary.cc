#include "format/parquet_number_dictionary.h"

#include <algorithm>
#include <bit>

namespace clicklake {
namespace {

constexpr std::size_t kFewestValues = 64;
constexpr std::size_t kFewestEach = 2;
constexpr std::size_t kMostEntries = 16384;
constexpr std::uint32_t kFree = 0xFFFFFFFFU;
/// So many values of a column whose entries come twice each, up to kMostEntries of them, have a
/// good many repeats; hardly one among them means that there is no dictionary to be had.
constexpr std::size_t kEarlyValues = 2048;
constexpr std::size_t kFewestEarlyRepeats = 16;

template <typename T>
std::optional<NumberDictionary> make_dictionary(std::span<const T> values, Arena& arena) {
  if (values.size() < kFewestValues) return std::nullopt;
  const std::size_t most = std::min(values.size() / kFewestEach, kMostEntries);
  const std::size_t slots = std::bit_ceil(most * 2);
  const int shift = 64 - std::bit_width(slots - 1);
  auto* const entries = arena.allocate_array<std::int64_t>(most);
  auto* const indices = arena.allocate_array<std::uint32_t>(values.size());
  std::uint32_t* table = nullptr;  // made when the first value comes that is not the one before
  std::uint32_t count = 0;
  std::uint32_t last = kFree;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t value = values[i];
    if (last != kFree && entries[last] == value) {
      indices[i] = last;
      continue;
    }
    if (table == nullptr) {
      table = arena.allocate_array<std::uint32_t>(slots);
      std::fill_n(table, slots, kFree);
    }
    // Fibonacci hashing: the product's high bits.
    std::size_t slot = (static_cast<std::uint64_t>(value) * 0x9E3779B97F4A7C15ULL) >> shift;
    while (table[slot] != kFree && entries[table[slot]] != value) slot = (slot + 1) & (slots - 1);
    if (table[slot] == kFree) {
      if (count == most) return std::nullopt;
      if (i == kEarlyValues && count + kFewestEarlyRepeats > kEarlyValues) return std::nullopt;
      entries[count] = value;
      table[slot] = count++;
    }
    last = table[slot];
    indices[i] = last;
  }
  return NumberDictionary{{indices, values.size()}, {entries, count}};
}

}  // namespace

std::optional<NumberDictionary> number_dictionary(std::span<const std::int64_t> values,
                                                  Arena& arena) {
  return make_dictionary(values, arena);
}

std::optional<NumberDictionary> number_dictionary(std::span<const std::int32_t> values,
                                                  Arena& arena) {
  return make_dictionary(values, arena);
}

}  // namespace clicklake
