#include "transform/identity_set.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace clicklake {
namespace {

constexpr int kGroupNumberBits = 16;  // as many as a slot has for it

}  // namespace

void IdentitySet::set_slots(std::size_t count) {
  if (slots_.capacity() < count || slots_.capacity() / 4 > count) slots_ = {};  // not both at once
  slots_.assign(count, Slot{});
  most_ = count - count / 7 - 1;
  group_bits_ = std::max(0, static_cast<int>(std::bit_width(most_)) - kGroupNumberBits);
}

void IdentitySet::reset(std::size_t expected) {
  set_slots(std::max(kFirstSlots, expected + expected / 4));
  held_.clear();
  held_.reserve(kHeld);
  block_.clear();
  spilled_ = 0;
  failure_.reset();
  if (Status emptied = spill_.clear(); !emptied) failure_ = std::move(emptied).error();
}

void IdentitySet::place(const EventHash& id, std::size_t number) {
  const std::uint64_t hash = hash_of(id);
  std::size_t at = home_of(hash);
  while (slots_[at].tag != 0) at = at + 1 == slots_.size() ? 0 : at + 1;
  slots_[at] = {tag_of(hash), static_cast<std::uint16_t>(number >> group_bits_)};
}

IdentitySet::Found IdentitySet::grow() {
  constexpr std::size_t kChunk = std::size_t{1} << 12;
  set_slots(slots_.size() * 2);
  for (std::size_t begin = 0; begin < spilled_; begin += kChunk) {
    if (!read_block(begin, kChunk)) return Found::kFailed;
    for (std::size_t i = 0; i < block_.size(); ++i) place(block_[i], begin + i);
  }
  for (std::size_t i = 0; i < held_.size(); ++i) place(held_[i], spilled_ + i);
  return Found::kFresh;
}

bool IdentitySet::spill() {
  if (failure_) return false;
  Status written = spill_.append(
      {reinterpret_cast<const char*>(held_.data()), held_.size() * sizeof(EventHash)});
  if (!written) {
    failure_ = std::move(written).error();
    return false;
  }
  spilled_ += held_.size();
  held_.clear();
  return true;
}

bool IdentitySet::read_block(std::size_t begin, std::size_t count) {
  block_begin_ = begin;
  block_.resize(std::min(count, spilled_ - begin));
  Status got = spill_.read(begin * sizeof(EventHash), reinterpret_cast<char*>(block_.data()),
                           block_.size() * sizeof(EventHash));
  if (!got) {
    block_.clear();
    failure_ = std::move(got).error();
    return false;
  }
  return true;
}

IdentitySet::Found IdentitySet::find_in_group(const EventHash& id, std::size_t group) {
  const std::size_t begin = group << group_bits_;
  const std::size_t end = std::min(begin + (std::size_t{1} << group_bits_), size());
  const EventHash* identities = nullptr;
  if (begin >= spilled_) {
    identities = held_.data() + (begin - spilled_);
  } else {
    // Duplicates often come in the order of what they repeat: what follows is read as well.
    if ((begin < block_begin_ || end > block_begin_ + block_.size()) &&
        !read_block(begin, std::max(kBlock, end - begin)))
      return Found::kFailed;
    identities = block_.data() + (begin - block_begin_);
  }
  const EventHash* const behind = identities + (end - begin);
  return std::find(identities, behind, id) == behind ? Found::kFresh : Found::kDuplicate;
}

}  // namespace clicklake
