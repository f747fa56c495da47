#include "metastore/partition_projection.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "model/time.h"

namespace clicklake {
namespace {

/// Values that are tried one by one where a column has no candidates.
constexpr std::int64_t kMostTried = 10'000'000;

struct Value {
  std::string value;  ///< of the column
  std::string path;   ///< as it stands in locations
};

std::string padded(std::int64_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  const std::size_t sign = number < 0 ? 1 : 0;
  if (text.size() - sign < digits) text.insert(sign, digits - (text.size() - sign), '0');
  return text;
}

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

/// The values of one column.
class ColumnValues {
 public:
  ColumnValues(const Projection& projection, const ProjectedColumn& column,
               const ProjectedChoice* choice, std::int64_t now_us, std::int64_t most)
      : projection_(projection), column_(column), choice_(choice), now_us_(now_us), most_(most) {}

  Result<std::vector<Value>> list() {
    Status listed;
    switch (column_.kind) {
      case ProjectedColumn::Kind::kInteger: listed = integers(); break;
      case ProjectedColumn::Kind::kDate: listed = dates(); break;
      case ProjectedColumn::Kind::kEnum: listed = enumerated(); break;
      case ProjectedColumn::Kind::kInjected: listed = injected(); break;
    }
    RETURN_IF_ERROR(listed);
    return std::move(values_);
  }

 private:
  bool has_candidates() const { return choice_ != nullptr && choice_->candidates.has_value(); }

  /// Keeps the value of a path's text where the choice does.
  Status add(std::string path) {
    std::string value;
    const bool is_date = column_.kind == ProjectedColumn::Kind::kDate;
    if (is_date && column_.key.type.kind == HiveKind::kDate) {
      value = format_timestamp(*column_.format->read(path)).substr(0, 10);
    } else if (is_date && column_.key.type.kind == HiveKind::kTimestamp) {
      value = format_timestamp(*column_.format->read(path));
      value.pop_back();
      value[10] = ' ';
    } else {
      auto canonical = canonical_partition_value(column_.key.type, path);
      if (!canonical) {
        return Error{ErrorCode::kInvalidArgument,
                     "INVALID_TABLE_PROPERTY: Table " + projection_.table + ": projection." +
                         column_.key.name + ": " + std::move(canonical).error().message};
      }
      value = *std::move(canonical);
    }
    if (choice_ != nullptr && choice_->keep && !choice_->keep(value)) return {};
    if (has_candidates() && !candidates_.contains(value)) return {};
    if (!values_.empty() && values_.back().value == value) return {};
    if (std::ssize(values_) >= most_) {
      return Error{ErrorCode::kInvalidArgument,
                   "Table " + projection_.table + " projects more than " + grouped(most_) +
                       " values of the partition column " + column_.key.name +
                       ": filter on it by = or IN in the WHERE clause"};
    }
    values_.push_back({.value = std::move(value), .path = std::move(path)});
    return {};
  }

  /// Those that are values of the type, each once; a text that is none equals no partition.
  void read_candidates() {
    for (const std::string& text : *choice_->candidates) {
      if (auto value = canonical_partition_value(column_.key.type, text))
        candidates_.insert(*value);
    }
  }

  Status too_many() const {
    return Error{ErrorCode::kInvalidArgument,
                 "Table " + projection_.table + ": the partition column " + column_.key.name +
                     " has more than " + grouped(kMostTried) +
                     " projected values: filter on it by = or IN in the WHERE clause"};
  }

  Status integers() {
    const std::int64_t low = column_.low;
    const auto step = static_cast<std::uint64_t>(column_.interval);
    const std::uint64_t width =
        static_cast<std::uint64_t>(column_.high) - static_cast<std::uint64_t>(low);
    if (has_candidates()) {
      read_candidates();
      std::set<std::int64_t> numbers;
      for (const std::string& text : candidates_) {
        std::int64_t number = 0;
        const auto end = text.data() + text.size();
        if (std::from_chars(text.data(), end, number).ptr != end) continue;
        if (number < low || number > column_.high) continue;
        if ((static_cast<std::uint64_t>(number) - static_cast<std::uint64_t>(low)) % step != 0)
          continue;
        numbers.insert(number);
      }
      for (const std::int64_t number : numbers) {
        RETURN_IF_ERROR(add(padded(number, column_.digits)));
      }
      return {};
    }
    if (width / step >= static_cast<std::uint64_t>(kMostTried)) return too_many();
    for (std::uint64_t i = 0; i <= width / step; ++i) {
      const auto number = static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + i * step);
      RETURN_IF_ERROR(add(padded(number, column_.digits)));
    }
    return {};
  }

  /// A date of the range as the format tells it.
  std::optional<std::int64_t> end_of(const ProjectedDate& date) const {
    std::optional<std::int64_t> us = date.us;
    if (date.relative) us = add_units(now_us_, date.count, date.unit);
    if (!us) return std::nullopt;
    return column_.format->read(column_.format->write(*us));
  }

