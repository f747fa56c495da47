#include "events/matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <mutex>
#include <utility>

#include "events/event_reader.h"
#include "events/pattern_code.h"
#include "events/rule_index.h"
#include "events/rule_snapshot.h"
#include "events/wildcard.h"

namespace clicklake::events {
namespace {

/// An index is compiled anew together with later rules when these are a quarter as many.
constexpr std::size_t kGrowth = 4;
/// Removed rules stay in an index until they are half of it, and that many.
constexpr std::uint32_t kFewRemoved = 64;

}  // namespace

struct Matcher::Shared {
  /// A rule that is ready to be compiled.
  struct Prepared {
    std::string name;
    std::string code;
  };
  /// Where a rule is: the segment's id, and its number there.
  struct Place {
    std::uint64_t segment;
    std::uint32_t number;
  };

  explicit Shared(MatcherOptions given) : options(given) {}

  std::uint32_t number_of(std::string_view path);
  Result<std::vector<Prepared>> prepare(std::span<const NamedPattern> rules);
  /// Adds (or, `sign` -1, takes away) the stars of a rule's wildcards.
  void count_stars(std::string_view code, int sign);
  /// Counts the stars of `fresh` instead of those of `gone`; nothing changes where they are too
  /// many.
  Status change_stars(std::span<const RuleSource> gone, std::span<const RuleSource> fresh);
  void take_back_stars(std::span<const RuleSource> gone, std::span<const RuleSource> fresh);
  /// Marks it in `next` alone; the rule that is gone.
  RuleSource mark_removed(Snapshot* next, const Place& place);
  std::shared_ptr<const RuleIndex> compile(std::span<const RuleSource> rules);
  void place_rules(const Segment& segment);
  void append_live(const Segment& segment, std::vector<RuleSource>* out) const;
  std::size_t bytes(const Snapshot& snapshot) const;

