#include "console/completion.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace clicklake {

namespace {

constexpr std::array<std::string_view, 84> kKeywords{
    "ALL",      "ANALYZE",   "AND",       "ANTI",    "AS",      "ASC",         "ASOF",
    "BETWEEN",  "BIGINT",    "BOOLEAN",   "BY",      "CASE",    "CAST",        "COLUMNS",
    "COPY",     "COUNT",     "CREATE",    "CROSS",   "CURRENT", "DATE",        "DESC",
    "DESCRIBE", "DISTINCT",  "DOUBLE",    "DROP",    "ELSE",    "END",         "EXCEPT",
    "EXCLUDE",  "EXISTS",    "EXPLAIN",   "EXTRACT", "FALSE",   "FILTER",      "FIRST",
    "FROM",     "FULL",      "GROUP",     "HAVING",  "ILIKE",   "IN",          "INNER",
    "INSERT",   "INTERSECT", "INTERVAL",  "INTO",    "IS",      "JOIN",        "LAST",
    "LATERAL",  "LEFT",      "LIKE",      "LIMIT",   "NOT",     "NULL",        "NULLS",
    "OFFSET",   "ON",        "OR",        "ORDER",   "OUTER",   "OVER",        "PARTITION",
    "PIVOT",    "QUALIFY",   "RECURSIVE", "RIGHT",   "SELECT",  "SEMI",        "SET",
    "SHOW",     "SUMMARIZE", "TABLE",     "TABLES",  "THEN",    "TIMESTAMPTZ", "TRUE",
    "UNION",    "USING",     "VALUES",    "VARCHAR", "VIEW",    "WHEN",        "WHERE"};

constexpr std::array<std::string_view, 4> kCommands{".help", ".quit", ".schema", ".tables"};

bool is_word_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool begins_with(std::string_view word, std::string_view typed) {
  return word.size() >= typed.size() &&
         std::equal(typed.begin(), typed.end(), word.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

/// `keyword` in the case of what was typed of it.
std::string as_typed(std::string_view keyword, std::string_view typed) {
  std::string out(keyword);
  const bool small = !typed.empty() && std::islower(static_cast<unsigned char>(typed.back())) != 0;
  if (small) std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

void sort_each_once(std::vector<std::string>& words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
}

}  // namespace

Completer::Completer() = default;

void Completer::add_table(std::string name, std::vector<std::string> columns) {
  names_.push_back(name);
  names_.insert(names_.end(), columns.begin(), columns.end());
  sort_each_once(names_);
  columns_[std::move(name)] = std::move(columns);
}

Completion Completer::complete(std::string_view line) const {
  Completion out;
  out.word_begin = line.size();
  while (out.word_begin > 0 && is_word_byte(line[out.word_begin - 1])) --out.word_begin;
  std::string_view typed = line.substr(out.word_begin);
  const auto add = [&](const auto& words) {
    for (const auto& word : words) {
      if (begins_with(word, typed)) out.candidates.emplace_back(word);
    }
  };
  if (out.word_begin == 1 && line[0] == '.') {
    out.word_begin = 0;
    typed = line;
    add(kCommands);
    return out;
  }
  if (out.word_begin > 0 && line[out.word_begin - 1] == '.') {
    const std::size_t end = out.word_begin - 1;
    std::size_t begin = end;
    while (begin > 0 && is_word_byte(line[begin - 1])) --begin;
    const auto table = columns_.find(line.substr(begin, end - begin));
    if (table != columns_.end()) add(table->second);
  } else {
    add(names_);
    // A keyword at every Tab after a blank would bury the names.
    if (!typed.empty()) {
      for (const std::string_view keyword : kKeywords) {
        if (begins_with(keyword, typed)) out.candidates.push_back(as_typed(keyword, typed));
      }
    }
  }
  sort_each_once(out.candidates);
  return out;
}

std::string shared_beginning(const std::vector<std::string>& candidates) {
  std::string shared = candidates.front();
  for (const std::string& candidate : candidates) {
    const auto differ =
        std::mismatch(shared.begin(), shared.end(), candidate.begin(), candidate.end());
    shared.erase(differ.first, shared.end());
  }
  return shared;
}

}  // namespace clicklake
