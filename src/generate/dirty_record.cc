#include "generate/dirty_record.h"

#include <algorithm>
#include <array>
#include <utility>

#include "generate/flat_record.h"
#include "model/time.h"

namespace clicklake::synthetic {

namespace {

using std::string;
using std::string_view;

struct KindRow {
  string_view name;
  Fate fate;
  RejectReason reason = RejectReason::kInvalidJson;
};
constexpr std::array<KindRow, kDirtyKindCount> kKinds{{
    {"duplicate_exact", Fate::kDuplicate},
    {"duplicate_key_order", Fate::kDuplicate},
    {"duplicate_spaces", Fate::kDuplicate},
    {"duplicate_escapes", Fate::kDuplicate},
    {"duplicate_offset", Fate::kDuplicate},
    {"duplicate_epoch_ms", Fate::kDuplicate},
    {"duplicate_epoch_us", Fate::kDuplicate},
    {"duplicate_other_hour", Fate::kDuplicate},
    {"late", Fate::kAccepted},
    {"crlf", Fate::kAccepted},
    {"unknown_keys", Fate::kAccepted},
    {"upper_case_keys", Fate::kAccepted},
    {"duplicate_keys", Fate::kAccepted},
    {"scalar_for_string", Fate::kAccepted},
    {"timestamp_spelling", Fate::kAccepted},
    {"text_escapes", Fate::kAccepted},
    {"null_fields", Fate::kAccepted},
    {"untyped_price", Fate::kAccepted},
    {"padded_line", Fate::kAccepted},
    {"blank_line", Fate::kBlank},
    {"invalid_json", Fate::kQuarantined, RejectReason::kInvalidJson},
    {"not_object", Fate::kQuarantined, RejectReason::kNotObject},
    {"truncated", Fate::kQuarantined, RejectReason::kTruncated},
    {"trailing_content", Fate::kQuarantined, RejectReason::kTrailingContent},
    {"invalid_utf8", Fate::kQuarantined, RejectReason::kInvalidUtf8},
    {"lone_surrogate", Fate::kQuarantined, RejectReason::kLoneSurrogate},
    {"missing_timestamp", Fate::kQuarantined, RejectReason::kMissingTimestamp},
    {"bad_timestamp", Fate::kQuarantined, RejectReason::kBadTimestamp},
    {"missing_event_type", Fate::kQuarantined, RejectReason::kMissingEventType},
    {"no_identity", Fate::kQuarantined, RejectReason::kNoIdentity},
    {"not_a_string", Fate::kQuarantined, RejectReason::kNotAString},
    {"bad_metadata", Fate::kQuarantined, RejectReason::kBadMetadata},
    {"line_too_long", Fate::kQuarantined, RejectReason::kLineTooLong},
    {"too_deep", Fate::kQuarantined, RejectReason::kTooDeep},
}};

const KindRow& row_of(DirtyKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

constexpr std::array<std::pair<DirtyKind, int>, kDirtyKindCount> kShares{{
    {DirtyKind::kDuplicateExact, 8},
    {DirtyKind::kDuplicateKeyOrder, 2},
    {DirtyKind::kDuplicateSpaces, 2},
    {DirtyKind::kDuplicateEscapes, 2},
    {DirtyKind::kDuplicateOffset, 2},
    {DirtyKind::kDuplicateEpochMs, 2},
    {DirtyKind::kDuplicateEpochUs, 2},
    {DirtyKind::kDuplicateOtherHour, 4},
    {DirtyKind::kLate, 8},
    {DirtyKind::kCrlf, 1},
    {DirtyKind::kUnknownKeys, 1},
    {DirtyKind::kUpperCaseKeys, 1},
    {DirtyKind::kDuplicateKeys, 1},
    {DirtyKind::kScalarForString, 1},
    {DirtyKind::kTimestampSpelling, 2},
    {DirtyKind::kTextEscapes, 1},
    {DirtyKind::kNullFields, 1},
    {DirtyKind::kUntypedPrice, 1},
    {DirtyKind::kPaddedLine, 1},
    {DirtyKind::kBlankLine, 2},
    {DirtyKind::kInvalidJson, 2},
    {DirtyKind::kNotObject, 1},
    {DirtyKind::kTruncated, 2},
    {DirtyKind::kTrailingContent, 1},
    {DirtyKind::kInvalidUtf8, 1},
    {DirtyKind::kLoneSurrogate, 1},
    {DirtyKind::kMissingTimestamp, 1},
    {DirtyKind::kBadTimestamp, 2},
    {DirtyKind::kMissingEventType, 1},
    {DirtyKind::kNoIdentity, 1},
    {DirtyKind::kNotAString, 1},
    {DirtyKind::kBadMetadata, 1},
    {DirtyKind::kLineTooLong, 0},
    {DirtyKind::kTooDeep, 1},
}};
constexpr std::size_t kRoundLength = 61;  // the sum of the shares, and prime
constexpr std::uint64_t kRoundStride = 23;
constexpr std::uint64_t kTooLongEvery = 5000, kTooLongAt = 17;

constexpr std::array<DirtyKind, kRoundLength> kRound = [] {
  std::array<DirtyKind, kRoundLength> round{};
  std::size_t at = 0;
  for (auto [kind, share] : kShares) {
    for (int i = 0; i < share; ++i) round.at(at++) = kind;
  }
  if (at != kRoundLength)
    throw "the shares do not fill a round";  // not a constant expression: does not compile
  return round;
}();

template <std::size_t N>
string_view pick(Random* random, const std::array<string_view, N>& texts) {
  return texts[random->below(N)];
}

string quoted(string_view text) { return "\"" + string(text) + "\""; }

void escape_unit(std::uint32_t unit, string* out) {
  constexpr string_view kHex = "0123456789abcdef";
  *out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) *out += kHex[(unit >> shift) & 15];
}

/// The same string (JSON text with or without quotes) with some characters as escapes: 1 in
/// `one_in` of the plain ones, all others.
string with_escapes(string_view text, Random* random, std::uint32_t one_in) {
  string out;
  for (std::size_t i = 0; i < text.size();) {
    auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\\') {
      out += text.substr(i, 2);
      i += 2;
    } else if (byte < 0x80) {
      bool escape = byte != '"' && random->below(one_in) == 0;
      if (escape && byte == '/') {
        out += "\\/";
      } else if (escape) {
        escape_unit(byte, &out);
      } else {
        out += text[i];
      }
      ++i;
    } else {
      std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      std::uint32_t code = byte & (0x7fU >> length);
      for (std::size_t k = 1; k < length; ++k)
        code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3f);
      if (code >= 0x10000) {
        escape_unit(0xd800 + ((code - 0x10000) >> 10), &out);
        escape_unit(0xdc00 + ((code - 0x10000) & 0x3ff), &out);
      } else {
        escape_unit(code, &out);
      }
      i += length;
    }
  }
  return out;
}

