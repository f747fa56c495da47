#pragma once
/// The marts of a lake: marts/*.sql, one a file.
///
/// Place: read at each batch; `init` and `marts add` write the ready ones. Invariant: a file that
/// can't be read costs its own mart only, and is reported. Thread safety: functions are safe.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "marts/mart_file.h"

namespace clicklake {

/// `<lake>/marts`.
std::filesystem::path marts_folder(const std::filesystem::path& lake);

struct MartFolder {
  std::vector<MartFile> marts;      ///< by name
  std::vector<Error> problems;      ///< one a file that holds no mart
  std::vector<std::string> broken;  ///< names of those files, without .sql
};

/// Reads all files; a missing folder is an empty one. Errors: kIo, the folder can't be listed.
Result<MartFolder> load_mart_folder(const std::filesystem::path& folder);
/// Writes `<folder>/<name>.sql`, durable on return. Errors: kAlreadyExists, there is one; kIo.
Status write_mart(const std::filesystem::path& folder, std::string_view name,
                  std::string_view text);

struct ReadyMart {
  std::string_view name;
  std::string_view text;  ///< of the file
};
/// Those that a new lake gets: engagement_daily, engagement_hourly, funnel_daily, revenue_daily.
const std::vector<ReadyMart>& ready_marts();

}  // namespace clicklake
