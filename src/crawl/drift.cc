#include "crawl/drift.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "model/time.h"

namespace clicklake {
namespace {

/// A share of nulls that moved by less is no news.
constexpr double kLeastMove = 0.05;

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// All days so far of one key.
struct History {
  std::array<bool, kValueKinds> kinds{};
  std::int64_t records = 0;
  std::int64_t nulls = 0;
  std::int64_t last_day = 0;
  std::int64_t last_records = 0;

  std::vector<ValueKind> kind_list() const {
    std::vector<ValueKind> out;
    for (std::size_t k = 1; k < kValueKinds; ++k) {
      if (kinds[k]) out.push_back(static_cast<ValueKind>(k));
    }
    return out;
  }
};

/// Whole numbers are no news where fractions were.
bool is_known(const History& history, ValueKind kind) {
  return history.kinds[static_cast<std::size_t>(kind)] ||
         (kind == ValueKind::kInteger &&
          history.kinds[static_cast<std::size_t>(ValueKind::kFraction)]);
}

void set_example(const KeyCount& count, KeyDrift* drift) {
  drift->example = count.example;
  drift->file = count.file;
  drift->offset = count.offset;
  drift->line = count.line;
}

class Comparison {
 public:
  explicit Comparison(std::int64_t since) : since_(since) {}

  /// The counts of one day.
  void add_day(const KeyCount* begin, const KeyCount* end) {
    DayDrift day;
    day.day = begin->day;
    for (const KeyCount* at = begin; at != end;) {
      const KeyCount* next = at;
      while (next != end && next->key == at->key) ++next;
      add_key(at, next, &day);
      at = next;
    }
    if (previous_day_) find_stopped(&day);
    std::stable_sort(day.drifts.begin(), day.drifts.end(),
                     [](const KeyDrift& a, const KeyDrift& b) { return a.kind < b.kind; });
    for (const KeyOfDay& key : day.keys) {
      History& history = keys_[key.key];
      for (const ValueKind kind : key.kinds) history.kinds[static_cast<std::size_t>(kind)] = true;
      history.records += key.records;
      history.nulls += key.nulls;
      history.last_day = day.day;
      history.last_records = key.records;
    }
    previous_day_ = day.day;
    if (day.day >= since_) days_.push_back(std::move(day));
  }

  std::vector<DayDrift> take() { return std::move(days_); }

 private:
  void add_key(const KeyCount* begin, const KeyCount* end, DayDrift* day) {
    KeyOfDay key;
    key.key = begin->key;
    const auto it = keys_.find(key.key);
    KeyDrift new_types{};
    new_types.kind = KeyDrift::Kind::kNewType;
    for (const KeyCount* count = begin; count != end; ++count) {
      if (count->kind == ValueKind::kRecord) {
        day->records += count->records;
        continue;
      }
      key.records += count->records;
      if (count->kind == ValueKind::kNull) {
        key.nulls += count->records;
        continue;
      }
      key.kinds.push_back(count->kind);
      if (it == keys_.end() || is_known(it->second, count->kind)) continue;
      if (new_types.now.empty()) set_example(*count, &new_types);
      new_types.now.push_back(count->kind);
      new_types.records += count->records;
    }
    if (key.records == 0) return;
    const double nulls = share(key.nulls, key.records);
    if (previous_day_ && it == keys_.end()) {
      KeyDrift drift{};
      drift.kind = KeyDrift::Kind::kNewKey;
      drift.key = key.key;
      drift.now = key.kinds;
      drift.records = key.records;
      drift.nulls = nulls;
      // An example with a value, where there is one.
      const bool has_value = end - begin > 1 && begin->kind == ValueKind::kNull;
      set_example(has_value ? begin[1] : *begin, &drift);
      day->drifts.push_back(std::move(drift));
    } else if (it != keys_.end()) {
      const double before = share(it->second.nulls, it->second.records);
      // A key that was null always has no kind that this one could differ from.
      if (!new_types.now.empty() && it->second.nulls < it->second.records) {
        new_types.key = key.key;
        new_types.before = it->second.kind_list();
        new_types.nulls = nulls;
        new_types.nulls_before = before;
        day->drifts.push_back(std::move(new_types));
      }
      if (nulls > before + kLeastMove || nulls < before - kLeastMove) {
        KeyDrift drift{};
        drift.kind = KeyDrift::Kind::kNulls;
        drift.key = key.key;
        drift.before = it->second.kind_list();
        drift.records = key.nulls;
        drift.nulls = nulls;
        drift.nulls_before = before;
        set_example(*begin, &drift);
        day->drifts.push_back(std::move(drift));
      }
    }
    day->keys.push_back(std::move(key));
  }

