#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <mutex>

#include "base/base64.h"
#include "base/sha256.h"
#include "deliver/dispatcher_fixture.h"
#include "deliver/webhook.h"
#include "net/loopback_server_fixture.h"

namespace clicklake {
namespace {

class WebhookSenderTest : public DispatcherTest {
 protected:
  void write_hook(const LoopbackServer& server, std::string_view more = "") {
    write_rule(R"({"id":"h","kind":"webhook","url":")" + server.url("/hook?a=1") +
               R"(","retryPolicy":{"backoffMilliseconds":1,"maximumBackoffMilliseconds":5,)"
               R"("maximumRetryAttempts":20},"timeoutMilliseconds":300)" +
               std::string(more) + "}");
  }
};

TEST_F(WebhookSenderTest, TheEventArrivesSignedWithItsId) {
  LoopbackServer server([](const ServedRequest&) { return ServedAnswer{}; });
  options_.environment = [](std::string_view name) {
    return name == "HOOK" ? std::string("whsec_") + to_base64("key") : std::string();
  };
  write_hook(server, R"(,"signature":{"secret":{"env":"HOOK"}},"headers":{"X-Shop":"7"},
                        "auth":{"kind":"apiKey","header":"X-Key","value":"k1"})");
  publish("b", 0, 1, {"h"});
  EXPECT_EQ(run().delivered, 1);
  const ServedRequest request = server.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/hook?a=1");
  EXPECT_EQ(request.body, R"({"n":0,"k":"0"})");
  EXPECT_EQ(request.header("content-type"), "application/json");
  EXPECT_EQ(request.header("x-shop"), "7");
  EXPECT_EQ(request.header("x-key"), "k1");
  const std::string id(request.header("webhook-id"));
  EXPECT_THAT(id, testing::EndsWith("-h"));
  EXPECT_EQ(request.header("idempotency-key"), id);
  const std::string text =
      id + "." + std::string(request.header("webhook-timestamp")) + "." + request.body;
  EXPECT_EQ(request.header("webhook-signature"),
            "v1," + to_base64(bytes_of(hmac_sha256("key", text))));
}

TEST_F(WebhookSenderTest, EveryKindOfFailureIsGoneOnUntilItArrivesUnderOneId) {
  std::atomic<int> count{0};
  LoopbackServer server([&](const ServedRequest&) {
    ServedAnswer answer;
    switch (count++) {
      case 0: answer.status = 500; break;
      case 1: answer.reset = true; break;
      case 2: answer.delay_ms = 1000; break;
      case 3:
        answer.status = 429;
        answer.headers = {"Retry-After: 0"};
        break;
      case 4:
        answer.body = "0123456789";
        answer.body_pause_ms = 100;
        break;
      case 5:
        answer.status = 503;
        answer.close = true;
        break;
      case 6: answer.status = 401; break;
      case 7: answer.status = 409; break;
      default: answer.status = 202;
    }
    return answer;
  });
  write_hook(server);
  publish("b", 0, 1, {"h"});
  const DispatchReport report = run();
  EXPECT_EQ(report.delivered, 1);
  // A kept connection that breaks before any answer is tried anew below HTTP, once.
  EXPECT_GE(report.failed, 7);
  std::map<std::string, int> ids;
  for (const ServedRequest& request : server.requests()) {
    ++ids[std::string(request.header("webhook-id"))];
  }
  EXPECT_EQ(ids.size(), 1U);
}

TEST_F(WebhookSenderTest, PermanentAnswersAreDeadLettersAtOnce) {
  for (const int status : {400, 403, 404, 410, 413, 422, 301, 302}) {
    LoopbackServer server([&](const ServedRequest&) {
      ServedAnswer answer;
      answer.status = status;
      answer.headers = {"Location: /x"};
      return answer;
    });
    write_hook(server);
    publish("b" + std::to_string(status), status, 1, {"h"});
    const DispatchReport report = run();
    EXPECT_EQ(report.dead, 1) << status;
    EXPECT_EQ(server.requests().size(), 1U) << status;
  }
}

TEST_F(WebhookSenderTest, RetryAfterIsWaitedFor) {
  std::atomic<int> count{0};
  LoopbackServer server([&](const ServedRequest&) {
    ServedAnswer answer;
    if (count++ == 0) {
      answer.status = 429;
      answer.headers = {"Retry-After: 1"};
    }
    return answer;
  });
  write_hook(server);
  publish("b", 0, 20, {"h"});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run().delivered, 20);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(950));
}

TEST_F(WebhookSenderTest, ATokenIsFetchedKeptAndFetchedAgainWhenItIsRefused) {
  std::atomic<int> tokens{0};
  std::atomic<int> hooks{0};
  std::mutex mutex;
  std::string token_request;
  LoopbackServer server([&](const ServedRequest& request) {
    ServedAnswer answer;
    if (request.target == "/token") {
      const std::lock_guard lock(mutex);
      token_request = std::string(request.header("authorization")) + " " + request.body;
      answer.body = R"({"access_token":"t)" + std::to_string(++tokens) + R"(","expires_in":3600})";
      if (tokens == 1) answer.status = 500;
      return answer;
    }
    // The second token is refused from the tenth request on.
    const bool good = request.header("authorization") == (++hooks < 10 ? "Bearer t2" : "Bearer t3");
    answer.status = good ? 200 : 401;
    return answer;
  });
  write_hook(server, R"(,"concurrency":1,"auth":{"kind":"oauthClientCredentials","clientId":"me",
      "clientSecret":"s e","scope":"a b","tokenUrl":")" +
                         server.url("/token") + "\"}");
  publish("b", 0, 30, {"h"});
  EXPECT_EQ(run().delivered, 30);
  EXPECT_EQ(tokens, 3);
  EXPECT_EQ(token_request,
            "Basic " + to_base64("me:s%20e") + " grant_type=client_credentials&scope=a%20b");
}

TEST_F(WebhookSenderTest, ATargetThatIsDownIsNotHammered) {
  std::atomic<bool> up{false};
  LoopbackServer server([&](const ServedRequest&) {
    ServedAnswer answer;
    answer.status = up ? 200 : 503;
    return answer;
  });
  write_rule(R"({"id":"h","kind":"webhook","url":")" + server.url("/") +
             R"(","retryPolicy":{"backoffMilliseconds":200}})");
  publish("b", 0, 2000, {"h"});
  run(Dispatcher::Until::kIdle);
  EXPECT_LE(server.requests().size(), 40U) << "sixteen at once, and then it is left alone";
  up = true;
  EXPECT_EQ(run().delivered, 2000);
}

TEST_F(WebhookSenderTest, TheRateLimitIsKept) {
  LoopbackServer server([](const ServedRequest&) { return ServedAnswer{}; });
  write_hook(server, R"(,"rateLimit":50)");
  publish("b", 0, 50, {"h"});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run().delivered, 50);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(800));
}

TEST(WebhookSignatureTest, TheStandardsExampleIsMet) {
  EXPECT_EQ(
      webhook_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1614265330, R"({"test": 2432232314})"),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

}  // namespace
}  // namespace clicklake
