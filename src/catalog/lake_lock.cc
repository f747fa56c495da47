#include "catalog/lake_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "model/time.h"

namespace clicklake {
namespace {

constexpr std::size_t kMaxLine = 512;

std::string now_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return format_timestamp(std::chrono::duration_cast<std::chrono::seconds>(now).count() *
                          kMicrosPerSecond);
}

/// The holder's line, as "pid 12, clicklake run ..., since 2024-11-04T15:00:00Z".
std::string holder(int fd) {
  std::array<char, kMaxLine> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  std::string line(text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  line.erase(std::find(line.begin(), line.end(), '\n'), line.end());
  return line.empty() ? "another process" : "pid " + line;
}

void write_holder(int fd, const std::string& command) {
  std::string line = std::to_string(::getpid()) + ", " + command;
  std::replace(line.begin(), line.end(), '\n', ' ');
  const std::string since = ", since " + now_text() + "\n";
  line.resize(std::min(line.size(), kMaxLine - since.size()));
  line += since;
  // Information only: a full disk must not keep the lake from being repaired.
  if (::ftruncate(fd, 0) == 0) (void)!::pwrite(fd, line.data(), line.size(), 0);
}

/// Whether `fd` still is the file of that name (the folder may have been made anew meanwhile).
bool same_file(int fd, const std::filesystem::path& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(fd, &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace

Result<LakeLock> LakeLock::acquire(const std::filesystem::path& lake, const std::string& command,
                                   bool wait) {
  const std::filesystem::path path = lake / ".lock";
  while (true) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
      const int err = errno;
      if (err == ENOENT || err == ENOTDIR) {
        return Error{ErrorCode::kNotFound, "no lake at " + lake.string() +
                                               ": make one by `clicklake init " + lake.string() +
                                               "`, or name another by --lake"};
      }
      return errno_error(err, "open the lock " + path.string());
    }
    LakeLock lock(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return errno_error(errno, "lock " + path.string());
      if (!wait) {
        return Error{ErrorCode::kBusy, "the lake " + lake.string() + " is held by " + holder(fd) +
                                           "; wait for it to end, or leave out --no-wait"};
      }
      if (::flock(fd, LOCK_EX) != 0) {
        if (errno == EINTR) {
          return Error{ErrorCode::kCancelled, "stopped while waiting for the lake " +
                                                  lake.string() + ", held by " + holder(fd)};
        }
        return errno_error(errno, "lock " + path.string());
      }
    }
    if (same_file(fd, path)) {
      write_holder(fd, command);
      return lock;
    }
  }
}

LakeLock::LakeLock(LakeLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LakeLock& LakeLock::operator=(LakeLock&& other) noexcept {
  if (this != &other) {
    release();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

LakeLock::~LakeLock() { release(); }

void LakeLock::release() {
  // Closing the only descriptor unlocks. The line stays: a holder that ended is of use in a report.
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace clicklake
