#pragma once
/// What an HTTP answer means for a delivery.
///
/// Place: webhooks and AWS's APIs. Thread safety: pure functions.
/// Source: EventBridge user guide, API destinations: 401, 407, 409, 429 and 5xx are tried again,
///   other 4xx are not; RFC 9110, 15.5.9 (408), RFC 8470 (425).

#include <cstdint>
#include <string>
#include <string_view>

#include "deliver/delivery.h"
#include "net/http_client.h"

namespace clicklake {

Outcome http_outcome(const HttpResponse& response, std::int64_t now_us);
/// Of a request that got no status.
Outcome failure_outcome(const HttpResponse& response);
/// The first of a body as one line, for messages.
std::string body_excerpt(std::string_view body);

}  // namespace clicklake
