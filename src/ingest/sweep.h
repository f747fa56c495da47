#pragma once
/// Removes what a crash left of batches that were never published.
///
/// Place: first thing that a writing command does under the lake's lock; also how a failed batch
/// takes itself back.
/// Invariant: a file of a published batch is never touched; a batch is forgotten only after the
/// removal of its files is durable.
/// Thread safety: thread-compatible; the caller holds the lake's lock.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"

namespace clicklake {

struct SweepReport {
  std::vector<std::string> batches;  ///< ids that were open
  std::vector<std::string> files;    ///< removed, relative to the lake
  std::uint64_t bytes = 0;
};

/// For every open batch: removes its files (names that hold its id)
/// and any temporary file below raw/, processed/ and quarantine/, with the folders that become
/// empty, and abandons the batch. Without an open batch: one query, no look at the disk.
/// Errors: kIo, naming the file; the catalog's.
Result<SweepReport> sweep(Catalog& catalog, const std::filesystem::path& lake);

/// The same for one open batch. A batch that is not open (it was published after all) is left
/// alone.
Result<SweepReport> remove_batch(Catalog& catalog, const std::filesystem::path& lake,
                                 const std::string& batch_id);

}  // namespace clicklake
