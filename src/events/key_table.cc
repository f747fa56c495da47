#include "events/key_table.h"

namespace clicklake::events {

void KeyTable::add(std::uint32_t path, KeyClass key_class, std::string_view key,
                   std::uint32_t predicate) {
  const std::uint64_t hash = hash_of(path, key_class, key);
  std::size_t at = hash & mask_;
  for (;; at = (at + 1) & mask_) {
    if (slots_[at].entry == 0) {
      entries_.push_back({path, key_class, static_cast<std::uint32_t>(text_.size()),
                          static_cast<std::uint32_t>(key.size()), 0, 0});
      text_.append(key);
      slots_[at] = {static_cast<std::uint32_t>(hash >> 32),
                    static_cast<std::uint32_t>(entries_.size())};
      break;
    }
    const Entry& entry = entries_[slots_[at].entry - 1];
    if (slots_[at].tag == static_cast<std::uint32_t>(hash >> 32) && entry.path == path &&
        entry.key_class == key_class && key_of(entry) == key) {
      break;
    }
  }
  const std::uint32_t number = slots_[at].entry - 1;
  ++entries_[number].count;
  added_.emplace_back(number, predicate);
  if (entries_.size() * 2 > slots_.size()) grow();
}

void KeyTable::grow() {
  slots_.assign(slots_.size() * 2, {});
  mask_ = slots_.size() - 1;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const std::uint64_t hash =
        hash_of(entries_[i].path, entries_[i].key_class, key_of(entries_[i]));
    std::size_t at = hash & mask_;
    while (slots_[at].entry != 0) at = (at + 1) & mask_;
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), i + 1};
  }
}

void KeyTable::finish() {
  std::uint32_t total = 0;
  for (Entry& entry : entries_) {
    entry.first = total;
    if (entry.count > 1) total += entry.count;
  }
  predicates_.resize(total);
  std::vector<std::uint32_t> filled(entries_.size(), 0);
  for (const auto& [number, predicate] : added_) {
    Entry& entry = entries_[number];
    if (entry.count == 1) {
      entry.first = predicate;
    } else {
      predicates_[entry.first + filled[number]++] = predicate;
    }
  }
  added_ = {};
  entries_.shrink_to_fit();
  text_.shrink_to_fit();
}

std::size_t KeyTable::bytes() const {
  return slots_.capacity() * sizeof(Slot) + entries_.capacity() * sizeof(Entry) + text_.capacity() +
         predicates_.capacity() * sizeof(std::uint32_t);
}

}  // namespace clicklake::events
