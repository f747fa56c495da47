#pragma once
/// Star tables with columns that a lake has added to them.
///
/// Place: the catalog gives them; files are written and read by them. Invariant: the columns of the
/// program keep their field ids and places; added ones follow them. Thread safety: safe; a
/// definition lives as long as the process, and equal ones are one object.
/// Source: docs/formats/schema.md; ADR-0025.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/star_schema.h"

namespace clicklake {

/// A column as schema.toml asks for it.
struct ColumnWish {
  std::string name;
  ColumnType type = ColumnType::kString;

  bool operator==(const ColumnWish&) const = default;
};

/// "string", "int", "bigint", "decimal", "boolean"; nothing for other words.
std::optional<ColumnType> added_column_type(std::string_view word);
/// The word of which added_column_type() makes `type`.
std::string_view added_column_word(ColumnType type);
/// a to z, digits and "_", beginning with a letter, at most 64 bytes.
bool is_column_name(std::string_view name);

/// `base` and the columns of `text`, "plan:31:string,coupon:32:int" (name, field id, type); `base`
/// itself where it is "". Null where the text is not of this form.
const TableDefinition* with_added_columns(const TableDefinition& base, std::string_view text);
/// The text of a definition's added columns.
std::string added_columns_text(const TableDefinition& table);
/// The program's own table of which `table` is made.
const TableDefinition& base_of(const TableDefinition& table);

}  // namespace clicklake
