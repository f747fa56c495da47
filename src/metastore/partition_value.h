#pragma once
/// Partition values in the catalog's file, and their order.
///
/// Place: between sqlite_metastore and its rows; discovery compares by the same text. Invariant:
/// canonical values have one text, and the text gives them back. Thread safety: pure.
/// Source: Hive, FileUtils.escapePathName; docs/formats/catalog.md.

#include <string>
#include <string_view>
#include <vector>

#include "metastore/metastore.h"

namespace clicklake {

/// `2024/11/4/15`, each value escaped as in a path: values of one partition as one text.
std::string join_partition_values(const std::vector<std::string>& values);
std::vector<std::string> split_partition_values(std::string_view text);

/// The canonical values of `values`, for these keys. `table` is named in errors. Errors:
/// kInvalidArgument, their number is wrong, or one does not fit its key's type.
Result<std::vector<std::string>> canonical_partition_values(const Table& table,
                                                            const std::vector<std::string>& values);

/// `year=2024/month=11`, as messages name a partition.
std::string partition_name(const Table& table, const std::vector<std::string>& values);

/// Sorts by the keys' types: numbers as numbers, others as text, NULL last.
void sort_partitions(const std::vector<HiveColumn>& keys, std::vector<Partition>* partitions);

}  // namespace clicklake
