#pragma once
/// SHA-256 and HMAC-SHA256.
///
/// Place: signatures of webhooks and of requests to AWS. Not for keys of the lake: those are XXH64.
/// Thread safety: pure functions.
/// Source: FIPS 180-4; RFC 2104.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace clicklake {

using Sha256 = std::array<std::uint8_t, 32>;

/// Cost: O(n), about 4 ns a byte.
Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

/// 64 lower-case digits.
std::string hex_of(const Sha256& digest);
/// The digest's bytes, as a key or for base64.
inline std::string_view bytes_of(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace clicklake
