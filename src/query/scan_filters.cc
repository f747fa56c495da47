#include "query/scan_filters.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "model/time.h"
#include "query/plan_json.h"

namespace clicklake {

namespace {

using namespace plan_json;

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

const RowBoxes kEveryRow{RowBox{}};

bool is_whole_number(std::string_view type) {
  return type == "INTEGER" || type == "BIGINT" || type == "SMALLINT" || type == "TINYINT";
}

/// How the left side of a comparison reads a column.
struct ColumnUse {
  std::string column;
  bool as_date = false;  ///< the column holds a time, the comparison is with its UTC date
};

class FilterReader {
 public:
  FilterReader(const json::object& child, bool utc) : child_(child), utc_(utc) {}

  RowBoxes read(const json::object& expression) const {
    const std::string_view kind = text_at(expression, "expression_class");
    if (kind == "BOUND_COMPARISON") return comparison(expression);
    if (kind == "BOUND_BETWEEN") return between(expression);
    if (kind == "BOUND_OPERATOR" && text_at(expression, "type") == "COMPARE_IN")
      return in_list(expression);
    if (kind == "BOUND_CONJUNCTION") return conjunction(expression);
    return kEveryRow;
  }

 private:
  std::optional<ColumnUse> column_use(const json::object* side) const {
    if (side == nullptr) return std::nullopt;
    const std::string_view kind = text_at(*side, "expression_class");
    if (kind == "BOUND_CAST") {
      const json::object* inner = object_at(*side, "child");
      if (inner == nullptr || text_at(*inner, "expression_class") != "BOUND_REF")
        return std::nullopt;
      const std::string_view from = type_at(*inner, "return_type");
      const std::string_view to = type_at(*side, "return_type");
      const bool widened = from == "INTEGER" && to == "BIGINT";
      const bool dated = from == "TIMESTAMP WITH TIME ZONE" && to == "DATE" && utc_;
      if (!widened && !dated) return std::nullopt;
      auto use = column_use(inner);
      if (use) use->as_date = dated;
      return use;
    }
    if (kind != "BOUND_REF") return std::nullopt;
    const std::string_view type = type_at(*side, "return_type");
    if (!is_whole_number(type) && type != "DATE" && type != "TIMESTAMP WITH TIME ZONE")
      return std::nullopt;
    const auto index = index_at(*side, "index");
    if (!index) return std::nullopt;
    std::string column = source_column(child_, *index);
    if (column.empty()) return std::nullopt;
    // DuckDB names the reference too: where the two disagree, the plan was not understood.
    if (const std::string_view alias = text_at(*side, "alias"); alias != column)
      return std::nullopt;
    return ColumnUse{std::move(column)};
  }

  /// A constant as the column stores it: DuckDB's plan gives both sides of a comparison one type.
  static std::optional<std::int64_t> constant(const json::object* side) {
    if (side == nullptr || text_at(*side, "expression_class") != "BOUND_CONSTANT")
      return std::nullopt;
    const json::object* value = object_at(*side, "value");
    if (value == nullptr) return std::nullopt;
    const std::string_view type = type_at(*value, "type");
    if (!is_whole_number(type) && type != "DATE" && type != "TIMESTAMP WITH TIME ZONE")
      return std::nullopt;
    const json::value* number = value->if_contains("value");
    const json::value* null = value->if_contains("is_null");
    if (number == nullptr || !number->is_int64() ||
        (null != nullptr && (!null->is_bool() || null->get_bool()))) {
      return std::nullopt;
    }
    return number->get_int64();
  }

  static RowBoxes box(const ColumnUse& use, ValueRange range) {
    if (use.as_date) {
      // Days at the far ends of the calendar have no microseconds in 64 bits: they bound nothing.
      constexpr std::int64_t kFar = kHighest / kMicrosPerDay - 1;
      range.min = range.min < -kFar  ? kLowest
                  : range.min > kFar ? kHighest
                                     : range.min * kMicrosPerDay;
      range.max = range.max > kFar    ? kHighest
                  : range.max < -kFar ? kLowest
                                      : (range.max + 1) * kMicrosPerDay - 1;
    }
    if (range.min > range.max) return {};
    return {RowBox{{use.column, range}}};
  }

