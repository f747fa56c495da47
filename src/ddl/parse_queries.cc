#include <optional>
#include <utility>

#include "ddl/clauses.h"
#include "ddl/query_text.h"
#include "ddl/statement_parsers.h"
#include "ddl/visible_text.h"

namespace clicklake::ddl {
namespace {

constexpr std::size_t kShownName = 60;

/// A string, a number, TRUE or FALSE, as text.
bool read_scalar(Cursor& cursor, std::string* text) {
  if (cursor.token().kind == TokenKind::kText) return read_text(cursor, text);
  cursor.also_expected("<string>");
  cursor.also_expected("<number>");
  for (const std::string_view word : {"TRUE", "FALSE"}) {
    if (!cursor.accept(word)) continue;
    *text = lower_case(word);
    return true;
  }
  const std::string_view sign = cursor.is("-") ? "-" : "";
  const Token number = sign.empty() ? cursor.token() : cursor.ahead();
  if (number.kind != TokenKind::kNumber) return cursor.mismatch();
  *text = std::string(sign) + std::string(cursor.text_of(number));
  cursor.advance_to(number.end);
  return true;
}

bool read_property_value(Cursor& cursor, PropertyValue* value) {
  value->position = cursor.position();
  value->is_array = cursor.accept("ARRAY");
  if (!value->is_array) return read_scalar(cursor, &value->text);
  if (!cursor.expect("[")) return false;
  if (cursor.accept("]")) return true;
  do {
    if (!read_scalar(cursor, &value->array.emplace_back())) return false;
  } while (cursor.accept(","));
  return cursor.expect("]");
}

/// `(name = value, ...)`
bool read_query_properties(Cursor& cursor, std::vector<Property>* properties) {
  if (!cursor.expect("(")) return false;
  NameSet names;
  do {
    Property& property = properties->emplace_back();
    property.position = cursor.position();
    if (!read_name(cursor, &property.name)) return false;
    if (!names.insert(property.name).second) {
      return cursor.fail(
          property.position,
          "the property '" + visible_text(property.name, kShownName) + "' is given twice");
    }
    if (!cursor.expect("=") || !read_property_value(cursor, &property.value)) return false;
  } while (cursor.accept(","));
  return cursor.expect(")");
}

bool is_explain_option(const Cursor& cursor, const Token& token) {
  return cursor.is(token, "TYPE") || cursor.is(token, "FORMAT");
}

bool read_explain_type(Cursor& cursor, std::optional<ExplainType>* type) {
  constexpr std::pair<std::string_view, ExplainType> kTypes[] = {
      {"LOGICAL", ExplainType::kLogical},
      {"DISTRIBUTED", ExplainType::kDistributed},
      {"VALIDATE", ExplainType::kValidate},
      {"IO", ExplainType::kIo}};
  for (const auto& [word, value] : kTypes) {
    if (!cursor.accept(word)) continue;
    *type = value;
    return true;
  }
  return cursor.mismatch();
}

bool read_explain_format(Cursor& cursor, std::optional<ExplainFormat>* format) {
  constexpr std::pair<std::string_view, ExplainFormat> kFormats[] = {
      {"TEXT", ExplainFormat::kText},
      {"GRAPHVIZ", ExplainFormat::kGraphviz},
      {"JSON", ExplainFormat::kJson}};
  for (const auto& [word, value] : kFormats) {
    if (!cursor.accept(word)) continue;
    *format = value;
    return true;
  }
  return cursor.mismatch();
}

bool read_explain_options(Cursor& cursor, Explain* explain) {
  do {
    if (!explain->analyze && !explain->type && cursor.accept("TYPE")) {
      if (!read_explain_type(cursor, &explain->type)) return false;
    } else if (!explain->format && cursor.accept("FORMAT")) {
      if (!read_explain_format(cursor, &explain->format)) return false;
    } else {
      return cursor.mismatch();
    }
  } while (cursor.accept(","));
  return cursor.expect(")");
}

}  // namespace

bool is_create_table_as(const Cursor& cursor) {
  Cursor probe = cursor;
  probe.set_grammar(Grammar::kTrino);
  if (probe.accept("IF")) {
    if (!probe.accept("NOT") || !probe.accept("EXISTS")) return false;
  }
  do {
    const TokenKind kind = probe.token().kind;
    if (kind != TokenKind::kWord && kind != TokenKind::kBackquoted &&
        kind != TokenKind::kDoubleQuoted)
      return false;
    probe.advance();
  } while (probe.accept("."));
  return probe.is("AS") || probe.is("WITH") || probe.is("COMMENT");
}

bool parse_create_table_as(Cursor& cursor, Statement* statement) {
  cursor.set_grammar(Grammar::kTrino);
  CreateTableAs create;
  if (!read_if_not_exists(cursor, &create.if_not_exists) || !read_table_name(cursor, &create.name))
    return false;
  if (cursor.accept("COMMENT") && !read_text(cursor, &create.comment)) return false;
  if (cursor.accept("WITH") && !read_query_properties(cursor, &create.properties)) return false;
  if (!cursor.expect("AS") || !read_query_with_data(cursor, &create.query, &create.with_data))
    return false;
  *statement = std::move(create);
  return true;
}

bool parse_create_view(Cursor& cursor, bool or_replace, Statement* statement) {
  cursor.set_grammar(Grammar::kTrino);
  CreateView create;
  create.or_replace = or_replace;
  if (!read_table_name(cursor, &create.name) || !cursor.expect("AS") ||
      !read_query(cursor, &create.query))
    return false;
  *statement = std::move(create);
  return true;
}

bool parse_insert(Cursor& cursor, Statement* statement) {
  cursor.set_grammar(Grammar::kTrino);
  InsertInto insert;
  if (!cursor.expect("INTO") || !read_table_name(cursor, &insert.name)) return false;
  const Token ahead = cursor.ahead();
  const bool query = cursor.is(ahead, "SELECT") || cursor.is(ahead, "WITH") ||
                     cursor.is(ahead, "VALUES") || cursor.is(ahead, "TABLE") ||
                     cursor.is(ahead, "(");
  if (cursor.is("(") && !query && !read_name_list(cursor, nullptr, &insert.columns)) return false;
  if (!read_query(cursor, &insert.query)) return false;
  *statement = std::move(insert);
  return true;
}

bool parse_unload(Cursor& cursor, Statement* statement) {
  cursor.set_grammar(Grammar::kTrino);
  Unload unload;
  if (!cursor.expect("(") || !read_query_in_parentheses(cursor, &unload.query) ||
      !cursor.expect(")") || !cursor.expect("TO"))
    return false;
  unload.location_position = cursor.position();
  if (!read_text(cursor, &unload.location)) return false;
  if (cursor.accept("WITH") && !read_query_properties(cursor, &unload.properties)) return false;
  *statement = std::move(unload);
  return true;
}

bool parse_explain(Cursor& cursor, Statement* statement) {
  cursor.set_grammar(Grammar::kTrino);
  Explain explain;
  explain.analyze = cursor.accept("ANALYZE");
  explain.verbose = explain.analyze && cursor.accept("VERBOSE");
  // Behind ANALYZE a parenthesis can be the query's.
  if (cursor.is("(") && (!explain.analyze || is_explain_option(cursor, cursor.ahead()))) {
    cursor.advance();
    if (!read_explain_options(cursor, &explain)) return false;
  }
  if (!read_statement_text(cursor, &explain.query)) return false;
  *statement = std::move(explain);
  return true;
}

bool parse_prepare(Cursor& cursor, Statement* statement) {
  cursor.set_grammar(Grammar::kTrino);
  Prepare prepare;
  if (!read_name(cursor, &prepare.name) || !cursor.expect("FROM") ||
      !read_statement_text(cursor, &prepare.query))
    return false;
  *statement = std::move(prepare);
  return true;
}

bool parse_execute(Cursor& cursor, Statement* statement) {
  cursor.set_grammar(Grammar::kTrino);
  Execute execute;
  if (!read_name(cursor, &execute.name)) return false;
  if (cursor.accept("USING") && !read_expressions(cursor, &execute.arguments)) return false;
  *statement = std::move(execute);
  return true;
}

bool parse_deallocate(Cursor& cursor, Statement* statement) {
  cursor.set_grammar(Grammar::kTrino);
  Deallocate deallocate;
  if (!cursor.expect("PREPARE") || !read_name(cursor, &deallocate.name)) return false;
  *statement = std::move(deallocate);
  return true;
}

}  // namespace clicklake::ddl
