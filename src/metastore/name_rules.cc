#include "metastore/name_rules.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/utf8.h"

namespace clicklake {
namespace {

Error invalid(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message)}; }

Status check_column_name(const Table& table, const std::string& name) {
  const bool good = !name.empty() && name.size() <= 255 &&
                    find_invalid_utf8(name) == std::string_view::npos &&
                    std::none_of(name.begin(), name.end(), [](char c) {
                      return (c >= 'A' && c <= 'Z') || (c >= 0 && c < 0x20) || c == 0x7F;
                    });
  if (good) return {};
  return invalid("table " + table.name + ": '" + name +
                 "' is no name for a column: 1 to 255 bytes of UTF-8, in lower case");
}

}  // namespace

Status check_name(std::string_view what, std::string_view name) {
  const bool good =
      !name.empty() && name.size() <= 255 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
      });
  if (good) return {};
  return invalid("'" + std::string(name) + "' is no name for a " + std::string(what) +
                 ": 1 to 255 lower-case letters, digits, '_' and '-'");
}

Status check_statement_name(std::string_view name) {
  const bool good =
      !name.empty() && name.size() <= 256 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '@' || c == ':';
      });
  if (good) return {};
  return invalid("'" + std::string(name) +
                 "' is no name for a prepared statement: 1 to 256 letters, digits, '_', '@' and "
                 "':'");
}

Status check_columns(const Table& table) {
  if (table.storage.columns.empty()) return invalid("table " + table.name + " has no columns");
  std::set<std::string_view> names;
  for (const auto* columns : {&table.storage.columns, &table.partition_keys}) {
    for (const HiveColumn& column : *columns) {
      RETURN_IF_ERROR(check_column_name(table, column.name));
      if (!names.insert(column.name).second) {
        return invalid("table " + table.name + ": the column " + column.name + " is there twice");
      }
    }
  }
  for (const HiveColumn& key : table.partition_keys) {
    if (key.type.children.empty()) continue;
    return invalid("table " + table.name + ": the partition key " + key.name + " is of type " +
                   to_string(key.type) + "; a key is of a simple type");
  }
  return {};
}

}  // namespace clicklake
