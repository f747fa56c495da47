#pragma once
/// The set of event identities of one hour.
///
/// Place: dedupe. Invariant: all 128 bits are compared; nothing is ever taken for a duplicate by
/// less. Thread safety: thread-compatible.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/hash.h"

namespace clicklake {

class IdentitySet {
 public:
  IdentitySet() { clear(); }

  /// True where `id` was not there before. Cost: one probe; memory 16 bytes a slot, at most 4/5 of
  /// the slots used.
  bool insert(const EventHash& id) {
    if (id.key == 0 && id.check == 0) {
      const bool fresh = !has_zero_;
      has_zero_ = true;
      return fresh;
    }
    std::size_t at = id.key & mask_;
    for (;; at = (at + 1) & mask_) {
      const EventHash& slot = slots_[at];
      if (slot == id) return false;
      if (slot.key == 0 && slot.check == 0) break;
    }
    slots_[at] = id;
    if (++size_ * 5 > slots_.size() * 4) grow();
    return true;
  }

  /// Asks for the slot's cache line before insert().
  void prefetch(const EventHash& id) const { __builtin_prefetch(&slots_[id.key & mask_]); }

  /// Makes room for `count` identities at once; the set must be empty.
  void reserve(std::size_t count) {
    const std::size_t slots = std::bit_ceil(count + count / 4 + 1);
    if (slots <= slots_.size()) return;
    slots_ = {};  // not both at once
    slots_.resize(slots);
    mask_ = slots - 1;
  }

  std::size_t size() const { return size_ + (has_zero_ ? 1 : 0); }

  /// Empties the set; keeps the memory of a usual hour and returns that of a large one.
  void clear() {
    constexpr std::size_t kKept = std::size_t{1} << 17;
    if (slots_.size() > kKept) {
      slots_ = std::vector<EventHash>(kKept);
    } else if (slots_.empty()) {
      slots_.assign(std::size_t{1} << 12, EventHash{});
    } else {
      slots_.assign(slots_.size(), EventHash{});
    }
    mask_ = slots_.size() - 1;
    size_ = 0;
    has_zero_ = false;
  }

 private:
  void grow() {
    std::vector<EventHash> old(slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const EventHash& id : old) {
      if (id.key == 0 && id.check == 0) continue;
      std::size_t at = id.key & mask_;
      while (slots_[at].key != 0 || slots_[at].check != 0) at = (at + 1) & mask_;
      slots_[at] = id;
    }
  }

  std::vector<EventHash> slots_;
  std::size_t mask_ = 0;
  std::size_t size_ = 0;
  bool has_zero_ = false;
};

}  // namespace clicklake
