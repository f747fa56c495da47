#pragma once
/// The requests of AWS's APIs that deliver, and what their answers mean.
///
/// Place: under the AWS sender; one class a service. Invariant: an answer gives one outcome a
///   delivery, whatever it holds.
/// Thread safety: thread-compatible.
/// Source: service models of SNS 2010-03-31 (query), SQS (JSON 1.0), Lambda 2015-03-31 (REST),
///   EventBridge (JSON 1.1), Firehose 2015-08-04 (JSON 1.1).

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "deliver/delivery.h"
#include "net/http_client.h"
#include "rules/arn.h"
#include "rules/rule_document.h"

namespace clicklake {

class AwsApi {
 public:
  virtual ~AwsApi() = default;
  /// As in the signature's scope and the endpoint.
  virtual std::string_view service() const = 0;
  virtual std::size_t batch() const = 0;
  /// Of all payloads of one request.
  virtual std::size_t batch_bytes() const = 0;
  /// Everything but the signature. `endpoint` has no '/' at its end.
  virtual HttpRequest request(std::span<const Delivery> batch,
                              const std::string& endpoint) const = 0;
  /// Of an answer with a status of 2xx.
  virtual std::vector<Outcome> outcomes(std::span<const Delivery> batch,
                                        const HttpResponse& response) const = 0;
};

/// The API of the target's kind; its ARN was checked.
std::unique_ptr<AwsApi> make_aws_api(const RuleTarget& target);

/// What an error of that code and status means; `message` is for people.
Outcome aws_error(std::string_view code, std::string_view message, int status);
/// Of an answer that is no 2xx, for all of its deliveries.
Outcome aws_error_answer(const HttpResponse& response, std::int64_t now_us);
/// Whether the code says that the credentials, not the target, are bad.
bool is_credential_error(std::string_view code);

/// The text of element `tag` in `xml` from `from` on, unescaped; "" where there is none.
std::string xml_text(std::string_view xml, std::string_view tag);

}  // namespace clicklake
