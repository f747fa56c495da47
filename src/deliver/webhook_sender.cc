/// Webhooks over HTTP and HTTPS.

#include <algorithm>
#include <cctype>
#include <memory>

#include "base/base64.h"
#include "base/fault_point.h"
#include "base/json_value.h"
#include "deliver/http_outcome.h"
#include "deliver/sender.h"
#include "deliver/webhook.h"
#include "model/time.h"

namespace clicklake {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::tolower(x) == std::tolower(y);
         });
}

std::string form_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
        std::string_view("-._~").find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
      out.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
    }
  }
  return out;
}

/// A bearer token by OAuth 2.0's client credentials grant (RFC 6749, 4.4), kept until it ends.
class OauthToken {
 public:
  OauthToken(const Webhook& webhook, std::string secret, std::int64_t timeout_ms,
             const SenderContext& context)
      : auth_(webhook.auth),
        ca_file_(webhook.ca_file),
        secret_(std::move(secret)),
        timeout_ms_(timeout_ms),
        context_(context) {}

  bool valid() const { return !token_.empty() && context_.now_us() < until_us_; }
  bool fetching() const { return fetching_; }
  const std::string& text() const { return token_; }
  /// Of the last fetch; kDelivered while there was none.
  const Outcome& failure() const { return failure_; }
  void drop() { token_.clear(); }

  void fetch(HttpClient* http, const std::weak_ptr<OauthToken>& self) {
    fetching_ = true;
    HttpRequest request;
    request.url = auth_.url;
    request.body = "grant_type=client_credentials";
    if (!auth_.scope.empty()) request.body += "&scope=" + form_encoded(auth_.scope);
    request.headers = {"Content-Type: application/x-www-form-urlencoded",
                       "Accept: application/json",
                       "Authorization: Basic " +
                           to_base64(form_encoded(auth_.name) + ":" + form_encoded(secret_))};
    request.timeout_ms = timeout_ms_;
    request.ca_file = ca_file_;
    http->start(std::move(request), [self](const HttpResponse& response) {
      if (const auto token = self.lock()) token->take(response);
    });
  }

 private:
  void take(const HttpResponse& response) {
    fetching_ = false;
    token_.clear();
    const Outcome answer = http_outcome(response, context_.now_us());
    if (answer.kind != Outcome::Kind::kDelivered) {
      // The secret may be mended: the deliveries wait.
      failure_ =
          Outcome::retry("NO_PERMISSIONS", "no token from " + auth_.url + ": " + answer.message);
      failure_.retry_after_us = answer.retry_after_us;
      return;
    }
    const auto value = parse_json(response.body);
    const JsonValue* token = value ? value->find("access_token") : nullptr;
    if (token == nullptr || token->kind != JsonValue::Kind::kString || token->text.empty()) {
      failure_ =
          Outcome::retry("NO_PERMISSIONS", "the answer of " + auth_.url + " holds no access_token");
      return;
    }
    std::int64_t seconds = 300;
    if (const JsonValue* expires = value->find("expires_in")) {
      seconds = std::clamp<std::int64_t>(std::atoll(expires->text.c_str()), 0, 86'400);
    }
    failure_ = Outcome::delivered();
    token_ = token->text;
    // Not used in its last moments.
    until_us_ = context_.now_us() + std::max<std::int64_t>(seconds * 9 / 10, 1) * kMicrosPerSecond;
  }

  WebhookAuth auth_;
  std::string ca_file_;
  std::string secret_;
  std::int64_t timeout_ms_;
  SenderContext context_;
  std::string token_;
  std::int64_t until_us_ = 0;
  bool fetching_ = false;
  Outcome failure_;
};

class WebhookSender final : public Sender {
 public:
  WebhookSender(const RuleTarget& target, const SenderContext& context, HttpClient* http,
                std::string auth_secret, std::string signing_secret)
      : webhook_(target.webhook),
        timeout_ms_(target.timeout_ms),
        context_(context),
        http_(http),
        signing_secret_(std::move(signing_secret)) {
    if (!webhook_.ca_file.empty()) {
      webhook_.ca_file = (context.lake / webhook_.ca_file).lexically_normal().string();
    }
    bool typed = false;
    for (const auto& [name, value] : webhook_.headers) {
      // libcurl's way to send an empty one.
      headers_.push_back(name + (value.empty() ? ";" : ": "));
      headers_.back() += value;
      typed = typed || same_name(name, "Content-Type");
    }
    if (!typed) headers_.emplace_back("Content-Type: application/json");
    switch (webhook_.auth.kind) {
      case WebhookAuth::Kind::kNone: break;
      case WebhookAuth::Kind::kBasic:
        headers_.push_back("Authorization: Basic " +
                           to_base64(webhook_.auth.name + ":" + auth_secret));
        break;
      case WebhookAuth::Kind::kApiKey:
        headers_.push_back(webhook_.auth.name + ": " + auth_secret);
        break;
      case WebhookAuth::Kind::kOauth:
        token_ =
            std::make_shared<OauthToken>(webhook_, std::move(auth_secret), timeout_ms_, context);
        break;
    }
  }

