#include "iceberg/location.h"

#include <algorithm>

namespace clicklake::iceberg {
namespace {

constexpr std::string_view kScheme = "file:";
constexpr std::string_view kHost = "//localhost/";

bool cuts_url(char c) { return c == '?' || c == '#' || static_cast<unsigned char>(c) < 0x20; }

}  // namespace

std::string file_location(std::string_view absolute_path) {
  std::string location(absolute_path);
  if (std::any_of(absolute_path.begin(), absolute_path.end(), cuts_url)) return location;
  return "file://" + location;
}

Result<std::string> location_path(std::string_view location) {
  std::string_view path = location;
  if (path.starts_with(kScheme)) {
    path.remove_prefix(kScheme.size());
    if (path.starts_with(kHost)) path.remove_prefix(kHost.size() - 1);
    // "file:///a" and Hadoop's "file:/a"; "file://host/a" is another host's.
    if (path.starts_with("///")) path.remove_prefix(2);
    if (path.starts_with("//")) {
      return Error{ErrorCode::kUnsupported,
                   "the location " + std::string(location) + " is on another host"};
    }
  }
  if (path.starts_with('/')) return std::string(path);
  if (path.find("://") != std::string_view::npos) {
    return Error{ErrorCode::kUnsupported,
                 "the location " + std::string(location) + " is not in the local file system"};
  }
  return Error{ErrorCode::kInvalidData,
               "the location '" + std::string(location) + "' is not absolute"};
}

}  // namespace clicklake::iceberg
