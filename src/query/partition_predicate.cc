#include "query/partition_predicate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "query/plan_json.h"
#include "sql/session.h"

namespace clicklake {

namespace {

using namespace plan_json;

/// Types whose names are their spelling in SQL.
constexpr std::array<std::string_view, 13> kSimpleTypes{"BOOLEAN",
                                                        "TINYINT",
                                                        "SMALLINT",
                                                        "INTEGER",
                                                        "BIGINT",
                                                        "HUGEINT",
                                                        "FLOAT",
                                                        "DOUBLE",
                                                        "VARCHAR",
                                                        "DATE",
                                                        "TIME",
                                                        "TIMESTAMP",
                                                        "TIMESTAMP WITH TIME ZONE"};

/// Functions that need not give the same answer for the same arguments.
constexpr std::array<std::string_view, 8> kVolatile{
    "random", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval", "currval"};

/// What the optimizer makes of LIKE, without saying where it is from.
constexpr std::array<std::string_view, 3> kOptimizers{"prefix", "suffix", "contains"};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool true_at(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<std::string> simple_type(const json::object& node, std::string_view key) {
  const std::string_view id = type_at(node, key);
  if (!is_one_of(id, kSimpleTypes)) return std::nullopt;
  return std::string(id);
}

/// A BOUND_CONSTANT as SQL.
std::optional<std::string> constant_sql(const json::object& expression) {
  const json::object* value = object_at(expression, "value");
  if (value == nullptr) return std::nullopt;
  const auto type = simple_type(*value, "type");
  if (!type) return std::nullopt;
  if (true_at(*value, "is_null")) return "CAST(NULL AS " + *type + ")";
  const json::value* held = value->if_contains("value");
  if (held == nullptr) return std::nullopt;
  if (*type == "VARCHAR") {
    if (!held->is_string()) return std::nullopt;
    const json::string& text = held->get_string();
    if (std::find(text.begin(), text.end(), '\0') != text.end()) return std::nullopt;
    return quote_literal(std::string_view(text));
  }
  if (*type == "BOOLEAN") {
    if (!held->is_bool()) return std::nullopt;
    return std::string(held->get_bool() ? "true" : "false");
  }
  if (!held->is_int64()) return std::nullopt;
  const std::string number = std::to_string(held->get_int64());
  if (*type == "DATE") return "(DATE '1970-01-01' + (" + number + "))";
  if (*type == "TIMESTAMP") return "make_timestamp(" + number + ")";
  if (*type == "TIMESTAMP WITH TIME ZONE" || *type == "TIME" || *type == "FLOAT" ||
      *type == "DOUBLE" || *type == "HUGEINT") {
    return std::nullopt;
  }
  return "CAST(" + number + " AS " + *type + ")";
}

/// The text of a constant, for lists of values.
std::optional<std::string> constant_text(const json::object* expression) {
  if (expression == nullptr || text_at(*expression, "expression_class") != "BOUND_CONSTANT")
    return std::nullopt;
  const json::object* value = object_at(*expression, "value");
  if (value == nullptr || true_at(*value, "is_null")) return std::nullopt;
  const json::value* held = value->if_contains("value");
  if (held == nullptr) return std::nullopt;
  const std::string_view type = type_at(*value, "type");
  if (type == "VARCHAR" && held->is_string()) return std::string(held->get_string());
  const bool whole =
      type == "TINYINT" || type == "SMALLINT" || type == "INTEGER" || type == "BIGINT";
  if (whole && held->is_int64()) return std::to_string(held->get_int64());
  return std::nullopt;
}

/// Writes bound expressions over partition columns as SQL again.
class Writer {
 public:
  Writer(const json::object& child, const std::set<std::string>& allowed)
      : child_(child), allowed_(allowed) {}

  const std::set<std::string>& columns() const { return columns_; }

  /// The whole expression; nothing where a part is not understood or reads another column.
  std::optional<std::string> whole(const json::object& expression) {
    const std::string_view kind = text_at(expression, "expression_class");
    if (kind == "BOUND_REF") return column(expression);
    if (kind == "BOUND_CONSTANT") return constant_sql(expression);
    if (kind == "BOUND_CAST") return cast(expression);
    if (kind == "BOUND_COMPARISON") return comparison(expression);
    if (kind == "BOUND_BETWEEN") return between(expression);
    if (kind == "BOUND_FUNCTION") return function(expression);
    if (kind == "BOUND_OPERATOR") return operation(expression);
    if (kind == "BOUND_CASE") return case_of(expression);
    if (kind == "BOUND_CONJUNCTION") {
      const std::string_view type = text_at(expression, "type");
      if (type != "CONJUNCTION_AND" && type != "CONJUNCTION_OR") return std::nullopt;
      return joined(array_at(expression, "children"), type == "CONJUNCTION_AND" ? " AND " : " OR ");
    }
    return std::nullopt;
  }

  /// A condition that holds wherever the expression does; nothing: it says nothing of partitions.
  std::optional<std::string> weakened(const json::object& expression) {
    const std::string_view type = text_at(expression, "type");
    if (text_at(expression, "expression_class") != "BOUND_CONJUNCTION") return undoable(expression);
    const bool all = type == "CONJUNCTION_AND";
    if (!all && type != "CONJUNCTION_OR") return std::nullopt;
    std::string out;
    for (const json::value& child : array_at(expression, "children")) {
      const auto part = child.is_object() ? weakened(child.get_object()) : std::nullopt;
      if (!part && !all) return std::nullopt;
      if (!part) continue;
      if (!out.empty()) out += all ? " AND " : " OR ";
      out += *part;
    }
    if (out.empty()) return std::nullopt;
    return "(" + out + ")";
  }

  /// Of `column = 'a'`, `column IN (...)` and their OR: the column and the constants.
  std::optional<std::pair<std::string, std::vector<std::string>>> equals(
      const json::object& expression) const {
    const std::string_view kind = text_at(expression, "expression_class");
    const std::string_view type = text_at(expression, "type");
    if (kind == "BOUND_COMPARISON" && type == "COMPARE_EQUAL") {
      const json::object* left = object_at(expression, "left");
      const json::object* right = object_at(expression, "right");
      if (auto text = constant_text(right); text && left != nullptr) return named(*left, {*text});
      if (auto text = constant_text(left); text && right != nullptr) return named(*right, {*text});
      return std::nullopt;
    }
    const auto children = array_at(expression, "children");
    if (kind == "BOUND_OPERATOR" && type == "COMPARE_IN" && !children.empty()) {
      std::vector<std::string> values;
      for (const json::value& child : children.subspan(1)) {
        const auto text = constant_text(child.if_object());
        if (!text) return std::nullopt;
        values.push_back(*text);
      }
      if (!children[0].is_object()) return std::nullopt;
      return named(children[0].get_object(), std::move(values));
    }
    if (kind == "BOUND_CONJUNCTION" && type == "CONJUNCTION_OR") {
      std::optional<std::pair<std::string, std::vector<std::string>>> out;
      for (const json::value& child : children) {
        auto part = child.is_object() ? equals(child.get_object()) : std::nullopt;
        if (!part || (out && out->first != part->first)) return std::nullopt;
        if (!out) {
          out = std::move(part);
        } else {
          out->second.insert(out->second.end(), part->second.begin(), part->second.end());
        }
      }
      return out;
    }
    return std::nullopt;
  }

 private:
  /// whole(), with the columns of a failed attempt forgotten.
  std::optional<std::string> undoable(const json::object& expression) {
    std::set<std::string> before = columns_;
    auto out = whole(expression);
    if (!out) columns_ = std::move(before);
    return out;
  }

  std::optional<std::pair<std::string, std::vector<std::string>>> named(
      const json::object& reference, std::vector<std::string> values) const {
    if (text_at(reference, "expression_class") != "BOUND_REF") return std::nullopt;
    std::string name = column_name(reference);
    if (name.empty()) return std::nullopt;
    return std::pair(std::move(name), std::move(values));
  }

  /// "" where the reference is to no partition column.
  std::string column_name(const json::object& reference) const {
    const auto index = index_at(reference, "index");
    if (!index) return {};
    std::string name = source_column(child_, *index);
    // DuckDB names the reference too: where the two disagree, the plan was not understood.
    if (name.empty() || text_at(reference, "alias") != name || !allowed_.contains(name)) return {};
    return name;
  }

  std::optional<std::string> column(const json::object& reference) {
    const std::string name = column_name(reference);
    if (name.empty()) return std::nullopt;
    columns_.insert(name);
    return quote_identifier(name);
  }

  std::optional<std::string> at(const json::object& expression, std::string_view key) {
    const json::object* part = object_at(expression, key);
    return part != nullptr ? whole(*part) : std::nullopt;
  }

  std::optional<std::string> joined(std::span<const json::value> parts, std::string_view between) {
    std::string out;
    for (const json::value& part : parts) {
      const auto text = part.is_object() ? whole(part.get_object()) : std::nullopt;
      if (!text) return std::nullopt;
      if (!out.empty()) out += between;
      out += *text;
    }
    if (out.empty()) return std::nullopt;
    return "(" + out + ")";
  }

  std::optional<std::string> cast(const json::object& expression) {
    const auto type = simple_type(expression, "return_type");
    const auto inner = at(expression, "child");
    if (!type || !inner) return std::nullopt;
    return (true_at(expression, "try_cast") ? "TRY_CAST(" : "CAST(") + *inner + " AS " + *type +
           ")";
  }

  std::optional<std::string> comparison(const json::object& expression) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kOperators{{
        {"COMPARE_EQUAL", "="},
        {"COMPARE_NOTEQUAL", "<>"},
        {"COMPARE_LESSTHAN", "<"},
        {"COMPARE_LESSTHANOREQUALTO", "<="},
        {"COMPARE_GREATERTHAN", ">"},
        {"COMPARE_GREATERTHANOREQUALTO", ">="},
        {"COMPARE_DISTINCT_FROM", "IS DISTINCT FROM"},
        {"COMPARE_NOT_DISTINCT_FROM", "IS NOT DISTINCT FROM"},
    }};
    const std::string_view type = text_at(expression, "type");
    const auto* const it = std::find_if(kOperators.begin(), kOperators.end(),
                                        [&](const auto& known) { return known.first == type; });
    if (it == kOperators.end()) return std::nullopt;
    const auto left = at(expression, "left");
    const auto right = at(expression, "right");
    if (!left || !right) return std::nullopt;
    return "(" + *left + " " + std::string(it->second) + " " + *right + ")";
  }

  std::optional<std::string> between(const json::object& expression) {
    const auto input = at(expression, "input");
    const auto lower = at(expression, "lower");
    const auto upper = at(expression, "upper");
    if (!input || !lower || !upper) return std::nullopt;
    return "(" + *input + (true_at(expression, "lower_inclusive") ? " >= " : " > ") + *lower +
           " AND " + *input + (true_at(expression, "upper_inclusive") ? " <= " : " < ") + *upper +
           ")";
  }

  std::optional<std::string> function(const json::object& expression) {
    const std::string_view name = text_at(expression, "name");
    const std::string_view catalog = text_at(expression, "catalog_name");
    const bool builtin = catalog == "system" || (catalog.empty() && is_one_of(name, kOptimizers));
    if (!builtin || is_one_of(name, kVolatile) || true_at(expression, "has_serialize"))
      return std::nullopt;
    const auto arguments = joined(array_at(expression, "children"), ", ");
    if (!arguments) return std::nullopt;
    return "system.main." + quote_identifier(name) + *arguments;
  }

  std::optional<std::string> operation(const json::object& expression) {
    const std::string_view type = text_at(expression, "type");
    const auto children = array_at(expression, "children");
    if (type == "OPERATOR_COALESCE") {
      const auto list = joined(children, ", ");
      return list ? std::optional("COALESCE" + *list) : std::nullopt;
    }
    if (children.empty() || !children[0].is_object()) return std::nullopt;
    const auto first = whole(children[0].get_object());
    if (!first) return std::nullopt;
    if (children.size() == 1) {
      if (type == "OPERATOR_NOT") return "(NOT " + *first + ")";
      if (type == "OPERATOR_IS_NULL") return "(" + *first + " IS NULL)";
      if (type == "OPERATOR_IS_NOT_NULL") return "(" + *first + " IS NOT NULL)";
      return std::nullopt;
    }
    if (type != "COMPARE_IN" && type != "COMPARE_NOT_IN") return std::nullopt;
    const auto list = joined(children.subspan(1), ", ");
    if (!list) return std::nullopt;
    return "(" + *first + (type == "COMPARE_IN" ? " IN " : " NOT IN ") + *list + ")";
  }

  std::optional<std::string> case_of(const json::object& expression) {
    std::string out = "(CASE";
    for (const json::value& check : array_at(expression, "case_checks")) {
      if (!check.is_object()) return std::nullopt;
      const auto when = at(check.get_object(), "when_expr");
      const auto then = at(check.get_object(), "then_expr");
      if (!when || !then) return std::nullopt;
      out += " WHEN " + *when + " THEN " + *then;
    }
    const auto otherwise = at(expression, "else_expr");
    if (!otherwise) return std::nullopt;
    return out + " ELSE " + *otherwise + " END)";
  }

  const json::object& child_;
  const std::set<std::string>& allowed_;
  std::set<std::string> columns_;
};

/// A filter and the node whose columns it refers to.
struct Filter {
  const json::object* expression;
  const json::object* child;
};

class PredicateReader {
 public:
  PredicateReader(std::string_view scan_function,
                  const std::map<std::string, std::set<std::string>, std::less<>>& columns)
      : scan_function_(scan_function), columns_(columns) {}

  /// `filters`: those right above.
  Status walk(const json::object& node, const std::vector<Filter>& filters) {
    const std::string_view type = text_at(node, "type");
    if (type == "LOGICAL_GET" && text_at(node, "name") == scan_function_)
      return scan(node, filters);
    const auto children = array_at(node, "children");
    std::vector<Filter> below;
    if (type == "LOGICAL_PROJECTION") below = filters;
    if (type == "LOGICAL_FILTER" && children.size() == 1 && children[0].is_object()) {
      below = filters;
      for (const json::value& expression : array_at(node, "expressions")) {
        if (expression.is_object())
          below.push_back({&expression.get_object(), &children[0].get_object()});
      }
    }
    for (const json::value& child : children) {
      if (!child.is_object()) return unknown_form();
      RETURN_IF_ERROR(walk(child.get_object(), below));
    }
    return {};
  }

  std::map<std::string, std::vector<ScanPredicate>, std::less<>> take() {
    return std::move(tables_);
  }
  std::size_t scans() const { return scans_; }

 private:
  Status scan(const json::object& node, const std::vector<Filter>& filters) {
    const auto parameters = array_at(node, "parameters");
    if (parameters.size() != 1 || !parameters[0].is_object()) return unknown_form();
    const std::string_view table = text_at(parameters[0].get_object(), "value");
    const auto columns = columns_.find(table);
    if (columns == columns_.end()) return unknown_form();
    ++scans_;
    ScanPredicate predicate;
    for (const Filter& filter : filters)
      add(*filter.expression, filter, columns->second, &predicate);
    tables_[std::string(table)].push_back(std::move(predicate));
    return {};
  }

  static void add(const json::object& expression, const Filter& filter,
                  const std::set<std::string>& columns, ScanPredicate* predicate) {
    if (text_at(expression, "expression_class") == "BOUND_CONJUNCTION" &&
        text_at(expression, "type") == "CONJUNCTION_AND") {
      for (const json::value& child : array_at(expression, "children")) {
        if (child.is_object()) add(child.get_object(), filter, columns, predicate);
      }
      return;
    }
    Writer writer(*filter.child, columns);
    auto sql = writer.weakened(expression);
    if (!sql || writer.columns().empty()) return;
    PartitionConjunct conjunct{.sql = std::move(*sql), .columns = writer.columns(), .equals = {}};
    if (auto equals = writer.equals(expression)) conjunct.equals = std::move(equals->second);
    predicate->push_back(std::move(conjunct));
  }

  std::string_view scan_function_;
  const std::map<std::string, std::set<std::string>, std::less<>>& columns_;
  std::size_t scans_ = 0;
  std::map<std::string, std::vector<ScanPredicate>, std::less<>> tables_;
};

}  // namespace

Result<std::map<std::string, std::vector<ScanPredicate>, std::less<>>> partition_predicates(
    std::string_view plan, std::string_view scan_function,
    const std::map<std::string, std::set<std::string>, std::less<>>& columns) {
  ASSIGN_OR_RETURN(const json::value root, read_plan(plan));
  PredicateReader reader(scan_function, columns);
  for (const json::value& node : array_at(root.get_object(), "plans")) {
    if (!node.is_object()) return unknown_form();
    RETURN_IF_ERROR(reader.walk(node.get_object(), {}));
  }
  // A scan that hides where the walk does not come would get too few files.
  const std::string name = "\"name\":\"" + std::string(scan_function) + "\"";
  if (count_of(plan, name) != reader.scans()) return unknown_form();
  return reader.take();
}

}  // namespace clicklake
