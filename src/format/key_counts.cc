#include "format/key_counts.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "model/raw_schema.h"

namespace clicklake {
namespace {

/// The beginning of `text` that is an example: whole characters, as they are written.
std::string_view example_of(std::string_view text) {
  if (text.size() <= kExampleBytes) return text;
  std::size_t size = kExampleBytes;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

std::string_view to_string(ValueKind kind) {
  constexpr std::array<std::string_view, kValueKinds> kNames{
      "null", "boolean", "integer", "fraction", "text", "object", "array", "record"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<KeyCount> add_up(std::vector<KeyCount> counts) {
  std::sort(counts.begin(), counts.end(), [](const KeyCount& a, const KeyCount& b) {
    return std::tie(a.day, a.key, a.kind, a.file, a.offset) <
           std::tie(b.day, b.key, b.kind, b.file, b.offset);
  });
  std::vector<KeyCount> out;
  for (KeyCount& count : counts) {
    if (!out.empty() && out.back().day == count.day && out.back().key == count.key &&
        out.back().kind == count.kind) {
      out.back().records += count.records;
    } else {
      out.push_back(std::move(count));
    }
  }
  return out;
}

std::size_t KeyCounter::FormHash::operator()(const FormKey& key) const {
  constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;
  std::uint64_t h = static_cast<std::uint64_t>(key.day) * kMultiplier ^ key.plan;
  h = (h ^ key.low) * kMultiplier;
  h = (h ^ h >> 29 ^ key.high) * kMultiplier;
  return static_cast<std::size_t>(h ^ h >> 32);
}

bool KeyCounter::TotalKey::operator<(const TotalKey& other) const {
  return std::tie(day, key, kind) < std::tie(other.day, other.key, other.kind);
}

KeyCounter::KeyCounter() : entries_(1) {
  examiner_.use_shapes(nullptr);
  examiner_.note_values(true);
}

void KeyCounter::count_other(std::int64_t day, const LineForm& form, std::string_view text,
                             const Place& place) {
  if (entries_.size() > kMaxForms) fold();
  const FormKey key{day, form.high, form.low, form.plan};
  const auto [it, added] = forms_.try_emplace(key, static_cast<std::uint32_t>(entries_.size()));
  if (added) {
    Entry entry;
    entry.day = day;
    entry.high = form.high;
    entry.low = form.low;
    entry.plan = form.plan;
    take_apart(day, text, place, &entry);
    entries_.push_back(entry);
  }
  ++entries_[it->second].records;
  if (form.plan == LineForm::kNoPlan) return;
  if (form.plan >= last_.size()) last_.resize(form.plan + 1);
  last_[form.plan] = it->second;
}

void KeyCounter::take_apart(std::int64_t day, std::string_view text, const Place& place,
                            Entry* entry) {
  entry->first_total = static_cast<std::uint32_t>(totals_of_.size());
  totals_of_.push_back(total(day, "", ValueKind::kRecord, {}, place));
  if (examiner_.parse(text, &record_) == ParseOutcome::kRecord) {
    // Of keys that repeat the last one counts, as it does in the record.
    std::map<std::string, std::pair<ValueKind, std::string_view>, std::less<>> values;
    for (const NotedValue& value : examiner_.noted()) {
      std::string key(value.field >= 0 ? kRawFieldNames[static_cast<std::size_t>(value.field)]
                                       : value.key);
      if (value.inner) key.insert(0, "metadata.");
      values[std::move(key)] = {value.kind, value.text};
    }
    for (const auto& [key, value] : values)
      totals_of_.push_back(total(day, key, value.first, value.second, place));
  }
  entry->totals = static_cast<std::uint32_t>(totals_of_.size()) - entry->first_total;
}

std::uint32_t KeyCounter::key_number(std::string_view key) {
  std::string text(key);
  if (const auto it = keys_.find(text); it != keys_.end()) return it->second;
  if (keys_.size() >= kMaxKeys && key != kOtherKeys) return key_number(kOtherKeys);
  const auto number = static_cast<std::uint32_t>(key_texts_.size());
  key_texts_.push_back(text);
  keys_.emplace(std::move(text), number);
  return number;
}

std::uint32_t KeyCounter::total(std::int64_t day, std::string_view key, ValueKind kind,
                                std::string_view example, const Place& place) {
  const bool full = totals_.size() >= kMaxTotals && kind != ValueKind::kRecord;
  const TotalKey at{day, key_number(full ? kOtherKeys : key), full ? ValueKind::kText : kind};
  const auto [it, added] = by_key_.try_emplace(at, static_cast<std::uint32_t>(totals_.size()));
  if (added) totals_.push_back({day, at.key, at.kind, 0, std::string(example_of(example)), place});
  return it->second;
}

void KeyCounter::fold() {
  for (const Entry& entry : entries_) {
    for (std::uint32_t i = 0; i < entry.totals; ++i)
      totals_[totals_of_[entry.first_total + i]].records += entry.records;
  }
  entries_.assign(1, Entry{});
  totals_of_.clear();
  forms_.clear();
  std::fill(last_.begin(), last_.end(), 0);
}

std::vector<KeyCount> KeyCounter::counts(const std::function<std::string(std::uint32_t)>& name) {
  fold();
  std::vector<KeyCount> out;
  out.reserve(totals_.size());
  for (const Total& total : totals_) {
    out.push_back({total.day, key_texts_[total.key], total.kind, total.records, total.example,
                   name(total.place.file), static_cast<std::int64_t>(total.place.offset),
                   static_cast<std::int64_t>(total.place.line)});
  }
  return out;
}

}  // namespace clicklake
