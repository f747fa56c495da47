#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "objstore/object_store.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

std::int64_t micros(const struct timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1'000;
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// Fills `*info` by a stat; false for what is neither file nor folder (a broken link or a loop of
/// links, too), or gone since it was listed.
Result<bool> look_at(int folder_fd, const fs::path& folder, ObjectInfo* info) {
  struct stat found {};
  if (::fstatat(folder_fd, info->name.c_str(), &found, 0) != 0) {
    if (errno == ENOENT || errno == ELOOP) return false;
    return errno_error(errno, "look at " + (folder / info->name).string());
  }
  info->is_folder = S_ISDIR(found.st_mode);
  if (!info->is_folder && !S_ISREG(found.st_mode)) return false;
  info->size = info->is_folder ? 0 : found.st_size;
  info->mtime_us = micros(found.st_mtim);
  return true;
}

class LocalObjectStore final : public ObjectStore {
 public:
  Result<std::vector<ObjectInfo>> list(const fs::path& folder, bool with_sizes) override {
    const std::unique_ptr<DIR, CloseFolder> open(::opendir(folder.c_str()));
    if (!open) return folder_error(errno, folder);
    std::vector<ObjectInfo> entries;
    for (;;) {
      errno = 0;
      const struct dirent* entry = ::readdir(open.get());
      if (entry == nullptr) break;
      const std::string_view name(entry->d_name);
      if (name == "." || name == "..") continue;
      ObjectInfo info{.name = std::string(name), .is_folder = entry->d_type == DT_DIR};
      const bool known = entry->d_type == DT_DIR || entry->d_type == DT_REG;
      if (with_sizes || !known) {
        // Links are followed, and not every file system tells types.
        if (!known && entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN) continue;
        ASSIGN_OR_RETURN(const bool listed, look_at(::dirfd(open.get()), folder, &info));
        if (!listed) continue;
      }
      entries.push_back(std::move(info));
    }
    if (errno != 0) return errno_error(errno, "list " + folder.string());
    std::sort(entries.begin(), entries.end(),
              [](const ObjectInfo& a, const ObjectInfo& b) { return a.name < b.name; });
    return entries;
  }

  Result<std::int64_t> folder_time(const fs::path& folder) override {
    struct stat found {};
    if (::stat(folder.c_str(), &found) != 0) return folder_error(errno, folder);
    if (!S_ISDIR(found.st_mode)) return folder_error(ENOTDIR, folder);
    return micros(found.st_mtim);
  }

 private:
  static Error folder_error(int error, const fs::path& folder) {
    if (error == ENOENT || error == ENOTDIR) {
      return {ErrorCode::kNotFound, "there is no folder " + folder.string()};
    }
    return errno_error(error, "list " + folder.string());
  }
};

}  // namespace

std::unique_ptr<ObjectStore> local_object_store() { return std::make_unique<LocalObjectStore>(); }

}  // namespace clicklake
