#include "net/loopback_server_fixture.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>

namespace clicklake {
namespace {

bool send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Reads one request from the socket; false at the connection's end.
bool read_request(int fd, std::string* buffer, ServedRequest* request) {
  std::size_t head = 0;
  while ((head = buffer->find("\r\n\r\n")) == std::string::npos) {
    char bytes[4096];
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer->append(bytes, static_cast<std::size_t>(got));
    if (buffer->front() == '\x16') {  // a TLS greeting
      (void)send_all(fd, "HTTP/1.1 400 x\r\n\r\n");
      return false;
    }
  }
  std::size_t at = buffer->find(' ');
  request->method = buffer->substr(0, at);
  request->target = buffer->substr(at + 1, buffer->find(' ', at + 1) - at - 1);
  std::size_t length = 0;
  for (at = buffer->find("\r\n") + 2; at < head + 2;) {
    const std::size_t end = buffer->find("\r\n", at);
    const std::string line = buffer->substr(at, end - at);
    const std::size_t colon = line.find(':');
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string value = line.substr(std::min(line.size(), colon + 1));
    value.erase(0, value.find_first_not_of(' '));
    if (name == "content-length") length = std::strtoul(value.c_str(), nullptr, 10);
    request->headers.emplace_back(std::move(name), std::move(value));
    at = end + 2;
  }
  while (buffer->size() < head + 4 + length) {
    char bytes[4096];
    const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer->append(bytes, static_cast<std::size_t>(got));
  }
  request->body = buffer->substr(head + 4, length);
  buffer->erase(0, head + 4 + length);
  return true;
}

}  // namespace

std::string_view ServedRequest::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

LoopbackServer::LoopbackServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  stopped_.notify_all();
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
}

std::string LoopbackServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

std::vector<ServedRequest> LoopbackServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void LoopbackServer::accept_all() {
  while (!stopping_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++connections_;
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      ::close(fd);
      return;
    }
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

bool LoopbackServer::pause(int ms) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, std::chrono::milliseconds(ms), [&] { return stopping_.load(); });
}

void LoopbackServer::serve(int fd) {
  std::string buffer;
  bool going = true;
  while (going && !stopping_) {
    ServedRequest request;
    if (!read_request(fd, &buffer, &request)) break;
    ServedAnswer answer;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    answer = handler_(request);
    if (answer.delay_ms > 0 && !pause(answer.delay_ms)) break;
    if (answer.reset) {
      const linger now{1, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
      break;
    }
    std::string head = "HTTP/1.1 " + std::to_string(answer.status) +
                       " x\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\n";
    for (const std::string& header : answer.headers) head += header + "\r\n";
    going = send_all(fd, head + "\r\n");
    if (answer.body_pause_ms == 0) {
      going = going && send_all(fd, answer.body);
    } else {
      for (std::size_t i = 0; going && i < answer.body.size(); ++i) {
        going = pause(answer.body_pause_ms) && send_all(fd, answer.body.substr(i, 1));
      }
    }
    going = going && !answer.close;
  }
  const std::lock_guard lock(mutex_);
  open_.erase(std::find(open_.begin(), open_.end(), fd));
  ::close(fd);
}

}  // namespace clicklake
