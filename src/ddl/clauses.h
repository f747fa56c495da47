#pragma once
/// The pieces that several statements have: names, texts, properties, partitions, columns.
///
/// Place: called by parse_*.cc. Each reads at the cursor and moves it behind; false: the cursor has
/// the fault. Thread safety: as the cursor.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "ddl/cursor.h"
#include "ddl/statement.h"

namespace clicklake::ddl {

using NameSet = std::unordered_set<std::string>;

/// A name in the quotes of the cursor's grammar, in lower case. Reserved words need them.
bool read_name(Cursor& cursor, std::string* name);

/// `table`, `database.table`; in Trino's grammar also with the catalog `awsdatacatalog` in front.
bool read_table_name(Cursor& cursor, TableName* name);
/// The same where either grammar's quotes may stand: views are made by Trino and listed by Hive.
bool read_view_name(Cursor& cursor, TableName* name);

/// A text in the quotes of the cursor's grammar.
bool read_text(Cursor& cursor, std::string* text);

/// A whole number of at least `least`, as an int.
bool read_int(Cursor& cursor, int least, int* value);

/// `('key'='value', 'key'=4, ...)`
bool read_properties(Cursor& cursor, Properties* properties);

/// `(year=2024, day='04', d=DATE '2024-01-01')`
bool read_partition_spec(Cursor& cursor, PartitionSpec* spec);
/// `PARTITION (...)`, or nothing.
bool read_optional_partition(Cursor& cursor, std::optional<PartitionSpec>* spec);

/// `type [COMMENT 'text']` of a column whose name has been read.
bool read_column_type(Cursor& cursor, HiveColumn* column);
/// `(name type [COMMENT 'text'], ...)`; `names`: those read, no name twice.
bool read_columns(Cursor& cursor, std::vector<HiveColumn>* columns, NameSet* names);

/// `(name, name, ...)`, no name twice, each of `known` if that is given.
bool read_name_list(Cursor& cursor, const NameSet* known, std::vector<std::string>* names);

/// [IF NOT EXISTS], [IF EXISTS]
bool read_if_not_exists(Cursor& cursor, bool* found);
bool read_if_exists(Cursor& cursor, bool* found);

/// The statement's end.
bool read_end(Cursor& cursor);

}  // namespace clicklake::ddl
