#include "deliver/event_loop.h"

#include <poll.h>

#include <cerrno>
#include <vector>

namespace clicklake {

Result<HttpClient*> EventLoop::http() {
  if (http_ == nullptr) {
    ASSIGN_OR_RETURN(http_, HttpClient::open());
  }
  return http_.get();
}

void EventLoop::watch(int fd, short events, Ready ready) {
  watches_[fd] = {events, std::move(ready)};
}

void EventLoop::unwatch(int fd) { watches_.erase(fd); }

Status EventLoop::run_once(int wait_ms) {
  std::vector<pollfd> fds;
  fds.reserve(watches_.size());
  for (const auto& [fd, watch] : watches_) fds.push_back({fd, watch.events, 0});
  if (http_ != nullptr) {
    RETURN_IF_ERROR(http_->step(&fds, wait_ms));
  } else if (::poll(fds.data(), fds.size(), wait_ms) < 0 && errno != EINTR) {
    return errno_error(errno, "wait for deliveries");
  }
  for (const pollfd& fd : fds) {
    if (fd.revents == 0) continue;
    const auto found = watches_.find(fd.fd);  // an earlier callback may have taken it away
    if (found == watches_.end()) continue;
    const Ready ready = found->second.ready;
    ready();
  }
  return {};
}

}  // namespace clicklake
