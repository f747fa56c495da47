#pragma once
/// Numbers the natural keys of one dimension as a worker meets them.
///
/// Place: between the record parser and the facts: a row carries the number, files carry the
/// surrogate key. Invariant: number 0 is the unknown member (key 0, no natural key); two natural
/// keys under one surrogate key are never merged: the later is kCollision. Thread safety:
/// thread-compatible; one table a worker, merged when the batch ends. Source: docs/design.md,
/// "Keys".

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes_equal.h"
#include "rows/text_arena.h"

namespace clicklake {

class DimensionTable {
 public:
  static constexpr std::uint32_t kUnknown = 0;
  static constexpr std::uint32_t kCollision = 0xFFFFFFFFU;

  DimensionTable() : slots_(kFirstSlots), mask_(kFirstSlots - 1) {
    keys_.push_back(0);
    names_.emplace_back();
    used_.push_back(0);
  }

  /// The number of the member with surrogate key `key` and natural key `name` (not empty), added
  /// where it is new.
  std::uint32_t find_or_add(std::int64_t key, std::string_view name) {
    std::size_t at = static_cast<std::uint64_t>(key) & mask_;
    for (;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.name == nullptr) break;
      if (slot.key == key)
        return slot.size == name.size() && bytes_equal(slot.name, name.data(), name.size())
                   ? slot.id
                   : kCollision;
    }
    if (key == 0) return kCollision;  // a natural key that hashes to the unknown member's key
    const auto id = static_cast<std::uint32_t>(keys_.size());
    const std::string_view stored = arena_.store(name);
    slots_[at] = {key, stored.data(), id, static_cast<std::uint32_t>(stored.size())};
    keys_.push_back(key);
    names_.push_back(stored);
    used_.push_back(0);
    if (keys_.size() * 4 > slots_.size() * 3) grow();
    return id;
  }

  /// Asks for the cache line that find_or_add() will look at.
  void prefetch(std::int64_t key) const {
    __builtin_prefetch(&slots_[static_cast<std::uint64_t>(key) & mask_]);
  }

  /// Asks for the name that find_or_add() will compare; reads the slots that prefetch() asked for.
  void prefetch_name(std::int64_t key) const {
    std::size_t at = static_cast<std::uint64_t>(key) & mask_;
    while (slots_[at].name != nullptr && slots_[at].key != key) at = (at + 1) & mask_;
    const Slot& slot = slots_[at];
    if (slot.name == nullptr) return;
    __builtin_prefetch(slot.name);
    __builtin_prefetch(slot.name + slot.size - 1);
  }

  std::size_t size() const { return keys_.size(); }
  std::int64_t key(std::uint32_t id) const { return keys_[id]; }
  std::string_view name(std::uint32_t id) const { return names_[id]; }

  /// Whether a row that was kept refers to the member.
  bool used(std::uint32_t id) const { return used_[id] != 0; }
  void mark_used(std::uint32_t id) { used_[id] = 1; }

 private:
  struct Slot {
    std::int64_t key = 0;
    const char* name = nullptr;  ///< null: free
    std::uint32_t id = 0;
    std::uint32_t size = 0;
  };
  static constexpr std::size_t kFirstSlots = 1024;

  void grow() {
    slots_.assign(slots_.size() * 2, Slot{});
    mask_ = slots_.size() - 1;
    for (std::uint32_t id = 1; id < keys_.size(); ++id) {
      std::size_t at = static_cast<std::uint64_t>(keys_[id]) & mask_;
      while (slots_[at].name != nullptr) at = (at + 1) & mask_;
      slots_[at] = {keys_[id], names_[id].data(), id,
                    static_cast<std::uint32_t>(names_[id].size())};
    }
  }

  std::vector<Slot> slots_;
  std::size_t mask_;
  std::vector<std::int64_t> keys_;
  std::vector<std::string_view> names_;
  std::vector<std::uint8_t> used_;
  TextArena arena_{1U << 20};
};

}  // namespace clicklake
