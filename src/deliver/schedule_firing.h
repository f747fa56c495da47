#pragma once
/// Rules with a scheduleExpression: which are due, and the events that they send.
///
/// Place: the dispatcher asks every second or at the next due time.
/// Invariant: a rule fires once for each time, and once for all times that passed while nothing
/// ran;
///   the event of a time has one id, whoever makes it.
/// Thread safety: thread-compatible.
/// Source: EventBridge user guide, "Creating a rule that runs on a schedule".

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "rules/rule_folder.h"

namespace clicklake {

struct FiredRule {
  std::string rule;
  std::int64_t time_us = 0;  ///< of the schedule
  std::vector<std::string> targets;
  std::string match_id;
  std::string event;  ///< EventBridge's "Scheduled Event"; empty where a query is to be run
};

class ScheduleFiring {
 public:
  void restore(const std::vector<std::pair<std::string, std::int64_t>>& fired);
  /// The rules that are due at `now`; each counts as fired from here on, and is said to be by
  /// take_changes(); one with a query only after query_done(), so that after a crash the query is
  /// run again. A rule seen for the first time waits for its next time.
  std::vector<FiredRule> due(const RuleFolder& rules, std::int64_t now, const std::string& account,
                             const std::string& region);
  void query_done(const std::string& rule, std::int64_t time_us) { changed_[rule] = time_us; }
  /// The next time of any rule.
  std::optional<std::int64_t> next() const { return next_; }
  /// Rule and last time, changed since the last call.
  std::vector<std::pair<std::string, std::int64_t>> take_changes();

 private:
  std::map<std::string, std::int64_t> fired_;
  std::map<std::string, std::int64_t> changed_;
  std::optional<std::int64_t> next_;
};

}  // namespace clicklake
