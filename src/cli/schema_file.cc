#include "cli/schema_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace clicklake {
namespace {

constexpr std::string_view kTypes = "\"string\", \"int\", \"bigint\", \"decimal\" or \"boolean\"";

class Reader {
 public:
  Reader(std::string file, LakeSchema* schema) : file_(std::move(file)), schema_(schema) {}

  Status read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const toml::table* table = node.as_table();
      if (key.str() != "promoted" && key.str() != "traits")
        return fail(node, fmt::format("unknown key '{}'; known keys: promoted, traits", key.str()));
      if (table == nullptr)
        return fail(node, fmt::format("write {} as a table: [{}], then key = \"string\"", key.str(),
                                      key.str()));
      RETURN_IF_ERROR(key.str() == "promoted" ? promoted(*table) : traits(*table));
    }
    return {};
  }

 private:
  Error fail(const toml::node& node, const std::string& what) const {
    return {ErrorCode::kInvalidArgument,
            fmt::format("{}, line {}: {}", file_, node.source().begin.line, what)};
  }

  Result<ColumnType> type_of(const toml::node& node, std::string_view what) const {
    const auto word = node.value_exact<std::string>();
    const auto type = word ? added_column_type(*word) : std::nullopt;
    if (!type) return fail(node, fmt::format("the type of '{}' is {}", what, kTypes));
    return *type;
  }

  Status promoted(const toml::table& table) {
    schema_->own.fill(false);
    std::set<std::string> columns;
    for (const auto& [name, node] : table) {
      const std::string key(name.str());
      const auto* const own = std::find_if(kOwnPromotedKeys.begin(), kOwnPromotedKeys.end(),
                                           [&](const OwnPromotedKey& k) { return k.key == key; });
      if (own != kOwnPromotedKeys.end()) {
        ASSIGN_OR_RETURN(const ColumnType type, type_of(node, key));
        if (type != own->type)
          return fail(node, fmt::format("'{}' is the program's own: its type is \"{}\"", key,
                                        added_column_word(own->type)));
        schema_->own[static_cast<std::size_t>(own - kOwnPromotedKeys.begin())] = true;
        continue;
      }
      PromotedKey promoted{key, {key, ColumnType::kString}};
      RETURN_IF_ERROR(read_column(node, key, &promoted.column));
      if (key == "user_agent")
        return fail(node, "'user_agent' is taken out of metadata for dim_devices already");
      RETURN_IF_ERROR(check_column(node, promoted.column.name, fact_clicks_definition()));
      if (!columns.insert(promoted.column.name).second)
        return fail(node,
                    fmt::format("two keys are promoted to the column '{}'", promoted.column.name));
      schema_->promoted.push_back(std::move(promoted));
    }
    return {};
  }

  /// "string", or { column = "name", type = "string" }.
  Status read_column(const toml::node& node, const std::string& key, ColumnWish* column) const {
    const toml::table* parts = node.as_table();
    if (parts == nullptr) {
      ASSIGN_OR_RETURN(column->type, type_of(node, key));
      return {};
    }
    bool typed = false;
    for (const auto& [name, part] : *parts) {
      if (name.str() == "type") {
        ASSIGN_OR_RETURN(column->type, type_of(part, key));
        typed = true;
      } else if (const auto text = part.value_exact<std::string>();
                 name.str() == "column" && text) {
        column->name = *text;
      } else {
        return fail(part, fmt::format("of '{}' there is column, a name in quotes, and type", key));
      }
    }
    if (!typed) return fail(node, fmt::format("'{}' has no type: {}", key, kTypes));
    return {};
  }

  Status check_column(const toml::node& node, const std::string& name,
                      const TableDefinition& table) const {
    if (!is_column_name(name))
      return fail(node,
                  fmt::format("'{}' is no column's name (a to z, digits and _, beginning with a "
                              "letter); write {{ column = \"name\", type = \"string\" }}",
                              name));
    if (column_index(table, name) >= 0)
      return fail(node, fmt::format("{} has a column '{}' already; name another by column = "
                                    "\"name\"",
                                    table.name, name));
    return {};
  }

  Status traits(const toml::table& table) {
    for (const auto& [name, node] : table) {
      ColumnWish trait{std::string(name.str()), ColumnType::kString};
      ASSIGN_OR_RETURN(trait.type, type_of(node, trait.name));
      RETURN_IF_ERROR(check_column(node, trait.name, dim_users_definition()));
      RETURN_IF_ERROR(check_column(node, trait.name, dim_users_history_definition()));
      schema_->traits.push_back(std::move(trait));
    }
    return {};
  }

  std::string file_;
  LakeSchema* schema_;
};

}  // namespace

Result<LakeSchema> load_lake_schema(const std::filesystem::path& lake) {
  LakeSchema schema;
  const std::filesystem::path file = lake / "schema.toml";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return schema;
  const toml::parse_result parsed = toml::parse_file(file.string());
  if (!parsed) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("{}, line {}, column {}: {}", file.string(), parsed.error().source().begin.line,
                    parsed.error().source().begin.column, parsed.error().description())};
  }
  RETURN_IF_ERROR(Reader(file.string(), &schema).read(parsed.table()));
  return schema;
}

}  // namespace clicklake
