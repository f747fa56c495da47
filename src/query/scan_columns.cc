#include "query/scan_columns.h"

#include <utility>

#include "query/plan_json.h"

namespace clicklake {

namespace {

using namespace plan_json;

/// Whether a column of the operator below is referred to anywhere in `value`.
bool has_reference(const json::value& value) {
  if (const json::array* array = value.if_array()) {
    for (const json::value& each : *array) {
      if (has_reference(each)) return true;
    }
    return false;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return false;
  if (text_at(*object, "expression_class") == "BOUND_REF") return true;
  for (const auto& member : *object) {
    if (has_reference(member.value())) return true;
  }
  return false;
}

bool has_reference(const json::object& node, std::string_view key) {
  const json::value* value = node.if_contains(key);
  return value != nullptr && has_reference(*value);
}

class PlanWalk {
 public:
  explicit PlanWalk(std::string_view scan_function) : scan_function_(scan_function) {}

  /// `referenced`: an operator above may refer to a column of this one. False only where that is
  /// certain.
  bool walk(const json::object& node, bool referenced) {
    const std::string_view type = text_at(node, "type");
    if (type == "LOGICAL_GET" && text_at(node, "name") == scan_function_)
      return scan(node, referenced);
    if (type == "LOGICAL_PROJECTION") {
      referenced = has_reference(node, "expressions");
    } else if (type == "LOGICAL_AGGREGATE_AND_GROUP_BY") {
      referenced = has_reference(node, "expressions") || has_reference(node, "groups");
    } else if (type == "LOGICAL_FILTER") {
      referenced = referenced || has_reference(node, "expressions");
    } else if (type != "LOGICAL_LIMIT" && type != "LOGICAL_CROSS_PRODUCT") {
      referenced = true;
    }
    for (const json::value& child : array_at(node, "children")) {
      if (!child.is_object() || !walk(child.get_object(), referenced)) return false;
    }
    return true;
  }

  std::vector<ScanColumns> take() { return std::move(scans_); }
  std::size_t scans() const { return scans_.size(); }

 private:
  bool scan(const json::object& node, bool referenced) {
    const auto parameters = array_at(node, "parameters");
    if (parameters.empty() || !parameters[0].is_object()) return false;
    ScanColumns out;
    out.table = text_at(parameters[0].get_object(), "value");
    if (out.table.empty()) return false;
    const auto names = array_at(node, "names");
    const auto columns = array_at(node, "column_indexes");
    // A scan that only counts rows is given its first column to have one.
    const bool counts_rows = columns.size() == 1 && !referenced;
    for (const json::value& column : columns) {
      if (!column.is_object()) return false;
      // Absent numbers are zero; beyond 63 bits are virtual columns, which no file has.
      const json::value* index = column.get_object().if_contains("index");
      if (index != nullptr && index->is_uint64() && !index->is_int64()) continue;
      if (index != nullptr && !index->is_int64()) return false;
      const std::int64_t at = index == nullptr ? 0 : index->get_int64();
      if (at < 0 || static_cast<std::size_t>(at) >= names.size()) return false;
      const json::value& name = names[static_cast<std::size_t>(at)];
      if (!name.is_string()) return false;
      if (!counts_rows) out.columns.emplace(name.get_string());
    }
    scans_.push_back(std::move(out));
    return true;
  }

  std::string_view scan_function_;
  std::vector<ScanColumns> scans_;
};

}  // namespace

Result<std::vector<ScanColumns>> scan_columns(std::string_view plan,
                                              std::string_view scan_function) {
  ASSIGN_OR_RETURN(const json::value root, read_plan(plan));
  PlanWalk walk(scan_function);
  for (const json::value& node : array_at(root.get_object(), "plans")) {
    if (!node.is_object() || !walk.walk(node.get_object(), true)) return unknown_form();
  }
  // A scan that the walk does not come to would be missing from the bill.
  const std::string name = "\"name\":\"" + std::string(scan_function) + "\"";
  if (count_of(plan, name) != walk.scans()) return unknown_form();
  return walk.take();
}

}  // namespace clicklake
