#pragma once
/// A server on 127.0.0.1 that answers as it is told: late, wrongly, in halves, not at all.
///
/// Place: tests of whatever speaks HTTP. Thread safety: safe; it has threads of its own, and the
/// handler is called on them.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace clicklake {

struct ServedRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::string_view header(std::string_view name) const;
};

struct ServedAnswer {
  int status = 200;
  std::vector<std::string> headers;
  std::string body;
  int delay_ms = 0;       ///< before the answer
  bool reset = false;     ///< break the connection instead
  int body_pause_ms = 0;  ///< after each byte of the body
  bool close = false;     ///< end the connection behind the answer
};

class LoopbackServer {
 public:
  using Handler = std::function<ServedAnswer(const ServedRequest&)>;
  explicit LoopbackServer(Handler handler);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::string url(std::string_view path) const;
  int connections() const { return connections_; }
  /// What was received so far.
  std::vector<ServedRequest> requests() const;

 private:
  void accept_all();
  void serve(int fd);
  bool pause(int ms);

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  std::vector<ServedRequest> requests_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace clicklake
