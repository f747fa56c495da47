#include "transform/transform.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "base/parallel.h"
#include "model/star_schema.h"
#include "model/time.h"
#include "objstore/durable_file.h"
#include "transform/dimension_merge.h"
#include "transform/removal.h"

namespace clicklake {
namespace {

class Transform {
 public:
  Transform(Catalog& catalog, const TransformOptions& options, QuarantineWriter* quarantine,
            TransformProgress* progress)
      : catalog_(catalog),
        options_(options),
        existing_(options.lake, SessionOptions{.threads = options.threads,
                                               .memory_limit = options.memory_limit,
                                               .temp_dir = options.temp_dir}) {
    shared_.existing = &existing_;
    shared_.quarantine = quarantine;
    shared_.progress = progress;
    for (const KeyCollision& denied : options.denied)
      shared_.denied.keys.insert({denied.table, denied.natural_key});
    shared_.denied.any = !options.denied.empty();
  }

  Result<TransformResult> run(std::vector<TransformInput> inputs) {
    shared_.inputs = std::move(inputs);
    shared_.outcomes.resize(shared_.inputs.size());
    for (const TableDefinition* table : star_tables()) {
      ASSIGN_OR_RETURN(const std::int64_t snapshot,
                       catalog_.current_snapshot(std::string(table->name)));
      live_[std::string(table->name)].first = snapshot;
    }
    RETURN_IF_ERROR(add_columns());
    taken_out_.removed = options_.lost_facts;
    if (!options_.replaced_hours.empty()) RETURN_IF_ERROR(take_out_hours());
    make_workers();
    RETURN_IF_ERROR(run_pass(tasks_of_inputs()));
    RETURN_IF_ERROR(run_stray_passes());
    return complete();
  }

 private:
  /// The columns that the lake's schema asks for.
  Status add_columns() {
    std::vector<ColumnWish> wishes;
    wishes.reserve(options_.schema.promoted.size());
    for (const PromotedKey& key : options_.schema.promoted) wishes.push_back(key.column);
    ASSIGN_OR_RETURN(facts_, catalog_.add_columns("fact_clicks", wishes));
    ASSIGN_OR_RETURN(users_, catalog_.add_columns("dim_users", options_.schema.traits));
    ASSIGN_OR_RETURN(history_, catalog_.add_columns("dim_users_history", options_.schema.traits));
    ASSIGN_OR_RETURN(const std::string made_with, catalog_.made_with("dim_users_history"));
    traits_changed_ = made_with != traits_version(options_.schema);
    const std::size_t own = fact_clicks_definition().columns.size();
    for (const PromotedKey& key : options_.schema.promoted) {
      promoted_.emplace_back(
          key.key, static_cast<std::size_t>(column_index(*facts_, key.column.name)) - own);
    }
    return {};
  }

  Result<UserHistory> user_history(const TableChange& facts, const DimensionMergeInput& merge,
                                   std::function<Status()> load_facts_after) {
    UserHistoryInput input;
    input.snapshot = live_["dim_users_history"].first;
    if (input.snapshot != 0) {
      ASSIGN_OR_RETURN(input.live, catalog_.live_files("dim_users_history", {}, false));
    }
    for (const DataFile& file : facts.added) input.new_facts.push_back(file.path);
    input.changed_users = merge.changed_users;
    input.rebuild = traits_changed_;
    input.existing = &existing_;
    input.load_all_facts = std::move(load_facts_after);
    return UserHistory({.lake = options_.lake,
                        .batch_id = options_.batch_id,
                        .buckets = options_.dimension_buckets,
                        .parquet = options_.parquet,
                        .unsynced = &unsynced_,
                        .history = history_,
                        .users = users_,
                        .facts = facts_,
                        .schema = options_.schema},
                       std::move(input));
  }

