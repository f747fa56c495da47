#include <utility>

#include "ddl/clauses.h"
#include "ddl/statement_parsers.h"

namespace clicklake::ddl {
namespace {

constexpr std::string_view kAlterations =
    "ALTER TABLE can ADD, DROP and RENAME a PARTITION, SET LOCATION, SET and UNSET TBLPROPERTIES, "
    "ADD and REPLACE COLUMNS";

/// `[PARTITION (...)] SET LOCATION '...'`, `ADD COLUMNS (...)` and `REPLACE COLUMNS (...)` may be
/// of a partition.
struct Altered {
  TableName table;
  std::optional<PartitionSpec> partition;
};

bool read_added_partitions(Cursor& cursor, AddPartitions add, Statement* statement) {
  // PARTITION stands here.
  while (cursor.accept("PARTITION")) {
    auto& [partition, location] = add.partitions.emplace_back();
    if (!read_partition_spec(cursor, &partition)) return false;
    if (cursor.accept("LOCATION") && !read_text(cursor, &location.emplace())) return false;
  }
  if (cursor.is(",")) {
    return cursor.fail(cursor.position(),
                       "missing EOF at ',' (ADD takes PARTITION (...) PARTITION (...) without "
                       "commas between them; DROP takes commas)");
  }
  *statement = std::move(add);
  return true;
}

template <typename Columns>
bool read_altered_columns(Cursor& cursor, const Altered& altered, Statement* statement) {
  Columns alter;
  alter.name = altered.table;
  alter.partition = altered.partition;
  NameSet names;
  if (!cursor.accept("COLUMNS")) return cursor.mismatch(kAlterations);
  if (!read_columns(cursor, &alter.columns, &names)) return false;
  *statement = std::move(alter);
  return true;
}

bool parse_add(Cursor& cursor, Altered altered, Statement* statement) {
  if (altered.partition) return read_altered_columns<AddColumns>(cursor, altered, statement);
  AddPartitions add;
  if (!read_if_not_exists(cursor, &add.if_not_exists)) return false;
  if (cursor.is("PARTITION")) {
    add.name = std::move(altered.table);
    return read_added_partitions(cursor, std::move(add), statement);
  }
  cursor.also_expected("PARTITION");
  if (add.if_not_exists) return cursor.mismatch();
  return read_altered_columns<AddColumns>(cursor, altered, statement);
}

bool parse_drop_partitions(Cursor& cursor, TableName table, Statement* statement) {
  DropPartitions drop;
  drop.name = std::move(table);
  if (!read_if_exists(cursor, &drop.if_exists)) return false;
  do {
    if (!cursor.accept("PARTITION")) return cursor.mismatch(kAlterations);
    if (!read_partition_spec(cursor, &drop.partitions.emplace_back())) return false;
  } while (cursor.accept(","));
  *statement = std::move(drop);
  return true;
}

bool parse_rename(Cursor& cursor, Altered altered, Statement* statement) {
  RenamePartition rename;
  rename.name = std::move(altered.table);
  rename.from = std::move(*altered.partition);
  if (!cursor.expect("TO") || !cursor.expect("PARTITION") ||
      !read_partition_spec(cursor, &rename.to))
    return false;
  *statement = std::move(rename);
  return true;
}

bool parse_set(Cursor& cursor, Altered altered, Statement* statement) {
  if (cursor.accept("LOCATION")) {
    SetLocation set;
    set.name = std::move(altered.table);
    set.partition = std::move(altered.partition);
    if (!read_text(cursor, &set.location)) return false;
    *statement = std::move(set);
    return true;
  }
  if (altered.partition || !cursor.accept("TBLPROPERTIES")) return cursor.mismatch(kAlterations);
  SetTableProperties set;
  set.name = std::move(altered.table);
  if (!read_properties(cursor, &set.properties)) return false;
  *statement = std::move(set);
  return true;
}

bool parse_unset(Cursor& cursor, TableName table, Statement* statement) {
  UnsetTableProperties unset;
  unset.name = std::move(table);
  if (!cursor.expect("TBLPROPERTIES") || !read_if_exists(cursor, &unset.if_exists) ||
      !cursor.expect("("))
    return false;
  do {
    if (!read_text(cursor, &unset.keys.emplace_back())) return false;
  } while (cursor.accept(","));
  if (!cursor.expect(")")) return false;
  *statement = std::move(unset);
  return true;
}

bool parse_alter_table(Cursor& cursor, Statement* statement) {
  Altered altered;
  if (!read_table_name(cursor, &altered.table) ||
      !read_optional_partition(cursor, &altered.partition))
    return false;
  if (cursor.accept("ADD")) return parse_add(cursor, std::move(altered), statement);
  if (cursor.accept("REPLACE"))
    return read_altered_columns<ReplaceColumns>(cursor, altered, statement);
  if (cursor.accept("SET")) return parse_set(cursor, std::move(altered), statement);
  if (altered.partition) {
    if (cursor.accept("RENAME")) return parse_rename(cursor, std::move(altered), statement);
  } else {
    if (cursor.accept("DROP"))
      return parse_drop_partitions(cursor, std::move(altered.table), statement);
    if (cursor.accept("UNSET")) return parse_unset(cursor, std::move(altered.table), statement);
  }
  return cursor.mismatch(kAlterations);
}

bool parse_alter_database(Cursor& cursor, Statement* statement) {
  AlterDatabase alter;
  if (!read_name(cursor, &alter.name) || !cursor.expect("SET") || !cursor.expect("DBPROPERTIES") ||
      !read_properties(cursor, &alter.properties))
    return false;
  *statement = std::move(alter);
  return true;
}

}  // namespace

bool parse_alter(Cursor& cursor, Statement* statement) {
  if (cursor.accept("TABLE")) return parse_alter_table(cursor, statement);
  if (cursor.accept("DATABASE") || cursor.accept("SCHEMA"))
    return parse_alter_database(cursor, statement);
  return cursor.mismatch();
}

}  // namespace clicklake::ddl
