#include <utility>

#include "ddl/clauses.h"
#include "ddl/statement_parsers.h"

namespace clicklake::ddl {
namespace {

bool parse_create_database(Cursor& cursor, Statement* statement) {
  CreateDatabase create;
  if (!read_if_not_exists(cursor, &create.if_not_exists) || !read_name(cursor, &create.name))
    return false;
  bool comment = false;
  bool location = false;
  bool properties = false;
  for (;;) {
    if (!comment && cursor.accept("COMMENT")) {
      comment = true;
      if (!read_text(cursor, &create.comment)) return false;
    } else if (!location && cursor.accept("LOCATION")) {
      location = true;
      if (!read_text(cursor, &create.location)) return false;
    } else if (!properties && cursor.accept("WITH")) {
      properties = true;
      if (!cursor.expect("DBPROPERTIES") || !read_properties(cursor, &create.properties))
        return false;
    } else {
      break;
    }
  }
  *statement = std::move(create);
  return true;
}

bool parse_drop_database(Cursor& cursor, Statement* statement) {
  DropDatabase drop;
  if (!read_if_exists(cursor, &drop.if_exists) || !read_name(cursor, &drop.name)) return false;
  drop.cascade = cursor.accept("CASCADE");
  if (!drop.cascade) cursor.accept("RESTRICT");
  *statement = std::move(drop);
  return true;
}

}  // namespace

bool parse_create(Cursor& cursor, Statement* statement) {
  const Position position = cursor.position();
  if (cursor.accept("EXTERNAL"))
    return cursor.expect("TABLE") && parse_create_table(cursor, true, position, statement);
  if (cursor.accept("TABLE")) {
    return is_create_table_as(cursor) ? parse_create_table_as(cursor, statement)
                                      : parse_create_table(cursor, false, position, statement);
  }
  if (cursor.accept("DATABASE") || cursor.accept("SCHEMA"))
    return parse_create_database(cursor, statement);
  if (cursor.accept("VIEW")) return parse_create_view(cursor, false, statement);
  if (!cursor.accept("OR")) return cursor.mismatch();
  if (!cursor.expect("REPLACE")) return false;
  if (cursor.accept("VIEW")) return parse_create_view(cursor, true, statement);
  return cursor.mismatch("Athena has no OR REPLACE for tables: DROP TABLE first");
}

bool parse_drop(Cursor& cursor, Statement* statement) {
  if (cursor.accept("TABLE")) {
    DropTable drop;
    if (!read_if_exists(cursor, &drop.if_exists) || !read_table_name(cursor, &drop.name))
      return false;
    *statement = std::move(drop);
    return true;
  }
  if (cursor.accept("VIEW")) {
    DropView drop;
    if (!read_if_exists(cursor, &drop.if_exists) || !read_view_name(cursor, &drop.name))
      return false;
    *statement = std::move(drop);
    return true;
  }
  if (cursor.accept("DATABASE") || cursor.accept("SCHEMA"))
    return parse_drop_database(cursor, statement);
  return cursor.mismatch();
}

bool parse_use(Cursor& cursor, Statement* statement) {
  UseDatabase use;
  if (!read_name(cursor, &use.name)) return false;
  *statement = std::move(use);
  return true;
}

}  // namespace clicklake::ddl
