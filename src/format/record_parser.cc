#include "format/record_parser.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/utf8.h"
#include "format/json_scan.h"
#include "format/line_index.h"
#include "format/line_shapes.h"
#include "model/time.h"

namespace clicklake {
namespace {

using json::Fault;

constexpr int kMaxDepth = 64;

enum class Kind : std::uint8_t { kAbsent, kNull, kText, kNumber, kBoolean, kContainer };

/// The field of an exactly spelled key; its length decides first.
inline int exact_field(const char* p, std::size_t size) {
  const auto is = [&](RawField field) {
    return std::memcmp(p, kRawFieldNames[static_cast<std::size_t>(field)].data(), size) == 0;
  };
  const auto pick = [&](RawField field) { return is(field) ? static_cast<int>(field) : -1; };
  switch (size) {
    case 7: return pick(RawField::kUserId);
    case 8:
      if (p[0] == 'm') return pick(RawField::kMetadata);
      return p[0] == 'p' ? pick(RawField::kPageUrl) : pick(RawField::kEventId);
    case 10: return p[0] == 's' ? pick(RawField::kSessionId) : pick(RawField::kEventType);
    case 11: return pick(RawField::kDeviceType);
    case 12: return pick(RawField::kReferrerUrl);
    case 15: return pick(RawField::kEventTimestamp);
    default: return -1;
  }
}

/// The first eight bytes of a key as a number that sorts as they do. Reads up to 8 bytes from the
/// key's start.
inline std::uint64_t prefix_of(std::string_view key) {
  std::uint64_t v;
  std::memcpy(&v, key.data(), sizeof v);
  v = __builtin_bswap64(v);
  return key.size() >= 8 ? v : key.empty() ? 0 : v & ~(~0ULL >> (8 * key.size()));
}

/// The first '\n' from `p` on; one must be there.
const char* find_newline(const char* p) { return static_cast<const char*>(::rawmemchr(p, '\n')); }

}  // namespace

struct RecordParser::Impl {
  struct Value {
    std::string_view text;
    Kind kind;
    const char* at;  ///< where the value begins
  };

  Rejection rejection{};
  std::vector<char> arena;
  char* free_text = nullptr;
  const char* line_begin = nullptr;
  const char* known_end = nullptr;  ///< of the line, once somebody asked
  std::uint32_t high = 0;
  bool lone_surrogate = false;
  const char* lone_at = nullptr;
  std::array<Kind, kRawFieldCount> kinds{};
  std::array<const char*, kRawFieldCount> places{};
  struct Keyed {
    std::uint64_t prefix;
    std::uint32_t origin;  ///< later in the text: larger; entries of the metadata object: beyond
                           ///< those of the top level
    MetadataEntry entry;
  };
  std::vector<Keyed> extras;  ///< unknown keys of the top level
  std::vector<Keyed> inner;   ///< the metadata object's entries

  TimestampReader timestamps;
  LineIndex* index = nullptr;
  LineShapes* shapes = nullptr;
  std::unique_ptr<LineShapes> own_shapes;
  bool learning = false;
  bool noting = false;    ///< the line's values go to `seen`
  bool counting = false;  ///< form() will be asked for
  LineForm form;          ///< of a line that followed a shape
  LineForm seen_form;     ///< of one that did not
  std::vector<NotedValue> noted;
  std::size_t metadata_objects = 0;
  std::vector<LineShapes::Seen> seen;  ///< values of the line, where it may be learned
  std::array<std::string_view, kRawFieldCount + LineShapes::kMaxEntries> slots{};

  /// Notes a value whose text ends at `end` (behind a closing quote).
  void note(const Value& value, const char* end, int field, std::string_view key, bool is_inner) {
    const bool text = *value.at == '"';
    seen.push_back({value.at + (text ? 1 : 0), end - (text ? 1 : 0), text, is_inner, field, key});
  }

