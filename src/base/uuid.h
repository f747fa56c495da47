#pragma once
/// Time-ordered unique names (UUID version 7).
///
/// Place: batch ids and file names. Invariant: names made later by one machine sort later (to the
/// millisecond). Source: RFC 9562, section 5.7.

#include <cstdint>
#include <string>

namespace clicklake {

/// A UUIDv7 of `unix_ms` and 74 random bits from the kernel, as 36 lower-case characters.
std::string make_uuid7(std::int64_t unix_ms);

}  // namespace clicklake
