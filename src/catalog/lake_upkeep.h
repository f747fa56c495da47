#pragma once
/// Rows of the catalog that go with files that upkeep removes.
///
/// Place: under maintain. Invariant: no live file's row goes; what a batch counted stays. Thread
/// safety: functions of their inputs; for retire_files the caller holds the lake's lock.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace clicklake {

/// Forgets removed data files: rows, statistics and bounds of those `paths` (relative to the lake)
/// that no current snapshot holds. Others are passed over. One transaction.
Status forget_data_files(const std::filesystem::path& catalog_file,
                         const std::vector<std::string>& paths);

/// Writes every table's Iceberg metadata anew from the catalog's rows, without history, as a batch
/// of its own; with `only_moved`, of tables whose metadata names another folder than the lake's.
/// Returns the number of tables. The caller holds the lake's lock. Errors: kConflict, another
/// program committed meanwhile; kIo, kNoSpace.
Result<std::int64_t> write_metadata_anew(const std::filesystem::path& catalog_file,
                                         const std::string& batch_id, std::int64_t now_us,
                                         bool only_moved);

/// A copy of the catalog as of one moment, durable on return, with what upkeep can't take along
/// left out: open batches, and files that no current snapshot holds. Errors: kAlreadyExists, kIo.
Status copy_catalog(const std::filesystem::path& from, const std::filesystem::path& to);

/// Any other SQLite file as of one moment, durable on return. Errors: kAlreadyExists, kIo.
Status copy_database(const std::filesystem::path& from, const std::filesystem::path& to);

/// How far a work of several batches, `name`, has come; 0: not begun, or done.
Result<std::int64_t> read_progress(const std::filesystem::path& catalog_file,
                                   const std::string& name);
/// 0 forgets it. One transaction.
Status write_progress(const std::filesystem::path& catalog_file, const std::string& name,
                      std::int64_t done);

struct Retirement {
  std::string batch_id;  ///< a new one
  std::int64_t now_us = 0;
  std::int64_t raw_before_us = 0;         ///< hours that ended before it; 0: none
  std::int64_t quarantine_before_us = 0;  ///< batches committed before it; 0: none
  bool dry_run = false;
};
struct RetiredFiles {
  std::vector<std::string> raw;  ///< paths relative to the lake, to be removed by the caller
  std::vector<std::string> quarantine;
  std::int64_t bytes = 0;
};
/// Takes transformed raw copies and quarantine files out of the lake, as one batch; their rows
/// stay, marked. Fault point "retire.commit".
Result<RetiredFiles> retire_files(const std::filesystem::path& catalog_file,
                                  const Retirement& retirement);

}  // namespace clicklake
