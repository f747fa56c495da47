#include "deliver/doorbell.h"

#include <sys/inotify.h>
#include <unistd.h>

#include "outbox/outbox_file.h"

namespace clicklake {

Doorbell::Doorbell(const std::filesystem::path& folder) {
  ring_doorbell(folder);  // so that the file is there
  fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd_ < 0) return;
  if (::inotify_add_watch(fd_, doorbell_file(folder).c_str(), IN_ATTRIB) < 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

Doorbell::~Doorbell() {
  if (fd_ >= 0) ::close(fd_);
}

bool Doorbell::rang() {
  if (fd_ < 0) return false;
  bool rang = false;
  alignas(inotify_event) char events[4096];
  while (::read(fd_, events, sizeof events) > 0) rang = true;
  return rang;
}

}  // namespace clicklake
