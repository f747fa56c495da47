#pragma once
/// HTTP requests, many at once, on the thread that drives them.
///
/// Place: webhooks, AWS's APIs and credentials go through it.
/// Invariant: certificates and host names are verified; redirects are not followed; a request ends
///   within its timeout; of an answer's body no more than kMaxBody is kept or waited for; each
///   started request gets exactly one answer, or none when the client goes first.
/// Thread safety: thread-compatible.
/// Source: libcurl's multi interface; RFC 9110.

#include <poll.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace clicklake {

struct HttpRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value"; "Name;" sends an empty one
  std::string body;
  std::int64_t timeout_ms = 5'000;  ///< from start to the answer's last byte
  bool direct = false;              ///< through no proxy, whatever the environment says
  std::string ca_file = {};         ///< PEM of authorities instead of the system's
};

struct HttpResponse {
  enum class Failure : std::uint8_t {
    kNone,     ///< there is a status
    kConnect,  ///< no address, nobody listens, no route
    kTimeout,
    kTls,    ///< the certificate or the handshake is not good
    kReset,  ///< the connection broke
    kOther,
  };
  Failure failure = Failure::kNone;
  std::string error;  ///< what went wrong, for people
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;

  /// The first header of that (lower-case) name, "" without.
  std::string_view header(std::string_view name) const;
};

class HttpClient {
 public:
  static constexpr std::size_t kMaxBody = 64 << 10;
  using Done = std::function<void(HttpResponse)>;

  /// Errors: kUnsupported, there is no libcurl on this machine.
  static Result<std::unique_ptr<HttpClient>> open();
  virtual ~HttpClient() = default;

  /// Begins a request; `done` is called by a later step(), and may start others.
  virtual void start(HttpRequest request, Done done) = 0;
  /// Waits for up to `wait_ms` for something to happen on a request or one of `others`, whose
  /// revents are set, and drives all requests on. Errors: kIo.
  virtual Status step(std::vector<pollfd>* others, int wait_ms) = 0;
  /// Requests without an answer yet.
  virtual std::size_t running() const = 0;
};

/// One request, waited for. Errors: kUnsupported, no libcurl. What goes wrong with the request is
/// in the response.
Result<HttpResponse> http_fetch(HttpRequest request);

}  // namespace clicklake
