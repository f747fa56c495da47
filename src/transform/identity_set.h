#pragma once
/// The set of event identities of one hour.
///
/// Place: dedupe. The identities themselves are a log in the order of insertion, of which only the
/// end is in memory. The table over it has 4 bytes for each: 16 bits of a hash (its place in the
/// table says more of it) and in which small group of the log the identity is. So the log is read
/// where an identity is there already and, some dozens of times in a million, where only those bits
/// agree.
/// Invariant: all 128 bits are compared; nothing is ever taken for a duplicate by less.
/// Thread safety: thread-compatible. Source: ADR-0017.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "rows/spill_file.h"

namespace clicklake {

class IdentitySet {
 public:
  enum class Found : std::uint8_t { kFresh, kDuplicate, kFailed };

  /// Identities in memory at most; those before them are in a temporary file.
  static constexpr std::size_t kHeld = std::size_t{1} << 16;

  /// `temp_dir`: for the temporary file, which is made when it is needed.
  explicit IdentitySet(std::filesystem::path temp_dir) : spill_(std::move(temp_dir)) { reset(0); }

  /// kFresh where `id` was not there before; kFailed: see failure(). Cost: one probe; a duplicate
  /// reads its group of the log. Memory: 4 bytes a slot, at most 6/7 of the slots used.
  Found insert(const EventHash& id) {
    const std::uint64_t hash = hash_of(id);
    const std::uint16_t tag = tag_of(hash);
    std::size_t at = home_of(hash);
    for (;; at = at + 1 == slots_.size() ? 0 : at + 1) {
      const Slot slot = slots_[at];
      if (slot.tag == 0) break;
      if (slot.tag == tag) [[unlikely]] {
        const Found found = find_in_group(id, slot.group);
        if (found != Found::kFresh) return found;
      }
    }
    if (held_.size() == kHeld && !spill()) [[unlikely]]
      return Found::kFailed;
    slots_[at] = {tag, static_cast<std::uint16_t>(size() >> group_bits_)};
    held_.push_back(id);
    return size() > most_ ? grow() : Found::kFresh;
  }

  /// Asks for the slot's cache line before insert().
  void prefetch(const EventHash& id) const { __builtin_prefetch(&slots_[home_of(hash_of(id))]); }

  std::size_t size() const { return spilled_ + held_.size(); }

  /// Why insert() failed; the set is of no use until reset().
  const Error& failure() const { return *failure_; }

  /// Empties the set and makes room for `expected` identities (more may come).
  void reset(std::size_t expected);

 private:
  struct Slot {
    std::uint16_t tag;    ///< 0: free
    std::uint16_t group;  ///< of the log
  };
  static constexpr std::size_t kFirstSlots = std::size_t{1} << 12;
  static constexpr std::size_t kBlock = std::size_t{1} << 8;  ///< identities read back at once

  static std::uint64_t hash_of(const EventHash& id) {
    return (id.key ^ (id.check << 1)) * 0x9E3779B97F4A7C15ULL;
  }
  static std::uint16_t tag_of(std::uint64_t hash) {
    const auto tag = static_cast<std::uint16_t>(hash >> 20);
    return tag == 0 ? 1 : tag;
  }
  std::size_t home_of(std::uint64_t hash) const {
    return static_cast<std::size_t>(static_cast<unsigned __int128>(hash) * slots_.size() >> 64);
  }
  void set_slots(std::size_t count);
  void place(const EventHash& id, std::size_t number);
  /// Makes the table anew with twice the slots.
  Found grow();
  /// Moves what memory holds to the file; false: it failed.
  bool spill();
  /// Reads the block of the log that begins with `begin` (< spilled_); false: it failed.
  bool read_block(std::size_t begin, std::size_t count);
  Found find_in_group(const EventHash& id, std::size_t group);

  std::vector<Slot> slots_;
  std::size_t most_ = 0;         ///< identities before the table grows
  int group_bits_ = 0;           ///< a group of the log is 1 << group_bits_ identities
  std::vector<EventHash> held_;  ///< the log's end
  std::size_t spilled_ = 0;      ///< identities of the log before that; a multiple of kHeld
  SpillFile spill_;
  std::vector<EventHash> block_;  ///< read back last
  std::size_t block_begin_ = 0;
  std::optional<Error> failure_;
};

}  // namespace clicklake
