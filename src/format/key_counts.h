#pragma once
/// Which keys the accepted lines had, with values of which kinds, day by day.
///
/// Place: beside RecordParser in ingest and transform; the catalog keeps the counts with the batch,
/// `clicklake drift` compares the days.
/// Invariant: per day, each record is counted once as a record and once under each of its keys; the
/// kinds of event_type add up to the records. Counting changes no answer of the parser.
/// Cost: one comparison and one increment a line that looks like an earlier one: lines are counted
/// by their form (the shape that they follow and the kinds of its values), forms are taken apart
/// when they are new and when the counts are asked for. Memory: bounded by kMaxForms, kMaxKeys and
/// kMaxTotals.
/// Thread safety: thread-compatible; one counter a LineShapes. Source: ADR-0013.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/line_form.h"
#include "format/record_parser.h"

namespace clicklake {

/// "null", "boolean", "integer", "fraction", "text", "object", "array", "record".
std::string_view to_string(ValueKind kind);

/// Records of one day that had a key with values of one kind.
struct KeyCount {
  std::int64_t day = 0;  ///< of the event's time, days since 1970
  std::string key;       ///< "user_id"; "metadata.price" of metadata's own; "(others)"
  ValueKind kind = ValueKind::kRecord;
  std::int64_t records = 0;
  std::string example;      ///< a value as written, at most kExampleBytes of it
  std::string file;         ///< in which it was seen, as shown
  std::int64_t offset = 0;  ///< of its line
  std::int64_t line = 0;    ///< from 1
};

inline constexpr std::size_t kExampleBytes = 80;
inline constexpr std::string_view kOtherKeys = "(others)";

/// Sums counts of the same day, key and kind; the example is that of the first file by name, then
/// offset. Sorted by day, key and kind.
std::vector<KeyCount> add_up(std::vector<KeyCount> counts);

class KeyCounter {
 public:
  static constexpr std::size_t kMaxForms = 8192;
  static constexpr std::size_t kMaxKeys = 1024;
  static constexpr std::size_t kMaxTotals = 65'536;

  KeyCounter();

  /// Where a line stands; the number of its file is the caller's.
  struct Place {
    std::uint32_t file = 0;
    std::uint64_t offset = 0;
    std::uint64_t line = 0;
  };

  /// Counts an accepted line of `form`. `text` is the line without its end; what RecordParser needs
  /// behind it must be there.
  void count(std::int64_t day, const LineForm& form, std::string_view text, const Place& place) {
    if (form.plan < last_.size()) [[likely]] {
      Entry& entry = entries_[last_[form.plan]];
      if (entry.is(day, form)) [[likely]] {
        ++entry.records;
        return;
      }
    }
    count_other(day, form, text, place);
  }

  /// What was counted so far; `name` gives a file's name by its number.
  std::vector<KeyCount> counts(const std::function<std::string(std::uint32_t)>& name);

 private:
  struct Entry {
    std::int64_t day = -1;
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint32_t plan = LineForm::kNoPlan;
    std::uint32_t first_total = 0;  ///< in totals_of_
    std::uint32_t totals = 0;
    std::int64_t records = 0;

    bool is(std::int64_t other_day, const LineForm& form) const {
      return day == other_day && low == form.low && high == form.high && plan == form.plan;
    }
  };
  struct FormKey {
    std::int64_t day;
    std::uint64_t high;
    std::uint64_t low;
    std::uint32_t plan;
    bool operator==(const FormKey&) const = default;
  };
  struct FormHash {
    std::size_t operator()(const FormKey& key) const;
  };
  struct Total {
    std::int64_t day;
    std::uint32_t key;
    ValueKind kind;
    std::int64_t records;
    std::string example;
    Place place;
  };
  struct TotalKey {
    std::int64_t day;
    std::uint32_t key;
    ValueKind kind;
    bool operator<(const TotalKey& other) const;
  };

  void count_other(std::int64_t day, const LineForm& form, std::string_view text,
                   const Place& place);
  /// Takes the line apart and notes which totals a line of its form counts in.
  void take_apart(std::int64_t day, std::string_view text, const Place& place, Entry* entry);
  std::uint32_t total(std::int64_t day, std::string_view key, ValueKind kind,
                      std::string_view example, const Place& place);
  std::uint32_t key_number(std::string_view key);
  /// Moves the forms' counts into the totals.
  void fold();

  RecordParser examiner_;
  Record record_;
  std::vector<std::uint32_t> last_;  ///< by plan: the entry counted last
  std::vector<Entry> entries_;       ///< 0: none
  std::unordered_map<FormKey, std::uint32_t, FormHash> forms_;
  std::vector<std::uint32_t> totals_of_;  ///< of the entries, one behind the other
  std::vector<Total> totals_;
  std::map<TotalKey, std::uint32_t> by_key_;
  std::unordered_map<std::string, std::uint32_t> keys_;
  std::vector<std::string> key_texts_;
};

}  // namespace clicklake
