#pragma once
/// What a lake's star says beyond the program's own columns: promoted keys and users' traits.
///
/// Place: read from schema.toml by the cli; transform adds the columns and fills them.
/// Invariant: without a file it is the default: the five keys of the program, no traits.
/// Thread safety: a value.
/// Source: docs/formats/schema.md; ADR-0025.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "model/added_columns.h"

namespace clicklake {

/// The metadata keys that have columns of the program's own, with the types that they have there.
struct OwnPromotedKey {
  std::string_view key;
  ColumnType type;
};
inline constexpr std::array<OwnPromotedKey, 5> kOwnPromotedKeys{
    {{"product_id", ColumnType::kString},
     {"category", ColumnType::kString},
     {"price", ColumnType::kDecimal18_4},
     {"quantity", ColumnType::kInt},
     {"currency", ColumnType::kString}}};

/// A metadata key and the column of fact_clicks that takes its values.
struct PromotedKey {
  std::string key;
  ColumnWish column;

  bool operator==(const PromotedKey&) const = default;
};

struct LakeSchema {
  /// By kOwnPromotedKeys: false where new rows keep the key in metadata, its column NULL.
  std::array<bool, kOwnPromotedKeys.size()> own{true, true, true, true, true};
  std::vector<PromotedKey> promoted;  ///< beyond those
  std::vector<ColumnWish> traits;     ///< of users, each under the metadata key of its name

  bool operator==(const LakeSchema&) const = default;
};

}  // namespace clicklake