  Status dates() {
    const auto first = end_of(column_.first);
    const auto last = end_of(column_.last);
    if (!first || !last) {
      return Error{ErrorCode::kInvalidArgument,
                   "INVALID_TABLE_PROPERTY: Table " + projection_.table + ": projection." +
                       column_.key.name + ".range leaves the years 1 to 9999"};
    }
    if (has_candidates()) read_candidates();
    if (has_candidates() && column_.unit < DateUnit::kMonths &&
        column_.unit >= column_.format->precision()) {
      return candidate_dates(*first, *last);
    }
    std::string before;
    for (std::int64_t i = 0;; ++i) {
      if (i >= kMostTried) return too_many();
      std::int64_t count = 0;
      if (__builtin_mul_overflow(i, column_.interval, &count)) return {};
      const auto at = add_units(*first, count, column_.unit);
      if (!at || *at > *last) return {};
      std::string path = column_.format->write(*at);
      if (path == before) continue;  // the interval is finer than the format
      before = path;
      RETURN_IF_ERROR(add(std::move(path)));
    }
  }

  /// Candidates of the range that lie on the interval: the range may be long.
  Status candidate_dates(std::int64_t first, std::int64_t last) {
    const HiveKind kind = column_.key.type.kind;
    const bool is_text = kind != HiveKind::kDate && kind != HiveKind::kTimestamp;
    const auto second = add_units(first, column_.interval, column_.unit);
    std::set<std::int64_t> times;
    for (const std::string& text : candidates_) {
      const auto us = is_text ? column_.format->read(text) : parse_timestamp(text);
      if (!us || *us < first || *us > last) continue;
      if (*us != first && (!second || (*us - first) % (*second - first) != 0)) continue;
      times.insert(*us);
    }
    for (const std::int64_t us : times) RETURN_IF_ERROR(add(column_.format->write(us)));
    return {};
  }

  Status enumerated() {
    if (has_candidates()) read_candidates();
    for (const std::string& value : column_.values) RETURN_IF_ERROR(add(value));
    return {};
  }

  Status injected() {
    if (!has_candidates()) {
      return Error{ErrorCode::kInvalidArgument,
                   "CONSTRAINT_VIOLATION: For the injected projected partition column " +
                       column_.key.name +
                       ", the WHERE clause must contain only static equality conditions, and at "
                       "least one such condition must be present"};
    }
    read_candidates();
    for (const std::string& value : candidates_) RETURN_IF_ERROR(add(value));
    return {};
  }

  const Projection& projection_;
  const ProjectedColumn& column_;
  const ProjectedChoice* choice_;
  std::int64_t now_us_;
  std::int64_t most_;
  std::set<std::string> candidates_;
  std::vector<Value> values_;
};

/// The template's text with each `${column}` replaced.
std::string fill(const Projection& projection, const std::vector<const Value*>& values) {
  const std::string_view text = projection.location_template;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = text.find("${", at);
    out += text.substr(at, begin - at);
    if (begin == text.npos) break;
    const std::size_t end = text.find('}', begin);
    const std::string_view name = text.substr(begin + 2, end - begin - 2);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (projection.columns[i].key.name == name) out += values[i]->path;
    }
    at = end + 1;
  }
  return out;
}

std::string hive_location(const Projection& projection, const std::vector<HiveColumn>& keys,
                          const std::vector<const Value*>& values) {
  std::vector<std::string> paths;
  paths.reserve(values.size());
  for (const Value* value : values) paths.push_back(value->path);
  const bool slash = projection.location.empty() || projection.location.ends_with('/');
  return projection.location + (slash ? "" : "/") + partition_path(keys, paths);
}

Status check_count(const Projection& projection, const std::vector<std::vector<Value>>& values,
                   std::int64_t most) {
  std::int64_t count = 1;
  std::size_t widest = 0;
  bool too_many = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) return {};
    if (values[i].size() > values[widest].size()) widest = i;
    too_many = __builtin_mul_overflow(count, std::ssize(values[i]), &count) || too_many;
  }
  if (!too_many && count <= most) return {};
  return Error{ErrorCode::kInvalidArgument,
               "Table " + projection.table + " projects more than " + grouped(most) +
                   " partitions: filter on the partition column " +
                   projection.columns[widest].key.name + " (" +
                   grouped(std::ssize(values[widest])) + " values) in the WHERE clause"};
}

}  // namespace

Result<std::vector<ProjectedPartition>> project(const Projection& projection, std::int64_t now_us,
                                                const std::vector<ProjectedChoice>& choices,
                                                std::int64_t most) {
  std::vector<std::vector<Value>> values;
  std::vector<HiveColumn> keys;
  for (std::size_t i = 0; i < projection.columns.size(); ++i) {
    const ProjectedColumn& column = projection.columns[i];
    const ProjectedChoice* choice = i < choices.size() ? &choices[i] : nullptr;
    ColumnValues of_column(projection, column, choice, now_us, most);
    ASSIGN_OR_RETURN(values.emplace_back(), of_column.list());
    keys.push_back(column.key);
  }
  RETURN_IF_ERROR(check_count(projection, values, most));
  std::vector<ProjectedPartition> partitions;
  for (const auto& of_column : values) {
    if (of_column.empty()) return partitions;
  }
  std::vector<std::size_t> at(values.size(), 0);
  std::vector<const Value*> chosen(values.size());
  for (;;) {
    ProjectedPartition& partition = partitions.emplace_back();
    for (std::size_t i = 0; i < at.size(); ++i) {
      chosen[i] = &values[i][at[i]];
      partition.values.push_back(chosen[i]->value);
    }
    partition.location = projection.location_template.empty()
                             ? hive_location(projection, keys, chosen)
                             : fill(projection, chosen);
    std::size_t i = at.size();
    while (i > 0 && ++at[i - 1] == values[i - 1].size()) at[--i] = 0;
    if (i == 0) return partitions;
  }
}

}  // namespace clicklake
