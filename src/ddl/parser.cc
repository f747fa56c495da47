#include "ddl/parser.h"

#include <array>

#include "ddl/clauses.h"
#include "ddl/cursor.h"
#include "ddl/statement_parsers.h"

namespace clicklake::ddl {
namespace {

struct Family {
  std::string_view first_word;
  bool (*parse)(Cursor&, Statement*);
};

constexpr std::array<Family, 14> kFamilies{{{"ALTER", parse_alter},
                                            {"CREATE", parse_create},
                                            {"DEALLOCATE", parse_deallocate},
                                            {"DESC", parse_describe},
                                            {"DESCRIBE", parse_describe},
                                            {"DROP", parse_drop},
                                            {"EXECUTE", parse_execute},
                                            {"EXPLAIN", parse_explain},
                                            {"INSERT", parse_insert},
                                            {"MSCK", parse_msck},
                                            {"PREPARE", parse_prepare},
                                            {"SHOW", parse_show},
                                            {"UNLOAD", parse_unload},
                                            {"USE", parse_use}}};

bool parse_statement(Cursor& cursor, Statement* statement) {
  for (const std::string_view word : {"DELETE", "MERGE", "UPDATE"}) {
    if (cursor.is(word)) {
      return cursor.fail(cursor.position(),
                         "NOT_SUPPORTED: Modifying Hive table rows is only supported for "
                         "transactional tables",
                         ErrorCode::kUnsupported);
    }
  }
  for (const Family& family : kFamilies) {
    if (cursor.accept(family.first_word))
      return family.parse(cursor, statement) && read_end(cursor);
  }
  return cursor.mismatch();
}

}  // namespace

Result<Statement> parse(std::string_view sql) {
  Cursor cursor(sql);
  Statement statement;
  if (!parse_statement(cursor, &statement)) return cursor.error();
  return statement;
}

}  // namespace clicklake::ddl
