#pragma once
/// Files of a lake that no snapshot, batch or reader needs.
///
/// Place: inside upkeep, the second part of maintain. Invariant: a file is unneeded when what could
/// lead a reader to it is gone, and has been for as long as is kept: what a manifest list reaches
/// that was the current one within that time stays, whatever the catalog says. Files of open
/// batches, files that changed lately, files of other forms than the tables', and files that are
/// registered in place are never among them. Thread safety: functions of their inputs.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/lake_index.h"

namespace clicklake {

struct UnneededFiles {
  std::vector<std::string> data;      ///< paths relative to the lake
  std::vector<std::string> metadata;  ///< likewise
  std::vector<std::string> raw;       ///< copies that no committed or open batch knows
  std::vector<std::string> quarantine;
  std::int64_t bytes = 0;
};

/// `keep`: how long a file, and what a list reaches, stays. Errors: kCorruption, metadata that is
/// kept can't be read, and then nothing is unneeded. Cost: reads each manifest that is kept once.
Result<UnneededFiles> find_unneeded(const std::filesystem::path& lake, LakeIndex& index,
                                    std::chrono::system_clock::time_point now,
                                    std::chrono::hours keep);

}  // namespace clicklake
