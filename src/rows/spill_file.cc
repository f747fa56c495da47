#include "rows/spill_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

namespace clicklake {

SpillFile::~SpillFile() {
  if (fd_ >= 0) ::close(fd_);
}

SpillFile::SpillFile(SpillFile&& other) noexcept
    : temp_dir_(std::move(other.temp_dir_)),
      fd_(std::exchange(other.fd_, -1)),
      size_(std::exchange(other.size_, 0)) {}

Status SpillFile::append(std::string_view bytes) {
  if (fd_ < 0) {
    std::error_code ignored;
    std::filesystem::create_directories(temp_dir_, ignored);
    std::string name = (temp_dir_ / "spill-XXXXXX").string();
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) return errno_error(errno, "make a temporary file in " + temp_dir_.string());
    ::unlink(name.c_str());
  }
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, "write a temporary file in " + temp_dir_.string());
    size_ += static_cast<std::uint64_t>(n);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Status SpillFile::read(std::uint64_t offset, char* out, std::size_t size) const {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd_, out + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, "read a temporary file in " + temp_dir_.string());
    if (n == 0)
      return Error{ErrorCode::kIo, "a temporary file in " + temp_dir_.string() +
                                       " is shorter than what was written to it"};
    done += static_cast<std::size_t>(n);
  }
  return {};
}

Status SpillFile::clear() {
  if (size_ == 0) return {};
  size_ = 0;
  if (::ftruncate(fd_, 0) != 0)
    return errno_error(errno, "empty a temporary file in " + temp_dir_.string());
  return {};
}

}  // namespace clicklake
