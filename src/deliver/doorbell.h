#pragma once
/// Hearing at once that matches were published.
///
/// Place: the dispatcher waits with it; ring_doorbell() of outbox/ rings.
/// Invariant: a hint: what is not heard is found by looking.
/// Thread safety: thread-compatible.
/// Source: inotify(7).

#include <filesystem>

namespace clicklake {

class Doorbell {
 public:
  /// Listens at the outbox `folder`, which exists.
  explicit Doorbell(const std::filesystem::path& folder);
  ~Doorbell();
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;

  /// To wait for (POLLIN); -1 where the system has no more of them.
  int fd() const { return fd_; }
  /// Whether it rang since the last call.
  bool rang();

 private:
  int fd_ = -1;
};

}  // namespace clicklake
