#include <array>
#include <initializer_list>

#include "ddl/lexer.h"
#include "ddl/parser.h"

namespace clicklake::ddl {
namespace {

/// The first words of a statement. Text has the same length in either grammar where it is told
/// apart from a word, which is all that matters here.
class FirstTokens {
 public:
  explicit FirstTokens(std::string_view sql) : sql_(sql) {
    Position from = 0;
    for (Token& token : tokens_) {
      token = next_token(sql, from, Grammar::kTrino);
      from = token.end;
    }
  }

  TokenKind kind(std::size_t i) const { return tokens_[i].kind; }
  bool is(std::size_t i, std::initializer_list<std::string_view> words) const {
    const Token& token = tokens_[i];
    if (token.kind != TokenKind::kWord && token.kind != TokenKind::kSymbol) return false;
    for (const std::string_view word : words) {
      if (is_keyword(sql_.substr(token.begin, token.end - token.begin), word)) return true;
    }
    return false;
  }

 private:
  std::string_view sql_;
  std::array<Token, 4> tokens_;
};

bool is_athena_create(const FirstTokens& first) {
  if (first.is(1, {"OR"})) return first.is(2, {"REPLACE"}) && first.is(3, {"TABLE", "VIEW"});
  return first.is(1, {"EXTERNAL", "TABLE", "VIEW", "DATABASE", "SCHEMA"});
}

bool is_athena_show(const FirstTokens& first) {
  if (first.is(1, {"CREATE"})) return first.is(2, {"TABLE", "VIEW"});
  return first.is(
      1, {"DATABASES", "SCHEMAS", "TABLES", "VIEWS", "COLUMNS", "PARTITIONS", "TBLPROPERTIES"});
}

/// DuckDB describes queries and files, and, without a name, all tables.
bool is_athena_describe(const FirstTokens& first) {
  return first.kind(1) != TokenKind::kEnd && first.kind(1) != TokenKind::kText &&
         !first.is(1, {"SELECT", "WITH", "VALUES", "FROM", "("});
}

bool is_athena_explain(const FirstTokens& first) {
  if (first.is(1, {"ANALYZE"})) return true;
  return first.is(1, {"("}) && !first.is(2, {"SELECT", "WITH", "VALUES", "FROM", "(", "ANALYZE"});
}

/// EXECUTE x, EXECUTE x USING; DuckDB's is EXECUTE x(1).
bool is_athena_execute(const FirstTokens& first) {
  return first.kind(1) != TokenKind::kEnd &&
         (first.kind(2) == TokenKind::kEnd || first.is(2, {"USING"}));
}

/// DuckDB has an UPDATE EXTENSIONS.
bool is_athena_update(const FirstTokens& first) {
  return !first.is(1, {"EXTENSIONS"}) || first.is(2, {"SET"});
}

}  // namespace

bool is_athena_statement(std::string_view sql) {
  const FirstTokens first(sql);
  if (first.is(0, {"MSCK", "UNLOAD", "USE"})) return true;
  if (first.is(0, {"CREATE"})) return is_athena_create(first);
  if (first.is(0, {"DROP"})) return first.is(1, {"TABLE", "VIEW", "DATABASE", "SCHEMA"});
  if (first.is(0, {"ALTER"})) return first.is(1, {"TABLE", "DATABASE", "SCHEMA"});
  if (first.is(0, {"SHOW"})) return is_athena_show(first);
  if (first.is(0, {"DESCRIBE", "DESC"})) return is_athena_describe(first);
  if (first.is(0, {"INSERT", "MERGE"})) return first.is(1, {"INTO"});
  if (first.is(0, {"EXPLAIN"})) return is_athena_explain(first);
  if (first.is(0, {"PREPARE"})) return first.is(2, {"FROM"});
  if (first.is(0, {"EXECUTE"})) return is_athena_execute(first);
  if (first.is(0, {"DEALLOCATE"})) return first.is(1, {"PREPARE"});
  if (first.is(0, {"UPDATE"})) return is_athena_update(first);
  if (first.is(0, {"DELETE"})) return first.is(1, {"FROM"});
  return false;
}

}  // namespace clicklake::ddl
