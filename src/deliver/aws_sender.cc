/// Targets that are AWS's: batches, signed with this machine's credentials.

#include <algorithm>
#include <memory>

#include "base/fault_point.h"
#include "deliver/aws_api.h"
#include "deliver/sender.h"

namespace clicklake {
namespace {

class AwsSender final : public Sender {
 public:
  AwsSender(const RuleTarget& target, const SenderContext& context, HttpClient* http)
      : context_(context), http_(http), api_(make_aws_api(target)), timeout_ms_(target.timeout_ms) {
    const Arn arn = parse_arn(target.arn).value_or(Arn());
    region_ = arn.region;
    endpoint_ = aws_endpoint(api_->service(), region_, arn.partition, context.environment);
  }

  std::size_t batch() const override { return api_->batch(); }
  int concurrency() const override { return static_cast<int>(api_->batch()) * 8; }
  bool ready() override { return context_.credentials->get(context_.now_us()).has_value(); }
  std::string trouble() const override { return context_.credentials->trouble(); }

  void send(std::vector<Delivery> batch, SendDone done) override {
    auto all = std::make_shared<Batch>();
    all->deliveries = std::move(batch);
    all->outcomes.resize(all->deliveries.size());
    all->done = std::move(done);
    // As many requests as the service's limit of bytes asks for.
    std::vector<std::pair<std::size_t, std::size_t>> parts;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < all->deliveries.size(); ++i) {
      const std::size_t size = all->deliveries[i].payload.size();
      if (parts.empty() || bytes + size > api_->batch_bytes()) {
        parts.emplace_back(i, 0);
        bytes = 0;
      }
      bytes += size;
      ++parts.back().second;
    }
    all->open = parts.size();
    for (const auto& [first, count] : parts) send_part(all, first, count);
  }

 private:
  struct Batch {
    std::vector<Delivery> deliveries;
    std::vector<Outcome> outcomes;
    std::size_t open = 0;
    SendDone done;

    void take(std::size_t first, std::vector<Outcome> part) {
      std::move(part.begin(), part.end(), outcomes.begin() + static_cast<std::ptrdiff_t>(first));
      if (--open == 0) done(std::move(outcomes));
    }
  };

  void send_part(const std::shared_ptr<Batch>& all, std::size_t first, std::size_t count) {
    const std::int64_t now = context_.now_us();
    const auto credentials = context_.credentials->get(now);
    if (!credentials) {
      all->take(first, std::vector<Outcome>(
                           count, Outcome::retry("NO_PERMISSIONS", "the credentials have ended")));
      return;
    }
    HttpRequest request =
        api_->request(std::span(all->deliveries).subspan(first, count), endpoint_);
    request.timeout_ms = timeout_ms_;
    sign_aws_request(&request, *credentials, region_, api_->service(), now);
    fault_point("target.send");
    http_->start(std::move(request), [all, first, count, api = api_,
                                      context = context_](const HttpResponse& response) {
      fault_point("target.sent");
      if (response.failure == HttpResponse::Failure::kNone && response.status >= 200 &&
          response.status < 300) {
        all->take(first, api->outcomes(std::span(all->deliveries).subspan(first, count), response));
        return;
      }
      const Outcome outcome = aws_error_answer(response, context.now_us());
      if (is_credential_error(outcome.message)) context.credentials->drop();
      all->take(first, std::vector<Outcome>(count, outcome));
    });
  }

  SenderContext context_;
  HttpClient* http_;
  std::shared_ptr<const AwsApi> api_;
  std::int64_t timeout_ms_;
  std::string region_;
  std::string endpoint_;
};

}  // namespace

Result<std::unique_ptr<Sender>> make_aws_sender(const RuleTarget& target,
                                                const SenderContext& context) {
  ASSIGN_OR_RETURN(HttpClient * http, context.loop->http());
  return std::unique_ptr<Sender>(std::make_unique<AwsSender>(target, context, http));
}

}  // namespace clicklake