  /// The line's '\n': most lines are read to it before anybody asks.
  const char* line_end() {
    if (known_end == nullptr) known_end = find_newline(line_begin);
    return known_end;
  }

  ParseOutcome reject(RejectReason reason, std::string_view field, const char* at) {
    rejection = {reason, field, static_cast<std::uint64_t>(at - line_begin)};
    return ParseOutcome::kRejected;
  }

  /// A lexical fault at `at`: UTF-8 comes before syntax, except where the line was cut inside a
  /// character.
  ParseOutcome reject_syntax(const char* at, Fault fault) {
    if (fault == Fault::kTooDeep) return reject(RejectReason::kTooDeep, "", at);
    const std::string_view line(line_begin, static_cast<std::size_t>(line_end() - line_begin));
    const std::string_view text = line.substr(0, line.size() - (line.ends_with('\r') ? 1 : 0));
    const bool cut = at >= text.data() + text.size();
    const std::size_t bad = find_invalid_utf8(whole_line());
    if (bad != std::string_view::npos &&
        !(cut && is_cut_character(text.substr(std::min(bad, text.size()))))) {
      return reject(RejectReason::kInvalidUtf8, "", line_begin + bad);
    }
    return reject(cut ? RejectReason::kTruncated : RejectReason::kInvalidJson, "", at);
  }

  /// Whether `tail`, which is no UTF-8, is the beginning of one character.
  static bool is_cut_character(std::string_view tail) {
    if (tail.empty() || tail.size() > 3) return false;
    const auto lead = static_cast<unsigned char>(tail[0]);
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (tail.size() >= size) return false;
    // If any bytes complete it, then the lowest or the highest do.
    for (const char last : {'\x80', '\xBF'}) {
      std::string whole(tail);
      whole.resize(size, last);
      if (find_invalid_utf8(whole) == std::string_view::npos) return true;
    }
    return false;
  }

  void need_arena() {
    if (free_text != nullptr) return;
    const auto room = static_cast<std::size_t>(line_end() - line_begin) + kArenaSlack;
    if (arena.size() < room) arena.resize(room);
    free_text = arena.data();
  }
  static constexpr std::size_t kArenaSlack = 64;

  /// A string from its opening quote; null on a fault (then `*fault_at` tells where).
  const char* read_string(const char* p, std::string_view* text, const char** fault_at) {
    const char* const begin = p + 1;
    const char* const stop = json::scan_string(begin, &high);
    if (*stop == '"') [[likely]] {
      *text = {begin, static_cast<std::size_t>(stop - begin)};
      return stop + 1;
    }
    if (*stop != '\\') {
      *fault_at = stop;
      return nullptr;
    }
    need_arena();
    char* out_end = nullptr;
    Fault fault = Fault::kNone;
    const char* const end = json::decode_string(begin, free_text, &out_end, &high, &fault);
    if (fault == Fault::kSyntax) {
      *fault_at = end;
      return nullptr;
    }
    if (fault == Fault::kLoneSurrogate && !lone_surrogate) {
      lone_surrogate = true;
      lone_at = p;
    }
    *text = {free_text, static_cast<std::size_t>(out_end - free_text)};
    free_text = out_end;
    return end;
  }

