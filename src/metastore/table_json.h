#pragma once
/// Tables, columns and parameters as the catalog's file keeps them: JSON with Glue's member names.
///
/// Place: between sqlite_metastore and its rows. Invariant: reading what was written gives an equal
/// value; members that are not known are passed over, missing ones are empty. Thread safety: pure.
/// Source: AWS Glue API, "Table", "StorageDescriptor"; docs/formats/catalog.md.

#include <string>
#include <string_view>
#include <vector>

#include "metastore/metastore.h"

namespace clicklake {

/// Everything of a table but its names, type, version and times, which have columns of their own.
std::string definition_to_json(const Table& table);
/// Fills those of `*table`. Errors: kCorruption.
Status read_definition(std::string_view json, Table* table);

std::string columns_to_json(const std::vector<HiveColumn>& columns);
Result<std::vector<HiveColumn>> read_columns(std::string_view json);

std::string parameters_to_json(const Parameters& parameters);
Result<Parameters> read_parameters(std::string_view json);

/// Parameters and own columns of a partition; "" where it has neither.
std::string partition_details_to_json(const Partition& partition);
Status read_partition_details(std::string_view json, Partition* partition);

}  // namespace clicklake
