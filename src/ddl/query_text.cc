#include "ddl/query_text.h"

#include <array>
#include <cstddef>
#include <optional>

namespace clicklake::ddl {
namespace {

/// Goes over a query's tokens; knows where it ends and how deep in parentheses the cursor is.
class QueryWalk {
 public:
  explicit QueryWalk(Cursor& cursor) : cursor_(cursor), begin_(cursor.position()) {}

  std::size_t depth() const { return opened_.size(); }

  /// Takes the token. A fault: what is no token of a query, a parenthesis that closes nothing.
  bool take() {
    switch (cursor_.token().kind) {
      case TokenKind::kUnclosed: return cursor_.mismatch();
      case TokenKind::kBackquoted:
        return cursor_.fail(cursor_.position(),
                            "backquoted identifiers are not supported; use double quotes to quote "
                            "identifiers");
      case TokenKind::kSymbol:
        if (!take_symbol(cursor_.text().front())) return false;
        break;
      default: break;
    }
    cursor_.advance();
    end_ = cursor_.taken_until();
    return true;
  }

  /// What was taken, at least one token; `what`: what should have been.
  bool finish(std::string_view what, Query* query) {
    if (!opened_.empty()) return closing_mismatch();
    if (!end_) {
      cursor_.also_expected(what);
      return cursor_.mismatch();
    }
    *query = {.text = std::string(cursor_.sql().substr(begin_, *end_ - begin_)),
              .position = begin_};
    return true;
  }

 private:
  bool take_symbol(char c) {
    const char opening = c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : '\0';
    if (c == '(' || c == '[' || c == '{') {
      opened_ += c;
    } else if (opening != '\0') {
      if (opened_.empty() || opened_.back() != opening) return closing_mismatch();
      opened_.pop_back();
    } else if (c == ';') {
      return cursor_.mismatch("one statement at a time");
    }
    return true;
  }

  bool closing_mismatch() {
    const char last = opened_.empty() ? '\0' : opened_.back();
    cursor_.also_expected(last == '(' ? ")" : last == '[' ? "]" : last == '{' ? "}" : "<EOF>");
    return cursor_.mismatch();
  }

  Cursor& cursor_;
  Position begin_;
  std::optional<Position> end_;
  std::string opened_;
};

bool at_end(const Cursor& cursor) { return cursor.token().kind == TokenKind::kEnd; }

bool begins_query(Cursor& cursor) {
  for (const std::string_view what : {"(", "SELECT", "TABLE", "VALUES", "WITH"}) {
    if (cursor.is(what)) return true;
  }
  for (const std::string_view what : {"(", "SELECT", "TABLE", "VALUES", "WITH"})
    cursor.also_expected(what);
  return cursor.mismatch();
}

/// Where `WITH [NO] DATA` stands, if those are the last tokens and in no parenthesis: the tokens
/// are put in one after the other.
class TrailingWithData {
 public:
  void push(const Cursor& cursor, bool in_parentheses) {
    const bool word = !in_parentheses && cursor.token().kind == TokenKind::kWord;
    last_[0] = last_[1];
    last_[1] = last_[2];
    last_[2] = {.text = word ? cursor.text() : std::string_view(),
                .previous_end = cursor.taken_until()};
  }

  /// The end of what stands before it.
  std::optional<Position> query_end(bool* with_data) const {
    if (!is_keyword(last_[2].text, "DATA")) return std::nullopt;
    *with_data = is_keyword(last_[1].text, "WITH");
    if (*with_data) return last_[1].previous_end;
    if (is_keyword(last_[1].text, "NO") && is_keyword(last_[0].text, "WITH"))
      return last_[0].previous_end;
    *with_data = true;
    return std::nullopt;
  }

 private:
  struct Seen {
    std::string_view text;  ///< empty: no word, or within parentheses
    Position previous_end = 0;
  };
  std::array<Seen, 3> last_;
};

}  // namespace

bool read_statement_text(Cursor& cursor, Query* query) {
  QueryWalk walk(cursor);
  while (!at_end(cursor)) {
    if (!walk.take()) return false;
  }
  return walk.finish("<statement>", query);
}

bool read_query(Cursor& cursor, Query* query) {
  return begins_query(cursor) && read_statement_text(cursor, query);
}

bool read_query_with_data(Cursor& cursor, Query* query, bool* with_data) {
  if (!begins_query(cursor)) return false;
  QueryWalk walk(cursor);
  TrailingWithData trailing;
  while (!at_end(cursor)) {
    trailing.push(cursor, walk.depth() > 0);
    if (!walk.take()) return false;
  }
  if (!walk.finish("<query>", query)) return false;
  const std::optional<Position> end = trailing.query_end(with_data);
  if (end && *end <= query->position)
    return cursor.fail(query->position, "there is no query before WITH DATA");
  if (end) query->text.resize(*end - query->position);
  return true;
}

bool read_query_in_parentheses(Cursor& cursor, Query* query) {
  if (!begins_query(cursor)) return false;
  QueryWalk walk(cursor);
  while (!at_end(cursor) && !(walk.depth() == 0 && cursor.is(")"))) {
    if (!walk.take()) return false;
  }
  return walk.finish("<query>", query);
}

bool read_expressions(Cursor& cursor, std::vector<Query>* expressions) {
  for (;;) {
    QueryWalk walk(cursor);
    while (!at_end(cursor) && !(walk.depth() == 0 && cursor.is(","))) {
      if (!walk.take()) return false;
    }
    if (!walk.finish("<expression>", &expressions->emplace_back())) return false;
    if (at_end(cursor)) return true;
    cursor.advance();
  }
}

}  // namespace clicklake::ddl
