#pragma once
/// Opening the lake's SQLite file, whatever is read from it.
///
/// Place: Catalog and Metastore open the same file through it, each with a connection of its own.
/// Invariant: a connection sees tables of exactly kCatalogFormatVersion. Thread safety: pure.
/// Source: ADR-0003, ADR-0010.

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "catalog/sqlite_connection.h"

namespace clicklake {

/// Opens `file`, which must exist, and migrates it where it is older. In a folder that can't be
/// written, or on a full device, it can be read. Errors: those of Catalog::open.
Result<std::unique_ptr<Connection>> open_catalog_file(const std::filesystem::path& file);

}  // namespace clicklake
