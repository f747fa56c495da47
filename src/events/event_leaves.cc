#include "events/event_leaves.h"

#include "events/comparable_number.h"

namespace clicklake::events {

void EventLeaves::begin(std::uint32_t paths) {
  if (places_.size() < paths) places_.resize(paths);
  if (++epoch_ == 0) {
    for (Place& place : places_) place.epoch = 0;
    epoch_ = 1;
  }
  in_arrays_ = false;
  leaves_.clear();
  memberships_.clear();
  touched_.clear();
  if (!readings_.empty()) readings_.clear();
}

const EventLeaves::Reading& EventLeaves::reading_of(EventLeaf* leaf) {
  if (leaf->reading == 0) {
    Reading made;
    if (leaf->kind == JsonKind::kNumber) {
      const auto value = comparable_number(leaf->text);
      made.is_one = value.has_value();
      made.number = value.value_or(0);
    } else if (leaf->kind == JsonKind::kText) {
      const auto value = parse_ip_address(leaf->text);
      made.is_one = value.has_value();
      if (value) made.address = *value;
    }
    readings_.push_back(made);
    leaf->reading = static_cast<std::uint32_t>(readings_.size());
  }
  return readings_[leaf->reading - 1];
}

const double* EventLeaves::number_of(EventLeaf* leaf) {
  if (leaf->kind != JsonKind::kNumber) return nullptr;
  const Reading& reading = reading_of(leaf);
  return reading.is_one ? &reading.number : nullptr;
}

const IpAddress* EventLeaves::address_of(EventLeaf* leaf) {
  if (leaf->kind != JsonKind::kText) return nullptr;
  const Reading& reading = reading_of(leaf);
  return reading.is_one ? &reading.address : nullptr;
}

std::size_t EventLeaves::bytes() const {
  return places_.capacity() * sizeof(Place) + leaves_.capacity() * sizeof(EventLeaf) +
         memberships_.capacity() * sizeof(Membership) + touched_.capacity() * sizeof(std::uint32_t);
}

}  // namespace clicklake::events