  /// Any value at `p`; null on a fault.
  const char* read_value(const char* p, int depth, Value* value, const char** fault_at,
                         Fault* fault) {
    value->at = p;
    const char c = *p;
    if (c == '"') [[likely]] {
      value->kind = Kind::kText;
      *fault = Fault::kSyntax;
      return read_string(p, &value->text, fault_at);
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
      if (const char* const end = json::scan_number(p); end != nullptr) {
        value->kind = Kind::kNumber;
        value->text = {p, static_cast<std::size_t>(end - p)};
        return end;
      }
    } else if (c == 'n' && json::is_literal(p, "null")) {
      value->kind = Kind::kNull;
      value->text = {};
      return p + 4;
    } else if (c == 't' && json::is_literal(p, "true")) {
      value->kind = Kind::kBoolean;
      value->text = {p, 4};
      return p + 4;
    } else if (c == 'f' && json::is_literal(p, "false")) {
      value->kind = Kind::kBoolean;
      value->text = {p, 5};
      return p + 5;
    }
    // Containers, and whatever is wrong: the general walker names the place.
    need_arena();
    char* out_end = nullptr;
    Fault found = Fault::kNone;
    const char* const end =
        json::copy_compact(p, free_text, &out_end, depth, kMaxDepth, &high, &found);
    if (found == Fault::kSyntax || found == Fault::kTooDeep) {
      *fault = found;
      *fault_at = end;
      return nullptr;
    }
    if (found == Fault::kLoneSurrogate && !lone_surrogate) {
      lone_surrogate = true;
      lone_at = p;
    }
    value->kind = Kind::kContainer;
    value->text = {free_text, static_cast<std::size_t>(out_end - free_text)};
    free_text = out_end;
    return end;
  }

  static Keyed keyed(std::string_view key, const Value& value, std::size_t origin) {
    return {prefix_of(key),
            static_cast<std::uint32_t>(origin),
            {key, value.kind == Kind::kNull ? std::string_view{} : value.text}};
  }

  /// The metadata object at `p` ('{') into `inner`; null on a fault.
  const char* read_metadata(const char* p, const char** fault_at, Fault* fault) {
    inner.clear();
    *fault = Fault::kSyntax;
    p = json::skip_space(p + 1);
    if (*p == '}') return p + 1;
    for (;;) {
      if (*p != '"') {
        *fault_at = p;
        return nullptr;
      }
      std::string_view key;
      p = read_string(p, &key, fault_at);
      if (p == nullptr) return nullptr;
      p = json::skip_space(p);
      if (*p != ':') {
        *fault_at = p;
        return nullptr;
      }
      p = json::skip_space(p + 1);
      Value value;
      p = read_value(p, 2, &value, fault_at, fault);
      if (p == nullptr) return nullptr;
      inner.push_back(keyed(key, value, (1U << 30) + inner.size()));
      if (noting) note(value, p, -1, key, true);
      p = json::skip_space(p);
      if (*p == ',') {
        p = json::skip_space(p + 1);
        continue;
      }
      if (*p == '}') return p + 1;
      *fault = Fault::kSyntax;
      *fault_at = p;
      return nullptr;
    }
  }

  static bool before(const Keyed& a, const Keyed& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    const int order = a.entry.key.compare(b.entry.key);
    return order != 0 ? order < 0 : a.origin < b.origin;
  }

  /// Sorts by key and keeps the last of equal ones.
  void finish_metadata(Record* record) {
    inner.insert(inner.end(), extras.begin(), extras.end());
    if (inner.size() <= 24) {
      for (std::size_t i = 1; i < inner.size(); ++i) {
        if (!before(inner[i], inner[i - 1])) continue;
        const Keyed moved = inner[i];
        std::size_t j = i;
        do {
          inner[j] = inner[j - 1];
          --j;
        } while (j > 0 && before(moved, inner[j - 1]));
        inner[j] = moved;
      }
    } else {
      std::sort(inner.begin(), inner.end(), before);
    }
    record->metadata.clear();
    for (const Keyed& k : inner) {
      if (!record->metadata.empty() && record->metadata.back().key == k.entry.key) {
        record->metadata.back() = k.entry;
      } else {
        record->metadata.push_back(k.entry);
      }
    }
  }

  std::string_view whole_line() {
    return {line_begin, static_cast<std::size_t>(line_end() - line_begin)};
  }

  // What following a shape leaves besides the slots. Members, not a result: copying what was just
  // written in smaller pieces makes the processor wait.
  bool has_epoch = false;
  std::int64_t epoch_us = 0;
  int kind_count = 0;

