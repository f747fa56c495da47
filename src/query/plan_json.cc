#include "query/plan_json.h"

namespace clicklake::plan_json {

std::string_view text_at(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                : std::string_view();
}

const json::object* object_at(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

std::span<const json::value> array_at(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  if (value == nullptr || !value->is_array()) return {};
  return {value->get_array().begin(), value->get_array().end()};
}

/// Absent numbers are zero: the serializer leaves defaults out.
std::optional<std::size_t> index_at(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  if (value == nullptr) return 0;
  if (!value->is_int64() || value->get_int64() < 0) return std::nullopt;
  return static_cast<std::size_t>(value->get_int64());
}

std::string_view type_at(const json::object& node, std::string_view key) {
  const json::object* type = object_at(node, key);
  return type != nullptr ? text_at(*type, "id") : std::string_view();
}

/// The name of the table's column that output `index` of `node` is, where it is one unchanged.
std::string source_column(const json::object& node, std::size_t index) {
  const std::string_view type = text_at(node, "type");
  const auto children = array_at(node, "children");
  const auto through = [&](std::string_view map_key) -> std::string {
    std::size_t inner = index;
    if (const auto map = array_at(node, map_key); !map.empty()) {
      if (index >= map.size() || !map[index].is_int64()) return {};
      inner = static_cast<std::size_t>(map[index].get_int64());
    }
    return children.size() == 1 && children[0].is_object()
               ? source_column(children[0].get_object(), inner)
               : "";
  };
  if (type == "LOGICAL_FILTER") return through("projection_map");
  if (type == "LOGICAL_PROJECTION") {
    const auto expressions = array_at(node, "expressions");
    if (index >= expressions.size() || !expressions[index].is_object() || children.size() != 1 ||
        !children[0].is_object()) {
      return {};
    }
    const json::object& expression = expressions[index].get_object();
    if (text_at(expression, "expression_class") != "BOUND_REF") return {};
    const auto inner = index_at(expression, "index");
    return inner ? source_column(children[0].get_object(), *inner) : "";
  }
  if (type == "LOGICAL_GET") {
    if (const auto projection = array_at(node, "projection_ids"); !projection.empty()) {
      if (index >= projection.size() || !projection[index].is_int64()) return {};
      index = static_cast<std::size_t>(projection[index].get_int64());
    }
    const auto columns = array_at(node, "column_indexes");
    if (index >= columns.size() || !columns[index].is_object()) return {};
    const json::object& column = columns[index].get_object();
    if (!array_at(column, "children").empty()) return {};
    const auto at = index_at(column, "index");
    const auto names = array_at(node, "names");
    if (!at || *at >= names.size() || !names[*at].is_string()) return {};
    return std::string(names[*at].get_string());
  }
  return {};
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size()))
    ++count;
  return count;
}

Error unknown_form() {
  return Error{ErrorCode::kUnsupported,
               "DuckDB's plan of the statement has a form that is not understood"};
}

Result<json::value> read_plan(std::string_view plan) {
  json::parse_options options;
  options.max_depth = 4096;
  json::error_code error;
  json::value root = json::parse(json::string_view(plan.data(), plan.size()), error, {}, options);
  if (error || !root.is_object()) return unknown_form();
  const json::object& answer = root.get_object();
  const json::value* failed = answer.if_contains("error");
  if (failed == nullptr || !failed->is_bool()) return unknown_form();
  if (failed->get_bool()) {
    return Error{ErrorCode::kUnsupported, "DuckDB cannot plan the statement by itself: " +
                                              std::string(text_at(answer, "error_message"))};
  }
  return root;
}

}  // namespace clicklake::plan_json
