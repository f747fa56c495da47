#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ascii_case.h"
#include "metastore/partition_projection.h"

namespace clicklake {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> integer_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `\s*NOW\s*(([+-])\s*([0-9]+)\s*(YEARS?|MONTHS?|...)\s*)?`
std::optional<ProjectedDate> relative_date(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with("NOW")) return std::nullopt;
  text = trimmed(text.substr(3));
  ProjectedDate date{.relative = true, .us = 0, .count = 0, .unit = DateUnit::kDays};
  if (text.empty()) return date;
  const char sign = text.front();
  if (sign != '+' && sign != '-') return std::nullopt;
  text = trimmed(text.substr(1));
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = digits == 0 ? std::nullopt : integer_of(text.substr(0, digits));
  const auto unit = date_unit_of(trimmed(text.substr(digits)));
  if (!count || !unit || *unit == DateUnit::kMillis) return std::nullopt;
  date.count = sign == '-' ? -*count : *count;
  date.unit = *unit;
  return date;
}

std::optional<ProjectedDate> date_of(const DatePattern& format, std::string_view text) {
  if (auto relative = relative_date(text)) return relative;
  std::optional<std::int64_t> us = format.read(text);
  if (!us) us = format.read(trimmed(text));
  if (!us) return std::nullopt;
  return ProjectedDate{.relative = false, .us = *us, .count = 0, .unit = DateUnit::kDays};
}

/// Reads the properties of one table; each error names the table and the property.
class Properties {
 public:
  explicit Properties(const Table& table)
      : table_(table), name_(table.database + "." + table.name) {}

  const std::string* find(const std::string& column, std::string_view what) const {
    return find_parameter(table_.parameters, "projection." + column + "." + std::string(what));
  }

  Error bad(const std::string& property, const std::string& why) const {
    return {ErrorCode::kInvalidArgument,
            "INVALID_TABLE_PROPERTY: Table " + name_ + ": " + property + ": " + why};
  }
  Error bad(const ProjectedColumn& column, std::string_view what, const std::string& why) const {
    const std::string* value = find(column.key.name, what);
    const std::string property = "projection." + column.key.name + "." + std::string(what);
    if (value == nullptr) return bad(property, "it is missing; " + why);
    return bad(property + "='" + *value + "'", why);
  }

  Status read_column(ProjectedColumn* column) const {
    const std::string type = lower_case(trimmed(*find(column->key.name, "type")));
    if (type == "integer") return read_integer(column);
    if (type == "date") return read_date(column);
    if (type == "enum") return read_enum(column);
    if (type == "injected") return read_injected(column);
    return bad(*column, "type", "expected integer, date, enum or injected");
  }

  Status read_template(Projection* projection) const {
    const std::string* text = find_parameter(table_.parameters, "storage.location.template");
    if (text == nullptr) return {};
    const std::string property = "storage.location.template='" + *text + "'";
    for (const HiveColumn& key : table_.partition_keys) {
      if (text->find("${" + key.name + "}") != std::string::npos) continue;
      return bad(property, "the template lacks ${" + key.name + "}");
    }
    for (std::size_t at = text->find("${"); at != std::string::npos;
         at = text->find("${", at + 1)) {
      const std::size_t end = text->find('}', at);
      const std::string name = end == std::string::npos ? "" : text->substr(at + 2, end - at - 2);
      const auto is_key = [&](const HiveColumn& key) { return key.name == name; };
      if (std::any_of(table_.partition_keys.begin(), table_.partition_keys.end(), is_key)) continue;
      return bad(property, "${" + name + "} is no partition column");
    }
    projection->location_template = *text;
    if (!text->ends_with('/')) projection->location_template += '/';
    return {};
  }

 private:
  Status read_integer(ProjectedColumn* column) const {
    column->kind = ProjectedColumn::Kind::kInteger;
    const std::string* range = find(column->key.name, "range");
    const std::string_view text = range == nullptr ? std::string_view() : *range;
    const std::size_t comma = text.find(',');
    const auto low = integer_of(text.substr(0, comma));
    const auto high = comma == text.npos ? std::nullopt : integer_of(text.substr(comma + 1));
    if (!low || !high || *low > *high) {
      return bad(*column, "range", "expected two integers, the lesser first: '0,23'");
    }
    column->low = *low;
    column->high = *high;
    RETURN_IF_ERROR(read_positive(column, "interval", &column->interval));
    std::int64_t digits = 0;
    RETURN_IF_ERROR(read_positive(column, "digits", &digits));
    if (digits > 100) return bad(*column, "digits", "expected 100 at most");
    column->digits = static_cast<std::size_t>(digits);
    for (const std::int64_t end : {column->low, column->high}) {
      const auto value = canonical_partition_value(column->key.type, std::to_string(end));
      if (!value) return bad(*column, "range", value.error().message);
    }
    return {};
  }

