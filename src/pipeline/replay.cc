#include "pipeline/replay.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "base/fault_point.h"
#include "catalog/lake_index.h"
#include "catalog/lake_upkeep.h"
#include "marts/mart_folder.h"
#include "model/time.h"
#include "objstore/durable_file.h"
#include "pipeline/transform_batch.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

/// Folder of the lake for raw files of batches that were taken back.
constexpr const char* kWithdrawn = "withdrawn";

class Planner {
 public:
  Planner(const RunOptions& options, std::vector<IndexedRawFile> raw,
          std::vector<IndexedBatch> batches)
      : options_(options), raw_(std::move(raw)), batches_(std::move(batches)) {}

  static Result<Planner> load(const RunOptions& options) {
    ASSIGN_OR_RETURN(const auto index, LakeIndex::open(options.lake / "catalog.db"));
    ASSIGN_OR_RETURN(std::vector<IndexedRawFile> raw, index->raw_files());
    ASSIGN_OR_RETURN(std::vector<IndexedBatch> batches, index->batches());
    return Planner(options, std::move(raw), std::move(batches));
  }

  Status check_batch(const std::string& id) const {
    const auto found = std::find_if(batches_.begin(), batches_.end(),
                                    [&](const IndexedBatch& b) { return b.info.id == id; });
    const auto is_one_of = [&](std::initializer_list<BatchKind> kinds) {
      return std::find(kinds.begin(), kinds.end(), found->info.kind) != kinds.end();
    };
    if (found == batches_.end()) {
      return Error{ErrorCode::kNotFound, "no batch " + id +
                                             " was published: `clicklake sql \"SELECT "
                                             "DISTINCT ingest_batch_id FROM fact_clicks\"` and the "
                                             "reports of runs have the ids"};
    }
    if (!is_one_of({BatchKind::kIngest, BatchKind::kTransform, BatchKind::kRun})) {
      return Error{
          ErrorCode::kInvalidArgument,
          "batch " + id + " took no raw files: name one of an ingest, a transform or a run"};
    }
    return {};
  }

  bool is_of(const IndexedRawFile& raw, const std::string& batch) const {
    return raw.file.batch_id == batch || raw.transformed_by == batch;
  }

  /// Hours in which lines of the file were published. Lines of other hours than the folder's are
  /// not known by hour: `all` says that any hour may have some.
  static void add_hours(const IndexedRawFile& raw, std::set<std::int64_t>* hours, bool* all) {
    if (raw.file.hour) hours->insert(*raw.file.hour);
    if (!raw.file.hour || (raw.file.in_place && raw.file.strays != 0)) *all = true;
  }

  const std::vector<IndexedRawFile>& raw() const { return raw_; }

  /// Hours that any transformed raw file has. Strays' hours come from the facts' bounds.
  std::set<std::int64_t> known_hours() const {
    std::set<std::int64_t> hours;
    for (const IndexedRawFile& raw : raw_) {
      if (!raw.transformed_by.empty() && !raw.withdrawn && raw.file.hour)
        hours.insert(*raw.file.hour);
    }
    return hours;
  }

  /// The files that may hold lines of `hours`; each must be there as it was.
  Result<std::vector<RawFile>> files_of(const std::set<std::int64_t>& hours,
                                        const std::set<std::int64_t>& without) const {
    std::vector<RawFile> files;
    for (const IndexedRawFile& raw : raw_) {
      if (raw.transformed_by.empty() || without.contains(raw.file.id)) continue;
      const bool within = raw.file.hour && hours.contains(*raw.file.hour);
      const bool strays = !raw.file.hour || (raw.file.in_place && raw.file.strays != 0);
      if (!within && !strays) continue;
      if (raw.retired) {
        if (!within) continue;
        return Error{
            ErrorCode::kConflict,
            fmt::format("the raw file {} of hour {} was removed for its age "
                        "(keep_raw_days): the hour can't be built again; name a range that "
                        "begins later",
                        raw.file.path, hour_text(*raw.file.hour))};
      }
      if (raw.withdrawn) continue;
      RETURN_IF_ERROR(check_file(raw.file));
      files.push_back(raw.file);
    }
    return files;
  }

 private:
  static std::string hour_text(std::int64_t hour) {
    const CivilTime t = civil_from_micros(hour_start(hour));
    return fmt::format("{:04}-{:02}-{:02}T{:02}", t.year, t.month, t.day, t.hour);
  }

  Status check_file(const RawFile& file) const {
    const fs::path path = file.in_place ? fs::path(file.path) : options_.lake / file.path;
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0 && found.st_size == file.size) return {};
    return Error{
        ErrorCode::kConflict,
        fmt::format("the raw file {} is missing or has changed: its rows would be lost; put "
                    "it back (`clicklake verify` says what was there); nothing was changed",
                    path.string())};
  }

  const RunOptions& options_;
  std::vector<IndexedRawFile> raw_;
  std::vector<IndexedBatch> batches_;
};

