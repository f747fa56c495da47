#pragma once
/// Tokens of Athena's statements.
///
/// Place: below ddl/cursor.h, and for finding where a statement's query ends. Invariant: tokens
/// don't overlap, and what lies between them is blanks and comments. Thread safety: pure functions.
/// Source: the lexers of Hive (HiveLexer.g) and Trino (SqlBase.g4); ADR-0011.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ascii_case.h"
#include "ddl/statement.h"

namespace clicklake::ddl {

/// DDL is Hive's, queries and what holds them are Trino's. They differ in what a quote means: Hive
/// has backslash escapes in text and takes "..." for text, in Trino that is a name.
enum class Grammar : std::uint8_t { kHive, kTrino };

enum class TokenKind : std::uint8_t {
  kEnd,
  kWord,          ///< letters, digits, `_`, `$` and what is not ASCII
  kBackquoted,    ///< `name`
  kDoubleQuoted,  ///< "text" in Hive, "name" in Trino
  kText,          ///< 'text'
  kNumber,        ///< 04, 1.5, 1e3; a sign is a symbol
  kSymbol,        ///< one byte
  kUnclosed,      ///< a quote or a comment that has no end; reaches to the end of the statement
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Position begin = 0;
  Position end = 0;
};

/// The first token at or behind `from`.
Token next_token(std::string_view sql, Position from, Grammar grammar);

/// What a text means, given with its quotes: a doubled quote is one; in Hive also \n, \001, \u0001
/// and the like.
std::string text_value(std::string_view quoted, Grammar grammar);

/// The name in backticks or double quotes, in lower case.
std::string name_value(std::string_view quoted);

/// Whether `word` is `upper_case_keyword` in any letter case.
bool is_keyword(std::string_view word, std::string_view upper_case_keyword);

}  // namespace clicklake::ddl
