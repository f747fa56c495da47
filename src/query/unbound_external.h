#pragma once
/// A table function that has an external table's columns and no rows: what its view stands on until
/// its partitions are chosen.
///
/// Place: external_tables plans statements over it. Invariant: reading it is an error, never an
/// empty answer. Thread safety: thread-compatible; callbacks only read.

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/hive_type.h"

namespace clicklake {

class Session;

/// Columns by table name ("database.table"), partition keys and "$path" with them.
using ExternalColumns = std::map<std::string, std::vector<HiveColumn>, std::less<>>;

/// `unbound_external_table('db.t')`. It takes no filters, so that they stay in the plan.
inline constexpr const char* kUnboundExternalFunction = "unbound_external_table";

/// Makes the function known in `session`; `columns` outlives it.
Status register_unbound_external(Session& session, const ExternalColumns& columns);

}  // namespace clicklake
