#include "sql/statement_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace clicklake {

namespace {

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// Words, quoted texts and single symbols; blanks and comments are passed over.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<Token> next() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        ++at_;
      } else if (text_.substr(at_, 2) == "--") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t begin = at_;
        if (!pass_block_comment()) {
          at_ = text_.size();
          return Token{TokenKind::kUnfinished, begin, at_};
        }
      } else {
        return token();
      }
    }
    return std::nullopt;
  }

 private:
  bool pass_block_comment() {
    int depth = 0;
    for (std::size_t i = at_; i + 1 < text_.size();) {
      const std::string_view two = text_.substr(i, 2);
      if (two == "/*") {
        ++depth;
        i += 2;
      } else if (two == "*/") {
        i += 2;
        if (--depth == 0) {
          at_ = i;
          return true;
        }
      } else {
        ++i;
      }
    }
    return false;
  }

  Token token() {
    const std::size_t begin = at_;
    const char c = text_[begin];
    if (c == '\'' || c == '"') return quoted(begin, begin, c, false);
    if ((c == 'e' || c == 'E') && text_.substr(begin + 1, 1) == "'")
      return quoted(begin, begin + 1, '\'', true);
    if (c == '$') {
      if (const auto token = dollar_quoted(begin)) return *token;
    }
    if (is_name_byte(c)) {
      while (at_ < text_.size() && (is_name_byte(text_[at_]) || text_[at_] == '$')) ++at_;
      return {TokenKind::kWord, begin, at_};
    }
    ++at_;
    return {TokenKind::kSymbol, begin, at_};
  }

  Token quoted(std::size_t begin, std::size_t quote_at, char quote, bool backslashes) {
    for (std::size_t i = quote_at + 1; i < text_.size(); ++i) {
      if (backslashes && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (text_.substr(i + 1, 1) == std::string_view(&quote, 1)) {
          ++i;
        } else {
          at_ = i + 1;
          return {TokenKind::kText, begin, at_};
        }
      }
    }
    at_ = text_.size();
    return {TokenKind::kUnfinished, begin, at_};
  }

  std::optional<Token> dollar_quoted(std::size_t begin) {
    std::size_t i = begin + 1;
    while (i < text_.size() && is_name_byte(text_[i])) ++i;
    if (i >= text_.size() || text_[i] != '$') return std::nullopt;
    if (i > begin + 1 && std::isdigit(static_cast<unsigned char>(text_[begin + 1])) != 0)
      return std::nullopt;
    const std::string_view tag = text_.substr(begin, i + 1 - begin);
    const std::size_t close = text_.find(tag, i + 1);
    at_ = close == std::string_view::npos ? text_.size() : close + tag.size();
    return Token{close == std::string_view::npos ? TokenKind::kUnfinished : TokenKind::kText, begin,
                 at_};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string upper_word(std::string_view text, const Token& token) {
  std::string word(text.substr(token.begin, token.end - token.begin));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return word;
}

template <std::size_t N>
bool is_one_of(const std::string& word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 9> kReads{
    "SELECT", "WITH", "FROM", "VALUES", "TABLE", "SHOW", "DESCRIBE", "SUMMARIZE", "DESC"};
constexpr std::array<std::string_view, 2> kBegins{"BEGIN", "START"};
constexpr std::array<std::string_view, 4> kEnds{"COMMIT", "ROLLBACK", "END", "ABORT"};
constexpr std::array<std::string_view, 11> kSettings{"SET",  "RESET",      "PRAGMA",    "USE",
                                                     "LOAD", "INSTALL",    "ATTACH",    "DETACH",
                                                     "DROP", "CHECKPOINT", "DEALLOCATE"};

/// The text from the next token on, and whether it reads.
StatementShape read_shape(std::string_view statement, const std::optional<Token>& first) {
  if (!first) return {};
  const std::string_view rest = statement.substr(first->begin);
  if (first->kind == TokenKind::kSymbol && rest.front() == '(')
    return {StatementClass::kRead, rest};
  if (first->kind == TokenKind::kWord && is_one_of(upper_word(statement, *first), kReads)) {
    return {StatementClass::kRead, rest};
  }
  return {};
}

/// Passes over `( ... )` of which `open` is the first parenthesis; nothing where it does not close.
std::optional<Token> closing_parenthesis(Scanner& scanner, std::string_view text) {
  int depth = 1;
  while (const auto token = scanner.next()) {
    if (token->kind != TokenKind::kSymbol) continue;
    if (text[token->begin] == '(') ++depth;
    if (text[token->begin] == ')' && --depth == 0) return token;
  }
  return std::nullopt;
}

bool is_symbol(const std::optional<Token>& token, std::string_view text, char symbol) {
  return token && token->kind == TokenKind::kSymbol && text[token->begin] == symbol;
}

}  // namespace

std::vector<Token> tokens(std::string_view text) {
  std::vector<Token> all;
  Scanner scanner(text);
  while (const auto token = scanner.next()) all.push_back(*token);
  return all;
}

std::vector<std::string_view> split_statements(std::string_view text) {
  std::vector<std::string_view> statements;
  Scanner scanner(text);
  std::optional<std::size_t> begin;
  std::size_t end = 0;
  while (const auto token = scanner.next()) {
    if (token->kind == TokenKind::kSymbol && text[token->begin] == ';') {
      if (begin) statements.push_back(text.substr(*begin, end - *begin));
      begin.reset();
      continue;
    }
    if (!begin) begin = token->begin;
    end = token->end;
  }
  if (begin) statements.push_back(text.substr(*begin, end - *begin));
  return statements;
}

bool is_complete(std::string_view text) {
  Scanner scanner(text);
  bool complete = true;
  while (const auto token = scanner.next()) {
    complete = token->kind == TokenKind::kSymbol && text[token->begin] == ';';
  }
  return complete;
}

StatementShape statement_shape(std::string_view statement) {
  Scanner scanner(statement);
  auto token = scanner.next();
  if (!token) return {};
  if (token->kind != TokenKind::kWord) return read_shape(statement, token);
  const std::string word = upper_word(statement, *token);
  if (is_one_of(word, kBegins)) return {StatementClass::kBegin, {}};
  if (is_one_of(word, kEnds)) return {StatementClass::kEnd, {}};
  if (is_one_of(word, kSettings)) return {StatementClass::kSettings, {}};
  if (word == "EXPLAIN") {
    token = scanner.next();
    if (token && token->kind == TokenKind::kWord && upper_word(statement, *token) == "ANALYZE")
      token = scanner.next();
    if (is_symbol(token, statement, '(')) {
      // Options, or the query in parentheses: options are followed by it.
      const std::size_t open = token->begin;
      if (!closing_parenthesis(scanner, statement)) return {};
      token = scanner.next();
      if (!token) return {StatementClass::kRead, statement.substr(open)};
    }
    return read_shape(statement, token);
  }
  if (word == "COPY") {
    token = scanner.next();
    if (!is_symbol(token, statement, '(')) return {};
    const std::size_t open = token->end;
    const auto close = closing_parenthesis(scanner, statement);
    if (!close) return {};
    const std::string_view query = statement.substr(open, close->begin - open);
    Scanner inner(query);
    return read_shape(query, inner.next());
  }
  return read_shape(statement, token);
}

std::string quote_before_dot(std::string_view statement, std::string_view word) {
  std::string out;
  std::size_t copied = 0;
  for (const Token& token : tokens(statement)) {
    const std::string_view text = statement.substr(token.begin, token.end - token.begin);
    const bool same = token.kind == TokenKind::kWord && text.size() == word.size() &&
                      std::equal(text.begin(), text.end(), word.begin(), [](char a, char b) {
                        return std::tolower(static_cast<unsigned char>(a)) == b;
                      });
    if (!same || statement.substr(token.end, 1) != ".") continue;
    out.append(statement.substr(copied, token.begin - copied));
    out.append("\"").append(word).append("\"");
    copied = token.end;
  }
  return out.append(statement.substr(copied));
}

std::vector<std::string> identifiers(std::string_view statement) {
  std::vector<std::string> out;
  Scanner scanner(statement);
  while (const auto token = scanner.next()) {
    std::string_view text = statement.substr(token->begin, token->end - token->begin);
    const bool quoted = token->kind == TokenKind::kText && text.size() > 2 && text[0] == '"';
    if (token->kind != TokenKind::kWord && !quoted) continue;
    if (quoted) text = text.substr(1, text.size() - 2);
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
      if (quoted && text[i] == '"') ++i;  // doubled
    }
    out.push_back(std::move(name));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace clicklake
