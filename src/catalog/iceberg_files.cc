#include "catalog/iceberg_files.h"

#include <fstream>
#include <iterator>

namespace clicklake {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScheme = "file://";

}  // namespace

std::string iceberg_location(const fs::path& path) {
  return std::string(kScheme) + path.lexically_normal().generic_string();
}

Result<fs::path> path_of_location(std::string_view location) {
  if (location.starts_with(kScheme)) location.remove_prefix(kScheme.size());
  if (location.starts_with("file:/")) location.remove_prefix(5);
  if (location.starts_with('/')) return fs::path(location);
  return Error{ErrorCode::kUnsupported, "the location " + std::string(location) +
                                            " is no local folder: a lake on this machine holds its "
                                            "tables in file:// locations"};
}

Result<std::string> read_metadata_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) {
    return Error{ErrorCode::kCorruption, "cannot read the metadata file " + path.string() +
                                             ": `clicklake verify --repair` writes it anew"};
  }
  return bytes;
}

}  // namespace clicklake