template <typename T>
void shuffle(std::vector<T>* items, Random* random) {
  for (auto i = static_cast<std::uint32_t>(items->size()); i > 1; --i) {
    std::swap((*items)[i - 1], (*items)[random->below(i)]);
  }
}

/// "2024-11-04T15:00:00" of a time, with `separator` for the T.
string date_and_time(std::int64_t us, char separator = 'T') {
  string text = format_timestamp(us - us % kMicrosPerSecond).substr(0, 19);
  text[10] = separator;
  return text;
}

string milliseconds(std::int64_t us) { return std::to_string(1000 + us / 1000 % 1000).substr(1); }

/// The same time as JSON text in one of the accepted spellings that are not the generator's own.
string offset_spelling(std::int64_t us, Random* random) {
  string fraction = "." + milliseconds(us);
  switch (random->below(7)) {
    case 0: return quoted(date_and_time(us) + fraction + "+00:00");
    case 1: return quoted(date_and_time(us, ' ') + fraction + "Z");
    case 2: return quoted(date_and_time(us) + fraction);
    case 3: return quoted(date_and_time(us + 2 * kMicrosPerHour) + fraction + "+02:00");
    case 4: return quoted(date_and_time(us - 11 * (kMicrosPerHour / 2)) + fraction + "-0530");
    case 5: return quoted(date_and_time(us + 9 * kMicrosPerHour, ' ') + fraction + "+09");
    default: return quoted(date_and_time(us) + fraction + "000Z");
  }
}

