#pragma once
/// Reads folders and their files' status with as few system calls as there are files.
///
/// Place: under the listing of sources.
/// Thread safety: thread-compatible.

#include <dirent.h>
#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// An open folder. Invariant: closed with the value.
class OpenFolder {
 public:
  /// Errors: kNotFound, kIo naming `path`.
  static Result<OpenFolder> open(const std::string& path);
  /// The folder `name` inside of this one; `path` is for messages.
  Result<OpenFolder> open_inside(const std::string& name, const std::string& path) const;
  OpenFolder(OpenFolder&& other) noexcept;
  OpenFolder& operator=(OpenFolder&& other) noexcept;
  ~OpenFolder();

  struct Entry {
    std::string name;
    unsigned char type;  ///< DT_REG, DT_DIR, DT_LNK, DT_UNKNOWN, ...
  };
  /// All entries but "." and "..", by name. Errors: kIo.
  Result<std::vector<Entry>> entries();
  /// Follows links. Returns 0 or an errno.
  int status_of(const std::string& name, struct stat* status) const;
  int status(struct stat* status) const;

 private:
  OpenFolder(DIR* dir, std::string path) : dir_(dir), path_(std::move(path)) {}
  DIR* dir_ = nullptr;
  std::string path_;
};

/// "a" and "b" give "a/b", "a/" and "b" too, "" and "b" give "b".
std::string join_path(const std::string& folder, const std::string& name);

}  // namespace clicklake
