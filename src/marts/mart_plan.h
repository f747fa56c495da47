#pragma once
/// What is due of each mart.
///
/// Place: under build_marts() and its like. Invariant: days that are left out have the rows that
/// the mart's query would give. Thread safety: thread-compatible. Source: ADR-0028.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "marts/mart_days.h"
#include "marts/mart_folder.h"
#include "marts/mart_session.h"
#include "marts/marts.h"

namespace clicklake {

struct MartPlan {
  MartFile mart;
  std::string version;               ///< what its rows follow from, beside the tables
  std::vector<std::string> columns;  ///< that the query gives, as of `version`; empty: not known
  bool all = false;                  ///< every day
  DaySet fact_days;                  ///< on which facts changed
  DaySet session_days;               ///< on which sessions began that changed

  bool due() const {
    return all || (mart.by_facts && !fact_days.empty()) ||
           ((mart.by_sessions || mart.reads_sessions) && !session_days.empty());
  }
};

/// Of the folder's marts, those that can't be read left out.
Result<std::vector<MartPlan>> plan_marts(Catalog& catalog, const MartInput& input,
                                         const MartFolder& folder);
/// The days of a plan, found through `session`.
Result<DaySet> due_days(const MartPlan& plan, MartSession* session);
/// What the catalog keeps of a mart that is made: see Catalog::made_with.
std::string made_with_text(const MartPlan& plan, const std::string& batch_id);
MartSessionOptions session_options(const MartInput& input);

}  // namespace clicklake
