#pragma once
/// Finds, for a value of an event, the few predicates that it may fulfil.
///
/// Each rule is reached through one of its predicates, the most selective. An exact value is
/// reached by a hash of it; a prefix, suffix or wildcard by the rarest four bytes of its literal
/// text; ranges by their lower bounds; what can't be looked up by the presence or absence of its
/// path.
///
/// Place: inside the rules' index. Invariant: every predicate added is found by each value that
/// fulfils it; `sure` is said only of those that do. Thread safety: immutable once finished.
/// Source: ADR 18.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "events/compiled_test.h"
#include "events/event_leaves.h"
#include "events/key_table.h"

namespace clicklake::events {

class AccessIndex {
 public:
  /// Counts the test among those of its path (numbered from 0, without gaps): to be done for all
  /// predicates before the first cost() or add().
  void count(std::uint32_t path, const CompiledTests& tests, const CompiledTest& test);
  /// How often a value will bring up the test, roughly; 1 is once for each event that has the path.
  double cost(std::uint32_t path, const CompiledTests& tests, const CompiledTest& test) const;
  /// Makes `predicate` reachable through this one of its tests.
  void add(std::uint32_t path, const CompiledTests& tests, const CompiledTest& test,
           std::uint32_t predicate);
  void finish();

  /// Calls found(predicate, sure) for what `leaf`, a value of `path`, may fulfil; some come twice.
  template <typename Found>
  void find(std::uint32_t path, EventLeaves* leaves, EventLeaf* leaf, Found&& found) const;
  /// The predicates reached where `path` has no value.
  const std::vector<std::uint32_t>& absent(std::uint32_t path) const { return paths_[path].absent; }
  /// The paths for which there are such.
  const std::vector<std::uint32_t>& absent_paths() const { return absent_paths_; }

  std::size_t bytes() const;

 private:
  struct Range {
    double low;
    double high;
    double highest;  ///< of this one and those before it
    std::uint32_t predicate;
  };
  /// Says of most grams that they were not added.
  struct GramFilter {
    std::uint32_t shift = 0;           ///< of a hash to a bit
    std::vector<std::uint64_t> bits;   ///< empty: none was added
    std::vector<std::uint64_t> added;  ///< until finish()

    void finish();
    bool may_have(std::uint64_t gram) const {
      const std::uint64_t bit = gram * 0x9E3779B97F4A7C15ULL >> shift;
      return (bits[bit >> 6] >> (bit & 63) & 1) != 0;
    }
  };
  struct Path {
    std::uint32_t exact_keys = 0;  ///< counted
    std::uint32_t classes = 0;     ///< bits of KeyClass that were added
    std::uint8_t head_sizes = 0;   ///< bit n: some head has n bytes
    std::uint8_t tail_sizes = 0;
    GramFilter grams;
    GramFilter long_grams;
    std::vector<Range> ranges;                                  ///< by low
    std::vector<std::pair<std::uint8_t, std::uint8_t>> blocks;  ///< bytes and bits of the cidrs
    std::vector<std::uint32_t> present;                         ///< looked at for every value
    std::vector<std::uint32_t> absent;
  };

  /// How a test is reached.
  enum class Way : std::uint8_t { kKey, kGram, kHead, kTail, kRange, kPresent, kAbsent };
  struct Route {
    Way way;
    KeyClass key_class = KeyClass::kText;
    std::string_view text = {};   ///< of a gram, head, tail
    std::uint32_t frequency = 0;  ///< of the gram among all counted
  };

  Route route(std::uint32_t path, const CompiledTests& tests, const CompiledTest& test) const;
  Path& at(std::uint32_t path);
  std::uint32_t* gram_count(std::uint32_t path, std::uint64_t gram);
  std::uint32_t gram_count(std::uint32_t path, std::uint64_t gram) const;

  bool has(const Path& path, KeyClass key_class) const {
    return (path.classes >> static_cast<unsigned>(key_class) & 1U) != 0;
  }
  /// `size` (four or eight) bytes as a number.
  static std::uint64_t gram_at(const char* p, std::size_t size) {
    std::uint64_t gram = 0;
    std::memcpy(&gram, p, size);
    return gram;
  }

  template <std::size_t kSize, typename Found>
  void find_grams(const GramFilter& filter, std::uint32_t path, std::string_view text,
                  Found&& found) const {
    if (filter.bits.empty() || text.size() < kSize) return;
    const char* const last = text.data() + text.size() - kSize;
    for (const char* p = text.data(); p <= last; ++p) {
      if (!filter.may_have(gram_at(p, kSize))) continue;
      constexpr KeyClass kClass = kSize == 8 ? KeyClass::kLongGram : KeyClass::kGram;
      for (const std::uint32_t predicate : keys_.find(path, kClass, {p, kSize}))
        found(predicate, false);
    }
  }
  template <typename Found>
  void find_text(const Path& entry, std::uint32_t path, EventLeaves* leaves, EventLeaf* leaf,
                 Found&& found) const;
  template <typename Found>
  void find_address(const Path& entry, std::uint32_t path, const IpAddress& address,
                    Found&& found) const;
  template <typename Found>
  void find_number(const Path& entry, std::uint32_t path, EventLeaves* leaves, EventLeaf* leaf,
                   Found&& found) const;

