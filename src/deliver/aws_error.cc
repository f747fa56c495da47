#include <algorithm>

#include "base/json_value.h"
#include "deliver/aws_api.h"
#include "deliver/http_outcome.h"
#include "deliver/retry.h"

namespace clicklake {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// "com.amazonaws.sqs#QueueDoesNotExist", "Throttling:http://..." -> the name alone.
std::string_view bare_code(std::string_view code) {
  if (const std::size_t hash = code.rfind('#'); hash != std::string_view::npos) {
    code.remove_prefix(hash + 1);
  }
  return code.substr(0, code.find_first_of(":;"));
}

struct Failure {
  std::string code;
  std::string message;
};

Failure failure_of(const HttpResponse& response) {
  Failure failure{std::string(bare_code(response.header("x-amzn-errortype"))), ""};
  if (const auto value = parse_json(response.body)) {
    for (const char* name : {"__type", "code", "Code"}) {
      const JsonValue* type = value->find(name);
      if (failure.code.empty() && type != nullptr) failure.code = bare_code(type->text);
    }
    for (const char* name : {"message", "Message"}) {
      const JsonValue* message = value->find(name);
      if (failure.message.empty() && message != nullptr) failure.message = message->text;
    }
  } else {
    if (failure.code.empty()) failure.code = xml_text(response.body, "Code");
    failure.message = xml_text(response.body, "Message");
  }
  if (failure.message.empty()) failure.message = body_excerpt(response.body);
  return failure;
}

}  // namespace

std::string xml_text(std::string_view xml, std::string_view tag) {
  const std::string open = "<" + std::string(tag) + ">";
  const std::size_t begin = xml.find(open);
  const std::size_t end = begin == std::string_view::npos
                              ? begin
                              : xml.find("</" + std::string(tag) + ">", begin + open.size());
  if (end == std::string_view::npos) return {};
  std::string text;
  std::string_view rest = xml.substr(begin + open.size(), end - begin - open.size());
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  while (!rest.empty()) {
    const auto entity = std::find_if(std::begin(kEntities), std::end(kEntities),
                                     [&](const auto& e) { return rest.starts_with(e.first); });
    const bool found = entity != std::end(kEntities);
    text.push_back(found ? entity->second : rest.front());
    rest.remove_prefix(found ? entity->first.size() : 1);
  }
  return text;
}

bool is_credential_error(std::string_view code) {
  return has(code, "ExpiredToken") || has(code, "InvalidClientTokenId") ||
         has(code, "UnrecognizedClient") || has(code, "InvalidAccessKeyId") ||
         has(code, "SignatureDoesNotMatch") || has(code, "InvalidSignature") ||
         has(code, "IncompleteSignature") || has(code, "MissingAuthenticationToken") ||
         has(code, "RequestExpired") || has(code, "InvalidToken");
}

Outcome aws_error(std::string_view code, std::string_view message, int status) {
  std::string text(code);
  if (text.empty()) text = "HTTP " + std::to_string(status);
  if (!message.empty()) text += ": " + std::string(message);
  // Keys can be mended here, and the delivery is as good as before.
  if (is_credential_error(code)) return Outcome::retry("NO_PERMISSIONS", std::move(text));
  if (has(code, "Throttl") || has(code, "TooManyRequests") || has(code, "RequestLimitExceeded") ||
      has(code, "OverLimit") || has(code, "ProvisionedThroughput") || status == 429) {
    return Outcome::retry("THROTTLING", std::move(text));
  }
  if (has(code, "AccessDenied") || has(code, "AuthorizationError") || has(code, "NotAuthorized") ||
      has(code, "OptInRequired")) {
    return Outcome::refused("NO_PERMISSIONS", std::move(text));
  }
  if (has(code, "NotFound") || has(code, "DoesNotExist") || has(code, "NonExistent") ||
      has(code, "InvalidAddress")) {
    return Outcome::refused("NO_RESOURCE", std::move(text));
  }
  if (status >= 500 || has(code, "ServiceUnavailable") || has(code, "InternalFailure") ||
      has(code, "InternalError") || has(code, "InternalException") || has(code, "RequestTimeout") ||
      has(code, "ResourceNotReady") || has(code, "ResourceConflict") || has(code, "Unavailable")) {
    return Outcome::retry("ERROR_FROM_TARGET", std::move(text));
  }
  const bool malformed = has(code, "Malformed") || has(code, "InvalidRequestContent");
  return Outcome::refused(malformed ? "INVALID_JSON" : "INVALID_PARAMETER", std::move(text));
}

Outcome aws_error_answer(const HttpResponse& response, std::int64_t now_us) {
  if (response.failure != HttpResponse::Failure::kNone) return failure_outcome(response);
  const Failure failure = failure_of(response);
  Outcome outcome = aws_error(failure.code, failure.message, response.status);
  if (outcome.kind == Outcome::Kind::kRetry) {
    if (const auto wish = retry_after_us(response.header("retry-after"), now_us)) {
      outcome.retry_after_us = *wish;
    }
  }
  return outcome;
}

}  // namespace clicklake