  void make_workers() {
    for (int i = 0; i < std::max(options_.threads, 1); ++i) {
      HourWorkerOptions worker;
      worker.lines = options_.lines;
      worker.lines.hash = false;
      worker.base_currency = options_.base_currency;
      worker.temp_dir = options_.temp_dir;
      worker.count_keys = options_.count_keys;
      worker.rules = options_.rules;
      worker.outbox = options_.outbox;
      worker.accepted_us = options_.accepted_us;
      worker.facts.lake = options_.lake;
      worker.facts.table = facts_;
      worker.promoted = promoted_;
      worker.own_promoted = options_.schema.own;
      worker.facts.batch_id = options_.batch_id;
      worker.facts.writer = i;
      worker.facts.parquet = options_.parquet;
      worker.facts.unsynced = &unsynced_;
      workers_.push_back(std::make_unique<HourWorker>(std::move(worker), &shared_));
    }
  }

  std::vector<HourTask> tasks_of_inputs() const {
    std::map<std::int64_t, HourTask> by_hour;
    for (std::uint32_t i = 0; i < shared_.inputs.size(); ++i) {
      // A file without an hour of its own: all of its lines are strays. So are, in a replay, those
      // of a file of another hour.
      std::int64_t hour = shared_.inputs[i].hour.value_or(-1);
      if (!is_wanted(hour)) hour = -1;
      by_hour[hour].hour = hour;
      by_hour[hour].inputs.push_back(i);
    }
    std::vector<HourTask> tasks;
    tasks.reserve(by_hour.size());
    for (auto& [hour, task] : by_hour) tasks.push_back(std::move(task));
    return tasks;
  }

  /// Published files that hold rows of the tasks' hours, or of the window around them, and those
  /// that earlier passes wrote.
  Status look_up_facts(std::int64_t first_hour, std::int64_t last_hour) {
    std::vector<FactFile> files;
    if (live_["fact_clicks"].first != 0 && !options_.rebuild) {
      const TableDefinition& facts = fact_clicks_definition();
      FileFilter times{
          facts.columns[static_cast<std::size_t>(column_index(facts, "event_timestamp"))].field_id,
          {},
          {}};
      times.min = hour_start(first_hour - options_.dedupe_window_hours);
      times.max = hour_start(last_hour + 1 + options_.dedupe_window_hours);
      ASSIGN_OR_RETURN(const std::vector<DataFile> live,
                       catalog_.live_files("fact_clicks", {times}, true));
      for (const DataFile& file : live) {
        if (!is_taken_out(file.path)) files.push_back(fact_file_of(file, false));
      }
    }
    for (const DataFile& file : taken_out_.added) files.push_back(fact_file_of(file, false));
    for (const DataFile& file : written_) files.push_back(fact_file_of(file, true));
    existing_.set_facts(std::move(files));
    return {};
  }

  bool is_wanted(std::int64_t hour) const {
    const std::vector<std::int64_t>& hours = options_.replaced_hours;
    return hours.empty() || std::binary_search(hours.begin(), hours.end(), hour);
  }
  bool is_taken_out(const std::string& path) const {
    return std::find(taken_out_.removed.begin(), taken_out_.removed.end(), path) !=
           taken_out_.removed.end();
  }

  /// A replay: the published rows of its hours are no more before the first line is read.
  Status take_out_hours() {
    RETURN_IF_ERROR(look_up_facts(options_.replaced_hours.front(), options_.replaced_hours.back()));
    FactWriterOptions writer;
    writer.table = facts_;
    writer.lake = options_.lake;
    writer.batch_id = options_.batch_id;
    writer.parquet = options_.parquet;
    writer.unsynced = &unsynced_;
    ASSIGN_OR_RETURN(taken_out_, remove_hours(&existing_, writer, options_.replaced_hours));
    if (options_.lost_facts.empty()) return {};
    ASSIGN_OR_RETURN(const std::vector<DataFile> live,
                     catalog_.live_files("fact_clicks", {}, false));
    for (const DataFile& file : live) {
      if (std::find(options_.lost_facts.begin(), options_.lost_facts.end(), file.path) ==
          options_.lost_facts.end())
        continue;
      taken_out_.removed.push_back(file.path);
      taken_out_.rows += file.info.record_count;
    }
    return {};
  }

