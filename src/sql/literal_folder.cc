#include "sql/literal_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace clicklake {

LiteralFolder::LiteralFolder(std::filesystem::path path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {}

LiteralFolder::LiteralFolder(LiteralFolder&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

LiteralFolder& LiteralFolder::operator=(LiteralFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

LiteralFolder::~LiteralFolder() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<LiteralFolder> LiteralFolder::open(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::path absolute = std::filesystem::absolute(folder, error);
  if (error) return errno_error(error.value(), "find " + folder.string());
  if (absolute.string().find_first_of("*?[\\") == std::string::npos) {
    return LiteralFolder(std::move(absolute), -1);
  }
  const int descriptor = ::open(absolute.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno_error(errno, "open the folder " + absolute.string());
  return LiteralFolder("/proc/self/fd/" + std::to_string(descriptor), descriptor);
}

}  // namespace clicklake
