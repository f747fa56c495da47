#pragma once
/// All rules of a moment, and how readers hold on to them while writers go on.
///
/// Place: inside the matcher. Invariant: a snapshot that a slot holds is not freed; a writer frees
/// the others when it publishes. Readers neither lock nor wait: they announce the snapshot in their
/// slot and look once more whether it is still the current one. Thread safety: Snapshot is
/// immutable; SnapshotStore as its functions say. Source: hazard pointers (Michael, 2004); ADR 18.

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "events/key_memory.h"
#include "events/rule_index.h"

namespace clicklake::events {

struct Segment {
  std::uint64_t id = 0;  ///< never used twice
  std::shared_ptr<const RuleIndex> index;
  std::shared_ptr<RemovedRules> removed;  ///< null: none; not changed once published
  std::uint32_t removed_count = 0;

  std::uint32_t live() const { return index->size() - removed_count; }
  bool is_removed(std::uint32_t rule) const {
    return removed != nullptr && ((*removed)[rule / 64] >> (rule % 64) & 1) != 0;
  }
};

struct Snapshot final : PathNumbers {
  std::vector<Segment> segments;    ///< the largest first
  std::uint64_t paths_version = 0;  ///< changes where find() answers anew
  std::uint32_t path_count = 0;

  std::uint32_t find(std::string_view path) const override;
  std::size_t longest() const override;
};

/// A reader's mark on the snapshot that it uses.
struct ReaderSlot {
  std::atomic<const Snapshot*> held{nullptr};
  std::atomic<bool> taken{true};
  ReaderSlot* next = nullptr;
};

class SnapshotStore {
 public:
  SnapshotStore();
  ~SnapshotStore();
  SnapshotStore(const SnapshotStore&) = delete;
  SnapshotStore& operator=(const SnapshotStore&) = delete;

  /// A slot for a new reader, for it alone until leave(). Any thread.
  ReaderSlot* enter();
  void leave(ReaderSlot* slot);

  /// The current snapshot, held by `slot` until it holds another one or none. The slot's thread.
  const Snapshot* hold(ReaderSlot* slot) const {
    const Snapshot* now = current_.load(std::memory_order_acquire);
    if (now == slot->held.load(std::memory_order_relaxed)) return now;
    return hold_anew(slot);
  }

  /// The current one, for writers, who take turns.
  const Snapshot& current() const { return *current_.load(std::memory_order_acquire); }
  /// Writers, who take turns.
  void publish(std::unique_ptr<const Snapshot> snapshot);
  /// How many there are. Writers.
  std::size_t count() const { return retired_.size() + 1; }

 private:
  const Snapshot* hold_anew(ReaderSlot* slot) const;

  std::atomic<const Snapshot*> current_;
  std::atomic<ReaderSlot*> slots_{nullptr};
  std::vector<std::unique_ptr<const Snapshot>> retired_;
};

}  // namespace clicklake::events