string epoch_spelling(std::int64_t value, Random* random) {
  string digits = std::to_string(value);
  return random->permille(500) ? digits : quoted(digits);
}

string any_spelling(std::int64_t us, Random* random) {
  std::int64_t seconds = us / kMicrosPerSecond;
  switch (random->below(6)) {
    case 0: return epoch_spelling(seconds, random);
    case 1: return quoted(date_and_time(us) + "Z");
    case 2: return quoted(date_and_time(us, ' '));
    case 3: return quoted(date_and_time(us) + "." + milliseconds(us) + "456Z");
    case 4: return epoch_spelling(us + 789, random);
    default: return offset_spelling(us, random);
  }
}

string with_unknown_keys(FlatRecord record, Random* random) {
  record.set("schema_version", "7");
  record.set("client", R"({"os":"ios","screen":[390,844],"flags":{"dark":true,"beta":null}})");
  if (random->permille(500)) record.set("consent", "false");
  record.set_metadata("cart", R"([{"sku":"P00000001","n":2},{"sku":"P00000002","n":1}])");
  return record.text();
}

string with_upper_case_keys(FlatRecord record, Random* random) {
  bool all = random->permille(500);
  for (RecordField& field : record.fields) {
    for (std::size_t i = 0; i < field.key.size(); ++i) {
      bool upper = all || i == 0 || field.key[i - 1] == '_';
      if (upper && field.key[i] >= 'a' && field.key[i] <= 'z')
        field.key[i] = static_cast<char>(field.key[i] - 'a' + 'A');
    }
  }
  return record.text();
}

string with_duplicate_keys(FlatRecord record) {
  std::vector<RecordField> earlier;
  earlier.push_back({"event_type", "\"scroll\""});
  earlier.push_back({"user_id", "\"nobody\""});
  for (const RecordField& field : earlier) {  // the last one wins, so one must come
    if (record.find(field.key) == nullptr) record.set(field.key, "\"u-known\"");
  }
  record.fields.insert(record.fields.begin(), earlier.begin(), earlier.end());
  record.metadata.push_back({"tab", "\"first\""});
  record.metadata.push_back({"tab", "\"last\""});
  return record.text();
}

string with_scalars(FlatRecord record, Random* random) {
  record.set("user_id", std::to_string(1'000'000'000 + random->below(1'000'000'000)));
  record.set("device_type", random->permille(500) ? "true" : "7");
  record.set("referrer_url", "false");
  record.set_metadata("beta", "true");
  record.set_metadata("ratio", "-1.5e-3");
  return record.text();
}

string with_text_escapes(FlatRecord record, Random* random) {
  record.set_metadata(
      "title", R"("\u00e9t\u00e9 \ud83d\udecd\ufe0f \"sale\" 50\u0025 \/ caf\u00E9\n\tend \\")");
  record.set_metadata("city", "\"Zürich – 東京 🛍\"");
  record.set_metadata(with_escapes("größe", random, 3), "\"42\"");
  return record.text();
}

string with_null_fields(FlatRecord record, std::uint64_t uid) {
  record.set("user_id",
             quoted("guest-" + std::to_string(uid)));  // alone tells this event from others
  for (string_view key : {"session_id", "device_type", "page_url", "referrer_url"})
    record.set(key, "null");
  record.set("metadata", "null");
  return record.text();
}

