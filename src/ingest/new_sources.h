#pragma once
/// Leaves out the sources that were taken before.
///
/// Place: between listing the sources and reading them; it makes a repeated run a no-op.
/// Invariant: a source is left out only where its path, size and time, or its content, was taken
/// whole. What can't be looked at stays in: reading it will tell.
/// Thread safety: thread-compatible, as the catalog is.

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "ingest/sources.h"

namespace clicklake {

struct NewSources {
  std::vector<Source> fresh;  ///< to be read, in the order given
  /// Known by path, size and time, or by content, or equal to one of `fresh`.
  std::vector<Source> taken;
};

/// Cost: one query of an index for all paths; content is read (with `threads` threads) only of
/// files whose size equals that of another source, taken or given.
/// Errors: the catalog's.
Result<NewSources> find_new_sources(Catalog& catalog, std::vector<Source> sources, int threads);

/// XXH3-128 hex of a file's bytes. Errors: kNotFound, kIo.
Result<std::string> hash_content(const std::filesystem::path& path);

}  // namespace clicklake
