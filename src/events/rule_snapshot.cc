#include "events/rule_snapshot.h"

#include <algorithm>

namespace clicklake::events {

std::uint32_t Snapshot::find(std::string_view path) const {
  for (const Segment& segment : segments) {
    const std::uint32_t number = segment.index->find_path(path);
    if (number != kNone) return number;
  }
  return kNone;
}

std::size_t Snapshot::longest() const {
  std::size_t out = 0;
  for (const Segment& segment : segments) out = std::max(out, segment.index->longest_path());
  return out;
}

SnapshotStore::SnapshotStore() : current_(new Snapshot) {}

SnapshotStore::~SnapshotStore() {
  delete current_.load();
  for (ReaderSlot* slot = slots_.load(); slot != nullptr;) {
    ReaderSlot* const next = slot->next;
    delete slot;
    slot = next;
  }
}

ReaderSlot* SnapshotStore::enter() {
  for (ReaderSlot* slot = slots_.load(); slot != nullptr; slot = slot->next) {
    bool expected = false;
    if (slot->taken.compare_exchange_strong(expected, true)) return slot;
  }
  auto* const slot = new ReaderSlot;
  slot->next = slots_.load();
  while (!slots_.compare_exchange_weak(slot->next, slot)) {
  }
  return slot;
}

void SnapshotStore::leave(ReaderSlot* slot) {
  slot->held.store(nullptr);
  slot->taken.store(false);
}

const Snapshot* SnapshotStore::hold_anew(ReaderSlot* slot) const {
  const Snapshot* now = current_.load();
  for (;;) {
    slot->held.store(now);
    const Snapshot* const again = current_.load();  // a writer that missed the mark shows here
    if (again == now) return now;
    now = again;
  }
}

void SnapshotStore::publish(std::unique_ptr<const Snapshot> snapshot) {
  retired_.emplace_back(current_.exchange(snapshot.release()));
  std::erase_if(retired_, [&](const std::unique_ptr<const Snapshot>& old) {
    for (ReaderSlot* slot = slots_.load(); slot != nullptr; slot = slot->next) {
      if (slot->held.load() == old.get()) return false;
    }
    return true;
  });
}

}  // namespace clicklake::events
