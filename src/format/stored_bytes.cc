#include "format/stored_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace clicklake {
namespace {

constexpr int kPipeBytes = 1 << 20;

}  // namespace

StoredBytes::StoredBytes(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

StoredBytes::~StoredBytes() {
  if (fd_ > STDIN_FILENO) ::close(fd_);
}

Result<std::unique_ptr<StoredBytes>> StoredBytes::open(const std::filesystem::path& path,
                                                       bool hash) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "standard input" : path.string();
  const int fd =
      standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return errno_error(errno, "open " + name);
  std::unique_ptr<StoredBytes> bytes(new StoredBytes(fd, name));
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno_error(errno, "look at " + name);
  if (S_ISDIR(status.st_mode)) {
    return Error{ErrorCode::kIo, "cannot read " + name + " as a file: it is a folder"};
  }
  if (S_ISREG(status.st_mode)) {
    std::uint64_t size = static_cast<std::uint64_t>(status.st_size);
    if (standard_input) {  // redirected from a file, perhaps from its middle
      const off_t position = ::lseek(fd, 0, SEEK_CUR);
      if (position > 0) size -= std::min(size, static_cast<std::uint64_t>(position));
    }
    bytes->size_at_open_ = size;
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  } else if (S_ISFIFO(status.st_mode)) {
    ::fcntl(fd, F_SETPIPE_SZ, kPipeBytes);  // a wish: unprivileged users may be at their limit
  }
  if (hash) bytes->hash_.emplace();
  while (bytes->first_size_ < sizeof bytes->first_) {
    ASSIGN_OR_RETURN(const std::size_t got,
                     bytes->read_some(bytes->first_ + bytes->first_size_,
                                      sizeof bytes->first_ - bytes->first_size_));
    if (got == 0) break;
    bytes->first_size_ += got;
  }
  return bytes;
}

Result<std::size_t> StoredBytes::read_some(char* out, std::size_t size) {
  if (size_at_open_) {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, *size_at_open_ - fetched_));
  }
  while (size > 0) {
    const ssize_t got = ::read(fd_, out, size);
    if (got >= 0) {
      fetched_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
    if (errno != EINTR) {
      return errno_error(errno, "read " + name_ + " at byte " + std::to_string(fetched_));
    }
  }
  return std::size_t{0};
}

Status StoredBytes::note_end() {
  at_end_ = true;
  if (!size_at_open_) return {};
  struct stat status {};
  if (::fstat(fd_, &status) != 0) return errno_error(errno, "look at " + name_);
  shrank_ = fetched_ < *size_at_open_;
  const off_t position = ::lseek(fd_, 0, SEEK_CUR);
  grew_ = !shrank_ && position >= 0 && status.st_size > position;
  return {};
}

Result<std::size_t> StoredBytes::read(char* out, std::size_t size) {
  std::size_t filled = 0;
  if (first_taken_ < first_size_) {
    filled = std::min(size, first_size_ - first_taken_);
    std::memcpy(out, first_ + first_taken_, filled);
    first_taken_ += filled;
  }
  while (filled < size && !at_end_) {
    ASSIGN_OR_RETURN(const std::size_t got, read_some(out + filled, size - filled));
    filled += got;
    if (got == 0) RETURN_IF_ERROR(note_end());
  }
  if (hash_ && filled > 0) hash_->update(out, filled);
  bytes_read_ += filled;
  return filled;
}

std::string StoredBytes::content_hash() const { return hash_ ? hash_->hex() : std::string(); }

}  // namespace clicklake
