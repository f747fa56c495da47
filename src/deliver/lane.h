#pragma once
/// The deliveries of one target: which is next, when, and what is still owed.
///
/// Place: the dispatcher has one a target; decides, sends nothing.
/// Invariant: a match is in exactly one place: queued (known by its place in the outbox alone),
/// open
///   (being sent, waiting, or behind another of its key) or done. What progress() says, stored and
///   restored, owes the same deliveries: none is forgotten, and only those being sent at the moment
///   of a crash may be sent again.
/// Thread safety: thread-compatible.
/// Source: ADR-0020; circuit breaker: M. Nygard, "Release It!".

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "deliver/delivery.h"
#include "rules/rule_document.h"

namespace clicklake {

/// Where a match's line is; the order of the outbox.
struct MatchPlace {
  std::int64_t file = 0;    ///< number of the outbox file
  std::int64_t offset = 0;  ///< byte of its line
  auto operator<=>(const MatchPlace&) const = default;
};

struct LaneLimits {
  std::size_t queued = 65'536;  ///< places in memory; beyond it, the outbox itself is the queue
  std::size_t open = 10'000;    ///< tried and not done; beyond it no new match is begun
  int failures_to_break = 5;    ///< of the target in a row
};

/// An open match as it is stored.
struct OpenMatch {
  MatchPlace place;
  std::int64_t accepted_us = 0;
  std::int64_t due_us = 0;  ///< not before this time
  int attempts = 0;         ///< that failed
  std::string code;         ///< of the last failure
  std::string message;
};

/// Why a match is given up.
struct GivenUp {
  OpenMatch match;
  std::string condition;  ///< MaximumRetryAttempts, MaximumEventAgeInSeconds, or "" where refused
};

struct LaneCounters {
  std::int64_t delivered = 0;
  std::int64_t failed = 0;  ///< attempts
  std::int64_t dead = 0;
};

class Lane {
 public:
  enum class Breaker : std::uint8_t { kClosed, kOpen, kProbing };

  struct Progress {
    std::optional<MatchPlace> head;  ///< the first match that is owed and not among the open ones
    std::vector<OpenMatch> opened;   ///< to be stored
    std::vector<MatchPlace> closed;  ///< to be forgotten
    LaneCounters counters;
  };

  explicit Lane(LaneLimits limits = {}) : limits_(limits) {}

  // Routing.
  /// A match for this target was met in the outbox. Not called while behind().
  void route(MatchPlace place, std::int64_t accepted_us);
  /// From where on the outbox is to be read for this lane alone: it was full.
  std::optional<MatchPlace> behind() const { return behind_; }
  bool has_room() const { return queue_.size() < limits_.queued; }
  /// Reading for this lane has come to `place`; nothing: it has caught up.
  void set_behind(std::optional<MatchPlace> place) { behind_ = place; }
  void restore(OpenMatch match);
  /// Of each restored match of a target with a key, before any is taken.
  void restore_key(MatchPlace place, const std::string& key);
  bool is_open(MatchPlace place) const { return open_.contains(place); }

  // Sending.
  /// The next match that may be sent at `now`; nothing where none is, for whatever reason. It
  /// counts as being sent until resolve() or put_back().
  std::optional<OpenMatch> take(std::int64_t now, const RuleTarget& target, int concurrency);
  /// The taken match waits behind an earlier one of its key; or goes (true).
  bool enter_key(MatchPlace place, const std::string& key);
  /// What came of a taken match at `now`; `random` in [0, 1). Gives it back where it is given up.
  std::optional<GivenUp> resolve(MatchPlace place, const Outcome& outcome, std::int64_t now,
                                 const RetryPolicy& policy, double random);
  /// Open matches whose age is spent. Cost: a look at each.
  std::vector<GivenUp> expire_open(std::int64_t now, const RetryPolicy& policy);
  /// The same of queued ones, up to a thousand; before each take(). Cost: a look at the first.
  std::vector<GivenUp> expire_queued(std::int64_t now, const RetryPolicy& policy);
  /// The waiting match is due at `due_us` already: somebody mended the target, which is tried again
  /// at once.
  void hasten(MatchPlace place, std::int64_t due_us);

  // State.
  std::vector<MatchPlace> open_places() const;
  /// The first match that is not done.
  std::optional<MatchPlace> first_owed() const;
  /// When take() may have something that it has not now; nothing: only when more comes.
  std::optional<std::int64_t> next_due() const;
  bool idle() const { return queue_.empty() && open_.empty() && !behind_; }
  std::size_t queued() const { return queue_.size(); }
  std::size_t open() const { return open_.size(); }
  std::size_t in_flight() const { return in_flight_; }
  Breaker breaker() const { return breaker_; }
  const LaneCounters& counters() const { return counters_; }
  void set_counters(const LaneCounters& counters) { counters_ = counters; }
  const std::string& last_error() const { return last_error_; }

  /// What has changed since the last call, to be stored in one transaction.
  Progress progress();

 private:
  enum class State : std::uint8_t { kSending, kWaiting, kParked };
  struct Open {
    OpenMatch match;
    State state = State::kSending;
    bool stored = false;   ///< a row of it is kept
    bool changed = false;  ///< and differs
    std::string key;
    bool keyed = false;
  };
  void wait(Open* open, std::int64_t due_us);
  void close(std::map<MatchPlace, Open>::iterator at);
  GivenUp spend(OpenMatch match);
  void note_failure(const Outcome& outcome, std::int64_t now, const RetryPolicy& policy,
                    double random);
  bool may_send(std::int64_t now, const RuleTarget& target, int concurrency);

  LaneLimits limits_;
  std::deque<std::pair<MatchPlace, std::int64_t>> queue_;  ///< with accepted_us
  std::optional<MatchPlace> behind_;
  std::map<MatchPlace, Open> open_;
  std::set<std::pair<std::int64_t, MatchPlace>> waiting_;         ///< by due time
  std::unordered_map<std::string, std::deque<MatchPlace>> keys_;  ///< the first one goes
  std::optional<MatchPlace> last_closed_;
  std::vector<MatchPlace> forgotten_;
  std::size_t in_flight_ = 0;
  LaneCounters counters_;
  std::string last_error_;

  Breaker breaker_ = Breaker::kClosed;
  int failures_ = 0;               ///< in a row, of the target
  int breaks_ = 0;                 ///< in a row
  std::int64_t closed_until_ = 0;  ///< nothing goes before: the breaker, or the target's own wish
  std::int64_t paced_until_ = 0;   ///< of the rate limit
};

}  // namespace clicklake