string with_untyped_price(FlatRecord record) {
  record.set_metadata("price", "\"1,299.00\"");
  record.set_metadata("quantity", "\"two\"");
  return record.text();
}

string blank(Random* random) {
  return string(pick(random, std::array<string_view, 3>{"\n", "\r\n", "  \t\n"}));
}

string replaced(string text, string_view what, string_view by) {
  text.replace(text.find(what), what.size(), by);
  return text;
}

string invalid_json(FlatRecord record, Random* random) {
  constexpr std::array<string_view, 9> kBadValues{"NaN", "True", "007",       ".5",         "1.",
                                                  "+1",  "'x'",  "\"\\x41\"", "\"\\u12G4\""};
  constexpr std::array<string_view, 3> kControls{string_view("\"a\tb\""), string_view("\"a\x01z\""),
                                                 string_view("\"a\0b\"", 5)};
  constexpr std::array<string_view, 5> kNoJson{
      "GET /index.html HTTP/1.1", "<html><body>502</body></html>", "user_id=u1&event_type=click",
      "{'user_id': 'u1', 'event_type': 'click'}", "-- MARK --"};
  string text = record.text();
  switch (random->below(9)) {
    case 0: return string(pick(random, kNoJson));
    case 1: return replaced(text, ",\"event_type\"", " \"event_type\"");
    case 2: return replaced(text, ",\"event_type\"", ",,\"event_type\"");
    case 3: return replaced(text, "\"event_type\":", "\"event_type\" ");
    case 4: return replaced(text, "\"event_type\":", "event_type:");
    case 5: return replaced(text, "}}", "},}");
    case 6: return replaced(text, "\"event_type\":", "/* type */\"event_type\":");
    case 7: record.set_metadata("note", string(pick(random, kControls))); return record.text();
    default: record.set_metadata("note", string(pick(random, kBadValues))); return record.text();
  }
}

string not_object(Random* random) {
  // No array of objects: a reader may take a file's only such line for a JSON array of records.
  return string(
      pick(random, std::array<string_view, 8>{"42", "\"page_view\"", "null", "true", "[1,2,3]",
                                              "[\"u1\",\"page_view\"]", "-1.5e3", "[]"}));
}