  void begin_line(const char* begin) {
    line_begin = begin;
    known_end = nullptr;
    free_text = nullptr;
    high = 0;
    lone_surrogate = false;
    has_epoch = false;
    kind_count = 0;
    form = {};
  }

  /// A value that is no text; null where the line is read_line()'s.
  const char* follow_value(const char* p, const LineShapes::Step& step) {
    if (json::is_space(*p)) return nullptr;
    Value value;
    const char* fault_at = nullptr;
    Fault fault = Fault::kNone;
    p = read_value(p, step.depth, &value, &fault_at, &fault);
    if (p == nullptr) return nullptr;
    if (step.slot < kRawFieldCount) {
      if (value.kind == Kind::kContainer) return nullptr;
      if (step.slot == static_cast<std::size_t>(RawField::kMetadata) && value.kind != Kind::kNull)
        return nullptr;
      if (step.slot == static_cast<std::size_t>(RawField::kEventTimestamp)) {
        if (value.kind != Kind::kNumber) return nullptr;
        const std::optional<std::int64_t> epoch = parse_epoch(value.text);
        if (!epoch) return nullptr;
        has_epoch = true;
        epoch_us = *epoch;
      }
    }
    if (counting) {
      if (++kind_count > LineForm::kMostKinds) return nullptr;
      form.add(kind_of_value({value.at, static_cast<std::size_t>(p - value.at)}));
    }
    slots[step.slot] = value.kind == Kind::kNull ? std::string_view{} : value.text;
    return p;
  }

  /// By the index, whose marks end the texts: no comparison waits for the search of the one before.
  /// What is between quotes is taken for a text, so a line with special bytes is not for it.
  const LineShapes::Step* follow_marks(const char* begin) {
    const char* const block = index->block();
    const std::uint32_t* marks = index->mark();
    const char* p = begin;
    const LineShapes::Step* step = shapes->match(shapes->first(), p);
    for (;; step = shapes->match_behind(*step, p)) {
      if (step == nullptr) return nullptr;
      p += step->size;
      marks += step->marks;
      if (step->next == LineShapes::Next::kText) [[likely]] {
        const char* const quote = block + *marks;
        slots[step->slot] = {p, static_cast<std::size_t>(quote - p)};
        p = quote;
      } else if (step->next == LineShapes::Next::kEnd) {
        break;
      } else {
        p = follow_value(p, *step);
        if (p == nullptr) return nullptr;
        while (block + *marks < p) ++marks;
      }
    }
    if (index->has_special(begin, p)) return nullptr;
    known_end = p - 1;
    index->set_mark(marks);
    return step;
  }

  /// By looking for the end of each text.
  const LineShapes::Step* follow_texts(const char* begin) {
    const char* p = begin;
    const LineShapes::Step* step = shapes->match(shapes->first(), p);
    for (;; step = shapes->match(step->child, p)) {
      if (step == nullptr) return nullptr;
      p += step->size;
      if (step->next == LineShapes::Next::kText) [[likely]] {
        std::string_view& slot = slots[step->slot];
        const char* const stop = json::scan_string(p, &high);
        if (*stop == '"') [[likely]] {
          slot = {p, static_cast<std::size_t>(stop - p)};
          p = stop;
          continue;
        }
        const char* fault_at = nullptr;
        p = read_string(p - 1, &slot, &fault_at);
        if (p == nullptr) return nullptr;
        --p;
      } else if (step->next == LineShapes::Next::kEnd) {
        break;
      } else {
        p = follow_value(p, *step);
        if (p == nullptr) return nullptr;
      }
    }
    known_end = p - 1;
    if (lone_surrogate) return nullptr;
    if (high != 0 && find_invalid_utf8(whole_line()) != std::string_view::npos) return nullptr;
    return step;
  }

