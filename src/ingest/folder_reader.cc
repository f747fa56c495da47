#include "ingest/folder_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace clicklake {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

}  // namespace

OpenFolder::OpenFolder(OpenFolder&& other) noexcept
    : dir_(std::exchange(other.dir_, nullptr)), path_(std::move(other.path_)) {}

OpenFolder& OpenFolder::operator=(OpenFolder&& other) noexcept {
  std::swap(dir_, other.dir_);
  std::swap(path_, other.path_);
  return *this;
}

OpenFolder::~OpenFolder() {
  if (dir_ != nullptr) ::closedir(dir_);
}

Result<OpenFolder> OpenFolder::open(const std::string& path) {
  const int fd = ::open(path.c_str(), kFolderFlags);
  DIR* dir = fd < 0 ? nullptr : ::fdopendir(fd);
  if (dir == nullptr) return errno_error(errno, "read the folder " + path);
  return OpenFolder(dir, path);
}

Result<OpenFolder> OpenFolder::open_inside(const std::string& name, const std::string& path) const {
  const int fd = ::openat(::dirfd(dir_), name.c_str(), kFolderFlags);
  DIR* dir = fd < 0 ? nullptr : ::fdopendir(fd);
  if (dir == nullptr) return errno_error(errno, "read the folder " + path);
  return OpenFolder(dir, path);
}

Result<std::vector<OpenFolder::Entry>> OpenFolder::entries() {
  std::vector<Entry> entries;
  for (;;) {
    errno = 0;
    const struct dirent* entry = ::readdir(dir_);
    if (entry == nullptr) {
      if (errno != 0) return errno_error(errno, "read the folder " + path_);
      break;
    }
    if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
    entries.push_back({entry->d_name, entry->d_type});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

int OpenFolder::status_of(const std::string& name, struct stat* status) const {
  return ::fstatat(::dirfd(dir_), name.c_str(), status, 0) == 0 ? 0 : errno;
}

int OpenFolder::status(struct stat* status) const {
  return ::fstat(::dirfd(dir_), status) == 0 ? 0 : errno;
}

std::string join_path(const std::string& folder, const std::string& name) {
  if (folder.empty() || folder.ends_with('/')) return folder + name;
  return folder + "/" + name;
}

}  // namespace clicklake
