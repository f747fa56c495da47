#include "query/duckdb_hive_type.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/ascii_case.h"

namespace clicklake {

namespace {

constexpr std::array<std::pair<std::string_view, HiveKind>, 19> kSimple{{
    {"BOOLEAN", HiveKind::kBoolean},
    {"TINYINT", HiveKind::kTinyint},
    {"SMALLINT", HiveKind::kSmallint},
    {"INTEGER", HiveKind::kInt},
    {"BIGINT", HiveKind::kBigint},
    {"UTINYINT", HiveKind::kSmallint},
    {"USMALLINT", HiveKind::kInt},
    {"UINTEGER", HiveKind::kBigint},
    {"FLOAT", HiveKind::kFloat},
    {"DOUBLE", HiveKind::kDouble},
    {"VARCHAR", HiveKind::kString},
    {"UUID", HiveKind::kString},
    {"JSON", HiveKind::kString},
    {"BLOB", HiveKind::kBinary},
    {"DATE", HiveKind::kDate},
    {"TIMESTAMP", HiveKind::kTimestamp},
    {"TIMESTAMP_S", HiveKind::kTimestamp},
    {"TIMESTAMP_MS", HiveKind::kTimestamp},
    {"TIMESTAMP WITH TIME ZONE", HiveKind::kTimestamp},
}};

/// The place of the ')' that closes the '(' before `at`; npos without one.
std::size_t closing(std::string_view text, std::size_t at) {
  int depth = 1;
  for (char quote = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

/// The parts of a list in parentheses, cut at its own commas.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  char quote = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : ',';
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    } else if (c == ',' && depth == 0) {
      std::string_view part = text.substr(begin, at - begin);
      while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
      parts.push_back(part);
      begin = at + 1;
    }
  }
  return parts;
}

Error no_such(std::string_view type) {
  return {ErrorCode::kUnsupported, "a column of type " + std::string(type) +
                                       " has no type in Athena: cast it, to VARCHAR for example"};
}

Result<HiveType> structure(std::string_view fields) {
  HiveType out = HiveType::of(HiveKind::kStruct);
  for (std::string_view part : parts_of(fields)) {
    std::string name;
    std::size_t at = 0;
    if (!part.empty() && part[0] == '"') {
      for (at = 1; at < part.size(); ++at) {
        if (part[at] == '"' && part.substr(at + 1, 1) != "\"") break;
        if (part[at] == '"') ++at;
        name += part[at];
      }
      ++at;
    } else {
      at = std::min(part.find(' '), part.size());
      name = part.substr(0, at);
    }
    if (at >= part.size()) return no_such(fields);
    ASSIGN_OR_RETURN(HiveType type, hive_type_of(part.substr(at + 1)));
    out.field_names.push_back(lower_case(name));
    out.children.push_back(std::move(type));
  }
  return out;
}

}  // namespace

Result<HiveType> hive_type_of(std::string_view type) {
  if (type.ends_with("]")) {
    const std::size_t bracket = type.rfind('[');
    HiveType out = HiveType::of(HiveKind::kArray);
    ASSIGN_OR_RETURN(HiveType element, hive_type_of(type.substr(0, bracket)));
    out.children.push_back(std::move(element));
    return out;
  }
  for (const auto& [name, kind] : kSimple) {
    if (name == type) return HiveType::of(kind);
  }
  if (type == "UBIGINT" || type == "HUGEINT" || type == "UHUGEINT") {
    HiveType out = HiveType::of(HiveKind::kDecimal);
    out.precision = type == "UBIGINT" ? 20 : 38;
    return out;
  }
  if (type == "\"NULL\"" || type == "NULL") return HiveType::of(HiveKind::kString);
  const std::size_t open = type.find('(');
  if (open == std::string_view::npos) return no_such(type);
  const std::size_t close = closing(type, open + 1);
  if (close + 1 != type.size()) return no_such(type);
  const std::string_view name = type.substr(0, open);
  const std::string_view inner = type.substr(open + 1, close - open - 1);
  if (name == "ENUM") return HiveType::of(HiveKind::kString);
  if (name == "STRUCT") return structure(inner);
  const std::vector<std::string_view> parts = parts_of(inner);
  if (name == "DECIMAL" && parts.size() == 2) {
    HiveType out = HiveType::of(HiveKind::kDecimal);
    out.precision = std::stoi(std::string(parts[0]));
    out.scale = std::stoi(std::string(parts[1]));
    return out;
  }
  if (name == "MAP" && parts.size() == 2) {
    HiveType out = HiveType::of(HiveKind::kMap);
    for (const std::string_view part : parts) {
      ASSIGN_OR_RETURN(HiveType child, hive_type_of(part));
      out.children.push_back(std::move(child));
    }
    if (!out.children[0].children.empty()) return no_such(type);
    return out;
  }
  return no_such(type);
}

}  // namespace clicklake