/// Hours from the earliest to the latest fact: where strays may be.
Result<std::set<std::int64_t>> hours_of_facts(Catalog& catalog) {
  std::set<std::int64_t> hours;
  ASSIGN_OR_RETURN(const std::vector<DataFile> live, catalog.live_files("fact_clicks", {}, false));
  for (const DataFile& file : live) {
    // "event_timestamp_day=2024-11-04"
    const auto day =
        parse_timestamp(file.partition.substr(file.partition.find('=') + 1) + "T00:00:00Z");
    if (!day) continue;
    for (std::int64_t h = 0; h < 24; ++h) hours.insert(hour_of(*day) + h);
  }
  return hours;
}

Result<std::set<std::int64_t>> hours_of_scope(Catalog& catalog, const Planner& planner,
                                              const ReplayScope& scope) {
  std::set<std::int64_t> hours;
  bool all = scope.batches.empty();
  for (const std::string& batch : scope.batches) {
    RETURN_IF_ERROR(planner.check_batch(batch));
    for (const IndexedRawFile& raw : planner.raw()) {
      if (planner.is_of(raw, batch)) Planner::add_hours(raw, &hours, &all);
    }
  }
  if (all) {
    ASSIGN_OR_RETURN(const std::set<std::int64_t> facts, hours_of_facts(catalog));
    hours.insert(facts.begin(), facts.end());
    const std::set<std::int64_t> known = planner.known_hours();
    hours.insert(known.begin(), known.end());
  }
  std::erase_if(hours, [&](std::int64_t hour) {
    return (scope.from_us && hour < hour_of(*scope.from_us)) ||
           (scope.to_us && hour_start(hour) >= *scope.to_us);
  });
  return hours;
}

/// Out of the folders that the raw table's readers list.
Status put_away(const fs::path& lake, const std::vector<RawFile>& files) {
  for (const RawFile& file : files) {
    if (file.in_place) continue;
    const fs::path to = lake / kWithdrawn / file.path;
    RETURN_IF_ERROR(make_folders(to.parent_path()));
    fault_point("withdraw.rename");
    if (std::rename((lake / file.path).c_str(), to.c_str()) != 0 && errno != ENOENT)
      return errno_error(errno, "move " + file.path + " to " + to.string());
    std::error_code ignored;
    fs::path folder = (lake / file.path).parent_path();
    while (folder.filename().string().find('=') != std::string::npos &&
           fs::remove(folder, ignored)) {
      folder = folder.parent_path();
    }
  }
  return {};
}

}  // namespace

Result<RunReport> run_replay(Catalog& catalog, const RunOptions& options, const ReplayScope& scope,
                             RunProgress* progress) {
  ASSIGN_OR_RETURN(const Planner planner, Planner::load(options));
  ASSIGN_OR_RETURN(const std::set<std::int64_t> hours, hours_of_scope(catalog, planner, scope));
  ReplayPlan plan;
  plan.hours.assign(hours.begin(), hours.end());
  ASSIGN_OR_RETURN(plan.raw_files, planner.files_of(hours, {}));
  return replay_batch(catalog, options, plan, progress);
}

Result<RunReport> run_repair(Catalog& catalog, const RunOptions& options, const Damage& damage,
                             RunProgress* progress) {
  ASSIGN_OR_RETURN(const Planner planner, Planner::load(options));
  ReplayPlan plan;
  if (damage.dimensions || damage.fact_rows) {
    plan.rebuild_marts = damage.marts;
    // Natural keys are nowhere else than in raw.
    plan.rebuild = true;
    ASSIGN_OR_RETURN(const std::set<std::int64_t> hours, hours_of_facts(catalog));
    std::set<std::int64_t> all = planner.known_hours();
    all.insert(hours.begin(), hours.end());
    ASSIGN_OR_RETURN(plan.raw_files, planner.files_of(all, {}));
    return replay_batch(catalog, options, plan, progress);
  }
  plan.rebuild_marts = damage.marts;
  plan.recompute_users = damage.users || !damage.lost_facts.empty();
  plan.lost_facts = damage.lost_facts;
  std::set<std::int64_t> hours;
  for (const std::string& path : damage.lost_facts) {
    // ".../event_timestamp_day=2024-11-04/<batch>-00-00000.parquet"
    const auto day = path.find("event_timestamp_day=");
    const auto start = day == std::string::npos
                           ? std::nullopt
                           : parse_timestamp(path.substr(day + 20, 10) + "T00:00:00Z");
    if (!start) {
      return Error{ErrorCode::kConflict, path +
                                             " names no day: the hours to build again are not "
                                             "known; run `clicklake replay` over all of them"};
    }
    for (std::int64_t h = 0; h < 24; ++h) hours.insert(hour_of(*start) + h);
  }
  plan.hours.assign(hours.begin(), hours.end());
  ASSIGN_OR_RETURN(plan.raw_files, planner.files_of(hours, {}));
  if (hours.empty()) plan.raw_files.clear();
  return replay_batch(catalog, options, plan, progress);
}

