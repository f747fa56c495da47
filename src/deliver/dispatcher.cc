#include "deliver/dispatcher.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <thread>
#include <unordered_map>

#include "base/fault_point.h"
#include "base/uuid.h"
#include "catalog/lake_lock.h"
#include "deliver/dead_letters.h"
#include "deliver/delivery_store.h"
#include "deliver/doorbell.h"
#include "deliver/event_loop.h"
#include "deliver/outbox_catalog.h"
#include "deliver/payload.h"
#include "deliver/query_firing.h"
#include "deliver/schedule_firing.h"
#include "deliver/sender.h"
#include "model/time.h"
#include "objstore/durable_file.h"
#include "rules/rule_folder.h"

namespace clicklake {
namespace {

constexpr int kLinesAStep = 8'192;  ///< routed before the loop looks at anything else
constexpr int kSendsAStep = 256;    ///< of one target
constexpr std::int64_t kStopUs = 10 * kMicrosPerSecond;  ///< waiting for what is being sent

struct Route {
  std::int64_t id = 0;
  std::string rule;
  std::string target_id;
  Lane lane;
  PlaceReader reader;
  std::optional<RuleTarget> target;
  std::unique_ptr<Sender> sender;
  std::string trouble;          ///< why there is no sender
  std::int64_t sender_due = 0;  ///< when to try to make one again
  bool keys_restored = false;
  bool dirty = true;

  explicit Route(LaneLimits limits) : lane(limits) {}
};

std::string_view breaker_name(Lane::Breaker breaker) {
  switch (breaker) {
    case Lane::Breaker::kClosed: return "closed";
    case Lane::Breaker::kOpen: return "open";
    case Lane::Breaker::kProbing: break;
  }
  return "probing";
}

class OutboxDispatcher final : public Dispatcher {
 public:
  OutboxDispatcher(DispatcherOptions options, LakeLock lock, std::unique_ptr<DeliveryStore> store)
      : options_(std::move(options)),
        lock_(std::move(lock)),
        store_(std::move(store)),
        outbox_(outbox_folder(options_.lake)),
        dead_file_(options_.lake),
        bell_(outbox_folder(options_.lake)),
        credentials_(options_.environment),
        queries_(options_.run_query),
        random_(std::random_device()()) {
    context_.loop = &loop_;
    context_.lake = options_.lake;
    context_.environment = options_.environment;
    context_.now_us = options_.now_us;
    context_.credentials = &credentials_;
    if (bell_.fd() >= 0) {
      loop_.watch(bell_.fd(), POLLIN, [this] { look_now_ = bell_.rang() || look_now_; });
    }
    if (queries_.fd() >= 0) loop_.watch(queries_.fd(), POLLIN, [] {});
  }
  ~OutboxDispatcher() override {
    for (auto& [name, route] : routes_) route->sender.reset();
  }

  Status load();
  Result<DispatchReport> run(Until until) override;
  void request_stop() override { stopping_ = true; }

 private:
  Status step(std::int64_t now);
  Status look(std::int64_t now);
  Status reload_rules(std::int64_t now);
  Status fire_schedules(std::int64_t now);
  Status take_queries(std::int64_t now);
  Status publish_own(OutboxWriter* writer);
  Status forget(std::int64_t now);
  Status route_lines();
  Status catch_up(Route* route);
  Status restore_keys(Route* route);
  Status note_trouble(Route* route, const std::string& trouble);
  Status pump(Route* route, std::int64_t now);
  Status refuse_all(Route* route, std::int64_t now, const std::string& why);
  Status give_up(Route* route, const GivenUp& given_up, std::int64_t now);
  Status expire(std::int64_t now);
  Status commit();
  Status publish_letters();
  Result<std::vector<Delivery>> collect(Route* route, std::int64_t now,
                                        std::vector<MatchPlace>* places);
  Route* route_of(std::string_view rule, std::string_view target);
  void set_target(Route* route);
  void settle(Route* route, const std::vector<MatchPlace>& places,
              const std::vector<Outcome>& outcomes);
  bool finished(Until until, std::int64_t now) const;
  /// Whether the outbox is to be read for it at once.
  bool wants_more(const Route& route) const {
    return route.lane.behind() && route.lane.queued() <= options_.limits.queued / 2;
  }
  bool holds(const Route& route) const {
    return !route.target || route.sender == nullptr || !route.trouble.empty();
  }
  int wait_ms(std::int64_t now) const;
  DispatchReport report() const;
  void warn(const std::string& text) const {
    if (options_.warn) options_.warn(text);
  }
  double random() { return std::uniform_real_distribution<>()(random_); }
  std::string arn_of(std::string_view rule) const {
    return "arn:aws:events:" + options_.region + ":" + options_.account + ":rule/" +
           std::string(rule);
  }