  const MatcherOptions options;
  SnapshotStore store;
  mutable std::mutex writers;
  // Of the writers.
  std::deque<std::string> paths;  // views of them are below
  std::vector<std::string_view> path_views;
  std::vector<std::int64_t> path_stars;
  boost::unordered_flat_map<std::string_view, std::uint32_t> path_numbers;
  std::size_t path_bytes = 0;
  boost::unordered_flat_map<std::string, Place> places;
  std::uint64_t last_segment = 0;
};

std::uint32_t Matcher::Shared::number_of(std::string_view path) {
  const auto found = path_numbers.find(path);
  if (found != path_numbers.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(paths.size());
  const std::string_view kept = paths.emplace_back(path);
  path_views.push_back(kept);
  path_stars.push_back(0);
  path_numbers.emplace(kept, number);
  path_bytes += sizeof(std::string) + 2 * sizeof(std::string_view) + 16 + path.size();
  return number;
}

Result<std::vector<Matcher::Shared::Prepared>> Matcher::Shared::prepare(
    std::span<const NamedPattern> rules) {
  std::vector<Prepared> out;
  out.reserve(rules.size());
  const auto number = [&](std::string_view path) { return number_of(path); };
  for (const NamedPattern& rule : rules) {
    Result<Pattern> pattern = parse_pattern(rule.pattern, options.pattern);
    if (!pattern) {
      return Error{pattern.error().code,
                   fmt::format("rule '{}': {}", rule.name, pattern.error().message)};
    }
    Prepared& made = out.emplace_back();
    made.name = rule.name;
    encode_pattern(*pattern, number, &made.code);
  }
  return out;
}

void Matcher::Shared::count_stars(std::string_view code, int sign) {
  std::vector<std::string_view> leaves;
  std::vector<std::vector<std::uint32_t>> alternatives;
  PatternCode(code).read(&leaves, &alternatives);
  for (const std::string_view leaf : leaves) {
    for (const std::string_view text : wildcards_of_leaf(leaf)) {
      std::string reason;
      const auto wildcard = parse_wildcard(text, &reason);
      if (wildcard) path_stars[path_of_leaf(leaf)] += sign * static_cast<int>(wildcard->stars());
    }
  }
}

Status Matcher::Shared::change_stars(std::span<const RuleSource> gone,
                                     std::span<const RuleSource> fresh) {
  const auto most = static_cast<std::int64_t>(options.max_stars_of_path);
  for (const RuleSource& rule : gone) count_stars(rule.code, -1);
  std::vector<std::string_view> leaves;
  std::vector<std::vector<std::uint32_t>> alternatives;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    count_stars(fresh[i].code, 1);
    PatternCode(fresh[i].code).read(&leaves, &alternatives);
    for (const std::string_view leaf : leaves) {
      const std::uint32_t path = path_of_leaf(leaf);
      if (path_stars[path] <= most || wildcards_of_leaf(leaf).empty()) continue;
      Error error{
          ErrorCode::kInvalidData,
          fmt::format("rule '{}' is too complex: with it the wildcards of {} have {} stars, "
                      "more than {}; use prefix, suffix or fewer wildcards",
                      fresh[i].name, path_views[path], path_stars[path], most)};
      take_back_stars(gone, fresh.first(i + 1));
      return error;
    }
  }
  return {};
}

void Matcher::Shared::take_back_stars(std::span<const RuleSource> gone,
                                      std::span<const RuleSource> fresh) {
  for (const RuleSource& rule : fresh) count_stars(rule.code, -1);
  for (const RuleSource& rule : gone) count_stars(rule.code, 1);
}

RuleSource Matcher::Shared::mark_removed(Snapshot* next, const Place& place) {
  const auto segment = std::find_if(next->segments.begin(), next->segments.end(),
                                    [&](const Segment& one) { return one.id == place.segment; });
  if (segment->removed.use_count() != 1) {  // none, or shared with the snapshot before
    segment->removed = segment->removed == nullptr
                           ? std::make_shared<RemovedRules>(segment->index->size() / 64 + 1, 0)
                           : std::make_shared<RemovedRules>(*segment->removed);
  }
  (*segment->removed)[place.number / 64] |= 1ULL << (place.number % 64);
  ++segment->removed_count;
  return segment->index->rule(place.number);
}

std::shared_ptr<const RuleIndex> Matcher::Shared::compile(std::span<const RuleSource> rules) {
  return RuleIndex::build(rules, path_views);
}

void Matcher::Shared::place_rules(const Segment& segment) {
  for (std::uint32_t i = 0; i < segment.index->size(); ++i) {
    places[std::string(segment.index->rule(i).name)] = {segment.id, i};
  }
}

void Matcher::Shared::append_live(const Segment& segment, std::vector<RuleSource>* out) const {
  for (std::uint32_t i = 0; i < segment.index->size(); ++i) {
    if (!segment.is_removed(i)) out->push_back(segment.index->rule(i));
  }
}

std::size_t Matcher::Shared::bytes(const Snapshot& snapshot) const {
  std::size_t out = path_bytes + places.bucket_count() * (sizeof(std::string) + sizeof(Place) + 1);
  for (const Segment& segment : snapshot.segments) {
    out += segment.index->bytes();
    if (segment.removed != nullptr) out += segment.removed->capacity() * 8;
  }
  return out;
}

Matcher::Matcher(MatcherOptions options) : shared_(std::make_shared<Shared>(options)) {}
Matcher::~Matcher() = default;

Status Matcher::put(std::string_view name, std::string_view pattern) {
  const NamedPattern rule{name, pattern};
  return put_all({&rule, 1});
}

Status Matcher::put_all(std::span<const NamedPattern> rules) {
  if (rules.empty()) return {};
  Shared& shared = *shared_;
  const std::lock_guard lock(shared.writers);
  const Snapshot& before = shared.store.current();
  ASSIGN_OR_RETURN(const std::vector<Shared::Prepared> prepared, shared.prepare(rules));

  auto next = std::make_unique<Snapshot>(before);
  std::vector<RuleSource> fresh;
  boost::unordered_flat_map<std::string_view, std::size_t> seen;
  seen.reserve(prepared.size());
  for (const Shared::Prepared& one : prepared) {
    const auto [known, is_new] = seen.try_emplace(one.name, fresh.size());
    if (is_new) {
      fresh.push_back({one.name, one.code});
    } else {
      fresh[known->second].code = one.code;
    }
  }
  std::vector<RuleSource> gone;
  if (!shared.places.empty()) {
    for (const RuleSource& rule : fresh) {
      const auto place = shared.places.find(std::string(rule.name));
      if (place != shared.places.end())
        gone.push_back(shared.mark_removed(next.get(), place->second));
    }
  }
  RETURN_IF_ERROR(shared.change_stars(gone, fresh));
  std::vector<RuleSource> all;
  std::size_t count = fresh.size();
  std::size_t kept = next->segments.size();
  while (kept > 0 && next->segments[kept - 1].live() <= kGrowth * count) {
    count += next->segments[--kept].live();
  }
  all.reserve(count);
  for (std::size_t i = kept; i < next->segments.size(); ++i)
    shared.append_live(next->segments[i], &all);
  all.insert(all.end(), fresh.begin(), fresh.end());
  next->segments.resize(kept);
  next->segments.push_back({.id = ++shared.last_segment,
                            .index = shared.compile(all),
                            .removed = nullptr,
                            .removed_count = 0});
  next->path_count = static_cast<std::uint32_t>(shared.paths.size());
  ++next->paths_version;
  if (shared.options.max_bytes != 0 && shared.bytes(*next) > shared.options.max_bytes) {
    shared.take_back_stars(gone, fresh);
    return Error{
        ErrorCode::kNoSpace,
        fmt::format("rule '{}': the compiled rules would take {} bytes, more than {}; raise "
                    "the limit or remove rules",
                    fresh.front().name, shared.bytes(*next), shared.options.max_bytes)};
  }
  shared.place_rules(next->segments.back());
  shared.store.publish(std::move(next));
  return {};
}

bool Matcher::remove(std::string_view name) {
  Shared& shared = *shared_;
  const std::lock_guard lock(shared.writers);
  const auto place = shared.places.find(std::string(name));
  if (place == shared.places.end()) return false;
  auto next = std::make_unique<Snapshot>(shared.store.current());
  shared.count_stars(shared.mark_removed(next.get(), place->second).code, -1);
  shared.places.erase(place);
  for (std::size_t i = 0; i < next->segments.size(); ++i) {
    Segment& segment = next->segments[i];
    if (segment.live() == 0) {
      next->segments.erase(next->segments.begin() + static_cast<std::ptrdiff_t>(i--));
    } else if (segment.removed_count > kFewRemoved &&
               segment.removed_count * 2 > segment.index->size()) {
      std::vector<RuleSource> live;
      shared.append_live(segment, &live);
      segment = {.id = ++shared.last_segment,
                 .index = shared.compile(live),
                 .removed = nullptr,
                 .removed_count = 0};
      shared.place_rules(segment);
    }
  }
  ++next->paths_version;  // a path that is named no more may come again
  shared.store.publish(std::move(next));
  return true;
}

bool Matcher::has(std::string_view name) const {
  const std::lock_guard lock(shared_->writers);
  return shared_->places.contains(std::string(name));
}

MatcherStats Matcher::stats() const {
  const Shared& shared = *shared_;
  const std::lock_guard lock(shared.writers);
  const Snapshot& now = shared.store.current();
  MatcherStats out;
  out.rules = shared.places.size();
  out.paths = shared.paths.size();
  out.indexes = now.segments.size();
  out.snapshots = shared.store.count();
  out.bytes = shared.bytes(now);
  for (const Segment& segment : now.segments) {
    out.conjunctions += segment.index->conjunctions();
    out.predicates += segment.index->predicates();
  }
  return out;
}

struct MatchReader::State {
  struct OfSegment {
    std::uint64_t id;
    MatchState state;
  };

