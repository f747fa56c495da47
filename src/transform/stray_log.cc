#include "transform/stray_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace clicklake {
namespace {

constexpr std::size_t kBufferBytes = 1U << 20;

}  // namespace

StrayLog::~StrayLog() {
  if (fd_ >= 0) ::close(fd_);
}

StrayLog::StrayLog(StrayLog&& other) noexcept
    : temp_dir_(std::move(other.temp_dir_)),
      fd_(std::exchange(other.fd_, -1)),
      written_(other.written_),
      buffer_(std::move(other.buffer_)),
      lines_(std::move(other.lines_)) {}

Status StrayLog::add(std::int64_t hour, std::uint32_t input, std::uint64_t source_offset,
                     std::uint64_t source_line, std::string_view text) {
  lines_.push_back({hour, input, static_cast<std::uint32_t>(text.size()), source_offset,
                    source_line, written_ + buffer_.size()});
  buffer_.append(text);
  return buffer_.size() >= kBufferBytes ? flush() : Status{};
}

Status StrayLog::flush() {
  if (fd_ < 0) {
    std::error_code ignored;
    std::filesystem::create_directories(temp_dir_, ignored);
    std::string name = (temp_dir_ / "strays-XXXXXX").string();
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) return errno_error(errno, "make a temporary file in " + temp_dir_.string());
    ::unlink(name.c_str());
  }
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t n = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, "write a temporary file in " + temp_dir_.string());
    done += static_cast<std::size_t>(n);
  }
  written_ += done;
  buffer_.clear();
  return {};
}

Status StrayLog::read(const StrayLine& line, char* out) const {
  if (line.log_offset >= written_) {
    std::memcpy(out, buffer_.data() + (line.log_offset - written_), line.length);
    return {};
  }
  std::size_t done = 0;
  while (done < line.length) {
    const ssize_t n =
        ::pread(fd_, out + done, line.length - done, static_cast<off_t>(line.log_offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error(errno, "read a temporary file in " + temp_dir_.string());
    if (n == 0)
      return Error{ErrorCode::kIo, "a temporary file in " + temp_dir_.string() +
                                       " is shorter than what was written to it"};
    done += static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace clicklake
