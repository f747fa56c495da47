#pragma once
/// From a path, a kind of key and its bytes to the predicates that such a value may fulfil.
///
/// Place: inside the rules' index. Invariant: once finished, nothing changes.
/// Thread safety: immutable once finished. Source: ADR 18.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/byte_hash.h"

namespace clicklake::events {

/// What the bytes of a key are.
enum class KeyClass : std::uint8_t {
  kText,        ///< a string
  kFolded,      ///< a string in ASCII lower case
  kWord,        ///< true, false, null
  kNumber,      ///< a comparable number's double
  kNumberText,  ///< a number as written
  kAddress,     ///< an address
  kCidr,        ///< an address block
  kHead,        ///< the first one to three bytes of a string
  kTail,        ///< the last ones
  kGram,        ///< four bytes anywhere in a string
  kLongGram,    ///< eight bytes anywhere in a string
};

class KeyTable {
 public:
  void add(std::uint32_t path, KeyClass key_class, std::string_view key, std::uint32_t predicate);
  void finish();

  /// The predicates of a key; an empty span where there are none. Cost: one or two cache lines.
  std::span<const std::uint32_t> find(std::uint32_t path, KeyClass key_class,
                                      std::string_view key) const {
    const std::uint64_t hash = hash_of(path, key_class, key);
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot slot = slots_[at];
      if (slot.entry == 0) return {};
      if (slot.tag != static_cast<std::uint32_t>(hash >> 32)) continue;
      const Entry& entry = entries_[slot.entry - 1];
      if (entry.path == path && entry.key_class == key_class && key_of(entry) == key) {
        return {entry.count == 1 ? &entry.first : predicates_.data() + entry.first, entry.count};
      }
    }
  }

  std::size_t bytes() const;

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t entry = 0;  ///< number + 1
  };
  struct Entry {
    std::uint32_t path;
    KeyClass key_class;
    std::uint32_t key_at;
    std::uint32_t key_size;
    std::uint32_t first;  ///< of predicates_; where there is one, the predicate
    std::uint32_t count;
  };

  static std::uint64_t hash_of(std::uint32_t path, KeyClass key_class, std::string_view key) {
    return byte_hash(
        key, (static_cast<std::uint64_t>(path) << 8) + static_cast<std::uint64_t>(key_class));
  }
  std::string_view key_of(const Entry& entry) const {
    return {text_.data() + entry.key_at, entry.key_size};
  }
  void grow();

  std::size_t mask_ = 15;
  std::vector<Slot> slots_ = std::vector<Slot>(16);
  std::vector<Entry> entries_;
  std::string text_;
  std::vector<std::uint32_t> predicates_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> added_;  // entry, predicate: until finish()
};

}  // namespace clicklake::events
