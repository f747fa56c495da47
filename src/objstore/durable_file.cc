#include "objstore/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/fault_point.h"
#include "base/parallel.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSyncThreads = 8;  // they wait for the device
constexpr std::string_view kTemporaryPrefix = ".";
constexpr std::string_view kTemporarySuffix = ".tmp";

/// A missing folder is no "not found" to who writes: the path could not be made.
Error io_error(int err, const std::string& doing) {
  Error error = errno_error(err, doing);
  if (error.code == ErrorCode::kNotFound) error.code = ErrorCode::kIo;
  return error;
}

/// Without "." parts and trailing slash, so that parents can be counted.
fs::path normal(const fs::path& dir) {
  fs::path path = dir.lexically_normal();
  if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  return path.empty() ? fs::path(".") : path;
}

/// `dir` and its parents up to and with `root`; `dir` alone where it is not below `root`.
void add_chain(const fs::path& dir, const fs::path& root, std::set<fs::path>& folders) {
  const fs::path top = normal(root);
  fs::path folder = normal(dir);
  const fs::path relative = folder.lexically_relative(top);
  const bool below = !relative.empty() && *relative.begin() != "..";
  while (folders.insert(folder).second && below && folder != top) {
    const fs::path parent = folder.parent_path();
    folder = parent.empty() ? fs::path(".") : parent;
  }
}

}  // namespace

fs::path temporary_path(const fs::path& path) {
  std::string name(kTemporaryPrefix);
  name += path.filename().native();
  name += kTemporarySuffix;
  return path.parent_path() / name;
}

bool is_temporary_name(std::string_view file_name) {
  return file_name.size() > kTemporaryPrefix.size() + kTemporarySuffix.size() &&
         file_name.starts_with(kTemporaryPrefix) && file_name.ends_with(kTemporarySuffix);
}

Status make_folders(const fs::path& dir) {
  if (dir.empty()) return {};
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return io_error(error.value(), "make the folder " + dir.string());
  struct stat found {};
  if (::stat(dir.c_str(), &found) != 0) return io_error(errno, "make the folder " + dir.string());
  if (!S_ISDIR(found.st_mode)) {
    return io_error(ENOTDIR, "make the folder " + dir.string());
  }
  return {};
}

Status sync_folder(const fs::path& dir) {
  fault_point("folder.sync");
  const fs::path folder = dir.empty() ? fs::path(".") : dir;
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return io_error(errno, "open the folder " + folder.string() + " to sync it");
  const int failed = ::fsync(fd) != 0 ? errno : 0;
  ::close(fd);
  if (failed != 0) return io_error(failed, "sync the folder " + folder.string());
  return {};
}

Status sync_folders_up_to(const fs::path& dir, const fs::path& root) {
  return sync_folders(std::span(&dir, 1), root);
}

Status sync_folders(std::span<const fs::path> dirs, const fs::path& root) {
  std::set<fs::path> folders;
  for (const fs::path& dir : dirs) add_chain(dir, root, folders);
  // In any order: what lies in them is published later, by the catalog.
  const std::vector<fs::path> all(folders.begin(), folders.end());
  return for_each_in_parallel(all.size(), kSyncThreads,
                              [&](std::size_t i) { return sync_folder(all[i]); });
}

DurableFile::DurableFile(int fd, fs::path path) : fd_(fd), path_(std::move(path)) {}

DurableFile::DurableFile(DurableFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      size_(other.size_),
      hash_(std::move(other.hash_)),
      written_back_(other.written_back_),
      failed_(other.failed_) {}

DurableFile& DurableFile::operator=(DurableFile&& other) noexcept {
  if (this != &other) {
    discard();
    fd_ = std::exchange(other.fd_, -1);
    path_ = std::move(other.path_);
    size_ = other.size_;
    hash_ = std::move(other.hash_);
    written_back_ = other.written_back_;
    failed_ = other.failed_;
  }
  return *this;
}

DurableFile::~DurableFile() { discard(); }

void DurableFile::discard() {
  if (fd_ < 0) return;
  ::close(std::exchange(fd_, -1));
  ::unlink(temporary_path(path_).c_str());
}

Result<DurableFile> DurableFile::create(const fs::path& path) {
  const fs::path temporary = temporary_path(path);
  const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  int fd = ::open(temporary.c_str(), flags, 0644);
  if (fd < 0 && errno == ENOENT) {
    RETURN_IF_ERROR(make_folders(path.parent_path()));
    fd = ::open(temporary.c_str(), flags, 0644);
  }
  if (fd < 0) return io_error(errno, "create " + temporary.string());
  return DurableFile(fd, path);
}

Status DurableFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      const int err = errno;
      failed_ = true;
      return io_error(err, "write " + path_.string() + " at byte " + std::to_string(size_));
    }
    size_ += static_cast<std::uint64_t>(written);
    hash_.update(bytes.data(), static_cast<std::size_t>(written));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

void DurableFile::start_writeback() {
  if (fd_ < 0 || size_ == written_back_) return;
  // Only a hint: what it could not start, fsync does.
  (void)::sync_file_range(fd_, static_cast<off_t>(written_back_),
                          static_cast<off_t>(size_ - written_back_), SYNC_FILE_RANGE_WRITE);
  written_back_ = size_;
}

Status DurableFile::commit(const char* sync_step, const char* rename_step) {
  RETURN_IF_ERROR(check_writable());
  fault_point(sync_step);
  if (::fsync(fd_) != 0) {
    const int err = errno;
    discard();
    return io_error(err, "sync " + temporary_path(path_).string());
  }
  RETURN_IF_ERROR(rename(rename_step));
  ::close(std::exchange(fd_, -1));
  return {};
}

Status DurableFile::check_writable() {
  if (fd_ >= 0 && !failed_) return {};
  discard();
  return Error{ErrorCode::kIo,
               "cannot publish " + path_.string() + ": an earlier write to it failed; run again"};
}

Status DurableFile::rename(const char* rename_step) {
  RETURN_IF_ERROR(check_writable());
  fault_point(rename_step);
  const fs::path temporary = temporary_path(path_);
  if (::rename(temporary.c_str(), path_.c_str()) != 0) {
    const int err = errno;
    discard();
    return io_error(err, "rename " + temporary.string() + " to " + path_.string());
  }
  return {};
}

Status DurableFile::sync(const char* sync_step) {
  RETURN_IF_ERROR(check_writable());
  fault_point(sync_step);
  const int failed = ::fsync(fd_) != 0 ? errno : 0;
  ::close(std::exchange(fd_, -1));
  if (failed != 0) return io_error(failed, "sync " + path_.string());
  return {};
}

}  // namespace clicklake
