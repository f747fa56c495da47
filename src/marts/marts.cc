#include "marts/marts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <system_error>

#include "marts/mart_plan.h"
#include "marts/mart_rows.h"
#include "objstore/durable_file.h"
#include "rows/unsynced_files.h"

namespace clicklake {
namespace {

/// Days that one query is asked for.
constexpr std::int64_t kDaysAtOnce = 31;

class Builder {
 public:
  Builder(Catalog& catalog, const MartInput& input) : catalog_(catalog), input_(input) {}

  Result<MartOutput> run() {
    ASSIGN_OR_RETURN(const MartFolder folder, load_mart_folder(marts_folder(input_.lake)));
    for (const Error& problem : folder.problems) out_.problems.push_back(problem.message);
    ASSIGN_OR_RETURN(std::vector<MartPlan> plans, plan_marts(catalog_, input_, folder));
    for (MartPlan& plan : plans) {
      if (!plan.due()) {
        out_.made_with.emplace_back(plan.mart.name, made_with_text(plan, input_.batch_id));
        continue;
      }
      if (!session_) {
        ASSIGN_OR_RETURN(session_,
                         MartSession::open(catalog_, session_options(input_), input_.changes));
        RETURN_IF_ERROR(keep_days(plans));
      }
      RETURN_IF_ERROR(build(plan));
    }
    session_.reset();
    RETURN_IF_ERROR(unsynced_.sync_all());
    RETURN_IF_ERROR(sync_folders(
        std::vector<std::filesystem::path>(folders_.begin(), folders_.end()), input_.lake));
    return std::move(out_);
  }

 private:
  /// A few days that several marts read are read from their files once.
  Status keep_days(const std::vector<MartPlan>& plans) {
    DaySet days;
    std::set<std::string> names;
    for (const MartPlan& plan : plans) {
      if (plan.all) return {};
      if (!plan.mart.ready || !plan.due()) continue;
      days.insert(plan.fact_days.begin(), plan.fact_days.end());
      days.insert(plan.session_days.begin(), plan.session_days.end());
      names.insert(plan.mart.names.begin(), plan.mart.names.end());
    }
    const std::vector<DayRange> ranges = ranges_of(days, kDaysAtOnce);
    return ranges.size() == 1 ? session_->keep(ranges.front(), names) : Status();
  }

  Status build(MartPlan& plan) {
    std::vector<DataFile> files;
    DaySet days;
    bool of_mart = true;
    const Status done = write(plan, &files, &days, &of_mart);
    if (done) return publish(plan, std::move(files), days);
    for (const DataFile& file : files) {
      std::error_code ignored;  // swept with the batch
      std::filesystem::remove(input_.lake / file.path, ignored);
    }
    if (!of_mart) return done;
    out_.problems.push_back(fmt::format(
        "the mart {} was not made: {}; its rows are as they were, and its days are made once {} is "
        "right: try it by `clicklake marts check`",
        plan.mart.name, done.error().message,
        (marts_folder(input_.lake) / (plan.mart.name + ".sql")).string()));
    return {};
  }

  /// `of_mart`: whether an error is the mart's own.
  Status write(MartPlan& plan, std::vector<DataFile>* files, DaySet* days, bool* of_mart) {
    const MartFile& mart = plan.mart;
    ASSIGN_OR_RETURN(*days, due_days(plan, session_.get()));
    std::vector<DayRange> ranges = ranges_of(*days, kDaysAtOnce);
    const TableDefinition* table = nullptr;
    if (!plan.columns.empty()) {
      ASSIGN_OR_RETURN(table, catalog_.definition(mart.name));
    }
    const auto define = [&]() -> Status {
      ASSIGN_OR_RETURN(const QueryResult shape,
                       session_->session().query("SELECT * FROM (" + mart.query + "\n) LIMIT 0"));
      ASSIGN_OR_RETURN(const MartTableWish wish, wish_of(mart, shape));
      ASSIGN_OR_RETURN(table, catalog_.define_mart(wish));
      for (const ColumnWish& column : wish.columns) plan.columns.push_back(column.name);
      return {};
    };
    if (ranges.empty()) {
      if (table != nullptr) return {};
      RETURN_IF_ERROR(session_->bind(mart, {0, 0}));
      return define();
    }
    const MartRowOptions options{input_.lake, input_.batch_id, input_.parquet, &unsynced_};
    for (const DayRange& range : ranges) {
      RETURN_IF_ERROR(session_->bind(mart, range));
      if (table == nullptr) RETURN_IF_ERROR(define());
      ASSIGN_OR_RETURN(QueryResult rows,
                       session_->session().query(rows_query(mart, *table, plan.columns)));
      RETURN_IF_ERROR(write_rows(options, mart, *table, range, &rows, files, of_mart));
      *of_mart = true;
    }
    return {};
  }

