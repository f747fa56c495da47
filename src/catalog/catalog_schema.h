#pragma once
/// The catalog's SQL tables and the steps that bring an older file forward.
///
/// Place: inside catalog; create and open go through it.
/// Invariant: a file has the tables of exactly the version that meta.format_version names: all
/// steps
///   that are due run in one transaction. A new file is a version-0 file (meta alone), migrated.
/// Thread safety: pure functions over one connection.
/// Source: docs/formats/catalog.md; ADR-0003.

#include <cstdint>
#include <span>

#include "base/result.h"
#include "catalog/catalog.h"
#include "catalog/sqlite_connection.h"

namespace clicklake {

/// "clkl", in the file's header: tells a catalog from any other SQLite file.
inline constexpr std::int64_t kCatalogApplicationId = 0x636C6B6C;

/// Brings a file of version `from` to `from` + 1.
struct Migration {
  int from;
  Status (*apply)(Connection& connection);
};

/// Every step there is, in order, up to kCatalogFormatVersion.
std::span<const Migration> catalog_migrations();

/// Makes an empty file a version-0 catalog: application id and meta. Errors: as Connection's.
Status create_version_0(Connection& connection);

/// What `file` says it is. Errors: kCorruption, no SQLite file, or another program's, or without a
/// version.
Result<int> read_format_version(Connection& connection);

/// Runs the steps from the file's version to the last step's in one transaction; nothing when there
/// is nothing to do. Errors: kUnsupported, the file is newer than the steps, or too old for them; a
/// step's own error, then the file is as before.
Status migrate(Connection& connection, std::span<const Migration> migrations);

}  // namespace clicklake
