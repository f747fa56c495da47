#include "ddl/clauses.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "ddl/parser.h"
#include "ddl/reserved_words.h"
#include "ddl/visible_text.h"

namespace clicklake::ddl {
namespace {

constexpr std::size_t kShownName = 60;

std::string shown(std::string_view name) { return visible_text(name, kShownName); }

bool needs_backticks(std::string_view word) {
  return word.front() == '_' || std::any_of(word.begin(), word.end(), [](char c) {
           return c == '$' || static_cast<unsigned char>(c) >= 0x80;
         });
}

bool read_hive_word(Cursor& cursor, std::string* name) {
  std::string word = lower_case(cursor.text());
  if (is_reserved_word(word)) {
    return cursor.mismatch("it is a reserved word: in DDL write it in backticks, `" + word + "`");
  }
  if (needs_backticks(word))
    return cursor.mismatch("in DDL such a name stands in backticks, `" + shown(word) + "`");
  *name = std::move(word);
  cursor.advance();
  return true;
}

bool read_trino_word(Cursor& cursor, std::string* name) {
  std::string word = lower_case(cursor.text());
  if (is_reserved_in_queries(word)) {
    return cursor.mismatch("it is a reserved word: here write it in double quotes, \"" + word +
                           "\"");
  }
  const bool digit = word.front() >= '0' && word.front() <= '9';
  if (digit || (word.front() != '_' && needs_backticks(word)) ||
      word.find('$') != std::string::npos) {
    return cursor.mismatch("here such a name stands in double quotes, \"" + shown(word) + "\"");
  }
  *name = std::move(word);
  cursor.advance();
  return true;
}

bool read_quoted_name(Cursor& cursor, std::string* name) {
  *name = name_value(cursor.text());
  if (name->empty()) return cursor.fail(cursor.position(), "a name may not be empty");
  cursor.advance();
  return true;
}

/// `db.t` in one pair of backticks, as SHOW CREATE TABLE prints it, is two names.
bool read_qualified_name(Cursor& cursor, TableName* name, bool (*read)(Cursor&, std::string*)) {
  name->position = cursor.position();
  const bool backquoted = cursor.token().kind == TokenKind::kBackquoted;
  if (!read(cursor, &name->table)) return false;
  if (cursor.accept(".")) {
    name->database = std::move(name->table);
    if (!read(cursor, &name->table)) return false;
    if (cursor.grammar() == Grammar::kTrino && name->database == "awsdatacatalog" &&
        cursor.accept(".")) {
      name->database = std::move(name->table);
      return read(cursor, &name->table);
    }
    return true;
  }
  const std::size_t dot = name->table.find('.');
  if (backquoted && dot != std::string::npos && dot > 0 && dot + 1 < name->table.size() &&
      name->table.find('.', dot + 1) == std::string::npos) {
    name->database = name->table.substr(0, dot);
    name->table.erase(0, dot + 1);
  }
  return true;
}

bool read_name_in_any_quotes(Cursor& cursor, std::string* name) {
  if (cursor.token().kind == TokenKind::kDoubleQuoted) return read_quoted_name(cursor, name);
  return read_name(cursor, name);
}

/// A number with its sign, as written.
bool read_number_text(Cursor& cursor, std::string* text) {
  const Position begin = cursor.position();
  const bool minus = cursor.accept("-");
  if (cursor.token().kind != TokenKind::kNumber ||
      (minus && cursor.position() != begin + 1)) {  // "- 4" is no number of anybody's
    cursor.also_expected("<number>");
    return cursor.mismatch();
  }
  *text = (minus ? "-" : "") + std::string(cursor.text());
  cursor.advance();
  return true;
}

bool is_text(const Cursor& cursor) {
  const TokenKind kind = cursor.token().kind;
  return kind == TokenKind::kText ||
         (kind == TokenKind::kDoubleQuoted && cursor.grammar() == Grammar::kHive);
}

bool read_text_or_number(Cursor& cursor, std::string* value) {
  if (is_text(cursor)) return read_text(cursor, value);
  cursor.also_expected("<string>");
  return read_number_text(cursor, value);
}

bool read_property(Cursor& cursor, Properties* properties) {
  std::pair<std::string, std::string> property;
  if (!read_text(cursor, &property.first) || !cursor.expect("=") ||
      !read_text_or_number(cursor, &property.second))
    return false;
  properties->push_back(std::move(property));
  return true;
}

bool read_partition_value(Cursor& cursor, std::string* value) {
  for (const std::string_view type : {"DATE", "TIMESTAMP"}) {
    if (cursor.is(type)) {
      cursor.advance();
      return read_text(cursor, value);
    }
  }
  return read_text_or_number(cursor, value);
}

}  // namespace

bool read_name(Cursor& cursor, std::string* name) {
  const bool hive = cursor.grammar() == Grammar::kHive;
  cursor.also_expected("<identifier>");
  switch (cursor.token().kind) {
    case TokenKind::kWord:
      return hive ? read_hive_word(cursor, name) : read_trino_word(cursor, name);
    case TokenKind::kBackquoted:
      if (hive) return read_quoted_name(cursor, name);
      return cursor.fail(cursor.position(),
                         "backquoted identifiers are not supported; use double quotes to quote "
                         "identifiers");
    case TokenKind::kDoubleQuoted:
      if (!hive) return read_quoted_name(cursor, name);
      return cursor.mismatch("DDL quotes names with backticks, `" +
                             shown(name_value(cursor.text())) + "`, not with double quotes");
    default: return cursor.mismatch();
  }
}

bool read_table_name(Cursor& cursor, TableName* name) {
  return read_qualified_name(cursor, name, read_name);
}

bool read_view_name(Cursor& cursor, TableName* name) {
  return read_qualified_name(cursor, name, read_name_in_any_quotes);
}

bool read_text(Cursor& cursor, std::string* text) {
  if (!is_text(cursor)) {
    cursor.also_expected("<string>");
    return cursor.mismatch();
  }
  *text = text_value(cursor.text(), cursor.grammar());
  cursor.advance();
  return true;
}

bool read_int(Cursor& cursor, int least, int* value) {
  if (cursor.token().kind != TokenKind::kNumber) {
    cursor.also_expected("<number>");
    return cursor.mismatch();
  }
  const std::string_view text = cursor.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  if (error != std::errc() || end != text.data() + text.size() || *value < least) {
    return cursor.fail(cursor.position(), "'" + shown(text) + "' is no whole number from " +
                                              std::to_string(least) + " to 2147483647");
  }
  cursor.advance();
  return true;
}

bool read_properties(Cursor& cursor, Properties* properties) {
  if (!cursor.expect("(")) return false;
  do {
    if (!read_property(cursor, properties)) return false;
  } while (cursor.accept(","));
  return cursor.expect(")");
}

bool read_partition_spec(Cursor& cursor, PartitionSpec* spec) {
  spec->position = cursor.position();
  if (!cursor.expect("(")) return false;
  NameSet keys;
  do {
    const Position position = cursor.position();
    std::pair<std::string, std::string> value;
    if (!read_name(cursor, &value.first)) return false;
    if (!keys.insert(value.first).second) {
      return cursor.fail(position, "the partition key '" + shown(value.first) + "' is given twice");
    }
    if (!cursor.expect("=") || !read_partition_value(cursor, &value.second)) return false;
    spec->values.push_back(std::move(value));
  } while (cursor.accept(","));
  return cursor.expect(")");
}

bool read_optional_partition(Cursor& cursor, std::optional<PartitionSpec>* spec) {
  return !cursor.accept("PARTITION") || read_partition_spec(cursor, &spec->emplace());
}

bool read_column_type(Cursor& cursor, HiveColumn* column) {
  if (cursor.token().kind != TokenKind::kWord) {
    cursor.also_expected("<type>");
    return cursor.mismatch();
  }
  Position position = cursor.position();
  HiveTypeFault fault;
  if (!read_hive_type(cursor.sql(), &position, &column->type, &fault))
    return cursor.fail(fault.position, visible_text(fault.message, 2 * kShownName));
  cursor.advance_to(position);
  return !cursor.accept("COMMENT") || read_text(cursor, &column->comment);
}

bool read_columns(Cursor& cursor, std::vector<HiveColumn>* columns, NameSet* names) {
  if (!cursor.expect("(")) return false;
  do {
    const Position position = cursor.position();
    HiveColumn column;
    if (!read_name(cursor, &column.name)) return false;
    if (!names->insert(column.name).second)
      return cursor.fail(position, "Duplicate column name: " + shown(column.name));
    if (!read_column_type(cursor, &column)) return false;
    columns->push_back(std::move(column));
  } while (cursor.accept(","));
  return cursor.expect(")");
}

bool read_name_list(Cursor& cursor, const NameSet* known, std::vector<std::string>* names) {
  if (!cursor.expect("(")) return false;
  NameSet seen;
  do {
    const Position position = cursor.position();
    std::string name;
    if (!read_name(cursor, &name)) return false;
    if (known != nullptr && !known->contains(name))
      return cursor.fail(position, "Invalid column reference " + shown(name));
    if (!seen.insert(name).second)
      return cursor.fail(position, "Duplicate column name: " + shown(name));
    names->push_back(std::move(name));
  } while (cursor.accept(","));
  return cursor.expect(")");
}

bool read_if_not_exists(Cursor& cursor, bool* found) {
  if (!cursor.accept("IF")) return true;
  *found = true;
  return cursor.expect("NOT") && cursor.expect("EXISTS");
}

bool read_if_exists(Cursor& cursor, bool* found) {
  if (!cursor.accept("IF")) return true;
  *found = true;
  return cursor.expect("EXISTS");
}

bool read_end(Cursor& cursor) {
  if (cursor.token().kind == TokenKind::kEnd) return true;
  cursor.also_expected("<EOF>");
  return cursor.mismatch();
}

}  // namespace clicklake::ddl
