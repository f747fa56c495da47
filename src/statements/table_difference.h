#pragma once
/// Whether a CREATE asks for what is there already.
///
/// Place: CREATE TABLE and CREATE DATABASE of an existing name; the same one is a no-op. Invariant:
/// what a statement leaves open can't differ. Thread safety: pure functions.

#include <optional>
#include <string>

#include "metastore/metastore.h"
#include "objstore/location_map.h"

namespace clicklake {

/// What of `wanted` is not so in `existing`, for a message ("its location is 's3://a/', not
/// 's3://b/'"); nothing where they are the same. Compared: columns, partition keys, formats, SerDe
/// and its properties, the place that the location resolves to; comments and table properties as
/// far as `wanted` has them.
std::optional<std::string> table_difference(const Table& existing, const Table& wanted,
                                            const LocationMap& locations);
/// The same of databases: description, location and properties as far as `wanted` has them.
std::optional<std::string> database_difference(const Database& existing, const Database& wanted,
                                               const LocationMap& locations);

}  // namespace clicklake