Result<RunReport> run_marts(Catalog& catalog, const RunOptions& options,
                            const std::vector<std::string>& names, RunProgress* progress) {
  ASSIGN_OR_RETURN(const MartFolder folder, load_mart_folder(marts_folder(options.lake)));
  for (const std::string& name : names) {
    if (std::any_of(folder.marts.begin(), folder.marts.end(),
                    [&](const MartFile& mart) { return mart.name == name; }))
      continue;
    return Error{ErrorCode::kNotFound,
                 fmt::format("there is no mart {} in {}: `clicklake marts list` shows them", name,
                             marts_folder(options.lake).string())};
  }
  ReplayPlan plan;
  plan.rebuild_marts = true;
  plan.marts = names;
  return replay_batch(catalog, options, plan, progress);
}

Result<BackfillReport> run_backfill(Catalog& catalog, const RunOptions& options,
                                    const ReplayScope& scope, std::int64_t hours_a_step,
                                    RunProgress* progress) {
  BackfillReport report;
  report.sum.transformed = true;
  ASSIGN_OR_RETURN(const Planner planner, Planner::load(options));
  ASSIGN_OR_RETURN(const std::set<std::int64_t> hours, hours_of_scope(catalog, planner, scope));
  std::map<std::int64_t, std::set<std::int64_t>> steps;
  for (const std::int64_t hour : hours) steps[hour / hours_a_step].insert(hour);
  std::string name = fmt::format("backfill {} {} {}", scope.from_us.value_or(0),
                                 scope.to_us.value_or(0), hours_a_step);
  for (const std::string& batch : scope.batches) name += " " + batch;
  const fs::path file = options.lake / "catalog.db";
  ASSIGN_OR_RETURN(const std::int64_t done, read_progress(file, name));
  for (const auto& [step, of] : steps) {
    if (step < done) {
      ++report.resumed;
      continue;
    }
    ReplayPlan plan;
    plan.hours.assign(of.begin(), of.end());
    ASSIGN_OR_RETURN(plan.raw_files, planner.files_of(of, {}));
    ASSIGN_OR_RETURN(const RunReport one, replay_batch(catalog, options, plan, progress));
    add_up(one, &report.sum);
    ++report.steps;
    // Cut off before this is written, the step is done again, to the same rows.
    RETURN_IF_ERROR(write_progress(file, name, step + 1));
  }
  RETURN_IF_ERROR(write_progress(file, name, 0));
  return report;
}

Result<RollbackReport> run_rollback(Catalog& catalog, const RunOptions& options,
                                    const std::string& batch_id, bool forget_sources,
                                    RunProgress* progress) {
  RollbackReport report;
  ASSIGN_OR_RETURN(const Planner planner, Planner::load(options));
  RETURN_IF_ERROR(planner.check_batch(batch_id));
  std::set<std::int64_t> hours;
  std::set<std::int64_t> taken;
  std::vector<RawFile> files;
  std::set<std::string> batches;
  bool all = false;
  bool before = false;
  for (const IndexedRawFile& raw : planner.raw()) {
    if (!planner.is_of(raw, batch_id)) continue;
    if (raw.withdrawn) {
      before = true;
      continue;
    }
    taken.insert(raw.file.id);
    files.push_back(raw.file);
    batches.insert(raw.file.batch_id);
    if (!raw.transformed_by.empty()) Planner::add_hours(raw, &hours, &all);
  }
  if (taken.empty()) {
    return Error{before ? ErrorCode::kAlreadyExists : ErrorCode::kNotFound,
                 "batch " + batch_id +
                     (before ? " was taken back before, or its raw files were removed for their age"
                             : " has no raw files: there is nothing to take back")};
  }
  // An event that gave way to one of this batch within the window comes back.
  std::set<std::int64_t> wider;
  for (const std::int64_t hour : hours) {
    for (std::int64_t h = -options.dedupe_window_hours; h <= options.dedupe_window_hours; ++h)
      wider.insert(hour + h);
  }
  if (!hours.empty()) {
    ASSIGN_OR_RETURN(const std::set<std::int64_t> facts, hours_of_facts(catalog));
    if (all) wider.insert(facts.begin(), facts.end());
    std::erase_if(
        wider, [&](std::int64_t hour) { return !hours.contains(hour) && !facts.contains(hour); });
  }
  ReplayPlan plan;
  plan.hours.assign(wider.begin(), wider.end());
  ASSIGN_OR_RETURN(plan.raw_files, planner.files_of(wider, taken));
  plan.withdrawn.assign(taken.begin(), taken.end());
  if (forget_sources) plan.forgotten_sources.assign(batches.begin(), batches.end());
  ASSIGN_OR_RETURN(report.replay, replay_batch(catalog, options, plan, progress));
  report.raw_files = static_cast<std::int64_t>(taken.size());
  report.hours = static_cast<std::int64_t>(plan.hours.size());
  RETURN_IF_ERROR(put_away(options.lake, files));
  return report;
}

}  // namespace clicklake