  /// Fills `record` from a line of a known shape; false where it follows none, or is for
  /// read_line() to judge. Gives the same records as that.
  bool follow_shape(const char* begin, Record* record) {
    begin_line(begin);
    std::fill_n(slots.begin(), kRawFieldCount, std::string_view{});
    const LineShapes::Step* end = nullptr;
    if (index != nullptr && index->has_block()) {
      end = follow_marks(begin);
      if (end != nullptr) [[likely]] {
        index->hit();
      } else {
        index->miss();
        begin_line(begin);
      }
    }
    if (end == nullptr) end = follow_texts(begin);
    if (end == nullptr) return false;
    const auto text = [&](RawField f) { return slots[static_cast<std::size_t>(f)]; };
    if (text(RawField::kEventType).empty() ||
        (text(RawField::kUserId).empty() && text(RawField::kSessionId).empty()))
      return false;
    std::int64_t time_us = 0;
    if (has_epoch) [[unlikely]] {
      time_us = epoch_us;
    } else if (!timestamps.parse(text(RawField::kEventTimestamp), &time_us)) {
      return false;
    }
    record->timestamp_us = time_us;
    std::copy_n(slots.begin(), kRawFieldCount, record->fields.begin());
    record->fields[static_cast<std::size_t>(RawField::kEventTimestamp)] = {};
    record->fields[static_cast<std::size_t>(RawField::kMetadata)] = {};
    const auto& entries = shapes->plan(*end).metadata;
    record->metadata.resize(entries.size());
    MetadataEntry* out = record->metadata.data();
    for (const auto& entry : entries) *out++ = {entry.key->text, slots[entry.slot], entry.key};
    form.plan = end->plan;
    return true;
  }

  /// `end_of_line`: the line's '\n', or null where nobody looked for it yet.
  ParseOutcome parse(const char* begin, const char* end_of_line, Record* record) {
    learning = false;
    noting = counting;
    if (shapes != nullptr && shapes->worth_trying()) {
      if (follow_shape(begin, record)) [[likely]] {
        shapes->hit();
        return ParseOutcome::kRecord;
      }
      shapes->miss();
      learning = true;
      noting = true;
    }
    form.plan = LineForm::kNoPlan;
    if (noting) {
      seen.clear();
      metadata_objects = 0;
    }
    const ParseOutcome outcome = read_line(begin, end_of_line, record);
    if (learning && outcome == ParseOutcome::kRecord && metadata_objects <= 1)
      shapes->learn(begin, line_end(), seen);
    return outcome;
  }

  static std::string_view text_of(const LineShapes::Seen& value) {
    return {value.begin, static_cast<std::size_t>(value.end - value.begin)};
  }
  static ValueKind kind_of(const LineShapes::Seen& value) {
    return value.text ? ValueKind::kText : kind_of_value(text_of(value));
  }

  /// Of a line that followed no shape: its keys and kinds as two hashes.
  LineForm form_of_seen() const {
    constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15ULL;
    LineForm out;
    std::uint64_t a = metadata_objects;
    std::uint64_t b = ~a;
    for (const LineShapes::Seen& value : seen) {
      const std::uint64_t key = value.field >= 0 ? static_cast<std::uint64_t>(value.field)
                                                 : xxh64(value.key, value.inner ? 1 : 0);
      const std::uint64_t word = key * 8 + static_cast<std::uint64_t>(kind_of(value));
      a = (a ^ word) * kMultiplier;
      a ^= a >> 32;
      b = (b + word) * (kMultiplier ^ 0x55);
      b ^= b >> 29;
    }
    out.high = a;
    out.low = b;
    return out;
  }

  void fill_noted() {
    noted.clear();
    if (form.plan != LineForm::kNoPlan) return;
    for (const LineShapes::Seen& value : seen)
      noted.push_back({value.field, value.inner, kind_of(value), value.key, text_of(value)});
    if (metadata_objects > 0)
      noted.push_back({static_cast<int>(RawField::kMetadata), false, ValueKind::kObject, {}, {}});
  }

