// Any bytes as a line: the parser says what the plainest reading of the same line says, whichever
// lines it has read before, says it twice, whatever lies behind the line, and an accepted line
// written anew is the same record.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/line_index.h"
#include "format/line_reader.h"
#include "format/record_parser.h"
#include "model/raw_schema.h"
#include "model/record.h"
#include "model/time.h"
#include "slow_json.h"

namespace clicklake::fuzz {
namespace {

/// A parser's answer as owned text; nothing for a null or missing value.
struct Answer {
  ParseOutcome outcome = ParseOutcome::kBlank;
  std::string reason;
  std::string field;
  std::uint64_t position = 0;
  std::vector<std::optional<std::string>> fields;
  std::map<std::string, std::optional<std::string>> metadata;
  std::int64_t timestamp_us = 0;
  bool operator==(const Answer&) const = default;
};

std::optional<std::string> owned(std::string_view text) {
  if (text.data() == nullptr) return std::nullopt;
  return std::string(text);
}

Answer owned(RecordParser* parser, ParseOutcome outcome, const Record& record,
             std::string_view line);

/// Parses `line` as the second of a block whose first line taught the parser, by the block's index.
Answer ask_indexed(std::string_view taught, std::string_view line) {
  const std::size_t size = taught.size() + 1 + line.size() + 1;
  const auto buffer = std::make_unique<char[]>(size + kLinePadding);
  std::memset(buffer.get(), '"', size + kLinePadding);
  taught.copy(buffer.get(), taught.size());
  buffer[taught.size()] = '\n';
  line.copy(buffer.get() + taught.size() + 1, line.size());
  buffer[size - 1] = '\n';
  RecordParser parser;
  LineIndex index;
  parser.use_index(&index);
  index.take_block(buffer.get(), size);
  Record record;
  std::string_view read;
  parser.parse_next(buffer.get(), &read, &record);
  require(read == taught);
  const ParseOutcome outcome = parser.parse_next(read.data() + read.size() + 1, &read, &record);
  require(read == line);
  return owned(&parser, outcome, record, line);
}

/// Parses `line` from a buffer of just its size, whose bytes behind the line end are `behind`.
Answer ask(RecordParser* parser, std::string_view line, char behind) {
  const std::size_t size = line.size() + kLinePadding;
  const auto buffer = std::make_unique<char[]>(size);
  std::memset(buffer.get(), behind, size);
  line.copy(buffer.get(), line.size());
  buffer[line.size()] = '\n';
  Record record;
  const ParseOutcome outcome = parser->parse({buffer.get(), line.size()}, &record);
  return owned(parser, outcome, record, line);
}

Answer owned(RecordParser* parser, ParseOutcome outcome, const Record& record,
             std::string_view line) {
  Answer answer;
  answer.outcome = outcome;
  if (answer.outcome == ParseOutcome::kRejected) {
    const Rejection& rejection = parser->rejection();
    answer.reason = to_string(rejection.reason);
    answer.field = rejection.field;
    answer.position = rejection.position;
    require(rejection.position <= line.size());
  }
  if (answer.outcome != ParseOutcome::kRecord) return answer;
  for (const std::string_view field : record.fields) answer.fields.push_back(owned(field));
  answer.timestamp_us = record.timestamp_us;
  for (std::size_t i = 0; i < record.metadata.size(); ++i) {
    const MetadataEntry& entry = record.metadata[i];
    require(i == 0 || record.metadata[i - 1].key < entry.key);
    answer.metadata[std::string(entry.key)] = owned(entry.value);
  }
  return answer;
}

std::optional<std::string> text_of(const JsonValue& value) {
  if (value.kind == JsonValue::kNull) return std::nullopt;
  return value.kind == JsonValue::kText ? value.text : compact(value);
}

Answer refused(RejectReason reason, std::optional<RawField> field = std::nullopt) {
  Answer answer;
  answer.outcome = ParseOutcome::kRejected;
  answer.reason = to_string(reason);
  if (field) answer.field = to_string(*field);
  return answer;
}

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

/// Whether the object is an event; see docs/formats/raw.md for the order of the reasons.
Answer judge(const JsonValue& object) {
  std::map<std::string, JsonValue> known;
  Answer answer;
  answer.outcome = ParseOutcome::kRecord;
  for (const auto& [name, value] : object.members) {
    const std::string lower = lower_case(name);
    const auto* const end = kRawFieldNames.end();
    if (std::find(kRawFieldNames.begin(), end, lower) != end) {
      known[lower] = value;
    } else {
      answer.metadata[name] = text_of(value);
    }
  }
  const auto is_container = [](const JsonValue& value) {
    return value.kind == JsonValue::kArray || value.kind == JsonValue::kObject;
  };
  for (const RawField field :
       {RawField::kUserId, RawField::kSessionId, RawField::kEventType, RawField::kDeviceType,
        RawField::kPageUrl, RawField::kReferrerUrl, RawField::kEventId}) {
    if (is_container(known[std::string(to_string(field))])) {
      return refused(RejectReason::kNotAString, field);
    }
  }
  const JsonValue& metadata = known["metadata"];
  if (metadata.kind != JsonValue::kObject && metadata.kind != JsonValue::kNull) {
    return refused(RejectReason::kBadMetadata, RawField::kMetadata);
  }
  for (const auto& [name, value] : metadata.members) answer.metadata[name] = text_of(value);

  const JsonValue& time = known["event_timestamp"];
  if (time.kind == JsonValue::kNull) {
    return refused(RejectReason::kMissingTimestamp, RawField::kEventTimestamp);
  }
  std::optional<std::int64_t> us;
  if (time.kind == JsonValue::kText) us = parse_timestamp(time.text);
  if (time.kind == JsonValue::kNumber) us = parse_epoch(time.text);
  if (!us) return refused(RejectReason::kBadTimestamp, RawField::kEventTimestamp);
  answer.timestamp_us = *us;

  known.erase("metadata");
  known.erase("event_timestamp");
  for (const std::string_view name : kRawFieldNames) {
    answer.fields.push_back(text_of(known[std::string(name)]));
  }
  const auto is_empty = [&](RawField field) {
    return answer.fields[static_cast<std::size_t>(field)].value_or("").empty();
  };
  if (is_empty(RawField::kEventType)) {
    return refused(RejectReason::kMissingEventType, RawField::kEventType);
  }
  if (is_empty(RawField::kUserId) && is_empty(RawField::kSessionId)) {
    return refused(RejectReason::kNoIdentity, RawField::kUserId);
  }
  return answer;
}

/// What the line is by the plainest reading.
Answer plainly(std::string_view line) {
  const std::size_t mark = line.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const std::size_t begin = skip_blanks(line, mark);
  if (begin == line.size()) return {};
  const bool is_object = line[begin] == '{';
  const JsonReading reading = read_json(line, begin);
  if (reading.outcome == JsonReading::kTooDeep) return refused(RejectReason::kTooDeep);
  const bool whole = reading.outcome == JsonReading::kValue;

  // The line was cut where all of it could be the beginning of an object.
  const std::string_view text = line.substr(0, line.size() - (line.ends_with('\r') ? 1 : 0));
  const bool cut = is_object && !whole && reading.end >= text.size();
  const std::size_t valid = utf8_until(line);
  if (valid < line.size() && !(cut && is_begun_character(text.substr(valid)))) {
    return refused(RejectReason::kInvalidUtf8);
  }
  if (cut) return refused(RejectReason::kTruncated);
  if (!whole) return refused(RejectReason::kInvalidJson);
  if (skip_blanks(line, reading.end) != line.size()) {
    return refused(is_object ? RejectReason::kTrailingContent : RejectReason::kInvalidJson);
  }
  if (!is_object) return refused(RejectReason::kNotObject);
  if (reading.lone_surrogate) return refused(RejectReason::kLoneSurrogate);
  return judge(reading.value);
}

/// The record as the shortest line that says the same.
std::string line_of(const Answer& answer) {
  std::string line = R"({"event_timestamp":")" + format_timestamp(answer.timestamp_us) + '"';
  const auto add = [&](std::string_view name, const std::optional<std::string>& value) {
    append_quoted(name, &line);
    line += ':';
    if (value) {
      append_quoted(*value, &line);
    } else {
      line += "null";
    }
  };
  for (std::size_t i = 0; i < kRawFieldCount; ++i) {
    const auto field = static_cast<RawField>(i);
    if (field == RawField::kMetadata || field == RawField::kEventTimestamp) continue;
    line += ',';
    add(to_string(field), answer.fields[i]);
  }
  line += ",\"metadata\":{";
  bool first = true;
  for (const auto& [key, value] : answer.metadata) {
    if (!first) line += ',';
    first = false;
    add(key, value);
  }
  return line + "}}";
}

}  // namespace
}  // namespace clicklake::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace clicklake;
  using namespace clicklake::fuzz;
  // Of several lines the first only teaches the parser a shape, which the rest may nearly follow.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t first_end = text.find('\n');
  RecordParser used;
  std::string line(text);
  if (first_end != std::string_view::npos) {
    ask(&used, text.substr(0, first_end), ' ');
    line = text.substr(first_end + 1);
    std::replace(line.begin(), line.end(), '\n', ' ');  // a line holds none
  }
  RecordParser fresh;
  const Answer answer = ask(&fresh, line, '"');
  if (first_end != std::string_view::npos)
    require(ask_indexed(text.substr(0, first_end), line) == answer);
  require(ask_indexed(line, line) == answer);
  for (const char behind : {'}', '0', '\x80'}) require(ask(&used, line, behind) == answer);

  Answer expected = plainly(line);
  expected.position = answer.position;
  require(answer == expected);
  if (answer.outcome != ParseOutcome::kRecord) return 0;
  require(ask(&used, line_of(answer), ' ') == answer);
  return 0;
}