  /// Users whose totals are to be computed anew: all that there are.
  Status add_all_users(DimensionMergeInput* merge) {
    std::vector<std::string> paths;
    for (const DataFile& file : live_["dim_users"].second) paths.push_back(file.path);
    if (paths.empty()) return {};
    return existing_.query(
        "SELECT user_key FROM " + existing_.read_parquet(paths), [&](const Chunk& chunk) -> Status {
          const auto keys = chunk.longs(0);
          merge->changed_users.insert(merge->changed_users.end(), keys.begin(), keys.end());
          return {};
        });
  }

  /// A rebuild: what was published goes, unread.
  Status remove_published(TableChange* facts, TransformResult* result) {
    ASSIGN_OR_RETURN(const std::vector<DataFile> live,
                     catalog_.live_files("fact_clicks", {}, false));
    for (const DataFile& file : live) {
      facts->removed.push_back(file.path);
      result->replaced += file.info.record_count;
    }
    for (auto& [table, state] : live_) {
      if (table == "fact_clicks") continue;
      for (const DataFile& file : state.second) unread_[table].push_back(file.path);
      state.second.clear();
    }
    return {};
  }

  void remove_unread(std::vector<TableChange>* changes) {
    for (auto& [table, paths] : unread_) {
      const std::string& name = table;
      auto change = std::find_if(changes->begin(), changes->end(),
                                 [&](const TableChange& c) { return c.table == name; });
      if (change == changes->end()) {
        changes->emplace_back();
        change = std::prev(changes->end());
        change->table = name;
        change->base_snapshot = live_[name].first;
      }
      for (std::string& path : paths) change->removed.push_back(std::move(path));
    }
  }

  /// Does the tasks (ascending by hour) with all workers and completes their files.
  Status run_pass(std::vector<HourTask> tasks) {
    if (tasks.empty()) return {};
    for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].sequence = i;
    const auto [first, last] = std::minmax_element(
        tasks.begin(), tasks.end(), [](const auto& a, const auto& b) { return a.hour < b.hour; });
    RETURN_IF_ERROR(look_up_facts(first->hour, last->hour));
    EventWindow window(&existing_, options_.dedupe_window_hours);
    std::vector<Status> failures(workers_.size());
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    const auto work = [&](std::size_t w) {
      HourWorker& worker = *workers_[w];
      worker.set_window(&window);
      for (std::size_t i = next++; i < tasks.size() && !failed; i = next++) {
        failures[w] = worker.process(tasks[i]);
        if (!failures[w]) {
          failed = true;
          window.cancel();
          return;
        }
      }
      if (!failed) failures[w] = worker.finish();
    };
    {
      std::vector<std::jthread> threads;
      for (std::size_t w = 1; w < workers_.size() && w < tasks.size(); ++w)
        threads.emplace_back(work, w);
      work(0);
    }
    // The cause comes before those that were only cancelled by it.
    const Error* cause = nullptr;
    for (const Status& status : failures) {
      if (!status && (cause == nullptr || cause->code == ErrorCode::kCancelled))
        cause = &status.error();
    }
    if (cause != nullptr) return *cause;
    for (auto& worker : workers_) {
      for (DataFile& file : worker->writer().take_files()) written_.push_back(std::move(file));
    }
    replaced_.insert(replaced_.end(), window.replaced().begin(), window.replaced().end());
    return {};
  }

