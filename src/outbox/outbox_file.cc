#include "outbox/outbox_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace clicklake {
namespace {

constexpr std::size_t kBlock = 256 << 10;

}  // namespace

std::filesystem::path outbox_folder(const std::filesystem::path& lake) {
  return lake / "events" / "outbox";
}

std::filesystem::path doorbell_file(const std::filesystem::path& folder) {
  return folder / ".bell";
}

void ring_doorbell(const std::filesystem::path& folder) {
  const std::filesystem::path bell = doorbell_file(folder);
  const int fd = ::open(bell.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return;
  (void)::futimens(fd, nullptr);
  ::close(fd);
}

OutboxWriter::OutboxWriter(const std::filesystem::path& folder, std::string_view batch)
    : path_(folder / (std::string(batch) + ".jsonl")) {}

Status OutboxWriter::append(const OutboxMatch& match) {
  const std::lock_guard lock(mutex_);
  append_outbox_line(&buffer_, match);
  ++matches_;
  return buffer_.size() < kBlock ? Status() : flush();
}

Status OutboxWriter::append_lines(std::string_view lines, std::int64_t matches) {
  const std::lock_guard lock(mutex_);
  buffer_ += lines;
  matches_ += matches;
  return buffer_.size() < kBlock ? Status() : flush();
}

Status OutboxWriter::flush() {
  if (!file_) {
    RETURN_IF_ERROR(make_folders(path_.parent_path()));
    ASSIGN_OR_RETURN(file_, DurableFile::create(path_));
  }
  RETURN_IF_ERROR(file_->append(buffer_));
  buffer_.clear();
  return {};
}

Result<std::optional<OutboxFile>> OutboxWriter::finish() {
  const std::lock_guard lock(mutex_);
  if (matches_ == 0) return std::optional<OutboxFile>();
  RETURN_IF_ERROR(flush());
  RETURN_IF_ERROR(file_->commit("outbox.fsync", "outbox.rename"));
  RETURN_IF_ERROR(
      sync_folders_up_to(path_.parent_path(), path_.parent_path().parent_path().parent_path()));
  return std::optional(
      OutboxFile{path_.filename().string(), matches_, static_cast<std::int64_t>(file_->size())});
}

Result<OutboxReader> OutboxReader::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno_error(errno, "open the outbox file " + path.string());
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    const int error = errno;
    ::close(fd);
    return errno_error(error, "look at the outbox file " + path.string());
  }
  return OutboxReader(fd, status.st_size, path.string());
}

OutboxReader::OutboxReader(OutboxReader&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      size_(other.size_),
      path_(std::move(other.path_)),
      block_(std::move(other.block_)),
      block_at_(other.block_at_) {}

OutboxReader& OutboxReader::operator=(OutboxReader&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  size_ = other.size_;
  path_ = std::move(other.path_);
  block_ = std::move(other.block_);
  block_at_ = other.block_at_;
  return *this;
}

OutboxReader::~OutboxReader() {
  if (fd_ >= 0) ::close(fd_);
}

Status OutboxReader::fill(std::int64_t offset, std::size_t least) {
  block_.resize(
      std::min<std::size_t>(std::max(kBlock, least), static_cast<std::size_t>(size_ - offset)));
  block_at_ = offset;
  std::size_t filled = 0;
  while (filled < block_.size()) {
    const ssize_t got = ::pread(fd_, block_.data() + filled, block_.size() - filled,
                                offset + static_cast<std::int64_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error(errno, "read the outbox file " + path_);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  block_.resize(filled);
  return {};
}

Result<std::string_view> OutboxReader::line_at(std::int64_t offset) {
  const auto broken = [&](const char* what) {
    return Error{ErrorCode::kCorruption,
                 "outbox file " + path_ + ", byte " + std::to_string(offset) + ": " + what};
  };
  if (offset < 0 || offset >= size_) return broken("there is no line");
  std::size_t least = kBlock;
  while (true) {
    if (offset >= block_at_ && offset < block_at_ + static_cast<std::int64_t>(block_.size())) {
      const auto begin = static_cast<std::size_t>(offset - block_at_);
      const std::size_t end = block_.find('\n', begin);
      if (end != std::string::npos) return std::string_view(block_).substr(begin, end - begin);
      if (block_at_ + static_cast<std::int64_t>(block_.size()) >= size_) {
        return broken("the last line has no end");
      }
      if (begin == 0) least = block_.size() * 2;
    }
    RETURN_IF_ERROR(fill(offset, least));
    if (block_.empty()) return broken("there is no line");
  }
}

}  // namespace clicklake
