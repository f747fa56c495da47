#pragma once
/// How a delivery to a webhook is signed, so that its receiver can tell it from anybody else's.
///
/// Place: the webhook sender; tests and receivers check with it.
/// Thread safety: pure functions.
/// Source: Standard Webhooks 1.0, "Signature scheme" (symmetric): headers webhook-id,
///   webhook-timestamp, webhook-signature.

#include <cstdint>
#include <string>
#include <string_view>

namespace clicklake {

/// "v1," and the base64 of HMAC-SHA256 over "<id>.<seconds>.<body>". `secret`: its bytes, or
/// "whsec_" and their base64.
std::string webhook_signature(std::string_view secret, std::string_view id,
                              std::int64_t unix_seconds, std::string_view body);

}  // namespace clicklake