  /// Strays are done hour by hour after everything else, against what is written by then.
  Status run_stray_passes() {
    std::vector<StrayLog> logs;
    logs.reserve(workers_.size());
    for (auto& worker : workers_) logs.push_back(worker->take_strays());
    std::map<std::int64_t, HourTask> by_hour;
    for (const StrayLog& log : logs) {
      for (const StrayLine& line : log.lines()) {
        if (!is_wanted(line.hour)) continue;
        HourTask& task = by_hour[line.hour];
        task.hour = line.hour;
        task.strays.emplace_back(&log, line);
      }
    }
    std::vector<HourTask> tasks;
    for (auto& [hour, task] : by_hour) {
      std::sort(task.strays.begin(), task.strays.end(), [](const auto& a, const auto& b) {
        return a.second.input != b.second.input ? a.second.input < b.second.input
                                                : a.second.source_offset < b.second.source_offset;
      });
      tasks.push_back(std::move(task));
    }
    return run_pass(std::move(tasks));
  }

  Result<TransformResult> complete() {
    TransformResult result;
    for (auto& worker : workers_) {
      result.counts.add(worker->counts());
      result.matches.add(worker->match_counts());
      for (KeyCount& count : worker->key_counts()) result.key_counts.push_back(std::move(count));
    }
    result.key_counts = add_up(std::move(result.key_counts));
    result.outcomes = shared_.outcomes;
    for (const InputOutcome& outcome : result.outcomes) result.bytes_in += outcome.bytes;

    TableChange facts;
    facts.table = "fact_clicks";
    facts.base_snapshot = live_["fact_clicks"].first;
    DimensionMergeInput merge;
    if (!replaced_.empty()) RETURN_IF_ERROR(remove_replaced(&facts, &merge, &result));
    if (!options_.replaced_hours.empty()) {
      result.replaced += taken_out_.rows;
      merge.rows_removed = true;
      std::set<std::int64_t> users;
      for (const LostEvent& event : taken_out_.lost) users.insert(event.user_key);
      merge.changed_users.insert(merge.changed_users.end(), users.begin(), users.end());
      lost_.insert(lost_.end(), taken_out_.lost.begin(), taken_out_.lost.end());
      for (std::string& path : taken_out_.removed) facts.removed.push_back(std::move(path));
      for (DataFile& file : taken_out_.added) facts.added.push_back(std::move(file));
    }
    facts.added.insert(facts.added.end(), std::make_move_iterator(written_.begin()),
                       std::make_move_iterator(written_.end()));

    // The facts' files wait for the device while sessions and dimensions are computed.
    Status facts_synced;
    std::jthread sync_facts([&] { facts_synced = unsynced_.sync_all(); });
    const auto load_facts_after = [&]() -> Status { return set_facts_after(facts); };
    ASSIGN_OR_RETURN(SessionMergeOutput sessions, merge_sessions_of(load_facts_after));
    merge.session_counts = &sessions.counts;
    merge.session_counts_are_totals = sessions.whole;

    DimensionMergeOptions dimension;
    dimension.lake = options_.lake;
    dimension.batch_id = options_.batch_id;
    dimension.base_currency = options_.base_currency;
    dimension.buckets = options_.dimension_buckets;
    dimension.threads = options_.threads;
    dimension.parquet = options_.parquet;
    dimension.unsynced = &unsynced_;
    ASSIGN_OR_RETURN(UserHistory history, user_history(facts, merge, load_facts_after));
    ASSIGN_OR_RETURN(TableChange versions, history.merge());
    merge.rewrite_users = traits_changed_;
    dimension.users = users_;
    if (!options_.schema.traits.empty()) dimension.history = &history;
    MemberClassifier classifier(options_.own_hosts, embedded_agent_list());
    dimension.classifier = &classifier;
    ASSIGN_OR_RETURN(merge.made_with, list_versions(catalog_));
    for (auto& worker : workers_) merge.workers.push_back(&worker->dimensions());
    for (auto& [table, state] : live_) {
      if (table == "fact_clicks" || table == "sessions" || table == "dim_users_history" ||
          state.first == 0)
        continue;
      ASSIGN_OR_RETURN(state.second, catalog_.live_files(table, {}, false));
    }
    if (options_.rebuild) RETURN_IF_ERROR(remove_published(&facts, &result));
    if (options_.recompute_users) {
      merge.rows_removed = true;
      RETURN_IF_ERROR(add_all_users(&merge));
    }
    merge.live = live_;
    merge.existing = &existing_;
    merge.load_all_facts = load_facts_after;
    ASSIGN_OR_RETURN(DimensionMergeOutput dimensions, merge_dimensions(dimension, merge));
    sync_facts.join();
    RETURN_IF_ERROR(facts_synced);
    result.collisions = std::move(dimensions.collisions);
    for (std::string& id : sessions.collisions)
      result.collisions.push_back({std::string(sessions_definition().name), std::move(id)});
    result.made_with = std::move(dimensions.made_with);
    if (!versions.added.empty() || !versions.removed.empty())
      result.changes.push_back(std::move(versions));
    if (traits_changed_)
      result.made_with.emplace_back("dim_users_history", traits_version(options_.schema));
    if (!facts.added.empty() || !facts.removed.empty()) result.changes.push_back(std::move(facts));
    for (TableChange& change : dimensions.changes) result.changes.push_back(std::move(change));
    if (!sessions.change.added.empty() || !sessions.change.removed.empty())
      result.changes.push_back(std::move(sessions.change));
    remove_unread(&result.changes);

    std::set<std::filesystem::path> folders;
    for (const SideFile& file : sessions.index_added)
      folders.insert((options_.lake / file.path).parent_path());
    result.side_files_added = std::move(sessions.index_added);
    result.side_files_removed = std::move(sessions.index_removed);
    for (const TableChange& change : result.changes) {
      for (const DataFile& file : change.added) {
        result.bytes_out += static_cast<std::uint64_t>(file.info.size_bytes);
        folders.insert((options_.lake / file.path).parent_path());
      }
    }
    RETURN_IF_ERROR(make_durable({folders.begin(), folders.end()}, &sessions.index_files));
    return result;
  }

