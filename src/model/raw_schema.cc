#include "model/raw_schema.h"

namespace clicklake {

std::optional<RawField> find_raw_field(std::string_view name) {
  for (std::size_t i = 0; i < kRawFieldCount; ++i) {
    const std::string_view known = kRawFieldNames[i];
    if (known.size() != name.size()) continue;
    bool equal = true;
    for (std::size_t j = 0; j < name.size() && equal; ++j) {
      const char c = name[j];
      equal = (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) == known[j];
    }
    if (equal) return static_cast<RawField>(i);
  }
  return std::nullopt;
}

std::string_view to_string(RejectReason reason) {
  switch (reason) {
    case RejectReason::kInvalidJson: return "invalid_json";
    case RejectReason::kNotObject: return "not_object";
    case RejectReason::kTruncated: return "truncated";
    case RejectReason::kTrailingContent: return "trailing_content";
    case RejectReason::kInvalidUtf8: return "invalid_utf8";
    case RejectReason::kLoneSurrogate: return "lone_surrogate";
    case RejectReason::kMissingTimestamp: return "missing_timestamp";
    case RejectReason::kBadTimestamp: return "bad_timestamp";
    case RejectReason::kMissingEventType: return "missing_event_type";
    case RejectReason::kNoIdentity: return "no_identity";
    case RejectReason::kNotAString: return "not_a_string";
    case RejectReason::kBadMetadata: return "bad_metadata";
    case RejectReason::kLineTooLong: return "line_too_long";
    case RejectReason::kTooDeep: return "too_deep";
    case RejectReason::kKeyCollision: return "key_collision";
  }
  return "unknown";
}

std::string_view explain(RejectReason reason) {
  switch (reason) {
    case RejectReason::kInvalidJson:
      return "the line is not JSON: mend its syntax at the position given";
    case RejectReason::kNotObject:
      return "the line is JSON but not an object: an event is one {...} a line";
    case RejectReason::kTruncated:
      return "the line ends inside the object: write whole lines, or send the rest again";
    case RejectReason::kTrailingContent:
      return "something stands behind the object: one event a line";
    case RejectReason::kInvalidUtf8:
      return "the bytes are not UTF-8: encode the text before it is written";
    case RejectReason::kLoneSurrogate:
      return "a \\u escape is half of a surrogate pair: write both halves, or the character itself";
    case RejectReason::kMissingTimestamp: return "event_timestamp is missing or null";
    case RejectReason::kBadTimestamp:
      return "event_timestamp is no ISO 8601 or epoch time of the years 1970 to 2100: give an "
             "offset such as +02:00 or Z, no zone name";
    case RejectReason::kMissingEventType: return "event_type is missing, null or empty";
    case RejectReason::kNoIdentity:
      return "neither user_id nor session_id is there: one of them is needed";
    case RejectReason::kNotAString: return "an object or array stands where text is declared";
    case RejectReason::kBadMetadata: return "metadata is neither an object nor null";
    case RejectReason::kLineTooLong:
      return "the line is longer than max_line_bytes: raise it in clicklake.toml, or split the "
             "event";
    case RejectReason::kTooDeep: return "the value is nested deeper than 64 levels";
    case RejectReason::kKeyCollision:
      return "another natural key has the same surrogate key already";
  }
  return "";
}

}  // namespace clicklake
