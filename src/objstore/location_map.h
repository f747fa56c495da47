#pragma once
/// Where "s3://company-raw/clickstream/2024/" lies on this machine.
///
/// Place: locations of external tables, UNLOAD and CTAS go through it before a file is opened.
/// Invariant: of several prefixes that fit, the longest is taken; a prefix ends at a '/', so that
/// "s3://a/b/" says nothing of "s3://a/bc/"; no location leaves its folder by "..".
/// Thread safety: immutable once filled.
/// Source: `[locations]` of clicklake.toml (docs/operations.md).

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace clicklake {

class LocationMap {
 public:
  /// `lake`: the absolute folder that relative locations are below.
  explicit LocationMap(std::filesystem::path lake) : lake_(std::move(lake)) {}

  /// Maps URIs that begin with `prefix` to `folder` (absolute, or relative to the lake). Errors:
  /// kInvalidArgument, no URI with a scheme, or mapped already.
  Status add(std::string_view prefix, const std::filesystem::path& folder);

  /// The absolute, normal path of `location`: "s3://..." by the map, "file:///..." and absolute
  /// paths as they are, others below the lake. A '/' at the end is kept off. Errors: kUnsupported,
  /// no prefix fits: names the [locations] line that would help; kInvalidArgument, empty, or it
  /// climbs out by "..".
  Result<std::filesystem::path> resolve(std::string_view location) const;

  /// As a user would write it: the URI of the longest mapped folder around `path`, else the path
  /// itself.
  std::string spell(const std::filesystem::path& path) const;

  bool empty() const { return prefixes_.empty(); }

 private:
  std::filesystem::path lake_;
  std::vector<std::pair<std::string, std::filesystem::path>> prefixes_;  ///< each ends in '/'
};

}  // namespace clicklake
