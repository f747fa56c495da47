#include "net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/loopback_server_fixture.h"

namespace clicklake {
namespace {

HttpResponse fetch(HttpRequest request) {
  auto response = http_fetch(std::move(request));
  EXPECT_TRUE(response.has_value()) << (response ? "" : response.error().message);
  return response ? std::move(*response) : HttpResponse{};
}

TEST(HttpClientTest, ARequestArrivesAndItsAnswerComesBack) {
  LoopbackServer server([](const ServedRequest&) {
    ServedAnswer answer;
    answer.status = 429;
    answer.headers = {"Retry-After: 7"};
    answer.body = "slow down";
    return answer;
  });
  const HttpResponse response =
      fetch({"PUT", server.url("/a?b=c"), {"X-One: 1", "Content-Type: application/json"}, "{}"});
  EXPECT_EQ(response.failure, HttpResponse::Failure::kNone);
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.header("retry-after"), "7");
  EXPECT_EQ(response.body, "slow down");
  const ServedRequest request = server.requests().at(0);
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/a?b=c");
  EXPECT_EQ(request.header("x-one"), "1");
  EXPECT_EQ(request.header("expect"), "");
  EXPECT_EQ(request.body, "{}");
}

TEST(HttpClientTest, ManyRequestsShareTheirConnections) {
  LoopbackServer server([](const ServedRequest&) { return ServedAnswer{}; });
  auto client = HttpClient::open();
  ASSERT_TRUE(client.has_value());
  int answered = 0;
  std::vector<pollfd> others;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 4; ++i) {
      (*client)->start({"POST", server.url("/"), {}, "x"}, [&](const HttpResponse& response) {
        answered += response.status == 200 ? 1 : 0;
      });
    }
    while ((*client)->running() > 0) ASSERT_TRUE((*client)->step(&others, 100).has_value());
  }
  EXPECT_EQ(answered, 80);
  EXPECT_LE(server.connections(), 4);
}

TEST(HttpClientTest, FailuresAreToldApart) {
  LoopbackServer server([](const ServedRequest& request) {
    ServedAnswer answer;
    answer.reset = request.target == "/reset";
    answer.delay_ms = request.target == "/late" ? 2000 : 0;
    answer.body = "0123456789";
    answer.body_pause_ms = request.target == "/slow" ? 100 : 0;
    return answer;
  });
  const auto failure = [&](std::string url) {
    HttpRequest request{"POST", std::move(url), {}, "x"};
    request.timeout_ms = 300;
    const HttpResponse response = fetch(std::move(request));
    EXPECT_NE(response.error, "");
    return response.failure;
  };
  EXPECT_EQ(failure(server.url("/reset")), HttpResponse::Failure::kReset);
  EXPECT_EQ(failure(server.url("/late")), HttpResponse::Failure::kTimeout);
  EXPECT_EQ(failure(server.url("/slow")), HttpResponse::Failure::kTimeout);
  EXPECT_EQ(failure("http://127.0.0.1:1/"), HttpResponse::Failure::kConnect);
  EXPECT_EQ(failure("https://127.0.0.1:" + server.url("").substr(17) + "/"),
            HttpResponse::Failure::kTls);
  EXPECT_EQ(failure("file:///etc/passwd"), HttpResponse::Failure::kOther);
}

TEST(HttpClientTest, RedirectsAreNotFollowed) {
  LoopbackServer server([](const ServedRequest&) {
    ServedAnswer answer;
    answer.status = 302;
    answer.headers = {"Location: /elsewhere"};
    return answer;
  });
  EXPECT_EQ(fetch({"POST", server.url("/"), {}, "x"}).status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(HttpClientTest, ABodyWithoutEndIsCutOff) {
  LoopbackServer server([](const ServedRequest&) {
    ServedAnswer answer;
    answer.body = std::string(4 << 20, 'x');
    return answer;
  });
  const HttpResponse response = fetch({"GET", server.url("/"), {}, ""});
  EXPECT_EQ(response.failure, HttpResponse::Failure::kNone);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body.size(), HttpClient::kMaxBody);
}

}  // namespace
}  // namespace clicklake
