#pragma once
/// Sizes as people write them: "128 MB", "1GiB", "64k".
///
/// Place: options and reports. Source: SI prefixes are powers of 1000, IEC ones (KiB, MiB, GiB,
/// TiB) of 1024.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake {

/// Bytes of `text`: digits with an optional fraction, an optional blank, and an optional unit
/// (B, k, kB, KB, M, MB, G, GB, T, TB, KiB, MiB, GiB, TiB; case does not matter). Errors:
/// kInvalidArgument.
Result<std::uint64_t> parse_byte_size(std::string_view text);

/// "937.2 MB": at most four digits and an SI unit.
std::string format_byte_size(std::uint64_t bytes);

}  // namespace clicklake