  /// Syncs the batch's files and `folders`. Nobody looks for them before the batch is committed, so
  /// it does not matter which of them is durable first; and while they wait for the device, the
  /// workers' memory is freed.
  Status make_durable(const std::vector<std::filesystem::path>& folders,
                      std::vector<SessionIndexWriter>* index) {
    const std::array<std::function<Status()>, 4> jobs{
        [&] { return unsynced_.sync_all(); },
        [&] { return sync_folders(folders, options_.lake); },
        [&]() -> Status {
          for (SessionIndexWriter& run : *index) RETURN_IF_ERROR(run.sync());
          return {};
        },
        [&] {
          workers_.clear();
          return Status{};
        },
    };
    return for_each_in_parallel(jobs.size(), jobs.size(), [&](std::size_t i) { return jobs[i](); });
  }

  Result<SessionMergeOutput> merge_sessions_of(std::function<Status()> load_facts_after) {
    SessionMergeOptions options;
    options.files = {.lake = options_.lake,
                     .batch_id = options_.batch_id,
                     .parquet = options_.parquet,
                     .unsynced = &unsynced_};
    options.temp_dir = options_.temp_dir;
    options.base_currency = options_.base_currency;
    options.threads = options_.threads;
    SessionMergeInput input;
    input.catalog = &catalog_;
    for (auto& worker : workers_) input.logs.push_back(&worker->sessions());
    input.lost = lost_;
    input.base_snapshot = live_["sessions"].first;
    input.unread = options_.rebuild;
    input.rebuild =
        !options_.rebuild && (options_.recompute_users ||
                              !options_.lost_facts.empty() ||  // whose they were, nobody knows
                              (live_["fact_clicks"].first != 0 && input.base_snapshot == 0));
    input.existing = &existing_;
    input.load_all_facts = std::move(load_facts_after);
    return merge_sessions(options, input);
  }

