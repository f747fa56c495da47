#pragma once
/// What changed in the keys of events from day to day.
///
/// Place: `clicklake drift`, over the counts that ingest and transform keep in the catalog.
/// Invariant: a day is compared with the days before it that have records; the first one has
/// nothing to differ from. Thread safety: pure functions.
/// Source: docs/formats/drift.md; ADR-0013.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/key_counts.h"

namespace clicklake {

struct KeyDrift {
  enum class Kind : std::uint8_t {
    kNewKey,      ///< in no day before
    kStoppedKey,  ///< in the last day before, and not in this one
    kNewType,     ///< values of a kind that no day before had, of a key that was there
    kNulls,       ///< the share of nulls moved
  };
  Kind kind;
  std::string key;
  std::vector<ValueKind> before;  ///< kinds other than null, in the days before
  std::vector<ValueKind> now;     ///< new ones; of a new key: all
  std::int64_t records = 0;       ///< that have it (stopped: had it on `last_day`)
  std::int64_t last_day = 0;      ///< kStoppedKey: days since 1970
  double nulls_before = 0;        ///< share of the records with the key
  double nulls = 0;
  std::string example;
  std::string file;
  std::int64_t offset = 0;
  std::int64_t line = 0;
};

struct KeyOfDay {
  std::string key;
  std::int64_t records = 0;  ///< that have it
  std::int64_t nulls = 0;
  std::vector<ValueKind> kinds;  ///< other than null
};

struct DayDrift {
  std::int64_t day = 0;      ///< since 1970
  std::int64_t records = 0;  ///< accepted and duplicate
  std::vector<KeyOfDay> keys;
  std::vector<KeyDrift> drifts;  ///< by kind, then key
};

/// The days of `counts` (sorted by day, then key) from `since` on, each with what differs. `counts`
/// holds the days before, too.
std::vector<DayDrift> find_drift(const std::vector<KeyCount>& counts, std::int64_t since);

/// What ends a job.
struct DriftGate {
  bool new_key = false;
  bool stopped_key = false;
  bool new_type = false;
  std::optional<double> nulls;  ///< a larger share of nulls of any key, on any day
};

/// Of "new-key,new-type,stopped-key,nulls:0.5". Errors: kInvalidArgument naming the word.
Result<DriftGate> parse_drift_gate(std::string_view text);

/// What of `days` the gate does not let pass, one line each.
std::vector<std::string> caught_by(const DriftGate& gate, const std::vector<DayDrift>& days);

/// "new-key", "stopped-key", "new-type", "nulls".
std::string_view to_string(KeyDrift::Kind kind);
/// "2024-11-04" of days since 1970.
std::string day_text(std::int64_t day);

}  // namespace clicklake
