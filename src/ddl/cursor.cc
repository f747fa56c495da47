#include "ddl/cursor.h"

#include <algorithm>

#include "ddl/parser.h"
#include "ddl/visible_text.h"

namespace clicklake::ddl {
namespace {

constexpr std::size_t kShownToken = 60;

std::string unclosed(std::string_view text) {
  switch (text.front()) {
    case '\'': return "the text that begins here is not closed by a '";
    case '"': return "the double quotes that begin here are not closed by a \"";
    case '`': return "the name that begins here is not closed by a `";
    default: return "the comment that begins here is not closed by */";
  }
}

}  // namespace

Cursor::Cursor(std::string_view sql, Grammar grammar)
    : sql_(sql), grammar_(grammar), token_(next_token(sql, 0, grammar)) {}

void Cursor::set_grammar(Grammar grammar) {
  grammar_ = grammar;
  token_ = next_token(sql_, token_.begin, grammar);
}

bool Cursor::is(const Token& token, std::string_view what) const {
  return (token.kind == TokenKind::kWord || token.kind == TokenKind::kSymbol) &&
         is_keyword(text_of(token), what);
}

void Cursor::advance() { advance_to(token_.end); }

void Cursor::advance_to(Position position) {
  taken_until_ = position;
  token_ = next_token(sql_, position, grammar_);
  expected_.clear();
}

bool Cursor::accept(std::string_view what) {
  if (is(what)) {
    advance();
    return true;
  }
  also_expected(what);
  return false;
}

bool Cursor::expect(std::string_view what) { return accept(what) || mismatch(); }

bool Cursor::mismatch(std::string_view hint) {
  if (token_.kind == TokenKind::kUnclosed) return fail(token_.begin, unclosed(text()));
  const bool end = token_.kind == TokenKind::kEnd;
  std::vector<std::string> expected;
  expected.reserve(expected_.size());
  for (const std::string_view what : expected_) {
    expected.push_back(what.front() == '<' && what.size() > 1 ? std::string(what)
                                                              : "'" + std::string(what) + "'");
  }
  std::sort(expected.begin(), expected.end());
  expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
  std::string message = "mismatched input '";
  message += end ? "<EOF>" : visible_text(text(), kShownToken);
  message += "'";
  for (std::size_t i = 0; i < expected.size(); ++i) {
    message += i == 0 ? ". Expecting: " : ", ";
    message += expected[i];
  }
  if (!hint.empty()) message += " (" + std::string(hint) + ")";
  return fail(end ? taken_until_ : token_.begin, message);
}

bool Cursor::fail(Position position, std::string_view message, ErrorCode code) {
  if (!error_message_.empty()) return false;
  error_code_ = code;
  error_message_ = at_position(sql_, position, message);
  return false;
}

}  // namespace clicklake::ddl