  DispatcherOptions options_;
  LakeLock lock_;
  std::unique_ptr<DeliveryStore> store_;
  EventLoop loop_;
  SenderContext context_;
  OutboxCatalog outbox_;
  PlaceReader router_reader_;
  DeadLetterFile dead_file_;
  Doorbell bell_;
  CredentialCache credentials_;
  ScheduleFiring schedules_;
  QueryFiring queries_;
  RuleFolder rules_;
  std::mt19937_64 random_;
  std::map<std::string, std::unique_ptr<Route>, std::less<>> routes_;  ///< by rule \n target
  std::int64_t next_lane_ = 1;
  MatchPlace routed_;
  std::vector<DeadLetter> dead_;
  std::vector<std::string> own_files_;
  Status failure_;  ///< of a callback
  std::atomic<bool> stopping_{false};

  bool look_now_ = true;
  bool dirty_ = true;
  bool more_to_do_ = false;  ///< a step ended at its limit
  bool soon_ = false;        ///< a sender is getting ready
  std::int64_t outcomes_ = 0;
  std::int64_t version_ = -1;
  std::int64_t next_look_ = 0;
  std::int64_t next_tidy_ = 0;
  std::int64_t next_commit_ = 0;
  std::int64_t next_forget_ = 0;
};

Status OutboxDispatcher::load() {
  ASSIGN_OR_RETURN(const DeliveryState state, store_->load());
  outbox_.restore(state.files);
  outbox_.add(state.own_files);
  sweep_own_files(outbox_folder(options_.lake), state.own_files, options_.now_us());
  routed_ = state.routed;
  schedules_.restore(state.fired);
  queries_.restore(state.sent_rows);
  std::unordered_map<std::int64_t, Route*> by_id;
  for (const LaneRow& row : state.lanes) {
    Route* route = route_of(row.rule, row.target);
    route->id = row.id;
    route->lane.set_counters(row.counters);
    route->lane.set_behind(row.head);
    route->dirty = false;
    next_lane_ = std::max(next_lane_, row.id + 1);
    by_id[row.id] = route;
  }
  for (const OpenRow& row : state.open) {
    if (const auto found = by_id.find(row.lane); found != by_id.end()) {
      found->second->lane.restore(row.match);
    }
  }
  ASSIGN_OR_RETURN(version_, store_->version());
  ASSIGN_OR_RETURN(rules_, load_rule_folder(rules_folder(options_.lake)));
  for (const Error& problem : rules_.problems) warn(problem.message);
  for (auto& [name, route] : routes_) set_target(route.get());
  return {};
}

Route* OutboxDispatcher::route_of(std::string_view rule, std::string_view target) {
  std::string name(rule);
  name += '\n';
  name += target;
  const auto found = routes_.find(name);
  if (found != routes_.end()) return found->second.get();
  auto route = std::make_unique<Route>(options_.limits);
  route->id = next_lane_++;
  route->rule = rule;
  route->target_id = target;
  set_target(route.get());
  return routes_.emplace(std::move(name), std::move(route)).first->second.get();
}

void OutboxDispatcher::set_target(Route* route) {
  std::optional<RuleTarget> target;
  std::string_view id = route->target_id;
  const bool queue = id.ends_with(kDeadLetterSuffix);
  if (queue) id.remove_suffix(kDeadLetterSuffix.size());
  if (const RuleDocument* rule = rules_.find(route->rule)) {
    for (const RuleTarget& candidate : rule->targets) {
      if (candidate.id == id) target = candidate;
    }
  }
  if (queue && target) {
    RuleTarget letters;
    letters.id = route->target_id;
    letters.kind = TargetKind::kSqs;
    letters.arn = target->dead_letter_arn;
    target = letters.arn.empty() ? std::nullopt : std::optional(std::move(letters));
  }
  if (target == route->target) return;
  // A sender with deliveries under way keeps its settings until they are done.
  if (route->lane.in_flight() > 0) return;
  route->target = std::move(target);
  route->sender.reset();
  route->sender_due = 0;
}

Status OutboxDispatcher::look(std::int64_t now) {
  look_now_ = false;
  next_look_ = now + options_.look_ms * 1000;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, options_.published());
  dirty_ = outbox_.add(names) || dirty_;
  const std::vector<std::string> gone = outbox_.take_gone();
  if (!gone.empty()) {
    warn(std::to_string(gone.size()) +
         " outbox files of committed batches are not there, the first " + gone.front() +
         ": taken for delivered by an earlier deliveries.db; where there was none, send their "
         "matches with: clicklake events replay");
  }
  ASSIGN_OR_RETURN(const std::int64_t version, store_->version());
  if (version == version_) return {};
  version_ = version;
  ASSIGN_OR_RETURN(const std::vector<std::string> own, store_->own_files());
  dirty_ = outbox_.add(own) || dirty_;
  ASSIGN_OR_RETURN(const std::vector<OpenRow> open, store_->open_rows());
  std::unordered_map<std::int64_t, Route*> by_id;
  for (auto& [name, route] : routes_) by_id[route->id] = route.get();
  for (const OpenRow& row : open) {
    if (const auto found = by_id.find(row.lane); found != by_id.end()) {
      found->second->lane.hasten(row.match.place, row.match.due_us);
    }
  }
  return {};
}

Status OutboxDispatcher::reload_rules(std::int64_t now) {
  next_tidy_ = now + kMicrosPerSecond;
  const std::filesystem::path folder = rules_folder(options_.lake);
  if (rule_folder_version(folder) != rules_.version) {
    ASSIGN_OR_RETURN(rules_, load_rule_folder(folder));
    for (const Error& problem : rules_.problems) warn(problem.message);
  }
  for (auto& [name, route] : routes_) set_target(route.get());
  return {};
}

Status OutboxDispatcher::fire_schedules(std::int64_t now) {
  const std::vector<FiredRule> due = schedules_.due(rules_, now, options_.account, options_.region);
  OutboxWriter writer(outbox_folder(options_.lake), "schedule-" + make_uuid7(now / 1000));
  for (const FiredRule& fired : due) {
    if (fired.event.empty()) {
      queries_.start(*rules_.find(fired.rule), fired.time_us);
      continue;
    }
    OutboxMatch match{fired.match_id, now, fired.rule, {}, "", fired.event};
    match.targets.assign(fired.targets.begin(), fired.targets.end());
    RETURN_IF_ERROR(writer.append(match));
  }
  return publish_own(&writer);
}

Status OutboxDispatcher::publish_own(OutboxWriter* writer) {
  ASSIGN_OR_RETURN(const auto file, writer->finish());
  if (!file) return {};
  outbox_.add({file->name});
  own_files_.push_back(file->name);
  dirty_ = true;
  return commit();
}

Status OutboxDispatcher::take_queries(std::int64_t now) {
  OutboxWriter writer(outbox_folder(options_.lake), "schedule-" + make_uuid7(now / 1000));
  for (const QueryDone& done : queries_.take()) {
    const RuleDocument& rule = done.rule;
    if (!done.rows) {
      warn("rule '" + rule.name + "': its query failed: " + done.rows.error().message);
      continue;
    }
    for (const QueryRow& row : *done.rows) {
      const std::string id = match_id(rule.name, "row " + row.key);
      if (!queries_.note(rule.name, id, now)) continue;
      const std::string event = query_event(id, arn_of(rule.name), done.time_us, row.event);
      OutboxMatch match{id, now, rule.name, {}, "", event};
      for (const RuleTarget& target : rule.targets) match.targets.push_back(target.id);
      RETURN_IF_ERROR(writer.append(match));
    }
    schedules_.query_done(rule.name, done.time_us);
    dirty_ = true;
  }
  return publish_own(&writer);
}

/// Once an hour: dead letters and rows of queries that are old enough.
Status OutboxDispatcher::forget(std::int64_t now) {
  next_forget_ = now + kMicrosPerHour;
  queries_.forget_before(now - QueryFiring::kRememberUs);
  const std::int64_t keep = options_.keep_dead_letters_seconds * kMicrosPerSecond;
  const std::int64_t letters = (now - keep) / kMicrosPerDay * kMicrosPerDay;
  ASSIGN_OR_RETURN(const std::vector<std::string> published, options_.published());
  RETURN_IF_ERROR(
      store_->forget(now - QueryFiring::kRememberUs, letters, outbox_.forget_removed(published)));
  remove_dead_letters_before(options_.lake, letters);
  return {};
}

Status OutboxDispatcher::route_lines() {
  for (int line = 0; line < kLinesAStep; ++line) {
    ASSIGN_OR_RETURN(const auto place, outbox_.line_from(routed_, &router_reader_));
    if (!place) return {};
    ASSIGN_OR_RETURN(const std::string_view text, outbox_.read(*place, &router_reader_));
    const auto match = parse_outbox_line(text);
    if (!match) {
      return Error{match.error().code, "outbox file number " + std::to_string(place->file) +
                                           ", byte " + std::to_string(place->offset) + ": " +
                                           match.error().message};
    }
    for (const std::string_view target : match->targets) {
      Route* route = route_of(match->rule, target);
      route->dirty = true;
      if (route->lane.behind()) continue;
      if (route->lane.has_room()) {
        route->lane.route(*place, match->accepted_us);
      } else {
        route->lane.set_behind(*place);
      }
    }
    routed_ = {place->file, place->offset + static_cast<std::int64_t>(text.size()) + 1};
    dirty_ = true;
  }
  more_to_do_ = true;
  return {};
}

Status OutboxDispatcher::catch_up(Route* route) {
  Lane& lane = route->lane;
  if (!wants_more(*route)) return {};
  MatchPlace from = *lane.behind();
  for (int line = 0; line < kLinesAStep; ++line) {
    if (from >= routed_ || !lane.has_room()) break;
    ASSIGN_OR_RETURN(const auto place, outbox_.line_from(from, &route->reader));
    if (!place || *place >= routed_) {
      from = routed_;
      break;
    }
    ASSIGN_OR_RETURN(const std::string_view text, outbox_.read(*place, &route->reader));
    ASSIGN_OR_RETURN(const OutboxMatch match, parse_outbox_line(text));
    const bool mine = match.rule == route->rule &&
                      std::find(match.targets.begin(), match.targets.end(), route->target_id) !=
                          match.targets.end();
    if (mine) lane.route(*place, match.accepted_us);
    from = {place->file, place->offset + static_cast<std::int64_t>(text.size()) + 1};
  }
  if (from >= routed_) {
    lane.set_behind(std::nullopt);
  } else {
    lane.set_behind(from);
    more_to_do_ = more_to_do_ || lane.has_room();
  }
  return {};
}

Status OutboxDispatcher::restore_keys(Route* route) {
  route->keys_restored = true;
  if (!route->target->key) return {};
  for (const MatchPlace place : route->lane.open_places()) {
    ASSIGN_OR_RETURN(const std::string_view text, outbox_.read(place, &route->reader));
    ASSIGN_OR_RETURN(const OutboxMatch match, parse_outbox_line(text));
    const auto payload = make_payload(*route->target, match.event, {});
    if (payload && !payload->key.empty()) route->lane.restore_key(place, payload->key);
  }
  return {};
}

Result<std::vector<Delivery>> OutboxDispatcher::collect(Route* route, std::int64_t now,
                                                        std::vector<MatchPlace>* places) {
  std::vector<Delivery> batch;
  const RuleTarget& target = *route->target;
  const std::size_t most = route->sender->batch();
  const int concurrency = target.concurrency > 0 ? target.concurrency * static_cast<int>(most)
                                                 : route->sender->concurrency();
  const std::string rule_arn = arn_of(route->rule);
  while (batch.size() < most) {
    const std::optional<OpenMatch> taken = route->lane.take(now, target, concurrency);
    if (!taken) break;
    route->dirty = true;
    ASSIGN_OR_RETURN(const std::string_view text, outbox_.read(taken->place, &route->reader));
    ASSIGN_OR_RETURN(const OutboxMatch match, parse_outbox_line(text));
    const std::string accepted = format_timestamp(match.accepted_us);
    auto payload = make_payload(target, match.event, {route->rule, rule_arn, accepted});
    if (!payload) {
      const auto dead = route->lane.resolve(
          taken->place, Outcome::refused("INVALID_JSON", payload.error().message), now,
          target.retry, random());
      if (dead) RETURN_IF_ERROR(give_up(route, *dead, now));
      continue;
    }
    if (!payload->key.empty() && !route->lane.enter_key(taken->place, payload->key)) continue;
    Delivery& delivery = batch.emplace_back();
    delivery.id = delivery_id(match.id, route->target_id);
    delivery.rule = route->rule;
    delivery.target = route->target_id;
    delivery.payload = std::move(payload->text);
    delivery.event = match.event;
    delivery.key = std::move(payload->key);
    delivery.accepted_us = match.accepted_us;
    delivery.attempt = taken->attempts;
    places->push_back(taken->place);
  }
  return batch;
}

void OutboxDispatcher::settle(Route* route, const std::vector<MatchPlace>& places,
                              const std::vector<Outcome>& outcomes) {
  const std::int64_t now = options_.now_us();
  const RetryPolicy policy = route->target ? route->target->retry : RetryPolicy();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto dead = route->lane.resolve(places[i], outcomes[i], now, policy, random());
    if (!dead) continue;
    const Status status = give_up(route, *dead, now);
    if (!status && failure_) failure_ = status;
  }
  route->dirty = true;
  outcomes_ += static_cast<std::int64_t>(places.size());
}

