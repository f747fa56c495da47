#pragma once
/// One value of a column: a partition's, or a bound.
///
/// Place: partition tuples of manifests, bounds of data files and of manifests.
/// Invariant: decode(encode(v)) == v. Thread safety: pure functions.
/// Source: Iceberg table spec v2, appendix D "Single-value serialization".

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "iceberg/schema.h"

namespace clicklake::iceberg {

/// Nothing: null. A boolean: bool. int, long, date (days), time, timestamp (UTC microseconds): the
/// integer. float, double: the double. string, binary, fixed, uuid: the bytes. decimal: its
/// unscaled value, two's complement, most significant byte first, as short as it can be.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

inline bool is_null(const Value& value) { return value.index() == 0; }

/// Whether `value` is null or what a column of `type` holds.
bool fits(const Value& value, const PrimitiveType& type);

/// The bytes of a value that fits and is not null.
std::string encode_single_value(const Value& value, const PrimitiveType& type);
/// A long is read from 4 bytes too, a double from 4: columns may have been promoted since. Errors:
/// kInvalidData, the number of bytes is not the type's.
Result<Value> decode_single_value(std::string_view bytes, const PrimitiveType& type);

/// Whether `a` comes before `b`; both fit `type`, neither is null nor NaN.
bool less(const Value& a, const Value& b, const PrimitiveType& type);

/// Two's complement, most significant byte first, without bytes that only repeat the sign.
std::string decimal_bytes(std::int64_t unscaled);
/// The same value in exactly `length` bytes. Requires that it fits.
std::string widen_decimal(std::string_view bytes, std::size_t length);
std::string_view shorten_decimal(std::string_view bytes);
/// Bytes that an unscaled value of `precision` digits may need.
std::size_t decimal_length(int precision);

}  // namespace clicklake::iceberg