  int concurrency() const override { return 16; }

  bool ready() override {
    if (token_ == nullptr || token_->valid()) return true;
    if (token_->fetching()) return false;
    // A failed fetch is told to one delivery, which has the lane wait; the next one tries again.
    if (token_->failure().kind != Outcome::Kind::kDelivered && !asked_) return true;
    asked_ = false;
    token_->fetch(http_, token_);
    return false;
  }

  void send(std::vector<Delivery> batch, SendDone done) override {
    if (token_ != nullptr && !token_->valid()) {
      asked_ = true;
      done({token_->failure().kind == Outcome::Kind::kDelivered
                ? Outcome::retry("NO_PERMISSIONS", "the token has ended")
                : token_->failure()});
      return;
    }
    const Delivery& delivery = batch.front();
    HttpRequest request;
    request.method = webhook_.method;
    request.url = webhook_.url;
    request.headers = headers_;
    request.headers.push_back("Idempotency-Key: " + delivery.id);
    request.headers.push_back("webhook-id: " + delivery.id);
    const std::int64_t seconds = context_.now_us() / kMicrosPerSecond;
    request.headers.push_back("webhook-timestamp: " + std::to_string(seconds));
    if (!signing_secret_.empty()) {
      request.headers.push_back("webhook-signature: " + webhook_signature(signing_secret_,
                                                                          delivery.id, seconds,
                                                                          delivery.payload));
    }
    if (token_ != nullptr) request.headers.push_back("Authorization: Bearer " + token_->text());
    if (webhook_.method != "GET" && webhook_.method != "HEAD") {
      request.body = batch.front().payload;
    }
    request.timeout_ms = timeout_ms_;
    request.ca_file = webhook_.ca_file;
    fault_point("target.send");
    http_->start(std::move(request), [token = token_, now = context_.now_us,
                                      done = std::move(done)](const HttpResponse& response) {
      fault_point("target.sent");
      if (token != nullptr && response.status == 401) token->drop();
      done({http_outcome(response, now())});
    });
  }

 private:
  Webhook webhook_;
  std::int64_t timeout_ms_;
  SenderContext context_;
  HttpClient* http_;
  std::string signing_secret_;
  std::vector<std::string> headers_;
  std::shared_ptr<OauthToken> token_;
  bool asked_ = false;  ///< the last failed fetch was told
};

}  // namespace

Result<std::unique_ptr<Sender>> make_webhook_sender(const RuleTarget& target,
                                                    const SenderContext& context) {
  ASSIGN_OR_RETURN(HttpClient * http, context.loop->http());
  ASSIGN_OR_RETURN(std::string auth, read_secret(target.webhook.auth.secret, context));
  ASSIGN_OR_RETURN(std::string signing, read_secret(target.webhook.signing_secret, context));
  if (auth.find_first_of("\r\n") != std::string::npos) {
    return Error{ErrorCode::kInvalidArgument, "the secret holds a line break"};
  }
  return std::unique_ptr<Sender>(
      std::make_unique<WebhookSender>(target, context, http, std::move(auth), std::move(signing)));
}

}  // namespace clicklake
