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
}

const double* EventLeaves::number_of(EventLeaf* leaf) const {
  if (leaf->number_state == 0) {
    const auto value =
        leaf->kind == JsonKind::kNumber ? comparable_number(leaf->text) : std::nullopt;
    leaf->number_state = value ? 2 : 1;
    leaf->number = value.value_or(0);
  }
  return leaf->number_state == 2 ? &leaf->number : nullptr;
}

const IpAddress* EventLeaves::address_of(EventLeaf* leaf) const {
  if (leaf->address_state == 0) {
    const auto value = leaf->kind == JsonKind::kText ? parse_ip_address(leaf->text) : std::nullopt;
    leaf->address_state = value ? 2 : 1;
    if (value) leaf->address = *value;
  }
  return leaf->address_state == 2 ? &leaf->address : nullptr;
}

std::size_t EventLeaves::bytes() const {
  return places_.capacity() * sizeof(Place) + leaves_.capacity() * sizeof(EventLeaf) +
         memberships_.capacity() * sizeof(Membership) + touched_.capacity() * sizeof(std::uint32_t);
}

}  // namespace clicklake::events