  void find_stopped(DayDrift* day) const {
    for (const auto& [key, history] : keys_) {
      if (history.last_day != *previous_day_) continue;
      const bool here = std::any_of(day->keys.begin(), day->keys.end(),
                                    [&, &name = key](const KeyOfDay& k) { return k.key == name; });
      if (here) continue;
      KeyDrift drift{};
      drift.kind = KeyDrift::Kind::kStoppedKey;
      drift.key = key;
      drift.before = history.kind_list();
      drift.records = history.last_records;
      drift.last_day = history.last_day;
      day->drifts.push_back(std::move(drift));
    }
  }

  std::int64_t since_;
  std::optional<std::int64_t> previous_day_;
  std::map<std::string, History> keys_;
  std::vector<DayDrift> days_;
};

}  // namespace

std::string_view to_string(KeyDrift::Kind kind) {
  constexpr std::array<std::string_view, 4> kNames{"new-key", "stopped-key", "new-type", "nulls"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string day_text(std::int64_t day) {
  return format_timestamp(day * kMicrosPerDay).substr(0, 10);
}

std::vector<DayDrift> find_drift(const std::vector<KeyCount>& counts, std::int64_t since) {
  Comparison comparison(since);
  for (std::size_t at = 0; at < counts.size();) {
    std::size_t next = at;
    while (next < counts.size() && counts[next].day == counts[at].day) ++next;
    comparison.add_day(counts.data() + at, counts.data() + next);
    at = next;
  }
  return comparison.take();
}

Result<DriftGate> parse_drift_gate(std::string_view text) {
  DriftGate gate;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view word = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    constexpr std::string_view kNulls = "nulls:";
    if (word == "new-key") {
      gate.new_key = true;
    } else if (word == "new-type") {
      gate.new_type = true;
    } else if (word == "stopped-key") {
      gate.stopped_key = true;
    } else if (word.starts_with(kNulls)) {
      double value = 0;
      const char* const end = word.data() + word.size();
      const auto [stop, error] = std::from_chars(word.data() + kNulls.size(), end, value);
      if (error != std::errc() || stop != end || !(value >= 0 && value <= 1))
        return Error{ErrorCode::kInvalidArgument,
                     "'" + std::string(word) + "': a share of nulls is a number from 0 to 1"};
      gate.nulls = value;
    } else {
      return Error{ErrorCode::kInvalidArgument,
                   "'" + std::string(word) +
                       "' is nothing that drift can fail on: new-key, new-type, stopped-key, "
                       "nulls:SHARE"};
    }
  }
  return gate;
}

std::vector<std::string> caught_by(const DriftGate& gate, const std::vector<DayDrift>& days) {
  std::vector<std::string> out;
  for (const DayDrift& day : days) {
    for (const KeyDrift& drift : day.drifts) {
      if ((drift.kind == KeyDrift::Kind::kNewKey && gate.new_key) ||
          (drift.kind == KeyDrift::Kind::kNewType && gate.new_type) ||
          (drift.kind == KeyDrift::Kind::kStoppedKey && gate.stopped_key))
        out.push_back(day_text(day.day) + ": " + std::string(to_string(drift.kind)) + " " +
                      drift.key);
    }
    for (const KeyOfDay& key : day.keys) {
      if (gate.nulls && share(key.nulls, key.records) > *gate.nulls)
        out.push_back(day_text(day.day) + ": nulls " + key.key);
    }
  }
  return out;
}

}  // namespace clicklake