  std::vector<Path> paths_;
  std::vector<std::uint32_t> absent_paths_;
  KeyTable keys_;
  std::vector<std::uint64_t> gram_keys_;    // open addressing by hash of path and gram
  std::vector<std::uint32_t> gram_counts_;  // 0 is free
  std::size_t gram_total_ = 0;
  std::vector<std::uint32_t> path_grams_;  // distinct ones of each path
};

template <typename Found>
void AccessIndex::find(std::uint32_t path, EventLeaves* leaves, EventLeaf* leaf,
                       Found&& found) const {
  const Path& entry = paths_[path];
  switch (leaf->kind) {
    case JsonKind::kText: find_text(entry, path, leaves, leaf, found); break;
    case JsonKind::kNumber: find_number(entry, path, leaves, leaf, found); break;
    default:
      if (has(entry, KeyClass::kWord)) {
        for (const std::uint32_t p : keys_.find(path, KeyClass::kWord, leaf->text)) found(p, true);
      }
  }
  for (const std::uint32_t predicate : entry.present) found(predicate, false);
}

template <typename Found>
void AccessIndex::find_text(const Path& entry, std::uint32_t path, EventLeaves* leaves,
                            EventLeaf* leaf, Found&& found) const {
  const std::string_view text = leaf->text;
  if (has(entry, KeyClass::kText)) {
    for (const std::uint32_t p : keys_.find(path, KeyClass::kText, text)) found(p, true);
  }
  if ((entry.classes & ~1U) == 0) return;
  if (has(entry, KeyClass::kFolded)) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const std::uint32_t p : keys_.find(path, KeyClass::kFolded, lower)) found(p, true);
  }
  if (has(entry, KeyClass::kAddress) || has(entry, KeyClass::kCidr)) {
    if (const IpAddress* const address = leaves->address_of(leaf)) {
      find_address(entry, path, *address, found);
    }
  }
  for (std::size_t size = 1; size <= 3 && size <= text.size(); ++size) {
    if ((entry.head_sizes >> size & 1) != 0) {
      for (const std::uint32_t p : keys_.find(path, KeyClass::kHead, text.substr(0, size)))
        found(p, false);
    }
    if ((entry.tail_sizes >> size & 1) != 0) {
      for (const std::uint32_t p :
           keys_.find(path, KeyClass::kTail, text.substr(text.size() - size)))
        found(p, false);
    }
  }
  find_grams<8>(entry.long_grams, path, text, found);
  find_grams<4>(entry.grams, path, text, found);
}

template <typename Found>
void AccessIndex::find_address(const Path& entry, std::uint32_t path, const IpAddress& address,
                               Found&& found) const {
  const auto bytes = [](const IpAddress& ip) {
    return std::string_view(reinterpret_cast<const char*>(ip.bytes.data()), ip.size);
  };
  if (has(entry, KeyClass::kAddress)) {
    for (const std::uint32_t p : keys_.find(path, KeyClass::kAddress, bytes(address)))
      found(p, true);
  }
  for (const auto& [size, bits] : entry.blocks) {
    if (size != address.size) continue;
    const IpAddress block = address.masked(bits);
    std::array<char, 17> key{};
    std::memcpy(key.data(), block.bytes.data(), size);
    key[size] = static_cast<char>(bits);
    for (const std::uint32_t p :
         keys_.find(path, KeyClass::kCidr, {key.data(), static_cast<std::size_t>(size) + 1}))
      found(p, true);
  }
}

template <typename Found>
void AccessIndex::find_number(const Path& entry, std::uint32_t path, EventLeaves* leaves,
                              EventLeaf* leaf, Found&& found) const {
  if (has(entry, KeyClass::kNumberText)) {
    for (const std::uint32_t p : keys_.find(path, KeyClass::kNumberText, leaf->text))
      found(p, true);
  }
  if (!has(entry, KeyClass::kNumber) && entry.ranges.empty()) return;
  const double* const number = leaves->number_of(leaf);
  if (number == nullptr) return;
  if (has(entry, KeyClass::kNumber)) {
    const double value = *number + 0.0;  // -0 is 0
    char key[sizeof value];
    std::memcpy(key, &value, sizeof value);
    for (const std::uint32_t p : keys_.find(path, KeyClass::kNumber, {key, sizeof key}))
      found(p, true);
  }
  auto behind = std::upper_bound(entry.ranges.begin(), entry.ranges.end(), *number,
                                 [](double v, const Range& range) { return v < range.low; });
  while (behind != entry.ranges.begin()) {
    --behind;
    if (behind->highest < *number) break;
    if (behind->high >= *number) found(behind->predicate, false);
  }
}

}  // namespace clicklake::events
