#include "events/key_memory.h"

#include <algorithm>

#include "events/byte_hash.h"

namespace clicklake::events {

void KeyMemory::clear() {
  places_.clear();
  places_.emplace_back();
  if (text_.capacity() > 2 * kMostBytes) text_.shrink_to_fit();
  text_.clear();
  table_.assign(64, 0);
}

std::uint32_t KeyMemory::find(std::uint32_t parent, std::string_view key, std::uint32_t previous,
                              bool is_first, const PathNumbers& paths) {
  const std::size_t mask = table_.size() - 1;
  std::size_t at = byte_hash(key, parent) & mask;
  std::uint32_t found = 0;
  for (; table_[at] != 0; at = (at + 1) & mask) {
    const Place& place = places_[table_[at]];
    if (place.parent == parent && key_of(place) == key) {
      found = table_[at];
      break;
    }
  }
  if (found == 0) {
    found = add(parent, key, paths);
    table_[at] = found;
    if (places_.size() * 2 > table_.size()) grow();
  }
  (is_first ? places_[previous].first_member : places_[previous].follower) = found;
  return found;
}

std::uint32_t KeyMemory::add(std::uint32_t parent, std::string_view key, const PathNumbers& paths) {
  Place place;
  place.parent = parent;
  place.key_at = static_cast<std::uint32_t>(text_.size());
  place.key_size = static_cast<std::uint32_t>(key.size());
  text_.append(key);
  place.path_size = places_[parent].path_size + place.key_size + (parent == kRoot ? 0U : 1U);
  const bool is_plain = std::all_of(key.begin(), key.end(), [](char c) {
    return c >= 0x20 && c != '"' && c != '\\';  // bytes beyond ASCII are negative
  });
  if (is_plain && key.size() + 2 <= kGuessBytes) {
    place.quoted[0] = '"';
    key.copy(place.quoted + 1, key.size());
    place.quoted[key.size() + 1] = '"';
    place.quoted_size = place.key_size + 2;
  }
  place.path = number_path(place, paths);
  places_.push_back(place);
  return static_cast<std::uint32_t>(places_.size() - 1);
}

std::uint32_t KeyMemory::number_path(const Place& place, const PathNumbers& paths) const {
  if (place.path_size > paths.longest()) return kNone;
  std::string path(place.path_size, '.');
  std::size_t end = path.size();
  const Place* step = &place;
  for (;;) {
    end -= step->key_size;
    const std::string_view key = key_of(*step);
    key.copy(path.data() + end, key.size());
    if (step->parent == kRoot) break;
    --end;
    step = &places_[step->parent];
  }
  return paths.find(path);
}

void KeyMemory::grow() {
  std::vector<std::uint32_t> wider(table_.size() * 2, 0);
  const std::size_t mask = wider.size() - 1;
  for (std::uint32_t i = 1; i < places_.size(); ++i) {
    std::size_t at = byte_hash(key_of(places_[i]), places_[i].parent) & mask;
    while (wider[at] != 0) at = (at + 1) & mask;
    wider[at] = i;
  }
  table_ = std::move(wider);
}

std::size_t KeyMemory::bytes() const {
  return places_.capacity() * sizeof(Place) + text_.capacity() +
         table_.capacity() * sizeof(std::uint32_t);
}

}  // namespace clicklake::events
