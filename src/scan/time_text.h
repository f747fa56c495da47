#pragma once
/// Dates and times as text, read as Hive's and Trino's readers do: leniently, over the whole
/// calendar.
///
/// Place: under the cell readers. Invariant: microseconds since 1970 within what a TIMESTAMP holds;
/// a fraction is cut there. Thread safety: values.
/// Source: java.time.format.DateTimeFormatter and its patterns, resolver style LENIENT: fields out
/// of range move into the next larger one ("2024-13-01" is 2025-01-01); docs/formats/serdes.md.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/time.h"

namespace clicklake {

/// Days since 1970 of `year-month-day`, anything behind a blank dropped.
std::optional<std::int32_t> read_hive_date(std::string_view text);

/// `Y-M-D[ H:M:S[.fraction]]` or `Y-M-DTH:M[:S[.fraction]]`, blanks around it.
std::optional<std::int64_t> read_hive_timestamp(std::string_view text);

/// The same in ISO's form with `Z`, `+HHMM` or `+HH:MM` behind it, as that instant in UTC.
std::optional<std::int64_t> read_zoned_timestamp(std::string_view text);

/// What the openx SerDe takes for a timestamp: the two above where there is a ':', else a decimal
/// of seconds, or a whole number: of 13 characters or more milliseconds, of less seconds.
std::optional<std::int64_t> read_openx_timestamp(std::string_view text);

/// A pattern of DateTimeFormatter, or `millis`. Fields that it lacks are those of
/// 1970-01-01T00:00:00Z.
class TimePattern {
 public:
  /// Letters that are known: y u M L d D H k h K a m s S n A E z Z X x O V. Errors:
  /// kInvalidArgument, another letter or an open quote.
  static Result<TimePattern> parse(std::string_view pattern);

  /// Microseconds since 1970; nothing where the whole of `text` is not as the pattern says.
  std::optional<std::int64_t> read(std::string_view text) const;

 private:
  struct Piece {
    char letter;  ///< 0: literal text
    int count;
    bool bounded;  ///< another number follows at once: exactly `count` digits
    std::string literal;
  };
  std::vector<Piece> pieces_;
  bool millis_ = false;
};

}  // namespace clicklake
