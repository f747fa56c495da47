#include "model/added_columns.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace clicklake {
namespace {

constexpr std::array<std::pair<std::string_view, ColumnType>, 5> kWords{
    {{"string", ColumnType::kString},
     {"int", ColumnType::kInt},
     {"bigint", ColumnType::kLong},
     {"decimal", ColumnType::kDecimal18_4},
     {"boolean", ColumnType::kBoolean}}};

/// A definition and what it refers to.
struct Extended {
  std::string text;
  std::vector<ColumnDefinition> columns;
  TableDefinition definition;
};

/// The columns of `extended->text` behind those of `base`; false where it can't be read.
bool add_columns(const TableDefinition& base, Extended* extended) {
  extended->columns.assign(base.columns.begin(), base.columns.end());
  std::string_view rest = extended->text;
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    const std::size_t first = one.find(':');
    const std::size_t second = one.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return false;
    ColumnDefinition column{one.substr(0, first), 0, ColumnType::kString, false};
    const std::string_view id = one.substr(first + 1, second - first - 1);
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), column.field_id);
    const auto type = added_column_type(one.substr(second + 1));
    if (error != std::errc() || end != id.data() + id.size() || column.field_id <= 0 || !type ||
        !is_column_name(column.name)) {
      return false;
    }
    column.type = *type;
    extended->columns.push_back(column);
  }
  extended->definition = base;
  extended->definition.columns = extended->columns;
  return true;
}

}  // namespace

std::optional<ColumnType> added_column_type(std::string_view word) {
  for (const auto& [name, type] : kWords) {
    if (name == word) return type;
  }
  return std::nullopt;
}

std::string_view added_column_word(ColumnType type) {
  for (const auto& [name, word_type] : kWords) {
    if (word_type == type) return name;
  }
  return "string";
}

bool is_column_name(std::string_view name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= 64 && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

const TableDefinition* with_added_columns(const TableDefinition& base, std::string_view text) {
  if (text.empty()) return &base;
  // Definitions are compared and kept by address, like the program's own.
  static std::mutex mutex;
  static std::map<std::pair<const TableDefinition*, std::string>, std::unique_ptr<Extended>> all;
  const std::lock_guard lock(mutex);
  auto& extended = all[{&base, std::string(text)}];
  if (extended == nullptr) {
    auto made = std::make_unique<Extended>();
    made->text = text;
    if (!add_columns(base, made.get())) return nullptr;
    extended = std::move(made);
  }
  return &extended->definition;
}

const TableDefinition& base_of(const TableDefinition& table) {
  const TableDefinition* base = find_table(table.name);
  return base == nullptr ? table : *base;
}

std::string added_columns_text(const TableDefinition& table) {
  std::string text;
  for (const ColumnDefinition& column : table.columns.subspan(base_of(table).columns.size())) {
    if (!text.empty()) text += ',';
    text += std::string(column.name) + ':' + std::to_string(column.field_id) + ':' +
            std::string(added_column_word(column.type));
  }
  return text;
}

}  // namespace clicklake