  RowBoxes comparison(const json::object& expression) const {
    auto use = column_use(object_at(expression, "left"));
    auto value = constant(object_at(expression, "right"));
    bool turned = false;
    if (!use || !value) {
      use = column_use(object_at(expression, "right"));
      value = constant(object_at(expression, "left"));
      turned = true;
    }
    if (!use || !value) return kEveryRow;
    const std::string_view type = text_at(expression, "type");
    if (type == "COMPARE_EQUAL") return box(*use, {*value, *value});
    const bool less = type == "COMPARE_LESSTHAN";
    const bool less_or_equal = type == "COMPARE_LESSTHANOREQUALTO";
    const bool greater = type == "COMPARE_GREATERTHAN";
    const bool greater_or_equal = type == "COMPARE_GREATERTHANOREQUALTO";
    if (!less && !less_or_equal && !greater && !greater_or_equal) return kEveryRow;
    const bool bounds_above = (less || less_or_equal) != turned;
    return bounds_above ? box(*use, {kLowest, upper(*value, less_or_equal || greater_or_equal)})
                        : box(*use, {lower(*value, less_or_equal || greater_or_equal), kHighest});
  }

  static std::int64_t lower(std::int64_t value, bool inclusive) {
    return inclusive || value == kHighest ? value : value + 1;
  }
  static std::int64_t upper(std::int64_t value, bool inclusive) {
    return inclusive || value == kLowest ? value : value - 1;
  }

  RowBoxes between(const json::object& expression) const {
    const auto use = column_use(object_at(expression, "input"));
    if (!use) return kEveryRow;
    const auto flag = [&](std::string_view key) {
      const json::value* value = expression.if_contains(key);
      return value != nullptr && value->is_bool() && value->get_bool();
    };
    ValueRange range;
    if (const auto value = constant(object_at(expression, "lower")))
      range.min = lower(*value, flag("lower_inclusive"));
    if (const auto value = constant(object_at(expression, "upper")))
      range.max = upper(*value, flag("upper_inclusive"));
    return box(*use, range);
  }

  RowBoxes in_list(const json::object& expression) const {
    const auto children = array_at(expression, "children");
    if (children.empty() || !children[0].is_object()) return kEveryRow;
    const auto use = column_use(&children[0].get_object());
    if (!use) return kEveryRow;
    RowBoxes boxes;
    for (const json::value& child : children.subspan(1)) {
      const auto value = child.is_object() ? constant(&child.get_object()) : std::nullopt;
      if (!value) return kEveryRow;
      join(boxes, box(*use, {*value, *value}));
    }
    return few(std::move(boxes));
  }

  RowBoxes conjunction(const json::object& expression) const {
    const std::string_view type = text_at(expression, "type");
    const bool all = type == "CONJUNCTION_AND";
    if (!all && type != "CONJUNCTION_OR") return kEveryRow;
    RowBoxes boxes = all ? kEveryRow : RowBoxes{};
    for (const json::value& child : array_at(expression, "children")) {
      RowBoxes part = child.is_object() ? read(child.get_object()) : kEveryRow;
      if (all) {
        boxes = meet(boxes, part);
      } else {
        join(boxes, std::move(part));
      }
    }
    return few(std::move(boxes));
  }

 public:
  /// Adds `more` to `boxes`, of which a row must lie in one.
  static void join(RowBoxes& boxes, RowBoxes more) {
    for (RowBox& box : more) {
      if (std::find(boxes.begin(), boxes.end(), box) == boxes.end())
        boxes.push_back(std::move(box));
    }
  }

  /// The same rows or more, in at most kMaxBoxes boxes.
  static RowBoxes few(RowBoxes boxes) {
    if (boxes.size() <= kMaxBoxes) return boxes;
    return RowBoxes{hull(boxes)};
  }

