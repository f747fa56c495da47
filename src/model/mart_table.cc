#include "model/mart_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace clicklake {
namespace {

constexpr std::string_view kMark = "mart;";

constexpr std::array<std::pair<std::string_view, ColumnType>, 8> kWords{
    {{"string", ColumnType::kString},
     {"int", ColumnType::kInt},
     {"bigint", ColumnType::kLong},
     {"decimal", ColumnType::kDecimal18_4},
     {"boolean", ColumnType::kBoolean},
     {"double", ColumnType::kDouble},
     {"date", ColumnType::kDate},
     {"timestamp", ColumnType::kTimestampTz}}};

std::optional<ColumnType> type_of(std::string_view word) {
  for (const auto& [name, type] : kWords) {
    if (name == word) return type;
  }
  return std::nullopt;
}

std::string_view word_of(ColumnType type) {
  for (const auto& [name, word_type] : kWords) {
    if (word_type == type) return name;
  }
  return "";
}

/// A definition and what it refers to.
struct Kept {
  std::string name;
  std::string text;
  std::vector<ColumnDefinition> columns;
  TableDefinition definition;
};

/// Up to `mark`, which goes with it; all where there is none.
std::string_view take_until(std::string_view* rest, char mark) {
  const std::string_view part = rest->substr(0, rest->find(mark));
  rest->remove_prefix(std::min(part.size() + 1, rest->size()));
  return part;
}

bool read(Kept* kept) {
  std::string_view rest = kept->text;
  if (!rest.starts_with(kMark)) return false;
  rest.remove_prefix(kMark.size());
  const std::string_view partition = take_until(&rest, ';');
  const std::string_view sort = take_until(&rest, ';');
  while (!rest.empty()) {
    std::string_view one = take_until(&rest, ',');
    ColumnDefinition column{take_until(&one, ':'), 0, ColumnType::kString, false};
    const std::string_view id = take_until(&one, ':');
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), column.field_id);
    const auto type = type_of(one);
    if (error != std::errc() || end != id.data() + id.size() || column.field_id <= 0 || !type ||
        !is_column_name(column.name)) {
      return false;
    }
    column.type = *type;
    column.required = column.name == partition;
    kept->columns.push_back(column);
  }
  TableDefinition& table = kept->definition;
  table.name = kept->name;
  table.columns = kept->columns;
  table.transform = PartitionTransform::kDate;
  table.partition_source = table.partition_name = partition;
  table.sort_column = sort;
  table.zone = "curated";
  const int at = column_index(table, partition);
  return at >= 0 && table.columns[static_cast<std::size_t>(at)].type == ColumnType::kDate &&
         column_index(table, sort) >= 0;
}

Error refused(ErrorCode code, const MartTableWish& wish, const std::string& what) {
  return Error{code, "the mart " + wish.name + ": " + what};
}

}  // namespace

const TableDefinition* mart_table(std::string_view name, std::string_view text) {
  static std::mutex mutex;
  static std::map<std::pair<std::string, std::string>, std::unique_ptr<Kept>> all;
  const std::lock_guard lock(mutex);
  auto& kept = all[{std::string(name), std::string(text)}];
  if (kept == nullptr) {
    auto made = std::make_unique<Kept>();
    made->name = name;
    made->text = text;
    if (!read(made.get())) return nullptr;
    kept = std::move(made);
  }
  return &kept->definition;
}

Result<std::string> mart_table_text(const MartTableWish& wish, const TableDefinition* before,
                                    int last_id) {
  if (!is_column_name(wish.name)) {
    return refused(ErrorCode::kInvalidArgument, wish,
                   "a mart's name is of a to z, digits and _, and begins with a letter");
  }
  std::vector<ColumnDefinition> columns;
  int highest = last_id;
  if (before != nullptr) {
    if (before->partition_source != wish.partition) {
      return refused(ErrorCode::kAlreadyExists, wish,
                     "its table is partitioned by " + std::string(before->partition_source) +
                         ", not by " + wish.partition + ": give the mart another name");
    }
    columns.assign(before->columns.begin(), before->columns.end());
    for (const ColumnDefinition& column : columns) highest = std::max(highest, column.field_id);
  }
  for (const ColumnWish& column : wish.columns) {
    if (!is_column_name(column.name)) {
      return refused(
          ErrorCode::kInvalidArgument, wish,
          "'" + column.name +
              "' is no name for a column: use a to z, digits and _ (SELECT ... AS name)");
    }
    const auto known = std::find_if(columns.begin(), columns.end(),
                                    [&](const auto& c) { return c.name == column.name; });
    if (known == columns.end()) {
      columns.push_back({column.name, ++highest, column.type, false});
    } else if (known->type != column.type) {
      return refused(ErrorCode::kAlreadyExists, wish,
                     "its column " + column.name + " is " + std::string(word_of(known->type)) +
                         ", not " + std::string(word_of(column.type)) +
                         ": give the column another name, or cast it");
    }
  }
  std::string text = std::string(kMark) + wish.partition + ";" +
                     (wish.sort.empty() ? wish.partition : wish.sort) + ";";
  for (const ColumnDefinition& column : columns) {
    if (text.back() != ';') text += ',';
    text += std::string(column.name) + ':' + std::to_string(column.field_id) + ':' +
            std::string(word_of(column.type));
  }
  if (mart_table(wish.name, text) == nullptr) {
    return refused(ErrorCode::kInvalidArgument, wish,
                   "its query gives no column " + wish.partition + " of type DATE, or none " +
                       wish.sort + ", which its header names");
  }
  return text;
}

const TableDefinition* known_table(std::string_view name, std::string_view text) {
  if (text.starts_with(kMark)) return mart_table(name, text);
  const TableDefinition* base = find_table(name);
  return base == nullptr ? nullptr : with_added_columns(*base, text);
}

}  // namespace clicklake
