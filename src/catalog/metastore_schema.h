#pragma once
/// The metastore's tables in the catalog's file, what a new lake has in them, and the hours that
/// ingest registers there.
///
/// Place: inside catalog: the migration to format version 3 and commit_batch call it; metastore/
/// reads and writes the tables. Invariant: an hour's partition is registered in the transaction
/// that publishes its raw files. Thread safety: functions over one connection.
/// Source: ADR-0010; docs/formats/catalog.md, "Metastore".

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "catalog/sqlite_connection.h"
#include "model/star_schema.h"

namespace clicklake {

inline constexpr std::string_view kRawDatabase = "clickstream_raw";
inline constexpr std::string_view kRawTable = "click_events_raw";
inline constexpr std::string_view kProcessedDatabase = "clickstream_processed";
inline constexpr std::string_view kCuratedDatabase = "clickstream_curated";
/// Where the raw table lies, relative to the lake.
inline constexpr std::string_view kRawLocation = "raw/clickstream/";

/// Makes the tables, the databases `default`, `clickstream_raw` and `clickstream_processed` with
/// their tables, and a partition for each hour that `raw_files` has. Errors: Connection's.
Status create_metastore(Connection& connection);

/// The database `clickstream_curated` with its tables, of format version 5 on. A database of that
/// name that somebody made before is kept, and takes them. Errors: Connection's.
Status add_curated_database(Connection& connection);

/// The entry of a star table that came with a later format version. Errors: Connection's.
Status add_star_table(Connection& connection, const TableDefinition& table);

/// Shows the columns of `table`, one that was added among them, as a new version of its schema; a
/// table that was dropped stays so. Inside the caller's transaction. Errors: Connection's.
Status update_star_columns(Connection& connection, const TableDefinition& table);

/// Hours since 1970, and the path of a file in the hour's folder.
using RawHour = std::pair<std::int64_t, std::string_view>;

/// Registers hours that the raw table does not have; nothing where it was dropped, or made anew
/// with other keys or for another place. Inside the caller's transaction. Errors: Connection's.
/// Cost: one statement, and one an hour.
Status register_raw_hours(Connection& connection, std::span<const RawHour> hours);

}  // namespace clicklake
