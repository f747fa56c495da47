#pragma once
/// Tables that marts fill: their columns are a query's, and the catalog keeps them as a text.
///
/// Place: between the catalog, which stores the text beside the table's name, and whoever reads or
/// writes the table's files. Invariant: a column keeps its field id and type for ever; one that the
/// query gives no more stays, and new files hold NULLs in it. A mart is partitioned by one date
/// column, as it is. Thread safety: safe; a definition lives as long as the process, and equal ones
/// are one object. Source: docs/marts.md; ADR-0028.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/added_columns.h"
#include "model/star_schema.h"

namespace clicklake {

/// What a mart's query gives.
struct MartTableWish {
  std::string name;
  std::string partition;  ///< a date column
  std::string sort;       ///< column by which a day's rows are sorted
  std::vector<ColumnWish> columns;
};

/// Of "mart;date;hour;date:1:date,hour:2:timestamp"; null where the text is not of this form.
const TableDefinition* mart_table(std::string_view name, std::string_view text);
/// The text of a table for `wish`: the columns of `before` (null: there is none yet) with their
/// ids, then those that it lacks. Errors: kInvalidArgument, a name, or a partition column that is
/// no date; kAlreadyExists, a column or the partition is another one in `before`.
/// Columns that are new get ids above `last_id`, the highest that was ever used.
Result<std::string> mart_table_text(const MartTableWish& wish, const TableDefinition* before,
                                    int last_id = 0);
/// A table of the star or a mart as the catalog has it: by its name and the text beside it. Null: a
/// newer program's.
const TableDefinition* known_table(std::string_view name, std::string_view text);

}  // namespace clicklake
