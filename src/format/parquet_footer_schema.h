#pragma once
/// The schema of a Parquet footer: from its flat list of elements to a tree, and to Hive's types.
///
/// Place: inside parquet_footer; the crawler and external tables take the Hive types.
/// Invariant: a tree has the shape that the elements' counts say, or there is none. Lists and maps
/// are recognized in every form that writers have given them.
/// Thread safety: pure functions. Source: apache/parquet-format 2.10, LogicalTypes.md, "Nested
/// Types" with the backward-compatibility rules; Athena user guide, "Data types in Amazon Athena".

#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/parquet_footer.h"
#include "format/parquet_thrift_reader.h"
#include "model/hive_type.h"

namespace clicklake {

/// Reads FileMetaData's field 2; gives the top-level columns. Faults are `in`'s.
std::vector<ParquetNode> read_parquet_schema(ThriftReader& in, ThriftType type);

/// The columns as Hive, Glue and Athena name their types: unsigned numbers as the next wider one,
/// times of day as numbers, groups as struct, LIST as array, MAP as map; names in lower case.
/// Errors: kUnsupported, a column has no such type (an empty group, nested too deeply): names file
/// and column.
Result<std::vector<HiveColumn>> hive_columns(const ParquetFooter& footer, std::string_view name);

}  // namespace clicklake
