#pragma once
/// A table function that has a lake table's columns and no rows: what a view stands on until its
/// files are chosen.
///
/// Place: lake_views plans statements over it, so that filters can be read before any file is
/// opened. Invariant: reading it is an error, never an empty answer. Thread safety: safe once
/// registered.

#include <vector>

#include "base/result.h"
#include "model/star_schema.h"

namespace clicklake {

class Session;

/// `unbound_lake_table('fact_clicks')`. It takes no filters, so that they stay in the plan, in one
/// form.
inline constexpr const char* kUnboundTableFunction = "unbound_lake_table";

/// Makes the function known in `session`, which must outlive its use, as `tables` must.
Status register_unbound_table(Session& session, const std::vector<const TableDefinition*>& tables);

}  // namespace clicklake