/// A true prefix of the record, cut between characters.
string truncated(const FlatRecord& record, Random* random) {
  string text = record.text();
  std::size_t length = 1 + random->below(static_cast<std::uint32_t>(text.size() - 1));
  while ((static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
  return text.substr(0, length);
}

string with_trailing_content(const FlatRecord& record, Random* random) {
  string text = record.text();
  constexpr std::array<string_view, 7> kRests{",", "}", "]", " x", "{}", ";", " // sent twice"};
  std::uint32_t i = random->below(8);
  return i < 7 ? text.append(kRests[i]) : text + text;
}

string invalid_utf8(FlatRecord record, Random* random) {
  constexpr std::array<string_view, 8> kBytes{"\xff",     "\xc3",         "caf\xe9",
                                              "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                              "\xe2\x82", "\x80"};
  record.set_metadata("note", "\"a" + string(pick(random, kBytes)) + " b\"");
  return record.text();
}

string lone_surrogate(FlatRecord record, Random* random) {
  constexpr std::array<string_view, 5> kTexts{"\"\\ud83d\"", "\"\\ude00 late\"", "\"a\\uD83Dx\"",
                                              "\"\\ude00\\ud83d\"", "\"\\ud83d\\u0041\""};
  string_view text = pick(random, kTexts);
  if (random->permille(500)) {
    record.set("page_url", string(text));
  } else {
    record.set_metadata("note", string(text));
  }
  return record.text();
}

string with_or_without(FlatRecord record, string_view key, bool null) {
  if (null) {
    record.set(key, "null");
  } else {
    record.erase(key);
  }
  return record.text();
}

string bad_timestamp(FlatRecord record, Random* random) {
  constexpr std::array<string_view, 20> kTimes{"\"yesterday\"",
                                               "\"04/11/2024 15:00\"",
                                               "\"2024-13-01T00:00:00Z\"",
                                               "\"2024-02-30T00:00:00Z\"",
                                               "\"2023-02-29T12:00:00Z\"",
                                               "\"2024-11-04T25:00:00Z\"",
                                               "\"2024-11-04T15:61:00Z\"",
                                               "\"2024-11-04T15:00:00 UTC\"",
                                               "\"2024-11-04 15:00:00 Europe/Berlin\"",
                                               "\"2024-11-04T15:00:00[Europe/Berlin]\"",
                                               "\"2024-11-04T15:00:00 PST\"",
                                               "\"1969-12-31T23:59:59Z\"",
                                               "\"2101-01-01T00:00:00Z\"",
                                               "\"1970-01-01T00:30:00+01:00\"",
                                               "\"Mon, 04 Nov 2024 15:00:00 GMT\"",
                                               "\"2024-11-04T15:00:00Zz\"",
                                               "-86400",
                                               "4133980800",
                                               "99999999999",
                                               "99999999999999999"};
  record.set("event_timestamp", string(pick(random, kTimes)));
  return record.text();
}

string missing_event_type(FlatRecord record, Random* random) {
  std::uint32_t dice = random->below(3);
  if (dice < 2) return with_or_without(std::move(record), "event_type", dice == 1);
  record.set("event_type", "\"\"");
  return record.text();
}

string no_identity(FlatRecord record, Random* random) {
  bool null = random->permille(500);
  for (string_view key : {"user_id", "session_id"}) {
    record.erase(key);
    if (null) record.set(key, "null");
  }
  return record.text();
}

string not_a_string(FlatRecord record, Random* random) {
  constexpr std::array<string_view, 6> kFields{"user_id",     "session_id", "event_type",
                                               "device_type", "page_url",   "referrer_url"};
  constexpr std::array<string_view, 5> kValues{"{\"id\":1}", "[\"a\",\"b\"]", "[]", "{}",
                                               "{\"a\":{\"b\":[1]}}"};
  string_view field = pick(random, kFields);  // in a statement of its own: arguments have no order
  record.set(field, string(pick(random, kValues)));
  return record.text();
}

string bad_metadata(FlatRecord record, Random* random) {
  constexpr std::array<string_view, 6> kValues{"\"text\"", "12", "[1,2]", "true", "\"{}\"", "[]"};
  record.set("metadata", string(pick(random, kValues)));
  return record.text();
}

string line_too_long(FlatRecord record, Random* random) {
  std::size_t size = 1'100'000 + random->below(200'000);
  if (random->permille(300)) return string(size, 'x');
  record.set_metadata("blob", quoted(string(size, 'A')));
  return record.text();
}

string too_deep(FlatRecord record, Random* random) {
  std::size_t levels = 66 + random->below(60);
  bool arrays = random->permille(500);
  string value;
  for (std::size_t i = 0; i < levels; ++i) value += arrays ? "[" : "{\"a\":";
  value += "1";
  value.append(levels, arrays ? ']' : '}');
  if (random->permille(500)) {
    record.set("tree", value);
  } else {
    record.set_metadata("tree", value);
  }
  return record.text();
}

string line_without_end(DirtyKind kind, const CleanEvent& event, Random* random) {
  FlatRecord record = FlatRecord::of(event.line);
  switch (kind) {
    case DirtyKind::kDuplicateKeyOrder:
      shuffle(&record.fields, random);
      shuffle(&record.metadata, random);
      return record.text();
    case DirtyKind::kDuplicateSpaces: return record.text(random);
    case DirtyKind::kDuplicateEscapes:
      for (auto* fields : {&record.fields, &record.metadata}) {
        for (RecordField& field : *fields) {
          field.key = with_escapes(field.key, random, 12);
          if (field.value.starts_with('"')) field.value = with_escapes(field.value, random, 6);
        }
      }
      return record.text();
    case DirtyKind::kDuplicateOffset:
      record.set("event_timestamp", offset_spelling(event.at_us, random));
      return record.text();
    case DirtyKind::kDuplicateEpochMs:
      record.set("event_timestamp", epoch_spelling(event.at_us / 1000, random));
      return record.text();
    case DirtyKind::kDuplicateEpochUs:
      record.set("event_timestamp", epoch_spelling(event.at_us, random));
      return record.text();
    case DirtyKind::kUnknownKeys: return with_unknown_keys(std::move(record), random);
    case DirtyKind::kUpperCaseKeys: return with_upper_case_keys(std::move(record), random);
    case DirtyKind::kDuplicateKeys: return with_duplicate_keys(std::move(record));
    case DirtyKind::kScalarForString: return with_scalars(std::move(record), random);
    case DirtyKind::kTimestampSpelling:
      record.set("event_timestamp", any_spelling(event.at_us, random));
      return record.text();
    case DirtyKind::kTextEscapes: return with_text_escapes(std::move(record), random);
    case DirtyKind::kNullFields: return with_null_fields(std::move(record), event.uid);
    case DirtyKind::kUntypedPrice: return with_untyped_price(std::move(record));
    case DirtyKind::kPaddedLine: return " \t" + record.text() + "  ";
    case DirtyKind::kInvalidJson: return invalid_json(std::move(record), random);
    case DirtyKind::kNotObject: return not_object(random);
    case DirtyKind::kTruncated: return truncated(record, random);
    case DirtyKind::kTrailingContent: return with_trailing_content(record, random);
    case DirtyKind::kInvalidUtf8: return invalid_utf8(std::move(record), random);
    case DirtyKind::kLoneSurrogate: return lone_surrogate(std::move(record), random);
    case DirtyKind::kMissingTimestamp:
      return with_or_without(std::move(record), "event_timestamp", random->permille(500));
    case DirtyKind::kBadTimestamp: return bad_timestamp(std::move(record), random);
    case DirtyKind::kMissingEventType: return missing_event_type(std::move(record), random);
    case DirtyKind::kNoIdentity: return no_identity(std::move(record), random);
    case DirtyKind::kNotAString: return not_a_string(std::move(record), random);
    case DirtyKind::kBadMetadata: return bad_metadata(std::move(record), random);
    case DirtyKind::kLineTooLong: return line_too_long(std::move(record), random);
    case DirtyKind::kTooDeep: return too_deep(std::move(record), random);
    default: return record.text();
  }
}

}  // namespace

std::string_view to_string(DirtyKind kind) { return row_of(kind).name; }
Fate fate_of(DirtyKind kind) { return row_of(kind).fate; }

std::optional<RejectReason> reason_of(DirtyKind kind) {
  if (fate_of(kind) != Fate::kQuarantined) return std::nullopt;
  return row_of(kind).reason;
}

DirtyKind dirty_kind(std::uint64_t index) {
  if (index % kTooLongEvery == kTooLongAt) return DirtyKind::kLineTooLong;
  return kRound[(index % kRoundLength * kRoundStride + 7) % kRoundLength];
}

std::string dirty_line(DirtyKind kind, const CleanEvent& event, Random random) {
  switch (kind) {
    case DirtyKind::kDuplicateExact:
    case DirtyKind::kDuplicateOtherHour:
    case DirtyKind::kLate: return std::string(event.line);
    case DirtyKind::kBlankLine: return blank(&random);
    case DirtyKind::kCrlf: return std::string(event.line.substr(0, event.line.size() - 1)) + "\r\n";
    default: return line_without_end(kind, event, &random) + "\n";
  }
}

}  // namespace clicklake::synthetic
