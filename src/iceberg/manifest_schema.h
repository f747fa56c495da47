#pragma once
/// The Avro schemas of manifests and manifest lists.
///
/// Place: in the headers that are written. Invariant: field ids and names are the spec's.
/// Thread safety: pure functions.
/// Source: Iceberg table spec v2, "Manifests", "Manifest Lists", appendix A "Avro".

#include <span>
#include <string>

#include "iceberg/partition_spec.h"
#include "iceberg/schema.h"

namespace clicklake::iceberg {

/// `types`: of the spec's fields.
std::string manifest_entry_schema(const PartitionSpec& spec, std::span<const PrimitiveType> types);
std::string manifest_list_schema();

}  // namespace clicklake::iceberg
