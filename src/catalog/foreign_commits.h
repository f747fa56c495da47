#pragma once
/// Takes over what other engines committed to the lake's tables through the Iceberg catalog.
///
/// Place: inside catalog, whenever one is opened for writing. The rows of data_files are an index
/// over the manifests; where `iceberg_tables` points to metadata that is not ours, the index is
/// brought up to it, in one transaction, as a batch of its own kind. Invariant: afterwards the live
/// files are those of the table's current snapshot, or nothing has changed. Thread safety:
/// thread-compatible; processes may do it at the same time. Source: Iceberg table spec v2, "Scan
/// Planning"; ADR-0019.

#include "base/result.h"
#include "catalog/sqlite_connection.h"

namespace clicklake {

/// Cost: one query of seven rows where nobody else committed; else the new manifests are read.
/// Errors: kUnsupported, a table got row-level deletes, lost a column or is partitioned in a way
/// that clicklake does not write: the message says what to run there; kCorruption, its metadata
/// can't be read.
Status adopt_foreign_commits(Connection& connection);

}  // namespace clicklake
