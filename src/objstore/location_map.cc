#include "objstore/location_map.h"

#include <algorithm>

namespace clicklake {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFileScheme = "file";

/// The scheme of a URI ("s3" of "s3://a/b"); empty for a path.
std::string_view scheme_of(std::string_view location) {
  const std::size_t end = location.find("://");
  if (end == std::string_view::npos || end == 0) return {};
  const std::string_view scheme = location.substr(0, end);
  const bool good = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
  return good ? scheme : std::string_view();
}

/// Schemes have no case, and Hadoop's names of S3 mean the same.
std::string with_plain_scheme(std::string_view location) {
  std::string scheme(scheme_of(location));
  for (char& c : scheme) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const std::string_view rest = location.substr(scheme.size());
  if (scheme == "s3a" || scheme == "s3n") scheme = "s3";
  return scheme + std::string(rest);
}

/// Without the '/' at its end, which would make a last segment of its own.
fs::path normal(const fs::path& path) {
  fs::path out = path.lexically_normal();
  if (!out.has_filename() && out.has_relative_path()) out = out.parent_path();
  return out;
}

bool has_dot_dot(std::string_view rest) {
  for (;;) {
    const std::size_t slash = rest.find('/');
    if (rest.substr(0, slash) == "..") return true;
    if (slash == std::string_view::npos) return false;
    rest.remove_prefix(slash + 1);
  }
}

Error climbs_out(std::string_view location) {
  return {ErrorCode::kInvalidArgument,
          "the location '" + std::string(location) + "' leaves its folder by '..'"};
}

/// "s3://bucket/" of a location there.
std::string bucket_of(std::string_view location) {
  const std::size_t begin = location.find("://") + 3;
  return std::string(location.substr(0, location.find('/', begin))) + "/";
}

}  // namespace

Status LocationMap::add(std::string_view prefix, const fs::path& folder) {
  const std::string_view scheme = scheme_of(prefix);
  if (scheme.empty() || prefix.size() == scheme.size() + 3) {
    return Error{ErrorCode::kInvalidArgument,
                 "[locations] '" + std::string(prefix) +
                     "': a prefix is a URI with its scheme, as in \"s3://bucket/prefix/\""};
  }
  if (has_dot_dot(prefix.substr(scheme.size() + 3))) return climbs_out(prefix);
  if (folder.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "[locations] '" + std::string(prefix) + "' names no folder"};
  }
  std::string key = with_plain_scheme(prefix);
  while (key.ends_with('/')) key.pop_back();
  key += '/';
  for (const auto& [known, where] : prefixes_) {
    if (known != key) continue;
    return Error{ErrorCode::kInvalidArgument, "[locations] '" + std::string(prefix) +
                                                  "' is mapped already, to " + where.string()};
  }
  prefixes_.emplace_back(std::move(key), normal(lake_ / folder));
  return {};
}

Result<fs::path> LocationMap::resolve(std::string_view location) const {
  if (location.empty()) return Error{ErrorCode::kInvalidArgument, "the location is empty"};
  if (location.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::kInvalidArgument, "the location holds a NUL byte"};
  }
  const std::string_view scheme = scheme_of(location);
  if (scheme.empty()) {
    const fs::path path(location);
    if (path.is_absolute()) return normal(path);
    if (has_dot_dot(location)) return climbs_out(location);
    return normal(lake_ / path);
  }
  std::string uri = with_plain_scheme(location);
  if (std::string_view(uri).substr(0, uri.find(':')) == kFileScheme) {
    const std::string_view path = std::string_view(uri).substr(kFileScheme.size() + 3);
    if (path.starts_with('/')) return normal(path);
    return Error{ErrorCode::kInvalidArgument,
                 "the location '" + std::string(location) + "' names no folder: file:///folder/"};
  }
  if (has_dot_dot(uri)) return climbs_out(location);
  if (!uri.ends_with('/')) uri += '/';
  const std::pair<std::string, fs::path>* best = nullptr;
  for (const auto& entry : prefixes_) {
    if (!uri.starts_with(entry.first)) continue;
    if (best == nullptr || entry.first.size() > best->first.size()) best = &entry;
  }
  if (best == nullptr) {
    return Error{ErrorCode::kUnsupported,
                 "the location '" + std::string(location) +
                     "' is not on this machine: say where it lies by a line like \"" +
                     bucket_of(uri) + "\" = \"folder\" below [locations] of clicklake.toml"};
  }
  // Slashes in a row are one here: the rest must not become an absolute path.
  std::string_view rest = std::string_view(uri).substr(best->first.size());
  rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
  return normal(best->second / rest);
}

std::string LocationMap::spell(const fs::path& path) const {
  const fs::path wanted = normal(path);
  const std::pair<std::string, fs::path>* best = nullptr;
  for (const auto& entry : prefixes_) {
    const auto [end, _] =
        std::mismatch(entry.second.begin(), entry.second.end(), wanted.begin(), wanted.end());
    if (end != entry.second.end()) continue;
    if (best == nullptr || entry.second.native().size() > best->second.native().size())
      best = &entry;
  }
  if (best == nullptr) return path.string();
  const fs::path below = wanted.lexically_relative(best->second);
  std::string uri = best->first;
  if (below != ".") uri += below.string();
  if (path.native().ends_with('/') && !uri.ends_with('/')) uri += '/';
  return uri;
}

}  // namespace clicklake
