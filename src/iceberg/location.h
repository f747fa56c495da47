#pragma once
/// Where a file lies, as metadata spells it.
///
/// Place: every path in metadata files, manifest lists and manifests is a location. Invariant: a
/// local file's location is one that every reader tried opens. Thread safety: pure functions.
/// Source: Iceberg table spec v2, "Location URI with FS scheme"; docs/formats/iceberg.md (which
/// readers take which spelling).

#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake::iceberg {

/// "file://" and the absolute path as it is: no reader decodes escapes. The path alone where it has
/// a character at which Python's URL parser would cut it ('?', '#', controls).
std::string file_location(std::string_view absolute_path);

/// The absolute path of a local file's location: "file:///a", "file:/a", "file://localhost/a" or
/// "/a". Errors: kUnsupported, it is of another scheme or host; kInvalidData, it is no absolute
/// location.
Result<std::string> location_path(std::string_view location);

}  // namespace clicklake::iceberg
