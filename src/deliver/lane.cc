#include "deliver/lane.h"

#include <algorithm>

#include "deliver/retry.h"
#include "model/time.h"

namespace clicklake {
namespace {

constexpr std::int64_t kLongestBreak = 60 * kMicrosPerSecond;
constexpr std::int64_t kLongestPause = kMicrosPerHour;

std::int64_t expiry(const OpenMatch& match, const RetryPolicy& policy) {
  return match.accepted_us + policy.maximum_age_seconds * kMicrosPerSecond;
}

}  // namespace

void Lane::route(MatchPlace place, std::int64_t accepted_us) {
  if (open_.contains(place)) return;
  queue_.emplace_back(place, accepted_us);
}

void Lane::restore(OpenMatch match) {
  Open open;
  open.stored = true;
  open.match = std::move(match);
  open.state = State::kWaiting;
  waiting_.emplace(open.match.due_us, open.match.place);
  open_.emplace(open.match.place, std::move(open));
}

void Lane::restore_key(MatchPlace place, const std::string& key) {
  Open& open = open_.at(place);
  if (open.keyed) return;
  open.keyed = true;
  open.key = key;
  std::deque<MatchPlace>& line = keys_[key];
  const bool first = line.empty() || place < line.front();
  Open& behind = first && !line.empty() ? open_.at(line.front()) : open;
  line.insert(std::upper_bound(line.begin(), line.end(), place), place);
  if (first && &behind == &open) return;
  waiting_.erase({behind.match.due_us, behind.match.place});
  behind.state = State::kParked;
}

bool Lane::may_send(std::int64_t now, const RuleTarget& target, int concurrency) {
  if (in_flight_ >= static_cast<std::size_t>(concurrency) || now < closed_until_) return false;
  if (breaker_ == Breaker::kProbing && in_flight_ > 0) return false;
  return target.rate_limit <= 0 || now >= paced_until_;
}

std::optional<OpenMatch> Lane::take(std::int64_t now, const RuleTarget& target, int concurrency) {
  if (!may_send(now, target, concurrency)) return std::nullopt;
  Open* open = nullptr;
  if (!waiting_.empty() && waiting_.begin()->first <= now) {
    open = &open_.at(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    open->state = State::kSending;
  } else if (!queue_.empty() && open_.size() < limits_.open) {
    const auto [place, accepted_us] = queue_.front();
    queue_.pop_front();
    open = &open_[place];
    open->match.place = place;
    open->match.accepted_us = accepted_us;
  } else {
    return std::nullopt;
  }
  ++in_flight_;
  if (breaker_ == Breaker::kOpen) breaker_ = Breaker::kProbing;
  if (target.rate_limit > 0) {
    const auto each = static_cast<std::int64_t>(1e6 / target.rate_limit);
    // What was not used of the last tenth of a second may be caught up with.
    paced_until_ = std::max(paced_until_, now - kMicrosPerSecond / 10) + each;
  }
  return open->match;
}

bool Lane::enter_key(MatchPlace place, const std::string& key) {
  Open& open = open_.at(place);
  if (!open.keyed) {
    open.keyed = true;
    open.key = key;
    std::deque<MatchPlace>& line = keys_[key];
    line.insert(std::upper_bound(line.begin(), line.end(), place), place);
  }
  if (keys_[key].front() == place) return true;
  open.state = State::kParked;
  --in_flight_;
  return false;
}

void Lane::wait(Open* open, std::int64_t due_us) {
  open->match.due_us = due_us;
  open->state = State::kWaiting;
  open->changed = true;
  waiting_.emplace(due_us, open->match.place);
}

void Lane::close(std::map<MatchPlace, Open>::iterator at) {
  const Open& open = at->second;
  if (open.state == State::kWaiting) waiting_.erase({open.match.due_us, at->first});
  if (open.keyed) {
    const auto line = keys_.find(open.key);
    std::erase(line->second, at->first);
    if (line->second.empty()) {
      keys_.erase(line);
    } else {
      Open& next = open_.at(line->second.front());
      if (next.state == State::kParked) {
        next.state = State::kWaiting;
        waiting_.emplace(next.match.due_us, next.match.place);
      }
    }
  }
  if (open.stored) forgotten_.push_back(at->first);
  last_closed_ = std::max(last_closed_.value_or(at->first), at->first);
  open_.erase(at);
}

void Lane::note_failure(const Outcome& outcome, std::int64_t now, const RetryPolicy& policy,
                        double random) {
  ++counters_.failed;
  last_error_ = outcome.code + ": " + outcome.message;
  if (outcome.retry_after_us > 0) {
    closed_until_ = std::max(closed_until_, now + std::min(outcome.retry_after_us, kLongestPause));
  }
  if (!outcome.target_failed) return;
  ++failures_;
  if (breaker_ == Breaker::kClosed && failures_ < limits_.failures_to_break) return;
  RetryPolicy pause = policy;
  pause.maximum_backoff_ms = std::min(pause.maximum_backoff_ms, kLongestBreak / 1000);
  if (breaker_ != Breaker::kOpen) {
    // At least half of the pause: all of a jitter's luck must not hammer a target that is down.
    closed_until_ = std::max(closed_until_, now + backoff_us(pause, breaks_, 0.5 + random / 2));
    ++breaks_;
  }
  breaker_ = Breaker::kOpen;
}

std::optional<GivenUp> Lane::resolve(MatchPlace place, const Outcome& outcome, std::int64_t now,
                                     const RetryPolicy& policy, double random) {
  const auto at = open_.find(place);
  if (at == open_.end() || at->second.state != State::kSending) return std::nullopt;
  --in_flight_;
  Open& open = at->second;
  if (outcome.kind == Outcome::Kind::kRetry) {
    note_failure(outcome, now, policy, random);
  } else {
    // It answered, whatever it said.
    failures_ = 0;
    breaks_ = 0;
    breaker_ = Breaker::kClosed;
  }
  if (outcome.kind == Outcome::Kind::kDelivered) {
    ++counters_.delivered;
    close(at);
    return std::nullopt;
  }
  open.match.code = outcome.code;
  open.match.message = outcome.message;
  if (outcome.kind == Outcome::Kind::kRefused) {
    ++counters_.failed;
    last_error_ = outcome.code + ": " + outcome.message;
    GivenUp given_up{open.match, ""};
    ++counters_.dead;
    close(at);
    return given_up;
  }
  if (open.match.attempts >= policy.maximum_attempts) {
    GivenUp given_up{open.match, "MaximumRetryAttempts"};
    ++counters_.dead;
    close(at);
    return given_up;
  }
  const std::int64_t pause =
      std::max(backoff_us(policy, open.match.attempts, random), outcome.retry_after_us);
  ++open.match.attempts;
  wait(&open, std::min(now + pause, std::max(now, expiry(open.match, policy))));
  return std::nullopt;
}

GivenUp Lane::spend(OpenMatch match) {
  if (match.code.empty()) {
    match.code = "TIMEOUT";
    match.message = "it was not sent in time";
    if (!last_error_.empty()) match.message += "; the target's last error was " + last_error_;
  }
  ++counters_.dead;
  return {std::move(match), "MaximumEventAgeInSeconds"};
}

std::vector<GivenUp> Lane::expire_open(std::int64_t now, const RetryPolicy& policy) {
  std::vector<GivenUp> spent;
  for (auto at = open_.begin(); at != open_.end();) {
    const auto next = std::next(at);
    if (at->second.state != State::kSending && now > expiry(at->second.match, policy)) {
      spent.push_back(spend(at->second.match));
      close(at);
    }
    at = next;
  }
  return spent;
}

std::vector<GivenUp> Lane::expire_queued(std::int64_t now, const RetryPolicy& policy) {
  std::vector<GivenUp> spent;
  while (!queue_.empty() && spent.size() < 1'000) {
    OpenMatch match;
    match.place = queue_.front().first;
    match.accepted_us = queue_.front().second;
    if (now <= expiry(match, policy)) break;
    queue_.pop_front();
    last_closed_ = std::max(last_closed_.value_or(match.place), match.place);
    spent.push_back(spend(std::move(match)));
  }
  return spent;
}

void Lane::hasten(MatchPlace place, std::int64_t due_us) {
  const auto at = open_.find(place);
  if (at == open_.end() || at->second.state != State::kWaiting ||
      at->second.match.due_us <= due_us) {
    return;
  }
  waiting_.erase({at->second.match.due_us, place});
  wait(&at->second, due_us);
  closed_until_ = std::min(closed_until_, due_us);
}

std::optional<std::int64_t> Lane::next_due() const {
  std::optional<std::int64_t> due;
  if (!waiting_.empty()) due = waiting_.begin()->first;
  if (!queue_.empty() && open_.size() < limits_.open) due = 0;
  if (!due) return std::nullopt;
  return std::max({*due, closed_until_, paced_until_});
}

std::vector<MatchPlace> Lane::open_places() const {
  std::vector<MatchPlace> places;
  places.reserve(open_.size());
  for (const auto& [place, open] : open_) places.push_back(place);
  return places;
}

std::optional<MatchPlace> Lane::first_owed() const {
  std::optional<MatchPlace> first = behind_;
  const auto see = [&](MatchPlace place) { first = std::min(first.value_or(place), place); };
  if (!open_.empty()) see(open_.begin()->first);
  if (!queue_.empty()) see(queue_.front().first);
  return first;
}

Lane::Progress Lane::progress() {
  Progress progress;
  progress.counters = counters_;
  progress.closed = std::move(forgotten_);
  forgotten_.clear();
  // A match that is being sent for the first time needs no row while nothing behind it is done or
  // stored: the head says it. So all stored matches lie before the head.
  bool passed = false;
  for (auto at = open_.rbegin(); at != open_.rend(); ++at) {
    Open& open = at->second;
    passed = passed || open.stored || open.changed || open.state == State::kParked ||
             (last_closed_ && at->first < *last_closed_);
    if (!passed) {
      progress.head = at->first;
      continue;
    }
    if (!open.stored || open.changed) progress.opened.push_back(open.match);
    open.stored = true;
    open.changed = false;
  }
  if (!progress.head && !queue_.empty()) progress.head = queue_.front().first;
  if (!progress.head) progress.head = behind_;
  return progress;
}

}  // namespace clicklake
