#pragma once
/// The kinds of lines that `--dirty` adds, and how each is made of a clean one.
///
/// Place: hour_file.cc strews them between the clean lines; truth.h counts what they come to.
/// Invariant: what becomes of a line (accepted, duplicate, blank, or quarantined with one reason)
/// follows from its kind alone. Thread safety: pure functions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "generate/random.h"
#include "model/raw_schema.h"

namespace clicklake::synthetic {

enum class DirtyKind : std::uint8_t {
  // The same event again.
  kDuplicateExact,
  kDuplicateKeyOrder,
  kDuplicateSpaces,
  kDuplicateEscapes,
  kDuplicateOffset,  ///< `+00:00`, `+02:00`, a space for `T`, ... for the same time
  kDuplicateEpochMs,
  kDuplicateEpochUs,
  kDuplicateOtherHour,  ///< delivered again into a later hour's file
  // Accepted, and seen once.
  kLate,  ///< lies in a later hour's file than its event_timestamp
  kCrlf,
  kUnknownKeys,
  kUpperCaseKeys,
  kDuplicateKeys,
  kScalarForString,
  kTimestampSpelling,
  kTextEscapes,
  kNullFields,
  kUntypedPrice,
  kPaddedLine,
  // Counted, not quarantined.
  kBlankLine,
  // Quarantined.
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
};
inline constexpr std::size_t kDirtyKindCount = 34;

enum class Fate : std::uint8_t { kAccepted, kDuplicate, kBlank, kQuarantined };

/// "duplicate_exact", "late", "invalid_json", ...
std::string_view to_string(DirtyKind kind);
Fate fate_of(DirtyKind kind);
/// Set exactly where fate_of is kQuarantined.
std::optional<RejectReason> reason_of(DirtyKind kind);

/// The kind of dirty line number `index` of a clickstream. Any 61 in a row hold every kind but
/// line_too_long, which is number 17 of each 5000.
DirtyKind dirty_kind(std::uint64_t index);

/// A clean event that a dirty line is made of.
struct CleanEvent {
  std::string_view line;  ///< as ClickText writes it
  std::int64_t at_us;     ///< its event_timestamp, in 1973 or later
  std::uint64_t uid;      ///< unlike any other event's
};

/// The dirty line, line end included.
std::string dirty_line(DirtyKind kind, const CleanEvent& event, Random random);

}  // namespace clicklake::synthetic
