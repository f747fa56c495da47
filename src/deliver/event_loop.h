#pragma once
/// What the delivery thread waits for: answers to requests, files that become ready, time.
///
/// Place: the dispatcher drives it; senders start requests and watch files in it.
/// Invariant: callbacks run within run_once(), on its thread.
/// Thread safety: thread-compatible.

#include <functional>
#include <map>
#include <memory>

#include "base/result.h"
#include "net/http_client.h"

namespace clicklake {

class EventLoop {
 public:
  using Ready = std::function<void()>;

  /// The HTTP client, opened at the first call. Errors: kUnsupported, no libcurl.
  Result<HttpClient*> http();

  /// Calls `ready` whenever `fd` has one of `events` (POLLIN, POLLOUT). One watch a file.
  void watch(int fd, short events, Ready ready);
  void unwatch(int fd);

  /// Waits for up to `wait_ms`, less where something happens, and runs what is ready. Errors: kIo.
  Status run_once(int wait_ms);

 private:
  struct Watch {
    short events;
    Ready ready;
  };
  std::unique_ptr<HttpClient> http_;
  std::map<int, Watch> watches_;
};

}  // namespace clicklake
