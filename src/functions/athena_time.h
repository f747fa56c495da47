#pragma once
/// Athena's date formats: MySQL's specifiers, and ISO 8601.
///
/// Place: behind the SQL functions date_parse, date_format, from_iso8601_timestamp and
/// from_iso8601_date (athena_functions.h).
/// Invariant: texts and times are those of Joda-Time, which Trino asks: numbers may have fewer
/// digits than they are printed with, what a text does not say is 1970-01-01 00:00 (with a month or
/// day but no year: the year 2000), and anything finer than a millisecond is cut off when read and
/// rounded when printed.
/// Thread safety: pure functions.
/// Source: Trino's DateTimeFunctions.createDateTimeFormatter; Joda-Time's DateTimeParserBucket and
/// ISODateTimeFormat.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// A format, cut at its specifiers. `%T` and `%r` are already several.
struct DateFormat {
  struct Part {
    char specifier = 0;  ///< a, b, c, d, e, f, H, I, i, j, k, l, M, m, p, S, v, x, W, Y, y; 0: text
    std::string text{};  ///< to be met, or printed, as it is
  };
  std::vector<Part> parts;
};

/// Errors: kInvalidArgument, %D, %U, %u, %V, %w or %X, which Trino refuses too.
Result<DateFormat> parse_date_format(std::string_view format);

/// Microseconds since 1970 of `text`, a multiple of 1000. Errors: kInvalidArgument, the text is not
/// of the format, or there is no such day.
Result<std::int64_t> read_date(std::string_view text, const DateFormat& format);

/// `micros` since 1970, printed.
std::string print_date(std::int64_t micros, const DateFormat& format);

/// `2024-11-01T05:06:07.5+01:00`, `2024-W44-5`, `2024-306T05`, `T05:06` as
/// `2024-11-01 05:06:07.500+01:00`, without an offset where none is written. Errors:
/// kInvalidArgument, something else.
Result<std::string> normal_iso8601(std::string_view text);

/// The days since 1970 of an ISO 8601 date without a time.
Result<std::int32_t> read_iso8601_date(std::string_view text);

}  // namespace clicklake
