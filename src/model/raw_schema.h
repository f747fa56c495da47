#pragma once
/// The raw table's fields and the reasons why a record is refused.
///
/// Place: ingest and transform validate against it; quarantine files and reports carry the reasons'
/// names. Source: clickstream_raw.click_events_raw in docs/design.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace clicklake {

enum class RawField : std::uint8_t {
  kUserId,
  kSessionId,
  kEventType,
  kEventTimestamp,
  kDeviceType,
  kPageUrl,
  kReferrerUrl,
  kMetadata,
  kEventId,
};
inline constexpr std::size_t kRawFieldCount = 9;

/// Field names by RawField: "user_id", ...
inline constexpr std::array<std::string_view, kRawFieldCount> kRawFieldNames{
    "user_id",  "session_id",   "event_type", "event_timestamp", "device_type",
    "page_url", "referrer_url", "metadata",   "event_id"};

inline constexpr std::string_view to_string(RawField field) {
  return kRawFieldNames[static_cast<std::size_t>(field)];
}

/// The field of that name in any ASCII letter case.
std::optional<RawField> find_raw_field(std::string_view name);

/// Why a record is in quarantine.
enum class RejectReason : std::uint8_t {
  kInvalidJson,
  kNotObject,
  kTruncated,
  kTrailingContent,
  kInvalidUtf8,
  kLoneSurrogate,
  kMissingTimestamp,
  kBadTimestamp,
  kMissingEventType,
  kNoIdentity,
  kNotAString,
  kBadMetadata,
  kLineTooLong,
  kTooDeep,
  kKeyCollision,
};
inline constexpr std::size_t kRejectReasonCount = 15;

/// The code in reports and quarantine files: "invalid_json", "not_object", "truncated",
/// "trailing_content", "invalid_utf8", "lone_surrogate", "missing_timestamp", "bad_timestamp",
/// "missing_event_type", "no_identity", "not_a_string", "bad_metadata", "line_too_long",
/// "too_deep", "key_collision".
std::string_view to_string(RejectReason reason);

/// What it means and what to do about it, one sentence.
std::string_view explain(RejectReason reason);

}  // namespace clicklake