  Status publish(const MartPlan& plan, std::vector<DataFile> files, const DaySet& days) {
    TableChange change;
    change.table = plan.mart.name;
    ASSIGN_OR_RETURN(change.base_snapshot, catalog_.current_snapshot(change.table));
    ASSIGN_OR_RETURN(const std::vector<DataFile> live,
                     catalog_.live_files(change.table, {}, false));
    for (const DataFile& file : live) {
      const auto day = day_of_partition(file.partition);
      if (plan.all || !day || days.contains(*day)) change.removed.push_back(file.path);
    }
    for (const DataFile& file : files) {
      out_.bytes_out += file.info.size_bytes;
      folders_.insert((input_.lake / file.path).parent_path());
    }
    change.added = std::move(files);
    out_.days += static_cast<std::int64_t>(days.size());
    out_.made_with.emplace_back(plan.mart.name, made_with_text(plan, input_.batch_id));
    if (!change.added.empty() || !change.removed.empty()) out_.changes.push_back(std::move(change));
    return {};
  }

  Catalog& catalog_;
  const MartInput& input_;
  MartOutput out_;
  std::unique_ptr<MartSession> session_;
  UnsyncedFiles unsynced_;
  std::set<std::filesystem::path> folders_;
};

}  // namespace

Result<MartOutput> build_marts(Catalog& catalog, const MartInput& input) {
  if (!input.options.enabled) return MartOutput{};
  return Builder(catalog, input).run();
}

Result<MartsDue> marts_due(Catalog& catalog, const MartInput& input) {
  MartsDue out;
  if (!input.options.enabled) return out;
  ASSIGN_OR_RETURN(const MartFolder folder, load_mart_folder(marts_folder(input.lake)));
  ASSIGN_OR_RETURN(const std::vector<MartPlan> plans, plan_marts(catalog, input, folder));
  out.due =
      std::any_of(plans.begin(), plans.end(), [](const MartPlan& plan) { return plan.due(); });
  for (const Error& problem : folder.problems) out.problems.push_back(problem.message);
  return out;
}

Result<std::vector<MartState>> mart_states(Catalog& catalog, const MartInput& input) {
  ASSIGN_OR_RETURN(const MartFolder folder, load_mart_folder(marts_folder(input.lake)));
  std::map<std::string, MartState> states;
  for (std::size_t i = 0; i < folder.problems.size(); ++i) {
    MartState& state = states[folder.broken[i]];
    state.name = folder.broken[i];
    state.problem = folder.problems[i].message;
  }
  ASSIGN_OR_RETURN(const std::vector<MartPlan> plans, plan_marts(catalog, input, folder));
  for (const MartPlan& plan : plans) {
    MartState& state = states[plan.mart.name];
    state.name = plan.mart.name;
    state.grain = plan.mart.grain;
    state.all_due = plan.all;
    if (!plan.all && plan.due()) {
      DaySet days = plan.mart.by_facts ? plan.fact_days : DaySet();
      if (plan.mart.by_sessions || plan.mart.reads_sessions)
        days.insert(plan.session_days.begin(), plan.session_days.end());
      state.days_due = static_cast<std::int64_t>(days.size());
    }
  }
  ASSIGN_OR_RETURN(const std::vector<TableInfo> tables, catalog.tables());
  for (const TableInfo& table : tables) {
    if (find_table(table.name) != nullptr || states.contains(table.name)) continue;
    MartState& state = states[table.name];
    state.name = table.name;
    state.file_gone = true;
  }
  std::vector<MartState> out;
  for (auto& [name, state] : states) out.push_back(std::move(state));
  return out;
}

Result<std::vector<std::string>> check_marts(Catalog& catalog, const MartInput& input) {
  ASSIGN_OR_RETURN(const MartFolder folder, load_mart_folder(marts_folder(input.lake)));
  std::vector<std::string> problems;
  for (const Error& problem : folder.problems) problems.push_back(problem.message);
  if (folder.marts.empty()) return problems;
  ASSIGN_OR_RETURN(const std::unique_ptr<MartSession> session,
                   MartSession::open(catalog, session_options(input), input.changes));
  for (const MartFile& mart : folder.marts) {
    const auto check = [&]() -> Status {
      RETURN_IF_ERROR(session->bind(mart, {0, 0}));
      ASSIGN_OR_RETURN(const QueryResult shape,
                       session->session().query("SELECT * FROM (" + mart.query + "\n) LIMIT 0"));
      ASSIGN_OR_RETURN(const MartTableWish wish, wish_of(mart, shape));
      const auto before = catalog.definition(mart.name);
      const auto text = mart_table_text(wish, before ? *before : nullptr);
      return text ? Status() : Status(text.error());
    };
    const Status checked = check();
    if (!checked) problems.push_back(fmt::format("{}: {}", mart.name, checked.error().message));
  }
  return problems;
}

}  // namespace clicklake
