#pragma once
/// How long to wait before the next attempt.
///
/// Place: a lane asks after each failure. Thread safety: pure functions.
/// Source: M. Brooker, "Exponential Backoff And Jitter" (full jitter); RFC 9110, 10.2.3
///   (Retry-After).

#include <cstdint>
#include <optional>
#include <string_view>

#include "rules/rule_document.h"

namespace clicklake {

/// The pause after attempt `attempt` (0: the first) failed: from 0 to backoff * 2^attempt, at most
/// maximum_backoff; `random` is uniform in [0, 1). Microseconds. With the defaults, 185 attempts
/// take about 23 hours.
std::int64_t backoff_us(const RetryPolicy& policy, int attempt, double random);

/// A Retry-After of seconds or an HTTP date, as a length of time from `now_us`; nothing where it is
/// neither, 0 where the date has passed.
std::optional<std::int64_t> retry_after_us(std::string_view header, std::int64_t now_us);

}  // namespace clicklake