Status OutboxDispatcher::note_trouble(Route* route, const std::string& trouble) {
  if (trouble == route->trouble) return {};
  route->trouble = trouble;
  route->dirty = true;
  if (!trouble.empty()) {
    warn("rule '" + route->rule + "', target '" + route->target_id + "': " + trouble);
  }
  return {};
}

Status OutboxDispatcher::pump(Route* route, std::int64_t now) {
  RETURN_IF_ERROR(catch_up(route));
  const auto due = route->lane.next_due();
  if (!route->target) {
    // A rule whose file can't be read is only being edited.
    if (!due || !rules_.problems.empty()) return {};
    return refuse_all(route, now, "the rule or its target is not there any more");
  }
  if (route->sender == nullptr) {
    if (now < route->sender_due || route->lane.idle()) return {};
    auto sender = make_sender(*route->target, context_);
    if (!sender) {
      route->sender_due = now + 5 * kMicrosPerSecond;
      return note_trouble(route, sender.error().message);
    }
    route->sender = std::move(*sender);
    route->trouble.clear();
  }
  if (!route->keys_restored) RETURN_IF_ERROR(restore_keys(route));
  for (const GivenUp& given_up : route->lane.expire_queued(now, route->target->retry)) {
    route->dirty = more_to_do_ = true;
    RETURN_IF_ERROR(give_up(route, given_up, now));
  }
  for (int send = 0; send < kSendsAStep; ++send) {
    if (!route->sender->ready()) {
      soon_ = soon_ || route->sender->trouble().empty();
      return note_trouble(route, route->sender->trouble());
    }
    route->trouble.clear();
    std::vector<MatchPlace> places;
    ASSIGN_OR_RETURN(std::vector<Delivery> batch, collect(route, now, &places));
    if (batch.empty()) {
      more_to_do_ = more_to_do_ || wants_more(*route);
      return {};
    }
    fault_point("deliver.attempt");
    route->sender->send(std::move(batch),
                        [this, route, places](const std::vector<Outcome>& outcomes) {
                          settle(route, places, outcomes);
                        });
    if (outcomes_ >= options_.commit_outcomes) break;
  }
  more_to_do_ = true;
  return {};
}

