#pragma once
/// What the names of folders say: partition levels or tables.
///
/// Place: under the crawler's walk. Hive's `key=value`, plain dates (`2024/11/04/15`, `2024-11-04`)
/// and any mixture of them along a path are levels; every other name is a table's or a stray.
/// Invariant: `year=2024/month=11/day=04`, `2024/11/04` and `2024-11-04` say the same keys and
/// values. Thread safety: values and pure functions. Source: docs/formats/crawl.md, "Folders".

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii_case.h"

namespace clicklake {

/// The partition levels from a table's folder down to some folder.
struct PathLayout {
  std::vector<std::pair<std::string, std::string>> values;  ///< key (lower case), value as named
  /// How far a date has got: 0 none, 1 year, 2 month, 3 day, 4 hour.
  int date_level = 0;

  bool operator==(const PathLayout&) const = default;
  /// The keys in order.
  std::vector<std::string> keys() const;
};

/// Adds the levels that `name` stands for (a date is three). False, and `layout` is unchanged,
/// where it is a name: also for dates that do not exist, keys that repeat and what is no UTF-8.
bool descend(std::string_view name, PathLayout* layout);

/// Whether `name` is `key=value` with a key of letters, digits and underscores.
bool is_hive_level(std::string_view name);

/// Hidden from readers of Hive tables: begins with '_' or '.', but for `_key=value`.
bool is_hidden_name(std::string_view name);

/// A name for a table or column: lower case, runs of other bytes than letters, digits and
/// underscores become one underscore; never empty, never begins with a digit.
std::string sanitised_name(std::string_view text);

/// Whether `text` is a name as it is: lower-case letters, digits, underscores; not empty.
bool is_plain_name(std::string_view text);

}  // namespace clicklake
