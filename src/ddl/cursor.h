#pragma once
/// A place in a statement: what stands there, what could stand there, and what is wrong.
///
/// Place: every parse_*.cc walks its statement with one. Invariant: the first fault is kept; a
/// function that returns false has left one. Thread safety: thread-compatible.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ddl/lexer.h"

namespace clicklake::ddl {

class Cursor {
 public:
  explicit Cursor(std::string_view sql, Grammar grammar = Grammar::kHive);

  std::string_view sql() const { return sql_; }
  Grammar grammar() const { return grammar_; }
  /// From the current token on.
  void set_grammar(Grammar grammar);

  const Token& token() const { return token_; }
  Position position() const { return token_.begin; }
  std::string_view text() const { return text_of(token_); }
  std::string_view text_of(const Token& token) const {
    return sql_.substr(token.begin, token.end - token.begin);
  }
  /// The token behind the current one.
  Token ahead() const { return next_token(sql_, token_.end, grammar_); }
  /// Where the last token that was taken ends.
  Position taken_until() const { return taken_until_; }

  /// Whether the current token is `what`: a keyword in upper case, or a symbol.
  bool is(std::string_view what) const { return is(token_, what); }
  bool is(const Token& token, std::string_view what) const;

  void advance();
  /// Goes on at `position`, which lies behind the current token's beginning.
  void advance_to(Position position);

  /// Takes `what` if it stands here, and otherwise remembers that it could. `what` is a literal:
  /// the view is kept.
  bool accept(std::string_view what);
  /// accept, or a fault.
  bool expect(std::string_view what);
  /// `what` could stand here, too; a keyword, a symbol, or "<identifier>" and the like.
  void also_expected(std::string_view what) { expected_.push_back(what); }

  /// "mismatched input 'X'. Expecting: ...", with what was remembered, and a hint in parentheses.
  bool mismatch(std::string_view hint = {});
  bool fail(Position position, std::string_view message,
            ErrorCode code = ErrorCode::kInvalidArgument);

  /// Requires that a function has returned false.
  Error error() const { return {error_code_, error_message_}; }

 private:
  std::string_view sql_;
  Grammar grammar_;
  Token token_;
  Position taken_until_ = 0;
  std::vector<std::string_view> expected_;
  ErrorCode error_code_ = ErrorCode::kInvalidArgument;
  std::string error_message_;
};

}  // namespace clicklake::ddl