Status OutboxDispatcher::refuse_all(Route* route, std::int64_t now, const std::string& why) {
  const RuleTarget nobody;
  for (int i = 0; i < kSendsAStep; ++i) {
    const auto taken = route->lane.take(now, nobody, 1);
    if (!taken) return {};
    route->dirty = true;
    const auto dead = route->lane.resolve(taken->place, Outcome::refused("NO_RESOURCE", why), now,
                                          nobody.retry, 0);
    ++outcomes_;
    if (dead) RETURN_IF_ERROR(give_up(route, *dead, now));
  }
  more_to_do_ = true;
  return {};
}

Status OutboxDispatcher::give_up(Route* route, const GivenUp& given_up, std::int64_t now) {
  if (route->target_id.ends_with(kDeadLetterSuffix)) {
    warn("rule '" + route->rule + "': a dead letter could not be put into its queue (" +
         given_up.match.code + ": " + given_up.match.message + "); it is kept in the lake");
    return {};
  }
  PlaceReader reader;
  ASSIGN_OR_RETURN(const std::string_view text, outbox_.read(given_up.match.place, &reader));
  ASSIGN_OR_RETURN(const OutboxMatch match, parse_outbox_line(text));
  DeadLetter letter;
  letter.row.id = delivery_id(match.id, route->target_id);
  letter.row.rule = route->rule;
  letter.row.target = route->target_id;
  letter.row.code = given_up.match.code;
  letter.row.message = given_up.match.message;
  letter.row.condition = given_up.condition;
  letter.row.attempts = given_up.match.attempts;
  letter.row.at_us = now;
  letter.rule_arn = arn_of(route->rule);
  if (route->target) {
    letter.target_arn = route->target->arn.empty()
                            ? std::string(to_string(route->target->kind)) + ":" + route->target_id
                            : route->target->arn;
  }
  letter.accepted_us = match.accepted_us;
  letter.match_id = match.id;
  letter.event = match.event;
  letter.to_queue = route->target && !route->target->dead_letter_arn.empty();
  dead_.push_back(std::move(letter));
  dirty_ = true;
  return {};
}

