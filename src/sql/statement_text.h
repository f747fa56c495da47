#pragma once
/// SQL text, cut at its statements without understanding them.
///
/// Place: the `sql` command runs statements one by one; the prompt asks whether what was typed is
/// whole. Invariant: quotes, dollar quotes and comments are passed over as DuckDB's scanner does.
/// Thread safety: pure functions.
/// Source: PostgreSQL's lexical structure, which DuckDB's scanner follows.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace clicklake {

enum class TokenKind {
  kWord,        ///< a name, keyword or number
  kText,        ///< 'text', "name", $$text$$, with its quotes
  kSymbol,      ///< any other byte
  kUnfinished,  ///< a quote or comment that does not end
};

/// Bytes [begin, end) of the text.
struct Token {
  TokenKind kind;
  std::size_t begin;
  std::size_t end;
};

/// The tokens of `text`, without blanks and comments. Cost: O(bytes).
std::vector<Token> tokens(std::string_view text);

/// `statement` with each bare `word` before a `.` in double quotes: a name that DuckDB's grammar
/// reserves. `word`: lower case; found in any case.
std::string quote_before_dot(std::string_view statement, std::string_view word);

/// The statements of `text`, without their `;`, blanks and comments around them cut off; empty ones
/// are left out. Views into `text`.
std::vector<std::string_view> split_statements(std::string_view text);

/// Whether `text` ends outside of quotes and comments, with a `;` or nothing but blanks and
/// comments after the last one.
bool is_complete(std::string_view text);

/// What a statement means for the tables of the lake.
enum class StatementClass {
  kRead,      ///< SELECT and its like, also below EXPLAIN or COPY (...) TO
  kBegin,     ///< opens a transaction
  kEnd,       ///< closes one
  kSettings,  ///< SET, PRAGMA, ATTACH, ...: reads no table
  kOther,     ///< may read tables in a way that is not looked into
};

struct StatementShape {
  StatementClass statement_class = StatementClass::kOther;
  std::string_view query;  ///< of kRead: the query itself, without EXPLAIN or COPY around it
};

/// `statement` is one of split_statements.
StatementShape statement_shape(std::string_view statement);

/// The words and quoted identifiers of `statement` in lower case, sorted, each once; texts and
/// comments have none.
std::vector<std::string> identifiers(std::string_view statement);

}  // namespace clicklake
