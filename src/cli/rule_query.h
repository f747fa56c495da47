#pragma once
/// The query of a rule with a schedule, run over the lake.
///
/// Place: `deliver` runs it when the schedule fires, `rules query` to show what it would send.
/// Invariant: reads only; rows are of one moment of the lake.
/// Thread safety: safe; each call has its own catalog and session.
/// Source: ADR-0024; docs/events.md, "Rules over SQL".

#include <cstdint>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "cli/config.h"
#include "deliver/query_firing.h"
#include "rules/rule_document.h"

namespace clicklake {

/// At most this many rows of a query are events.
inline constexpr int kMostQueryRows = 10'000;

/// `<aws.scheduler.scheduled-time>` in the query becomes `time_us`, as in 2024-11-04T15:00:00Z.
/// Beside the lake's tables there is `batches`, those committed in the last 31 days. Errors: those
/// of the query; kInvalidData, it gave more than kMostQueryRows rows, or has no column of the
/// rule's queryKey; kCancelled after a stop. Cost: some 30 ms to open the session, and the query.
Result<std::vector<QueryRow>> run_rule_query(const Config& config, const RuleDocument& rule,
                                             std::int64_t time_us, const std::stop_token& stop);

}  // namespace clicklake
