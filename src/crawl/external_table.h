#pragma once
/// Tables of the catalog as a crawl makes and reads them: SerDe, formats, properties.
///
/// Place: between what a crawl found and the metastore. Thread safety: pure functions.
/// Source: Athena user guide, "Choose a SerDe for your data".

#include <optional>
#include <string>
#include <vector>

#include "crawl/table_layout.h"
#include "crawl/table_sample.h"
#include "metastore/metastore.h"

namespace clicklake {

/// The format whose files a table of the catalog reads; kUnknown for SerDes that crawls know
/// nothing of.
FileFormat format_of(const Table& table);

KnownLayout known_layout(const Table& table);
KnownColumns known_columns(const Table& table);

/// Sets SerDe, input and output formats and properties for files of that kind.
void set_format(Table* table, const TableSample& sample);

/// Keeps in the SerDe's properties which keys the columns in `columns` are read from.
void set_mappings(Table* table, const std::vector<FoundColumn>& columns);

/// The columns of partition keys: year, month, day and hour are int; others are what all of
/// `values` (a list for each key) are: int, bigint, date, else string.
std::vector<HiveColumn> key_columns(const std::vector<std::string>& keys,
                                    const std::vector<std::vector<std::string>>& values);

}  // namespace clicklake
