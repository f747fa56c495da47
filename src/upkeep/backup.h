#pragma once
/// A whole lake in another folder, and a lake that lies in another folder than before.
///
/// Place: the commands `backup` and `relocate`. Invariant: a backup is of one moment of the
/// catalog, whoever writes meanwhile; every file that this moment names is in it, or there is no
/// backup; a folder of its name is whole. Published files never change, so they are linked where
/// both folders are on one file system. Thread safety: functions of their inputs; beside any other
/// command. Source: docs/operations.md, "Backup and restore".

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace clicklake {

struct BackupReport {
  std::int64_t files_linked = 0;
  std::int64_t files_copied = 0;
  std::int64_t bytes = 0;
  std::int64_t in_place_files = 0;  ///< registered where they lie: they are not in the backup
  double seconds = 0;
};

/// Makes `destination` (which must not exist) a lake of its own: a working copy of `lake`. With
/// `copy` no file is linked. Errors: kAlreadyExists; kConflict, a file went while it ran, by a
/// retention: run again; kIo, kNoSpace. Nothing is left under the name of `destination` then.
Result<BackupReport> backup(const std::filesystem::path& lake,
                            const std::filesystem::path& destination, bool copy);

/// Writes Iceberg's metadata anew for the place where the lake lies; with `all`, even of tables
/// whose metadata names it already. Returns the number of tables. Errors: as write_metadata_anew().
Result<std::int64_t> relocate(const std::filesystem::path& lake, bool all, bool wait);

}  // namespace clicklake
