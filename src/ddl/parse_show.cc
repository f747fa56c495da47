#include <utility>

#include "ddl/clauses.h"
#include "ddl/statement_parsers.h"

namespace clicklake::ddl {
namespace {

/// `[LIKE] 'pattern'`, or nothing.
bool read_pattern(Cursor& cursor, std::string* pattern) {
  if (cursor.accept("LIKE")) return read_text(cursor, pattern);
  const TokenKind kind = cursor.token().kind;
  if (kind == TokenKind::kText || kind == TokenKind::kDoubleQuoted)
    return read_text(cursor, pattern);
  cursor.also_expected("<string>");
  return true;
}

bool accept_in(Cursor& cursor) { return cursor.accept("IN") || cursor.accept("FROM"); }

bool show_databases(Cursor& cursor, Statement* statement) {
  ShowDatabases show;
  if (!read_pattern(cursor, &show.pattern)) return false;
  *statement = std::move(show);
  return true;
}

/// Of ShowTables and ShowViews.
template <typename Show>
bool show_names(Cursor& cursor, Statement* statement) {
  Show show;
  if (accept_in(cursor) && !read_name(cursor, &show.database)) return false;
  if (!read_pattern(cursor, &show.pattern)) return false;
  *statement = std::move(show);
  return true;
}

bool show_columns(Cursor& cursor, Statement* statement) {
  ShowColumns show;
  if (!accept_in(cursor)) return cursor.mismatch();
  if (!read_table_name(cursor, &show.name)) return false;
  if (show.name.database.empty() && accept_in(cursor) && !read_name(cursor, &show.name.database))
    return false;
  *statement = std::move(show);
  return true;
}

bool show_partitions(Cursor& cursor, Statement* statement) {
  ShowPartitions show;
  if (!read_table_name(cursor, &show.name) || !read_optional_partition(cursor, &show.partition))
    return false;
  *statement = std::move(show);
  return true;
}

bool show_create(Cursor& cursor, Statement* statement) {
  if (cursor.accept("TABLE")) {
    ShowCreateTable show;
    if (!read_table_name(cursor, &show.name)) return false;
    *statement = std::move(show);
    return true;
  }
  ShowCreateView show;
  if (!cursor.expect("VIEW") || !read_view_name(cursor, &show.name)) return false;
  *statement = std::move(show);
  return true;
}

bool show_table_properties(Cursor& cursor, Statement* statement) {
  ShowTableProperties show;
  if (!read_table_name(cursor, &show.name)) return false;
  if (cursor.accept("(") && !(read_text(cursor, &show.key.emplace()) && cursor.expect(")")))
    return false;
  *statement = std::move(show);
  return true;
}

bool is_name(const Token& token) {
  return token.kind == TokenKind::kWord || token.kind == TokenKind::kBackquoted ||
         token.kind == TokenKind::kDoubleQuoted;
}

/// `metadata.$key$`: names, and the words in dollars that stand for parts of a type.
bool read_column_path(Cursor& cursor, std::vector<std::string>* path) {
  do {
    std::string& step = path->emplace_back();
    if (cursor.token().kind == TokenKind::kWord && cursor.text().front() == '$') {
      step = lower_case(cursor.text());
      cursor.advance();
    } else if (cursor.token().kind == TokenKind::kText) {
      if (!read_text(cursor, &step)) return false;
      step = lower_case(step);
    } else if (!read_name(cursor, &step)) {
      return false;
    }
  } while (cursor.accept("."));
  return true;
}

}  // namespace

bool parse_show(Cursor& cursor, Statement* statement) {
  if (cursor.accept("DATABASES") || cursor.accept("SCHEMAS"))
    return show_databases(cursor, statement);
  if (cursor.accept("TABLES")) return show_names<ShowTables>(cursor, statement);
  if (cursor.accept("VIEWS")) return show_names<ShowViews>(cursor, statement);
  if (cursor.accept("COLUMNS")) return show_columns(cursor, statement);
  if (cursor.accept("PARTITIONS")) return show_partitions(cursor, statement);
  if (cursor.accept("CREATE")) return show_create(cursor, statement);
  if (cursor.accept("TBLPROPERTIES")) return show_table_properties(cursor, statement);
  return cursor.mismatch();
}

bool parse_describe(Cursor& cursor, Statement* statement) {
  Describe describe;
  // None of these words is reserved: without a name behind it, it is the table's.
  const auto is_form = [&](std::string_view word) {
    return cursor.is(word) && is_name(cursor.ahead()) && cursor.accept(word);
  };
  if (cursor.accept("EXTENDED")) {
    describe.form = DescribeForm::kExtended;
  } else if (is_form("FORMATTED")) {
    describe.form = DescribeForm::kFormatted;
  } else if (is_form("HISTORY")) {
    describe.form = DescribeForm::kHistory;
  }
  if (cursor.is("TABLE")) {  // as Athena reads it: a table of this name, and its column
    describe.name = {.database = "", .table = "table", .position = cursor.position()};
    cursor.advance();
  } else if (is_form("VIEW") ? !read_view_name(cursor, &describe.name)
                             : !read_table_name(cursor, &describe.name)) {
    return false;
  }
  if (!read_optional_partition(cursor, &describe.partition)) return false;
  if (is_name(cursor.token()) || cursor.token().kind == TokenKind::kText) {
    if (!read_column_path(cursor, &describe.column_path)) return false;
  } else {
    cursor.also_expected("<identifier>");
  }
  *statement = std::move(describe);
  return true;
}

bool parse_msck(Cursor& cursor, Statement* statement) {
  RepairTable repair;
  cursor.accept("REPAIR");
  if (!cursor.expect("TABLE") || !read_table_name(cursor, &repair.name)) return false;
  *statement = std::move(repair);
  return true;
}

}  // namespace clicklake::ddl
