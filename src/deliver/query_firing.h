#pragma once
/// Queries of rules, run when their schedule fires: each row that is new is an event.
///
/// Place: the dispatcher starts them and takes what came of them; the SQL itself is run by a
/// function
///   that it is given, on a thread of their own, so that no delivery waits for it.
/// Invariant: a row with the same key is an event once, however often queries give it and whatever
///   is killed when: what was sent is remembered with the transaction that publishes it. It is
///   forgotten a week after queries gave it last.
/// Thread safety: thread-compatible; the thread inside is its own.
/// Source: ADR-0024.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "rules/rule_document.h"

namespace clicklake {

/// A row of a rule's query.
struct QueryRow {
  std::string key;    ///< its identity, of the rule's queryKey
  std::string event;  ///< a JSON object
};

/// Runs `rule.query` for the schedule's time `time_us`. Errors: what the query meets.
using RunQuery = std::function<Result<std::vector<QueryRow>>(
    const RuleDocument& rule, std::int64_t time_us, const std::stop_token& stop)>;

/// A row that was sent: its match's id, and when a query gave it last (to a day).
struct SentRow {
  std::string rule;
  std::string match_id;
  std::int64_t seen_us = 0;
};

struct QueryDone {
  RuleDocument rule;
  std::int64_t time_us = 0;
  Result<std::vector<QueryRow>> rows;
};

/// The event that a row is sent as: EventBridge's envelope, detail-type "Scheduled Query".
std::string query_event(const std::string& match_id, const std::string& rule_arn,
                        std::int64_t time_us, std::string_view row);

class QueryFiring {
 public:
  /// How long a row is remembered after queries gave it last.
  static constexpr std::int64_t kRememberUs = std::int64_t{7} * 86'400 * 1'000'000;

  explicit QueryFiring(RunQuery run);
  ~QueryFiring();
  QueryFiring(const QueryFiring&) = delete;
  QueryFiring& operator=(const QueryFiring&) = delete;

  void restore(const std::vector<SentRow>& sent);
  /// Becomes readable when a query is done; -1 where the system has no more of them.
  int fd() const { return fd_; }
  void start(const RuleDocument& rule, std::int64_t time_us);
  /// What is done, in the order of its start.
  std::vector<QueryDone> take();
  /// Whether a query runs, waits, or is done and not taken.
  bool busy() const { return running_ > 0; }

  /// Notes that a query gave the row; whether it is new.
  bool note(const std::string& rule, const std::string& match_id, std::int64_t now_us);
  /// Rows that are new, or were noted on another day, since the last call.
  std::vector<SentRow> take_changes();
  /// Forgets what no query gave for a week.
  void forget_before(std::int64_t us);

 private:
  void work(const std::stop_token& stop);

  RunQuery run_;
  int fd_ = -1;
  std::size_t running_ = 0;
  std::map<std::string, std::unordered_map<std::string, std::int64_t>> sent_;  ///< by rule, id
  std::vector<SentRow> changes_;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::pair<RuleDocument, std::int64_t>> waiting_;
  std::vector<QueryDone> done_;
  std::jthread thread_;  ///< begun with the first query; last, so that it ends first
};

}  // namespace clicklake
