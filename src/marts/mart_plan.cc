#include "marts/mart_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"

namespace clicklake {
namespace {

/// Of the macros and of how days are told: another one makes all marts anew.
constexpr int kProgramVersion = 1;

class Planner {
 public:
  Planner(Catalog& catalog, const MartInput& input) : catalog_(catalog), input_(input) {}

  Result<MartPlan> plan(const MartFile& mart) {
    MartPlan plan;
    plan.mart = mart;
    ASSIGN_OR_RETURN(plan.version, version_of(mart));
    ASSIGN_OR_RETURN(const std::string made_with, catalog_.made_with(mart.name));
    // "<version>@<batch>@<columns>"
    const std::size_t at = made_with.find('@');
    const std::size_t last = made_with.rfind('@');
    const bool same = at != std::string::npos && made_with.substr(0, at) == plan.version;
    if (same && last > at) {
      std::string_view names = std::string_view(made_with).substr(last + 1);
      while (!names.empty()) {
        plan.columns.emplace_back(names.substr(0, names.find(',')));
        names.remove_prefix(std::min(plan.columns.back().size() + 1, names.size()));
      }
    }
    plan.all = input_.all || !same;
    if (plan.all) return plan;
    const std::string since = made_with.substr(at + 1, last == at ? last : last - at - 1);
    RETURN_IF_ERROR(add_changes("fact_clicks", since, &plan.fact_days, &plan.all));
    RETURN_IF_ERROR(add_changes("sessions", since, &plan.session_days, &plan.all));
    return plan;
  }

 private:
  Result<std::string> version_of(const MartFile& mart) {
    std::string all = fmt::format("{}|{}|{}|{}", kProgramVersion, input_.base_currency,
                                  input_.options.approximate_distinct, mart.text);
    for (const char* dimension : {"dim_pages", "dim_referrers", "dim_campaigns", "dim_devices"}) {
      if (!mart.mentions(dimension)) continue;
      const auto now = std::find_if(input_.made_with.begin(), input_.made_with.end(),
                                    [&](const auto& made) { return made.first == dimension; });
      std::string version;
      if (now != input_.made_with.end()) {
        version = now->second;
      } else {
        ASSIGN_OR_RETURN(version, catalog_.made_with(dimension));
      }
      all += "|" + version;
    }
    return fmt::format("{:016x}", xxh64(all, kKeySeed));
  }

  /// By this batch, and since the mart was made.
  Status add_changes(const std::string& table, const std::string& since, DaySet* days, bool* all) {
    ASSIGN_OR_RETURN(const ChangedPartitions changed, catalog_.changed_partitions(table, since));
    *all |= !changed.known;
    const auto add = [&](std::string_view text) {
      const auto day = day_of_partition(text);
      if (day) {
        days->insert(*day);
      } else {
        *all = true;  // another engine's file may lie anywhere
      }
    };
    for (const std::string& partition : changed.partitions) add(partition);
    for (const TableChange& change : input_.changes) {
      if (change.table != table || change.same_rows) continue;
      for (const DataFile& file : change.added) add(file.partition);
      for (const std::string& path : change.removed) add(path);
    }
    return {};
  }

  Catalog& catalog_;
  const MartInput& input_;
};

}  // namespace

Result<std::vector<MartPlan>> plan_marts(Catalog& catalog, const MartInput& input,
                                         const MartFolder& folder) {
  std::vector<MartPlan> plans;
  Planner planner(catalog, input);
  for (const MartFile& mart : folder.marts) {
    if (!input.only.empty() &&
        std::find(input.only.begin(), input.only.end(), mart.name) == input.only.end())
      continue;
    ASSIGN_OR_RETURN(MartPlan plan, planner.plan(mart));
    plans.push_back(std::move(plan));
  }
  return plans;
}

Result<DaySet> due_days(const MartPlan& plan, MartSession* session) {
  DaySet days;
  if (plan.mart.by_facts) {
    days = plan.fact_days;
    if (plan.all) {
      ASSIGN_OR_RETURN(days, session->days_of("fact_clicks"));
    } else if (plan.mart.reads_sessions && !plan.mart.by_sessions) {
      // A session that became another one says something else of its facts, on all of its days.
      ASSIGN_OR_RETURN(const DaySet reached, session->reach_of(plan.session_days));
      days.insert(reached.begin(), reached.end());
    }
  }
  if (plan.mart.by_sessions) {
    DaySet began = plan.session_days;
    if (plan.all) {
      ASSIGN_OR_RETURN(began, session->days_of("sessions"));
    }
    days.insert(began.begin(), began.end());
  }
  return days;
}

std::string made_with_text(const MartPlan& plan, const std::string& batch_id) {
  return fmt::format("{}@{}@{}", plan.version, batch_id, fmt::join(plan.columns, ","));
}

MartSessionOptions session_options(const MartInput& input) {
  return {input.lake, input.session, input.base_currency, input.options.approximate_distinct};
}

}  // namespace clicklake