  Status remove_replaced(TableChange* facts, DimensionMergeInput* merge, TransformResult* result) {
    RETURN_IF_ERROR(look_up_facts(min_hour(), max_hour()));
    FactWriterOptions writer;
    writer.lake = options_.lake;
    writer.table = facts_;
    writer.batch_id = options_.batch_id;
    writer.parquet = options_.parquet;
    writer.unsynced = &unsynced_;
    ASSIGN_OR_RETURN(RemovalOutput removal, remove_rows(&existing_, writer, replaced_));
    for (const std::string& path : removal.removed) {
      const auto own = std::find_if(written_.begin(), written_.end(),
                                    [&](const DataFile& f) { return f.path == path; });
      auto& rest = taken_out_.added;
      const auto of_rest =
          std::find_if(rest.begin(), rest.end(), [&](const DataFile& f) { return f.path == path; });
      if (own == written_.end() && of_rest == rest.end()) {
        facts->removed.push_back(path);
      } else {
        if (own != written_.end()) {
          written_.erase(own);
        } else {
          rest.erase(of_rest);
        }
        std::error_code
            ignored;  // an orphan is swept with the batch, or stays unknown to every reader
        std::filesystem::remove(options_.lake / path, ignored);
      }
    }
    facts->added = std::move(removal.added);
    for (const LostEvent& event : removal.lost) merge->changed_users.push_back(event.user_key);
    lost_.insert(lost_.end(), removal.lost.begin(), removal.lost.end());
    merge->rows_removed = true;
    // A row that this very batch had written is one of its duplicates.
    result->counts.accepted -= removal.own_rows;
    result->counts.duplicate += removal.own_rows;
    result->replaced = removal.rows - removal.own_rows;
    return {};
  }

  std::int64_t min_hour() const {
    std::int64_t us = std::numeric_limits<std::int64_t>::max();
    for (const Replaced& r : replaced_) us = std::min(us, r.time);
    return hour_of(us);
  }
  std::int64_t max_hour() const {
    std::int64_t us = 0;
    for (const Replaced& r : replaced_) us = std::max(us, r.time);
    return hour_of(us);
  }

  /// The fact files as they will be after the commit.
  Status set_facts_after(const TableChange& facts) {
    std::vector<FactFile> files;
    if (facts.base_snapshot != 0) {
      ASSIGN_OR_RETURN(const std::vector<DataFile> live,
                       catalog_.live_files("fact_clicks", {}, false));
      const std::set<std::string> gone(facts.removed.begin(), facts.removed.end());
      for (const DataFile& file : live) {
        if (!gone.contains(file.path)) files.push_back(fact_file_of(file, false));
      }
    }
    for (const DataFile& file : facts.added) files.push_back(fact_file_of(file, true));
    existing_.set_facts(std::move(files));
    return {};
  }

  Catalog& catalog_;
  const TransformOptions& options_;
  ExistingRows existing_;
  TransformShared shared_;
  std::vector<std::unique_ptr<HourWorker>> workers_;
  std::map<std::string, std::pair<std::int64_t, std::vector<DataFile>>> live_;
  RemovalOutput taken_out_;                                 ///< of replaced hours
  std::map<std::string, std::vector<std::string>> unread_;  ///< of a rebuild, by table
  const TableDefinition* facts_ = nullptr;                  ///< with added columns
  const TableDefinition* users_ = nullptr;
  const TableDefinition* history_ = nullptr;
  bool traits_changed_ = false;  ///< since the rows of dim_users_history were made
  std::vector<std::pair<std::string, std::size_t>> promoted_;
  std::vector<DataFile> written_;
  UnsyncedFiles unsynced_;
  std::vector<Replaced> replaced_;
  std::vector<LostEvent> lost_;
};

}  // namespace

Result<TransformResult> transform(Catalog& catalog, const TransformOptions& options,
                                  std::vector<TransformInput> inputs, QuarantineWriter* quarantine,
                                  TransformProgress* progress) {
  return Transform(catalog, options, quarantine, progress).run(std::move(inputs));
}

}  // namespace clicklake
