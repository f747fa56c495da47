#pragma once
/// Where Iceberg's metadata files lie, and their bytes.
///
/// Place: inside catalog, under what writes and reads them. Thread safety: pure functions.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace clicklake {

/// The folder that the catalog's file lies in, absolute and without links: the one way to spell it,
/// by which a lake that was moved is told from one that was not.
std::filesystem::path lake_folder(const std::filesystem::path& catalog_file);

/// A folder or file as Iceberg's files name it: "file:///lakes/mine/processed/fact_clicks".
std::string iceberg_location(const std::filesystem::path& path);
/// The path of such a location, or of a plain absolute path. Errors: kUnsupported, another scheme.
Result<std::filesystem::path> path_of_location(std::string_view location);

/// All bytes of a metadata file. Errors: kCorruption, it can't be read.
Result<std::string> read_metadata_file(const std::filesystem::path& path);

}  // namespace clicklake
