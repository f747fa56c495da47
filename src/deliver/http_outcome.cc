#include "deliver/http_outcome.h"

#include <algorithm>

#include "base/utf8.h"
#include "deliver/retry.h"

namespace clicklake {

std::string body_excerpt(std::string_view body) {
  std::string text(body.substr(0, 200));
  text.resize(std::min(find_invalid_utf8(text), text.size()));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

Outcome failure_outcome(const HttpResponse& response) {
  return Outcome::retry(
      response.failure == HttpResponse::Failure::kTimeout ? "TIMEOUT" : "CONNECTION_FAILURE",
      response.error);
}

Outcome http_outcome(const HttpResponse& response, std::int64_t now_us) {
  if (response.failure != HttpResponse::Failure::kNone) return failure_outcome(response);
  const int status = response.status;
  if (status >= 200 && status < 300) return Outcome::delivered();
  std::string message = "HTTP " + std::to_string(status);
  const std::string excerpt = body_excerpt(response.body);
  if (!excerpt.empty()) message += ": " + excerpt;
  if (status >= 300 && status < 400) {
    return Outcome::refused("ERROR_FROM_TARGET",
                            message + " (redirects are not followed: give the address itself)");
  }
  const bool again = status >= 500 || status == 401 || status == 407 || status == 408 ||
                     status == 409 || status == 425 || status == 429;
  const char* code = status == 401 || status == 403 || status == 407 ? "NO_PERMISSIONS"
                     : status == 404 || status == 410                ? "NO_RESOURCE"
                     : status == 429                                 ? "THROTTLING"
                     : status == 408                                 ? "TIMEOUT"
                     : status >= 500 || status == 409 || status == 425 || status < 200
                         ? "ERROR_FROM_TARGET"
                         : "INVALID_PARAMETER";
  if (!again) return Outcome::refused(code, std::move(message));
  Outcome outcome = Outcome::retry(code, std::move(message));
  outcome.target_failed = status != 409 && status != 425;
  if (const auto wish = retry_after_us(response.header("retry-after"), now_us)) {
    outcome.retry_after_us = *wish;
  }
  return outcome;
}

}  // namespace clicklake