  /// Makes ready for the snapshot: what is known of its segments stays.
  void adopt(const Snapshot& snapshot) {
    std::vector<OfSegment> kept;
    for (const Segment& segment : snapshot.segments) {
      MatchState state;
      for (OfSegment& old : segments) {
        if (old.id == segment.id) state = std::move(old.state);
      }
      kept.push_back({segment.id, std::move(state)});
    }
    segments = std::move(kept);
    if (snapshot.paths_version != paths_version) reader.forget_keys();
    paths_version = snapshot.paths_version;
  }

  std::shared_ptr<Matcher::Shared> shared;
  ReaderSlot* slot = nullptr;
  const Snapshot* adopted = nullptr;
  std::uint64_t paths_version = 0;
  std::vector<OfSegment> segments;
  EventReader reader;
  EventLeaves leaves;
  std::vector<std::string_view> names;
};

MatchReader::MatchReader(const Matcher& matcher) : state_(std::make_unique<State>()) {
  state_->shared = matcher.shared_;
  state_->slot = state_->shared->store.enter();
}

MatchReader::~MatchReader() { state_->shared->store.leave(state_->slot); }

Result<std::span<const std::string_view>> MatchReader::match(std::string_view event) {
  State& state = *state_;
  const Snapshot* const snapshot = state.shared->store.hold(state.slot);
  if (snapshot != state.adopted) {
    state.adopt(*snapshot);
    state.adopted = snapshot;
  }
  state.names.clear();
  state.leaves.begin(snapshot->path_count);
  RETURN_IF_ERROR(state.reader.read(event, *snapshot, &state.leaves));
  for (std::size_t i = 0; i < snapshot->segments.size(); ++i) {
    const Segment& segment = snapshot->segments[i];
    segment.index->match(&state.leaves, &state.segments[i].state, segment.removed.get(),
                         &state.names);
  }
  return std::span<const std::string_view>(state.names);
}

void MatchReader::release() {
  state_->slot->held.store(nullptr);
  state_->adopted = nullptr;
  state_->names.clear();
}

std::size_t MatchReader::bytes() const {
  std::size_t out = sizeof(State) + state_->reader.bytes() + state_->leaves.bytes() +
                    state_->names.capacity() * sizeof(std::string_view);
  for (const State::OfSegment& one : state_->segments) out += one.state.bytes();
  return out;
}

}  // namespace clicklake::events
