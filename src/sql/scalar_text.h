#pragma once
/// Texts of DuckDB's scalar values that have no short way to them in its C API.
///
/// Place: value_text. Thread safety: pure functions.
/// Source: DuckDB 1.5.5's casts to VARCHAR, whose spelling they follow.

#include <cstdint>
#include <string>

namespace clicklake {

/// Appends `value / 10^scale` with `scale` digits after the point. `high` and `low` make a signed
/// 128-bit integer.
void append_decimal(std::string& out, std::int64_t high, std::uint64_t low, int scale);
void append_unsigned_128(std::string& out, std::uint64_t high, std::uint64_t low);
/// A short text that reads back as the same number, whole ones below 1e16 with all digits: "0.1",
/// "1.0", "1e+20", "nan", "inf", "-inf".
void append_double(std::string& out, double value);
void append_float(std::string& out, float value);

/// "2024-11-04", "infinity", "-infinity", "0044-03-15 (BC)".
void append_date(std::string& out, std::int32_t days);
/// "15:00:00.123456", `units_per_second` a power of ten; no fraction when it is zero.
void append_time(std::string& out, std::int64_t units, std::int64_t units_per_second);
/// Date, `separator`, time, and then `zone`; "infinity" and "-infinity" without.
void append_timestamp(std::string& out, std::int64_t units, std::int64_t units_per_second,
                      char separator, const char* zone);
/// "1 year 2 months 3 days 04:05:06.000007".
void append_interval(std::string& out, std::int32_t months, std::int32_t days, std::int64_t micros);
/// "15:00:00+02", of DuckDB's packed bits.
void append_time_tz(std::string& out, std::uint64_t bits);
/// Of DuckDB's HUGEINT form, whose top bit is flipped.
void append_uuid(std::string& out, std::int64_t high, std::uint64_t low);

}  // namespace clicklake