  /// Reads the line whatever its shape.
  ParseOutcome read_line(const char* begin, const char* end_of_line, Record* record) {
    line_begin = begin;
    known_end = end_of_line;
    free_text = nullptr;
    high = 0;
    lone_surrogate = false;
    const char* p = line_begin;
    if (std::memcmp(p, "\xEF\xBB\xBF", 3) == 0) p += 3;
    p = json::skip_space(p);
    if (*p != '{') [[unlikely]] {
      if (p >= line_end()) return ParseOutcome::kBlank;
      Fault fault = Fault::kNone;
      const char* end = json::copy_compact(p, nullptr, nullptr, 0, kMaxDepth, &high, &fault);
      if (fault == Fault::kTooDeep) return reject_syntax(end, fault);
      if (const std::size_t bad = find_invalid_utf8(whole_line()); bad != std::string_view::npos) {
        return reject(RejectReason::kInvalidUtf8, "", line_begin + bad);
      }
      if (fault != Fault::kSyntax) {
        end = json::skip_space(end);
        if (end >= line_end()) return reject(RejectReason::kNotObject, "", p);
      }
      return reject(RejectReason::kInvalidJson, "", end);
    }

    kinds.fill(Kind::kAbsent);
    record->fields.fill({});
    extras.clear();
    inner.clear();
    const char* fault_at = nullptr;
    Fault fault = Fault::kSyntax;
    p = json::skip_space(p + 1);
    if (*p == '}') {
      ++p;
    } else {
      for (;;) {
        if (*p != '"') return reject_syntax(p, Fault::kSyntax);
        std::string_view key;
        p = read_string(p, &key, &fault_at);
        if (p == nullptr) return reject_syntax(fault_at, Fault::kSyntax);
        p = json::skip_space(p);
        if (*p != ':') return reject_syntax(p, Fault::kSyntax);
        p = json::skip_space(p + 1);
        int field = exact_field(key.data(), key.size());
        if (field < 0) {
          const auto other_case = find_raw_field(key);
          field = other_case ? static_cast<int>(*other_case) : -1;
        }
        Value value;
        if (field == static_cast<int>(RawField::kMetadata) && *p == '{') {
          places[static_cast<std::size_t>(field)] = p;
          kinds[static_cast<std::size_t>(field)] = Kind::kText;
          ++metadata_objects;
          p = read_metadata(p, &fault_at, &fault);
          if (p == nullptr) return reject_syntax(fault_at, fault);
        } else {
          p = read_value(p, 1, &value, &fault_at, &fault);
          if (p == nullptr) return reject_syntax(fault_at, fault);
          if (noting) note(value, p, field, key, false);
          if (field >= 0) [[likely]] {
            const auto f = static_cast<std::size_t>(field);
            kinds[f] = value.kind;
            places[f] = value.at;
            record->fields[f] = value.text;
            if (field == static_cast<int>(RawField::kMetadata)) {
              inner.clear();
              if (value.kind != Kind::kNull) kinds[f] = Kind::kContainer;
            }
          } else {
            extras.push_back(keyed(key, value, extras.size()));
          }
        }
        p = json::skip_space(p);
        if (*p == ',') {
          p = json::skip_space(p + 1);
          continue;
        }
        if (*p == '}') {
          ++p;
          break;
        }
        return reject_syntax(p, Fault::kSyntax);
      }
    }
    p = json::skip_space(p);
    if (*p == '\n' && high == 0) [[likely]] {
      known_end = p;
    } else {
      if (const std::size_t bad = find_invalid_utf8(whole_line()); bad != std::string_view::npos) {
        return reject(RejectReason::kInvalidUtf8, "", line_begin + bad);
      }
      if (p != line_end()) return reject(RejectReason::kTrailingContent, "", p);
    }
    return judge(record);
  }