  /// Rows that lie in a box of both.
  static RowBoxes meet(const RowBoxes& left, const RowBoxes& right) {
    RowBoxes boxes;
    for (const RowBox& a : left) {
      for (const RowBox& b : right) {
        RowBox both = a;
        bool empty = false;
        for (const auto& [column, range] : b) {
          ValueRange& mine = both[column];
          mine = {std::max(mine.min, range.min), std::min(mine.max, range.max)};
          empty = empty || mine.min > mine.max;
        }
        if (!empty) boxes.push_back(std::move(both));
      }
    }
    return few(std::move(boxes));
  }

 private:
  /// The smallest box around all of them: a column that one of them leaves open stays open.
  static RowBox hull(const RowBoxes& boxes) {
    RowBox out = boxes.front();
    for (const RowBox& box : boxes) {
      for (auto it = out.begin(); it != out.end();) {
        const auto other = box.find(it->first);
        if (other == box.end()) {
          it = out.erase(it);
          continue;
        }
        it->second = {std::min(it->second.min, other->second.min),
                      std::max(it->second.max, other->second.max)};
        ++it;
      }
    }
    return out;
  }

  const json::object& child_;
  bool utc_;
};

class PlanReader {
 public:
  PlanReader(std::string_view scan_function, bool utc) : scan_function_(scan_function), utc_(utc) {}

  /// `filter`: what the filters right above say.
  Status walk(const json::object& node, const RowBoxes& filter) {
    const std::string_view type = text_at(node, "type");
    if (type == "LOGICAL_GET" && text_at(node, "name") == scan_function_) return scan(node, filter);
    RowBoxes boxes = kEveryRow;
    const auto children = array_at(node, "children");
    if (type == "LOGICAL_PROJECTION") boxes = filter;
    if (type == "LOGICAL_FILTER" && children.size() == 1 && children[0].is_object()) {
      boxes = filter;
      const FilterReader reader(children[0].get_object(), utc_);
      for (const json::value& expression : array_at(node, "expressions")) {
        if (expression.is_object())
          boxes = FilterReader::meet(boxes, reader.read(expression.get_object()));
      }
    }
    for (const json::value& child : children) {
      if (!child.is_object()) return unknown_form();
      RETURN_IF_ERROR(walk(child.get_object(), boxes));
    }
    return {};
  }

  std::vector<ScanBoxes> take() { return std::move(scans_); }
  std::size_t scans() const { return scans_.size(); }

 private:
  Status scan(const json::object& node, const RowBoxes& filter) {
    const auto parameters = array_at(node, "parameters");
    if (parameters.size() != 1 || !parameters[0].is_object()) return unknown_form();
    const std::string_view table = text_at(parameters[0].get_object(), "value");
    if (table.empty()) return unknown_form();
    scans_.push_back({std::string(table), filter});
    return {};
  }

  std::string_view scan_function_;
  bool utc_;
  std::vector<ScanBoxes> scans_;
};

}  // namespace

Result<std::vector<ScanBoxes>> scan_boxes(std::string_view plan, std::string_view scan_function,
                                          bool utc) {
  ASSIGN_OR_RETURN(const json::value root, read_plan(plan));
  PlanReader reader(scan_function, utc);
  for (const json::value& node : array_at(root.get_object(), "plans")) {
    if (!node.is_object()) return unknown_form();
    RETURN_IF_ERROR(reader.walk(node.get_object(), kEveryRow));
  }
  // A scan that hides where the walk does not come would get too few files.
  const std::string name = "\"name\":\"" + std::string(scan_function) + "\"";
  if (count_of(plan, name) != reader.scans()) return unknown_form();
  return reader.take();
}

Result<std::map<std::string, RowBoxes, std::less<>>> scan_filters(std::string_view plan,
                                                                  std::string_view scan_function,
                                                                  bool utc) {
  ASSIGN_OR_RETURN(std::vector<ScanBoxes> scans, scan_boxes(plan, scan_function, utc));
  std::map<std::string, RowBoxes, std::less<>> tables;
  for (ScanBoxes& scan : scans) {
    RowBoxes& boxes = tables[std::move(scan.table)];
    FilterReader::join(boxes, std::move(scan.boxes));
    boxes = FilterReader::few(std::move(boxes));
  }
  return tables;
}

}  // namespace clicklake