  Status read_positive(ProjectedColumn* column, std::string_view what, std::int64_t* value) const {
    const std::string* text = find(column->key.name, what);
    if (text == nullptr) return {};
    const auto number = integer_of(*text);
    if (!number || *number < 1) return bad(*column, what, "expected a positive integer");
    *value = *number;
    return {};
  }

  Status read_date(ProjectedColumn* column) const {
    column->kind = ProjectedColumn::Kind::kDate;
    const std::string* format = find(column->key.name, "format");
    if (format == nullptr) return bad(*column, "format", "expected a date format: 'yyyy/MM/dd'");
    auto pattern = DatePattern::parse(*format);
    if (!pattern) return bad(*column, "format", std::move(pattern).error().message);
    column->format = *std::move(pattern);
    const std::string* range = find(column->key.name, "range");
    if (range == nullptr || !read_date_range(*range, column)) {
      return bad(*column, "range",
                 "expected two dates in the format '" + *format + "', or NOW, NOW-3YEARS, ...");
    }
    return read_date_interval(column);
  }

  /// A format may hold commas of its own.
  static bool read_date_range(std::string_view text, ProjectedColumn* column) {
    for (std::size_t comma = text.find(','); comma != text.npos;
         comma = text.find(',', comma + 1)) {
      const auto first = date_of(*column->format, text.substr(0, comma));
      const auto last = date_of(*column->format, text.substr(comma + 1));
      if (!first || !last) continue;
      column->first = *first;
      column->last = *last;
      return true;
    }
    return false;
  }

  Status read_date_interval(ProjectedColumn* column) const {
    const DateUnit precision = column->format->precision();
    const bool has_default = precision == DateUnit::kDays || precision == DateUnit::kMonths;
    const std::string* unit = find(column->key.name, "interval.unit");
    if (!has_default && find(column->key.name, "interval") == nullptr) {
      return bad(*column, "interval",
                 "this format has no default; give interval and interval.unit");
    }
    RETURN_IF_ERROR(read_positive(column, "interval", &column->interval));
    if (unit == nullptr) {
      if (has_default) {
        column->unit = precision;
        return {};
      }
      return bad(*column, "interval.unit", "this format has no default");
    }
    std::string name(trimmed(*unit));
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const auto known = date_unit_of(name);
    if (!known) {
      return bad(*column, "interval.unit",
                 "expected YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES, SECONDS or MILLIS");
    }
    column->unit = *known;
    return {};
  }

  Status read_enum(ProjectedColumn* column) const {
    column->kind = ProjectedColumn::Kind::kEnum;
    const std::string* values = find(column->key.name, "values");
    if (values == nullptr) return bad(*column, "values", "expected values separated by commas");
    std::string_view rest = *values;
    for (;;) {
      const std::size_t comma = rest.find(',');
      const std::string text(rest.substr(0, comma));
      const auto value = canonical_partition_value(column->key.type, text);
      if (!value) return bad(*column, "values", value.error().message);
      if (std::find(column->values.begin(), column->values.end(), text) == column->values.end()) {
        column->values.push_back(text);
      }
      if (comma == rest.npos) return {};
      rest.remove_prefix(comma + 1);
    }
  }

  Status read_injected(ProjectedColumn* column) const {
    column->kind = ProjectedColumn::Kind::kInjected;
    const HiveKind kind = column->key.type.kind;
    if (kind == HiveKind::kString || kind == HiveKind::kVarchar || kind == HiveKind::kChar) {
      return {};
    }
    return bad(*column, "type", "injected columns are strings, not " + to_string(column->key.type));
  }

  const Table& table_;
  std::string name_;
};

}  // namespace

Result<std::optional<Projection>> projection_of(const Table& table) {
  const std::string* enabled = find_parameter(table.parameters, "projection.enabled");
  if (enabled == nullptr || lower_case(trimmed(*enabled)) != "true" ||
      table.partition_keys.empty()) {
    return std::optional<Projection>();
  }
  const Properties properties(table);
  Projection projection{.table = table.database + "." + table.name,
                        .location = table.storage.location,
                        .location_template = {},
                        .columns = {}};
  std::string missing;
  for (const HiveColumn& key : table.partition_keys) {
    if (properties.find(key.name, "type") == nullptr) {
      missing += (missing.empty() ? "" : ", ") + key.name;
    }
  }
  if (!missing.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "HIVE_METASTORE_ERROR: Table " + projection.table +
                     " is configured for partition projection, but the following partition columns "
                     "are missing projection configuration: [" +
                     missing + "]"};
  }
  for (const HiveColumn& key : table.partition_keys) {
    ProjectedColumn& column = projection.columns.emplace_back();
    column.key = key;
    RETURN_IF_ERROR(properties.read_column(&column));
  }
  RETURN_IF_ERROR(properties.read_template(&projection));
  return std::optional(std::move(projection));
}

}  // namespace clicklake
