#include "deliver/schedule_firing.h"

#include <algorithm>

#include "base/json_text.h"
#include "model/time.h"
#include "outbox/outbox_line.h"

namespace clicklake {

namespace {

std::string scheduled_event(const FiredRule& fired, const std::string& account,
                            const std::string& region, const std::string& rule_arn) {
  JsonText json;
  json.begin_object().member("version", "0").member("id", fired.match_id);
  json.member("detail-type", "Scheduled Event").member("source", "aws.events");
  json.member("account", account).member("time", format_timestamp(fired.time_us));
  json.member("region", region).key("resources").begin_array();
  json.value(rule_arn);
  json.end_array().key("detail").begin_object().end_object().end_object();
  return json.text();
}

}  // namespace

void ScheduleFiring::restore(const std::vector<std::pair<std::string, std::int64_t>>& fired) {
  for (const auto& [rule, time] : fired) fired_[rule] = time;
}

std::vector<FiredRule> ScheduleFiring::due(const RuleFolder& rules, std::int64_t now,
                                           const std::string& account, const std::string& region) {
  std::vector<FiredRule> due;
  next_.reset();
  const std::string arns = "arn:aws:events:" + region + ":" + account + ":rule/";
  for (const StoredRule& stored : rules.rules) {
    const RuleDocument& rule = stored.rule;
    if (!rule.enabled || !rule.schedule || rule.targets.empty()) continue;
    const auto [known, first] = fired_.emplace(rule.name, now);
    if (first) changed_[rule.name] = now;
    std::optional<std::int64_t> time = rule.schedule->next(known->second);
    if (time && *time <= now) {
      // Of the times that passed, the last one: steps back from now until one is found.
      std::int64_t back = 60 * kMicrosPerSecond;
      std::optional<std::int64_t> last = rule.schedule->next(now - back);
      while ((!last || *last > now) && now - back > known->second) {
        back *= 2;
        last = rule.schedule->next(std::max(now - back, known->second));
      }
      while (last && *last <= now) {
        time = last;
        last = rule.schedule->next(*last);
      }
      FiredRule fired;
      fired.rule = rule.name;
      fired.time_us = *time;
      for (const RuleTarget& target : rule.targets) fired.targets.push_back(target.id);
      fired.match_id = match_id(rule.name, "schedule " + format_timestamp(*time));
      if (rule.query.empty()) {
        fired.event = scheduled_event(fired, account, region, arns + rule.name);
        changed_[rule.name] = *time;
      }
      due.push_back(std::move(fired));
      known->second = *time;
      time = rule.schedule->next(now);
    }
    if (time) next_ = std::min(next_.value_or(*time), *time);
  }
  return due;
}

std::vector<std::pair<std::string, std::int64_t>> ScheduleFiring::take_changes() {
  std::vector<std::pair<std::string, std::int64_t>> changes(changed_.begin(), changed_.end());
  changed_.clear();
  return changes;
}

}  // namespace clicklake
