#pragma once
/// Numbers distinct strings in order of appearance: the dictionary of one column in one row group.
///
/// Place: between the record parser and the Parquet encoder, so that a value is hashed once.
/// Invariant: ids are dense from 0. Thread safety: thread-compatible.

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes_equal.h"
#include "rows/text_arena.h"

namespace clicklake {

class StringPool {
 public:
  StringPool() : slots_(kFirstSlots), mask_(kFirstSlots - 1) {}

  /// The id of `text`, stored at its first appearance.
  std::uint32_t intern(std::string_view text) { return intern(text, hash_of(text)); }

  /// With a hash that the caller has anyway.
  std::uint32_t intern(std::string_view text, std::uint64_t hash) {
    const std::uint32_t tag = tag_of(hash);
    std::size_t at = hash & mask_;
    for (;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.tag == tag) {
        if (slot.size == text.size() &&
            bytes_equal(slot.size <= kInline ? slot.head : texts_[slot.id].data(), text.data(),
                        text.size()))
          return slot.id;
      } else if (slot.tag == 0) {
        break;
      }
    }
    const auto id = static_cast<std::uint32_t>(texts_.size());
    texts_.push_back(arena_.store(text));
    hashes_.push_back(hash);
    fill(&slots_[at], tag, id, text);
    if (texts_.size() * 4 > slots_.size() * 3) grow();
    return id;
  }

  /// Asks for the cache line that intern() will look at.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }

  std::span<const std::string_view> texts() const { return texts_; }
  std::size_t size() const { return texts_.size(); }

  void clear() {
    if (texts_.size() * 16 < slots_.size() && slots_.size() > kFirstSlots) {
      slots_.assign(slots_.size() / 2, Slot{});
      mask_ = slots_.size() - 1;
    } else {
      std::memset(static_cast<void*>(slots_.data()), 0, slots_.size() * sizeof(Slot));
    }
    texts_.clear();
    hashes_.clear();
    arena_.clear();
  }

  [[gnu::always_inline]] static std::uint64_t hash_of(std::string_view text) {
    constexpr std::uint64_t kA = 0x9E3779B97F4A7C15ULL;
    constexpr std::uint64_t kB = 0xD6E8FEB86659FD93ULL;
    const char* p = text.data();
    std::size_t n = text.size();
    std::uint64_t h = n * kB;
    for (; n > 16; n -= 16, p += 16) h = mix(load(p) ^ h ^ kA, load(p + 8) ^ kB);
    // The last 0 to 16 bytes, in two loads that may overlap.
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    if (n >= 8) {
      a = load(p);
      b = load(p + n - 8);
    } else if (n >= 4) {
      a = load_half(p);
      b = load_half(p + n - 4);
    } else if (n > 0) {
      a = static_cast<unsigned char>(p[0]) |
          static_cast<std::uint64_t>(static_cast<unsigned char>(p[n / 2])) << 8 |
          static_cast<std::uint64_t>(static_cast<unsigned char>(p[n - 1])) << 16;
    }
    return mix(a ^ h ^ kA, b ^ kB ^ (h >> 32));
  }

 private:
  /// Short texts are compared where the slot lies: one cache line a look-up.
  static constexpr std::size_t kInline = 20;
  struct alignas(32) Slot {
    std::uint32_t tag = 0;  ///< 0: free
    std::uint32_t id = 0;
    std::uint32_t size = 0;
    char head[kInline] = {};
  };
  static_assert(sizeof(Slot) == 32);

  static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> 32) | 1U;
  }
  static void fill(Slot* slot, std::uint32_t tag, std::uint32_t id, std::string_view text) {
    slot->tag = tag;
    slot->id = id;
    slot->size = static_cast<std::uint32_t>(text.size());
    if (text.size() <= kInline) std::memcpy(slot->head, text.data(), text.size());
  }
  static constexpr std::size_t kFirstSlots = 64;

  static std::uint64_t load(const char* p) {
    std::uint64_t v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  static std::uint64_t load_half(const char* p) {
    std::uint32_t v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  void grow() {
    slots_.assign(slots_.size() * 2, Slot{});
    mask_ = slots_.size() - 1;
    for (std::size_t id = 0; id < hashes_.size(); ++id) {
      std::size_t at = hashes_[id] & mask_;
      while (slots_[at].tag != 0) at = (at + 1) & mask_;
      fill(&slots_[at], tag_of(hashes_[id]), static_cast<std::uint32_t>(id), texts_[id]);
    }
  }

  std::vector<Slot> slots_;
  std::size_t mask_;
  std::vector<std::string_view> texts_;
  std::vector<std::uint64_t> hashes_;
  TextArena arena_;
};

}  // namespace clicklake