  /// The line is JSON; is it an event?
  ParseOutcome judge(Record* record) {
    const auto kind = [&](RawField f) { return kinds[static_cast<std::size_t>(f)]; };
    const auto place = [&](RawField f) { return places[static_cast<std::size_t>(f)]; };
    const auto text = [&](RawField f) -> std::string_view& {
      return record->fields[static_cast<std::size_t>(f)];
    };
    if (lone_surrogate) return reject(RejectReason::kLoneSurrogate, "", lone_at);

    for (const RawField f :
         {RawField::kUserId, RawField::kSessionId, RawField::kEventType, RawField::kDeviceType,
          RawField::kPageUrl, RawField::kReferrerUrl, RawField::kEventId}) {
      if (kind(f) == Kind::kContainer) [[unlikely]]
        return reject(RejectReason::kNotAString, to_string(f), place(f));
    }
    if (kind(RawField::kMetadata) == Kind::kContainer)
      return reject(RejectReason::kBadMetadata, to_string(RawField::kMetadata),
                    place(RawField::kMetadata));
    text(RawField::kMetadata) = {};

    std::optional<std::int64_t> time;
    switch (kind(RawField::kEventTimestamp)) {
      case Kind::kText: time = parse_timestamp(text(RawField::kEventTimestamp)); break;
      case Kind::kNumber: time = parse_epoch(text(RawField::kEventTimestamp)); break;
      case Kind::kAbsent:
      case Kind::kNull:
        return reject(RejectReason::kMissingTimestamp, to_string(RawField::kEventTimestamp),
                      line_begin);
      default: break;
    }
    if (!time)
      return reject(RejectReason::kBadTimestamp, to_string(RawField::kEventTimestamp),
                    place(RawField::kEventTimestamp));
    record->timestamp_us = *time;
    text(RawField::kEventTimestamp) = {};
    if (text(RawField::kEventType).empty()) {
      return reject(
          RejectReason::kMissingEventType, to_string(RawField::kEventType),
          kind(RawField::kEventType) == Kind::kAbsent ? line_begin : place(RawField::kEventType));
    }
    if (text(RawField::kUserId).empty() && text(RawField::kSessionId).empty()) {
      return reject(RejectReason::kNoIdentity, to_string(RawField::kUserId), line_begin);
    }
    finish_metadata(record);
    return ParseOutcome::kRecord;
  }
};

RecordParser::RecordParser() : impl_(std::make_unique<Impl>()) {
  impl_->own_shapes = std::make_unique<LineShapes>();
  impl_->shapes = impl_->own_shapes.get();
}
RecordParser::~RecordParser() = default;
ParseOutcome RecordParser::parse(std::string_view line, Record* record) {
  return impl_->parse(line.data(), line.data() + line.size(), record);
}
ParseOutcome RecordParser::parse_next(const char* begin, std::string_view* line, Record* record) {
  LineIndex* const index = impl_->index;
  const std::uint32_t* const mark =
      index != nullptr && index->has_block() ? index->mark() : nullptr;
  const ParseOutcome outcome = impl_->parse(begin, nullptr, record);
  *line = impl_->whole_line();
  if (mark != nullptr && index->mark() == mark) [[unlikely]]
    index->pass_line(line->data() + line->size());
  return outcome;
}
void RecordParser::use_shapes(LineShapes* shapes) {
  impl_->shapes = shapes;
  impl_->own_shapes.reset();
}
void RecordParser::use_index(LineIndex* index) { impl_->index = index; }
void RecordParser::note_values(bool on) { impl_->counting = on; }
const LineForm& RecordParser::form() {
  if (impl_->form.plan != LineForm::kNoPlan) return impl_->form;
  impl_->seen_form = impl_->form_of_seen();
  return impl_->seen_form;
}
std::span<const NotedValue> RecordParser::noted() {
  impl_->fill_noted();
  return impl_->noted;
}
const Rejection& RecordParser::rejection() const { return impl_->rejection; }

}  // namespace clicklake
