#include "transform/event_window.h"

#include <algorithm>
#include <tuple>

#include "model/time.h"

namespace clicklake {

void EventWindow::advance(std::unique_lock<std::mutex>*, std::size_t sequence) {
  if (through_.size() <= sequence) through_.resize(sequence + 1);
  through_[sequence] = true;
  while (next_ < through_.size() && through_[next_]) ++next_;
  turn_.notify_all();
}

void EventWindow::pass(std::size_t sequence) {
  std::unique_lock lock(mutex_);
  advance(&lock, sequence);
}

void EventWindow::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  turn_.notify_all();
}

Status EventWindow::load_until(std::int64_t hour) {
  const std::int64_t from = std::max(loaded_until_ + 1, hour - 2 * window_hours_);
  if (from > hour) return {};
  loaded_until_ = hour;
  const std::int64_t min_us = hour_start(std::max<std::int64_t>(from, 0));
  const std::int64_t max_us = hour_start(hour + 1) - 1;
  if (!existing_->may_hold(min_us, max_us)) return {};
  return existing_->identities(
      min_us, max_us, true,
      [&](const EventHash& identity, std::int64_t time, std::int64_t canonical_key) {
        kept_[identity].push_back({hour_of(time), time, canonical_key, true});
      });
}

void EventWindow::forget_before(std::int64_t hour) {
  // A sweep costs the whole window, so it runs once in a window's length.
  if (hour < forgotten_before_ + window_hours_) return;
  forgotten_before_ = hour;
  boost::unordered::erase_if(kept_, [&](auto& entry) {
    std::erase_if(entry.second, [&](const Kept& k) { return k.hour < hour; });
    return entry.second.empty();
  });
}

Result<std::vector<std::uint32_t>> EventWindow::resolve(std::size_t sequence, std::int64_t hour,
                                                        std::vector<IdentifiedRow> rows,
                                                        std::vector<std::uint32_t>* replacing) {
  std::sort(rows.begin(), rows.end(), [](const IdentifiedRow& a, const IdentifiedRow& b) {
    if (a.time != b.time) return a.time < b.time;
    if (a.canonical_key != b.canonical_key) return a.canonical_key < b.canonical_key;
    return a.row < b.row;
  });
  std::unique_lock lock(mutex_);
  turn_.wait(lock, [&] { return cancelled_ || next_ == sequence; });
  if (cancelled_) return Error{ErrorCode::kCancelled, "another hour of the batch failed"};
  if (const Status loaded = load_until(hour + window_hours_); !loaded) return loaded.error();
  forget_before(hour - window_hours_);

  std::vector<std::uint32_t> duplicates;
  for (const IdentifiedRow& row : rows) {
    std::vector<Kept>& same = kept_[row.identity];
    const auto near = [&](const Kept& k) { return std::abs(k.hour - hour) <= window_hours_; };
    if (std::any_of(same.begin(), same.end(), [&](const Kept& k) {
          return near(k) &&
                 std::tie(k.time, k.canonical_key) <= std::tie(row.time, row.canonical_key);
        })) {
      duplicates.push_back(row.row);
      continue;
    }
    bool replaces = false;
    std::erase_if(same, [&](const Kept& k) {
      if (!near(k)) return false;
      replaces |= k.in_file;
      replaced_.push_back({row.identity, k.time, k.canonical_key});
      return true;
    });
    same.push_back({hour, row.time, row.canonical_key, false});
    if (replaces && replacing != nullptr) replacing->push_back(row.row);
  }
  advance(&lock, sequence);
  return duplicates;
}

}  // namespace clicklake