Status OutboxDispatcher::expire(std::int64_t now) {
  for (auto& [name, route] : routes_) {
    if (route->lane.idle()) continue;
    const RetryPolicy policy = route->target ? route->target->retry : RetryPolicy();
    for (const GivenUp& given_up : route->lane.expire_open(now, policy)) {
      route->dirty = true;
      RETURN_IF_ERROR(give_up(route.get(), given_up, now));
    }
  }
  return {};
}

Status OutboxDispatcher::publish_letters() {
  std::optional<OutboxWriter> writer;
  for (const DeadLetter& letter : dead_) {
    if (!letter.to_queue) continue;
    const std::int64_t now = options_.now_us();
    if (!writer) {
      writer.emplace(outbox_folder(options_.lake), "deadletter-" + make_uuid7(now / 1000));
    }
    const std::string target = letter.row.target + std::string(kDeadLetterSuffix);
    const std::string event = dead_letter_json(letter);
    RETURN_IF_ERROR(writer->append({letter.match_id, now, letter.row.rule, {target}, "", event}));
  }
  if (!writer) return {};
  ASSIGN_OR_RETURN(const auto file, writer->finish());
  outbox_.add({file->name});
  own_files_.push_back(file->name);
  return {};
}

Status OutboxDispatcher::commit() {
  RETURN_IF_ERROR(publish_letters());
  DeliveryStore::Commit commit;
  commit.routed = routed_;
  commit.files = outbox_.take_changes();
  commit.fired = schedules_.take_changes();
  commit.sent_rows = queries_.take_changes();
  commit.own_files = std::move(own_files_);
  own_files_.clear();
  PlaceReader reader;
  for (auto& [name, route] : routes_) {
    if (!route->dirty) continue;
    Lane::Progress progress = route->lane.progress();
    DeliveryStore::LaneCommit& lane = commit.lanes.emplace_back();
    lane.row.id = route->id;
    lane.row.rule = route->rule;
    lane.row.target = route->target_id;
    lane.row.head = progress.head;
    lane.row.counters = progress.counters;
    lane.row.breaker = breaker_name(route->lane.breaker());
    lane.row.last_error = route->trouble.empty() ? route->lane.last_error() : route->trouble;
    lane.closed = std::move(progress.closed);
    for (OpenMatch& match : progress.opened) {
      ASSIGN_OR_RETURN(const std::string_view text, outbox_.read(match.place, &reader));
      ASSIGN_OR_RETURN(const OutboxMatch line, parse_outbox_line(text));
      lane.opened.push_back({route->id, delivery_id(line.id, route->target_id), std::move(match)});
    }
    route->dirty = false;
    if (route->lane.idle()) route->reader = PlaceReader();  // its file and block
  }
  for (DeadLetter& letter : dead_) RETURN_IF_ERROR(dead_file_.append(&letter));
  RETURN_IF_ERROR(dead_file_.sync());
  for (DeadLetter& letter : dead_) commit.dead.push_back(std::move(letter.row));
  dead_.clear();
  RETURN_IF_ERROR(store_->commit(commit));
  dirty_ = false;
  outcomes_ = 0;
  next_commit_ = options_.now_us() + options_.commit_ms * 1000;
  return {};
}

