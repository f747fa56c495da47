#pragma once
/// One function a statement, or a family that shares its first words.
///
/// Place: ddl/parser.cc chooses one by the first word, which the cursor has taken. False: the
/// cursor has the fault. Thread safety: as the cursor.

#include "ddl/cursor.h"
#include "ddl/statement.h"

namespace clicklake::ddl {

bool parse_create(Cursor& cursor, Statement* statement);
bool parse_drop(Cursor& cursor, Statement* statement);
bool parse_alter(Cursor& cursor, Statement* statement);
bool parse_show(Cursor& cursor, Statement* statement);
bool parse_describe(Cursor& cursor, Statement* statement);
bool parse_msck(Cursor& cursor, Statement* statement);
bool parse_use(Cursor& cursor, Statement* statement);
bool parse_insert(Cursor& cursor, Statement* statement);
bool parse_unload(Cursor& cursor, Statement* statement);
bool parse_explain(Cursor& cursor, Statement* statement);
bool parse_prepare(Cursor& cursor, Statement* statement);
bool parse_execute(Cursor& cursor, Statement* statement);
bool parse_deallocate(Cursor& cursor, Statement* statement);

/// Behind CREATE [EXTERNAL] TABLE; `position` is that of the word behind CREATE.
bool parse_create_table(Cursor& cursor, bool external, Position position, Statement* statement);
/// Whether CREATE TABLE, which the cursor has taken, goes on as Trino's CREATE TABLE ... AS.
bool is_create_table_as(const Cursor& cursor);
bool parse_create_table_as(Cursor& cursor, Statement* statement);
bool parse_create_view(Cursor& cursor, bool or_replace, Statement* statement);

}  // namespace clicklake::ddl
