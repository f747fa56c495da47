#include "catalog/iceberg_files.h"

#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "iceberg/location.h"

namespace clicklake {

namespace fs = std::filesystem;

fs::path lake_folder(const fs::path& catalog_file) {
  std::error_code error;
  const fs::path absolute = fs::absolute(catalog_file).lexically_normal();
  const fs::path canonical = fs::weakly_canonical(absolute, error);
  return (error ? absolute : canonical).parent_path();
}

std::string iceberg_location(const fs::path& path) {
  return iceberg::file_location(path.lexically_normal().generic_string());
}

Result<fs::path> path_of_location(std::string_view location) {
  ASSIGN_OR_RETURN(std::string path, iceberg::location_path(location));
  return fs::path(std::move(path));
}

Result<std::string> read_metadata_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) {
    return Error{ErrorCode::kCorruption, "cannot read the metadata file " + path.string() +
                                             ": put it back from a backup of the lake"};
  }
  return bytes;
}

}  // namespace clicklake
