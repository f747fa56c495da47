#pragma once
/// What the columns found in files change in a table of the catalog.
///
/// Place: the last step of a crawl before it writes.
/// Invariant: a column of the catalog never gets a narrower type, never changes its name or place;
/// new columns come last. Thread safety: pure functions.
/// Source: docs/formats/crawl.md, "Changes"; ADR-0014.

#include <string>
#include <vector>

#include "crawl/table_sample.h"

namespace clicklake {

enum class ChangePolicy : std::uint8_t { kApply, kIgnore, kRefuse };

struct SchemaPolicies {
  ChangePolicy new_columns = ChangePolicy::kApply;
  ChangePolicy changed_types = ChangePolicy::kApply;
};

struct SchemaChange {
  enum class Kind : std::uint8_t {
    kNewColumn,
    kNewField,   ///< in a struct
    kWiderType,  ///< up the lattice
    kMisfit,     ///< no type of the lattice reads both
  };
  Kind kind;
  std::string what;    ///< "added column score double"
  std::string origin;  ///< the file in which it was seen
  bool applied = false;
  std::size_t column = 0;  ///< index in MergedSchema::columns, where applied
  HiveType type;           ///< the column's after it
};

struct MergedSchema {
  std::vector<HiveColumn> columns;
  std::vector<SchemaChange> changes;
  bool refused = false;  ///< a policy says that nothing of the table may be changed
};

MergedSchema merge_schema(const std::vector<HiveColumn>& have,
                          const std::vector<FoundColumn>& found, const SchemaPolicies& policies);

}  // namespace clicklake