Status OutboxDispatcher::step(std::int64_t now) {
  more_to_do_ = soon_ = false;
  if (look_now_ || now >= next_look_) RETURN_IF_ERROR(look(now));
  if (now >= next_tidy_) {
    RETURN_IF_ERROR(reload_rules(now));
    RETURN_IF_ERROR(expire(now));
    std::int64_t owed = routed_.file;
    for (const auto& [name, route] : routes_) {
      if (const auto first = route->lane.first_owed()) owed = std::min(owed, first->file);
    }
    outbox_.remove_done(owed, now - options_.keep_files_seconds * kMicrosPerSecond);
    RETURN_IF_ERROR(fire_schedules(now));
    if (now >= next_forget_) RETURN_IF_ERROR(forget(now));
  } else if (const auto next = schedules_.next(); next && now >= *next) {
    RETURN_IF_ERROR(fire_schedules(now));
  }
  if (queries_.busy()) RETURN_IF_ERROR(take_queries(now));
  RETURN_IF_ERROR(route_lines());
  for (auto& [name, route] : routes_) {
    if (!route->lane.idle()) RETURN_IF_ERROR(pump(route.get(), now));
  }
  return failure_;
}

int OutboxDispatcher::wait_ms(std::int64_t now) const {
  if (more_to_do_ || look_now_) return 0;
  std::int64_t until = std::min(next_look_, next_tidy_);
  if (const auto next = schedules_.next()) until = std::min(until, *next);
  bool dirty = dirty_;
  for (const auto& [name, route] : routes_) {
    dirty = dirty || route->dirty;
    if (holds(*route)) continue;
    const auto due = route->lane.next_due();
    // What is due and not taken waits for an answer.
    if (due && *due > now) until = std::min(until, *due);
  }
  if (dirty) until = std::min(until, next_commit_);
  if (soon_) until = std::min(until, now + 10'000);
  return static_cast<int>(std::clamp<std::int64_t>((until - now + 999) / 1000, 0, 1000));
}

bool OutboxDispatcher::finished(Until until, std::int64_t now) const {
  if (stopping_) return true;
  if (until == Until::kStopped || more_to_do_ || look_now_ || !dead_.empty()) return false;
  if (queries_.busy()) return false;
  return std::all_of(routes_.begin(), routes_.end(), [&](const auto& entry) {
    const Route& route = *entry.second;
    if (route.lane.idle()) return true;
    if (route.lane.in_flight() > 0) return false;
    if (holds(route)) return true;
    if (until == Until::kDrained) return false;
    const auto due = route.lane.next_due();
    return !due || *due > now;
  });
}

DispatchReport OutboxDispatcher::report() const {
  DispatchReport report;
  for (const auto& [name, route] : routes_) {
    report.delivered += route->lane.counters().delivered;
    report.failed += route->lane.counters().failed;
    report.dead += route->lane.counters().dead;
    report.owed += static_cast<std::int64_t>(route->lane.open() + route->lane.queued()) +
                   (route->lane.behind() ? 1 : 0);
  }
  return report;
}

Result<DispatchReport> OutboxDispatcher::run(Until until) {
  const DispatchReport before = report();
  look_now_ = true;
  while (true) {
    const std::int64_t now = options_.now_us();
    RETURN_IF_ERROR(step(now));
    const bool last = finished(until, now);
    const bool dirty = dirty_ || std::any_of(routes_.begin(), routes_.end(),
                                             [](const auto& entry) { return entry.second->dirty; });
    if (dirty && (last || outcomes_ >= options_.commit_outcomes || now >= next_commit_)) {
      RETURN_IF_ERROR(commit());
    }
    if (last) break;
    RETURN_IF_ERROR(loop_.run_once(wait_ms(options_.now_us())));
  }
  // What is under way is waited for; nothing new is begun.
  const std::int64_t stop_at = options_.now_us() + kStopUs;
  const auto in_flight = [&] {
    return std::any_of(routes_.begin(), routes_.end(),
                       [](const auto& entry) { return entry.second->lane.in_flight() > 0; });
  };
  while (in_flight() && options_.now_us() < stop_at) RETURN_IF_ERROR(loop_.run_once(50));
  RETURN_IF_ERROR(failure_);
  RETURN_IF_ERROR(commit());
  DispatchReport after = report();
  after.delivered -= before.delivered;
  after.failed -= before.failed;
  after.dead -= before.dead;
  return after;
}

std::int64_t system_now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A program that a killed process had just begun to start may hold its lock for a moment more.
Result<LakeLock> lock_deliveries(const std::filesystem::path& lake) {
  for (int attempt = 0;; ++attempt) {
    auto lock = LakeLock::acquire(lake / "events", "deliver", /*wait=*/false);
    if (lock || lock.error().code != ErrorCode::kBusy) return lock;
    if (attempt == 20) {
      return Error{ErrorCode::kBusy,
                   "another process delivers for this lake: " +
                       lock.error().message.substr(0, lock.error().message.find(';'))};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

Result<std::unique_ptr<Dispatcher>> Dispatcher::open(DispatcherOptions options) {
  if (!options.now_us) options.now_us = &system_now_us;
  if (!options.environment) options.environment = [](std::string_view) { return std::string(); };
  RETURN_IF_ERROR(make_folders(outbox_folder(options.lake)));
  ASSIGN_OR_RETURN(LakeLock lock, lock_deliveries(options.lake));
  ASSIGN_OR_RETURN(std::unique_ptr<DeliveryStore> store, DeliveryStore::open(options.lake));
  auto dispatcher =
      std::make_unique<OutboxDispatcher>(std::move(options), std::move(lock), std::move(store));
  RETURN_IF_ERROR(dispatcher->load());
  return std::unique_ptr<Dispatcher>(std::move(dispatcher));
}

}  // namespace clicklake
