#include "pipeline/run.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <tuple>

#include "base/uuid.h"
#include "format/quarantine_writer.h"
#include "ingest/hour_layout.h"
#include "ingest/ingest.h"
#include "ingest/sweep.h"
#include "matching/rule_set.h"
#include "objstore/durable_file.h"
#include "outbox/outbox_file.h"
#include "pipeline/transform_batch.h"
#include "rules/rule_folder.h"
#include "transform/transform.h"

namespace clicklake {
namespace {

/// The batch is published whatever becomes of its manifests: the next run writes them.
void refresh_symlinks(Catalog& catalog, const RunOptions& options,
                      std::span<const TableChange> changes, RunReport* report) {
  const Status done = refresh_symlink_manifests(catalog, options.lake, options.symlinks, changes);
  report->symlink_problem = done ? "" : done.error().message;
}

MartInput mart_input(const RunOptions& options, const std::string& batch_id) {
  MartInput input;
  input.lake = options.lake;
  input.batch_id = batch_id;
  input.session = {.threads = options.threads,
                   .memory_limit = options.memory_limit,
                   .temp_dir = options.temp_dir};
  input.parquet = options.parquet;
  input.base_currency = options.base_currency;
  input.options = options.marts;
  return input;
}

using SteadyClock = std::chrono::steady_clock;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

/// Sources that are to be registered in place, and the listing's problems with those that can't be.
struct InPlaceFiles {
  std::vector<Source> sources;
  std::int64_t skipped = 0;
};

Result<InPlaceFiles> new_in_place_files(Catalog& catalog, SourceListing* listing) {
  InPlaceFiles out;
  ASSIGN_OR_RETURN(const std::vector<SourceFile> taken, catalog.sources_below(""));
  std::set<std::tuple<std::string_view, std::int64_t, std::int64_t>> known;
  for (const SourceFile& s : taken) known.insert({s.path, s.size, s.mtime_us});
  for (Source& source : listing->sources) {
    if (source.stream || !hour_of_layout(source.absolute)) {
      listing->problems.push_back(
          {ProblemKind::kOutOfLayout, source.shown,
           source.shown +
               (source.stream
                    ? " is a stream: it can't be registered in place; leave out --in-place"
                    : " lies in no hour's folder (year=/month=/day=/hour= or YYYY/MM/DD/HH): it "
                      "can't be "
                      "registered in place; move it, or leave out --in-place")});
    } else if (known.contains({source.absolute, source.size, source.mtime_us})) {
      ++out.skipped;
    } else {
      out.sources.push_back(std::move(source));
    }
  }
  return out;
}

/// One transform batch: pending raw files, and files that a fused run registers as it reads them.
class TransformBatch {
 public:
  TransformBatch(Catalog& catalog, const RunOptions& options, RunProgress* progress)
      : catalog_(catalog), options_(options), progress_(progress) {}

  /// Builds hours again: published files are read once more.
  Result<RunReport> replay(const ReplayPlan& plan) {
    replay_ = &plan;
    return run({});
  }

  Result<RunReport> run(const std::vector<Source>& in_place) {
    std::vector<RawFile> pending;
    if (replay_ != nullptr) {
      pending = replay_->raw_files;
    } else {
      ASSIGN_OR_RETURN(pending, catalog_.untransformed_raw_files());
    }
    RunReport report;
    report.transformed = true;
    const bool replays = replay_ != nullptr &&
                         (!replay_->hours.empty() || !replay_->withdrawn.empty() ||
                          replay_->rebuild || replay_->recompute_users || replay_->rebuild_marts);
    if (pending.empty() && in_place.empty() && !replays) {
      // New lists are news, too.
      ASSIGN_OR_RETURN(const bool outdated, lists_outdated(catalog_, options_.own_hosts));
      ASSIGN_OR_RETURN(const bool other_traits, traits_outdated(catalog_, options_.schema));
      ASSIGN_OR_RETURN(MartsDue marts, marts_due(catalog_, mart_input(options_, "")));
      if (!outdated && !other_traits && !marts.due) {
        report.mart_problems = std::move(marts.problems);
        report.failed = !report.mart_problems.empty();
        return report;
      }
    }
    const std::int64_t started = now_us();
    batch_id_ = make_uuid7(started / 1000);
    RETURN_IF_ERROR(catalog_.begin_batch({batch_id_,
                                          replay_ != nullptr ? BatchKind::kReplay
                                          : in_place.empty() ? BatchKind::kTransform
                                                             : BatchKind::kRun,
                                          started,
                                          0,
                                          {}}));
    Status done = attempt(pending, in_place, &report);
    if (!done) {
      (void)remove_batch(catalog_, options_.lake,
                         batch_id_);  // what stays is swept by the next run
      return done.error();
    }
    return report;
  }

 private:
  Status attempt(const std::vector<RawFile>& pending, const std::vector<Source>& in_place,
                 RunReport* report) {
    TransformOptions transform_options;
    transform_options.lake = options_.lake;
    transform_options.batch_id = batch_id_;
    transform_options.threads = options_.threads;
    transform_options.memory_limit = options_.memory_limit;
    transform_options.temp_dir = options_.temp_dir;
    transform_options.lines.max_line_bytes = options_.max_line_bytes;
    transform_options.base_currency = options_.base_currency;
    transform_options.schema = options_.schema;
    transform_options.own_hosts = options_.own_hosts;
    transform_options.dimension_buckets = options_.dimension_buckets;
    transform_options.dedupe_window_hours = options_.dedupe_window_hours;
    transform_options.parquet = options_.parquet;
    transform_options.count_keys = options_.count_keys;
    if (replay_ != nullptr) {
      transform_options.replaced_hours = replay_->hours;
      transform_options.rebuild = replay_->rebuild;
      transform_options.lost_facts = replay_->lost_facts;
      transform_options.recompute_users = replay_->recompute_users;
    }
    const std::vector<TransformInput> inputs = make_inputs(pending, in_place);
    // What is built again was alerted of before.
    if (options_.match_rules && replay_ == nullptr) {
      ASSIGN_OR_RETURN(rules_, RuleSet::load(rules_folder(options_.lake)));
      report->rule_problems = rules_->problems();
      if (!rules_->empty()) transform_options.rules = rules_.get();
    }
    transform_options.accepted_us = now_us();

    // Natural keys that share a surrogate key are found when the dimensions are merged; then the
    // batch is done again without them.
    const std::filesystem::path quarantine_path =
        options_.lake / "quarantine" / (batch_id_ + ".ndjson");
    for (;;) {
      QuarantineWriter quarantine(quarantine_path);
      OutboxWriter outbox(outbox_folder(options_.lake), batch_id_);
      transform_options.outbox = &outbox;
      TransformProgress transform_progress;
      progress_->phase = "transform";
      ProgressLink link(&transform_progress, progress_);
      ASSIGN_OR_RETURN(TransformResult result, transform(catalog_, transform_options, inputs,
                                                         &quarantine, &transform_progress));
      if (!result.collisions.empty()) {
        for (KeyCollision& c : result.collisions) transform_options.denied.push_back(std::move(c));
        // The next attempt names its files alike, but may need fewer of them.
        for (const TableChange& change : result.changes) {
          for (const DataFile& file : change.added) {
            std::error_code error;
            std::filesystem::remove(options_.lake / file.path, error);
            if (error)
              return errno_error(error.value(),
                                 "remove the file " + (options_.lake / file.path).string());
          }
        }
        continue;
      }
      return publish(pending, in_place, std::move(result), &quarantine, quarantine_path, &outbox,
                     report);
    }
  }

  /// Copies the workers' counters to the run's while it lives.
  class ProgressLink {
   public:
    ProgressLink(TransformProgress* from, RunProgress* to)
        : thread_([from, to](const std::stop_token& stop) {
            std::mutex mutex;
            std::condition_variable_any wake;
            std::unique_lock lock(mutex);
            while (!stop.stop_requested()) {
              to->bytes_done = from->bytes.load(std::memory_order_relaxed);
              to->records = from->records.load(std::memory_order_relaxed);
              wake.wait_for(lock, stop, std::chrono::milliseconds(50), [] { return false; });
            }
          }) {}

   private:
    std::jthread thread_;
  };

  std::vector<TransformInput> make_inputs(const std::vector<RawFile>& pending,
                                          const std::vector<Source>& in_place) const {
    std::vector<TransformInput> inputs;
    std::uint64_t bytes = 0;
    for (const RawFile& file : pending) {
      TransformInput input;
      input.path = file.in_place ? std::filesystem::path(file.path) : options_.lake / file.path;
      input.shown_path = file.path;
      input.hour = file.hour;
      input.bytes = file.size;
      input.quarantines = !file.validated;
      // The limit of the day when it was validated: with another one a line would be neither taken
      // now nor in quarantine since then.
      input.max_line_bytes = static_cast<std::size_t>(
          std::max<std::int64_t>(file.in_place ? file.max_line_bytes : file.size, 1));
      input.arrivals = file.arrivals;
      bytes += static_cast<std::uint64_t>(file.size);
      inputs.push_back(std::move(input));
    }
    for (const Source& source : in_place) {
      TransformInput input;
      input.path = source.path;
      input.shown_path = source.shown;
      input.hour = hour_of_layout(source.absolute);
      input.bytes = source.size;
      input.arrivals = {{options_.arrived_at_us.value_or(source.mtime_us), -1}};
      bytes += static_cast<std::uint64_t>(source.size);
      inputs.push_back(std::move(input));
    }
    progress_->bytes_total = bytes;
    progress_->bytes_done = 0;
    return inputs;
  }

  Status publish(const std::vector<RawFile>& pending, const std::vector<Source>& in_place,
                 TransformResult result, QuarantineWriter* quarantine,
                 const std::filesystem::path& quarantine_path, OutboxWriter* outbox,
                 RunReport* report) {
    progress_->phase = "publish";
    BatchCommit commit;
    commit.batch_id = batch_id_;
    for (std::size_t i = 0; i < pending.size(); ++i) {
      const InputOutcome& outcome = result.outcomes[i];
      if (!outcome.problem.empty()) add_problem(pending[i].path, outcome, report);
      if (replay_ != nullptr) {
        // What could be read once only in part may be so again; anything else would lose rows.
        if (!outcome.read) return not_replayed(pending[i], outcome);
      } else if (outcome.read) {
        commit.consumed_raw_files.push_back(pending[i].id);
      }
    }
    for (std::size_t i = 0; i < in_place.size(); ++i) {
      const InputOutcome& outcome = result.outcomes[pending.size() + i];
      if (!outcome.problem.empty()) add_problem(in_place[i].shown, outcome, report);
      if (!outcome.read) continue;
      ++report->sources_taken;
      SourceFile& source = commit.sources.emplace_back();
      source.path = in_place[i].absolute;
      source.size = in_place[i].size;
      source.mtime_us = in_place[i].mtime_us;
      source.torn = outcome.torn;
      RawFile& raw = commit.raw_files.emplace_back();
      raw.batch_id = batch_id_;
      raw.path = in_place[i].absolute;
      raw.in_place = true;
      raw.hour = hour_of_layout(in_place[i].absolute);
      raw.size = in_place[i].size;
      raw.mtime_us = in_place[i].mtime_us;
      raw.records = outcome.records;
      raw.strays = outcome.strays;
      raw.validated = true;  // its bad rows are in this batch's quarantine file
      raw.arrivals = {{options_.arrived_at_us.value_or(in_place[i].mtime_us), -1}};
    }
    commit.raw_files_transformed = true;
    commit.changes = std::move(result.changes);
    commit.side_files_added = std::move(result.side_files_added);
    commit.side_files_removed = result.side_files_removed;
    commit.made_with = std::move(result.made_with);
    commit.key_counts = std::move(result.key_counts);
    commit.max_event_us = result.counts.max_event_us;

    const RowCounts& counts = result.counts;
    RETURN_IF_ERROR(check_ratio(counts, *quarantine));
    if (quarantine->total() > 0) {
      RETURN_IF_ERROR(quarantine->finish());
      commit.quarantine_hash = quarantine->content_hash();
      RETURN_IF_ERROR(sync_folders_up_to(quarantine_path.parent_path(), options_.lake));
      commit.quarantine_file = quarantine_path.lexically_relative(options_.lake).generic_string();
    }
    commit.counts.records_read = counts.records_read;
    commit.counts.accepted = counts.accepted;
    commit.counts.duplicate = counts.duplicate;
    commit.counts.replaced = result.replaced;
    commit.counts.quarantined = counts.quarantined;
    commit.counts.blank = counts.blank;
    commit.counts.bytes_in = static_cast<std::int64_t>(result.bytes_in);
    commit.counts.bytes_out = static_cast<std::int64_t>(result.bytes_out);
    const RejectCounts rejects = quarantine->counts();
    for (std::size_t r = 0; r < rejects.size(); ++r) {
      if (rejects[r] > 0) {
        commit.counts.quarantined_by_reason.emplace_back(to_string(static_cast<RejectReason>(r)),
                                                         static_cast<std::int64_t>(rejects[r]));
      }
    }
    if (replay_ != nullptr) {
      commit.withdrawn_raw_files = replay_->withdrawn;
      commit.forgotten_sources = replay_->forgotten_sources;
    }
    RETURN_IF_ERROR(make_marts(&commit, report));
    const bool anything = !commit.consumed_raw_files.empty() || !commit.raw_files.empty() ||
                          !commit.withdrawn_raw_files.empty() ||
                          (replay_ != nullptr && !commit.changes.empty()) ||
                          (pending.empty() && in_place.empty() && !commit.changes.empty());
    if (!anything) return remove_batch_status();
    ASSIGN_OR_RETURN(const std::optional<OutboxFile> matched, outbox->finish());
    if (matched) RETURN_IF_ERROR(add_outbox(*matched, &commit));
    RETURN_IF_ERROR(catalog_.commit_batch(commit));
    refresh_symlinks(catalog_, options_, commit.changes, report);
    // Only writers read them, and this is the only one. What stays behind is nobody's.
    for (const std::string& path : commit.side_files_removed) {
      std::error_code ignored;
      std::filesystem::remove(options_.lake / path, ignored);
    }
    if (matched) ring_doorbell(outbox_folder(options_.lake));

    report->transform_batch = batch_id_;
    report->records_read = counts.records_read;
    report->accepted = counts.accepted;
    report->duplicate = counts.duplicate;
    report->valid = counts.accepted + counts.duplicate;
    report->quarantined = counts.quarantined;
    report->blank = counts.blank;
    report->untyped_promoted = counts.untyped_promoted;
    report->replaced = result.replaced;
    report->matches = result.matches.matches;
    note_unreadable(result.matches, report);
    report->quarantined_by_reason = commit.counts.quarantined_by_reason;
    report->bytes_in = commit.counts.bytes_in;
    report->bytes_out = commit.counts.bytes_out;
    return {};
  }

  /// The marts of what the batch changes, in its own commit.
  Status make_marts(BatchCommit* commit, RunReport* report) {
    MartInput input = mart_input(options_, batch_id_);
    input.changes = commit->changes;
    input.made_with = commit->made_with;
    if (replay_ != nullptr) {
      input.all = replay_->rebuild_marts;
      input.only = replay_->marts;
    }
    ASSIGN_OR_RETURN(MartOutput marts, build_marts(catalog_, input));
    commit->counts.bytes_out += marts.bytes_out;
    for (TableChange& change : marts.changes) commit->changes.push_back(std::move(change));
    for (auto& made : marts.made_with) commit->made_with.push_back(std::move(made));
    report->mart_problems = std::move(marts.problems);
    report->failed |= !report->mart_problems.empty();
    return {};
  }

  /// The batch's matches; and those of old batches that delivery has removed are forgotten.
  Status add_outbox(const OutboxFile& matched, BatchCommit* commit) {
    const std::filesystem::path folder = outbox_folder(options_.lake);
    commit->side_files_added.push_back(
        {"outbox", (folder / matched.name).lexically_relative(options_.lake).generic_string(),
         matched.matches, matched.bytes});
    ASSIGN_OR_RETURN(const std::vector<SideFile> known, catalog_.side_files("outbox"));
    for (const SideFile& file : known) {
      std::error_code error;
      if (!std::filesystem::exists(options_.lake / file.path, error) && !error)
        commit->side_files_removed.push_back(file.path);
    }
    return {};
  }

  static void note_unreadable(const MatchCounts& matches, RunReport* report) {
    if (matches.unreadable == 0) return;
    report->rule_problems.push_back(
        fmt::format("{} accepted events were met by no rule: the matcher could not read them",
                    matches.unreadable));
  }

  static Error not_replayed(const RawFile& file, const InputOutcome& outcome) {
    return {ErrorCode::kConflict,
            fmt::format("the raw file {} can't be read ({}): its rows would be lost; put it back, "
                        "and run again; nothing was changed",
                        file.path, outcome.problem)};
  }

  Status remove_batch_status() {
    const auto removed = remove_batch(catalog_, options_.lake, batch_id_);
    return removed ? Status{} : Status{removed.error()};
  }

  static void add_problem(const std::string& shown, const InputOutcome& outcome,
                          RunReport* report) {
    report->problems.push_back(
        {outcome.torn ? ProblemKind::kTorn : ProblemKind::kUnreadable, shown, outcome.problem});
    report->failed = true;
  }

  Status check_ratio(const RowCounts& counts, const QuarantineWriter& quarantine) const {
    if (counts.records_read == 0) return {};
    const double ratio =
        static_cast<double>(counts.quarantined) / static_cast<double>(counts.records_read);
    if (ratio <= options_.max_quarantine_ratio) return {};
    return Error{ErrorCode::kInvalidData,
                 fmt::format("{} of {} records are bad ({:.2f} %), more than max_quarantine_ratio "
                             "{} allows: nothing was published; the first: {}; correct the "
                             "sources or raise the ratio",
                             counts.quarantined, counts.records_read, 100 * ratio,
                             options_.max_quarantine_ratio, quarantine.first_row())};
  }

  Catalog& catalog_;
  const RunOptions& options_;
  RunProgress* progress_;
  const ReplayPlan* replay_ = nullptr;
  std::string batch_id_;
  std::unique_ptr<const RuleSet> rules_;
};

/// What every run does around its batches.
template <typename Body>
Result<RunReport> with_report(Catalog& catalog, const RunOptions& options, Body body) {
  const auto begin = SteadyClock::now();
  ASSIGN_OR_RETURN(const SweepReport swept, sweep(catalog, options.lake));
  Result<RunReport> result = body();
  if (!result) return result;
  RunReport& report = *result;
  report.swept_files = static_cast<std::int64_t>(swept.files.size());
  // Those that a crash, a failed write or another engine's commit left behind.
  refresh_symlinks(catalog, options, {}, &report);
  ASSIGN_OR_RETURN(const std::vector<TableInfo> tables, catalog.tables());
  for (const TableInfo& table : tables) report.rows.emplace_back(table.name, table.rows);
  report.failed |= !report.problems.empty();
  report.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  report.peak_memory_bytes = peak_memory();
  return result;
}

Result<RunReport> ingest_sources(Catalog& catalog, const RunOptions& options, SourceListing listing,
                                 RunProgress* progress) {
  IngestOptions ingest_options;
  ingest_options.lake = options.lake;
  ingest_options.in_place = options.in_place;
  ingest_options.threads = options.threads;
  ingest_options.target_file_bytes = options.target_file_bytes;
  ingest_options.max_line_bytes = options.max_line_bytes;
  ingest_options.max_quarantine_ratio = options.max_quarantine_ratio;
  ingest_options.arrived_at_us = options.arrived_at_us;
  ingest_options.count_keys = options.count_keys;
  progress->phase = "ingest";
  ASSIGN_OR_RETURN(IngestReport ingested, ingest(catalog, ingest_options, std::move(listing),
                                                 [&](const IngestProgress& p) {
                                                   progress->bytes_done = p.bytes_done;
                                                   progress->bytes_total = p.bytes_total;
                                                   progress->records = p.records;
                                                 }));
  RunReport report;
  report.ingest_batch = ingested.batch_id;
  report.records_read = static_cast<std::int64_t>(ingested.records_read);
  report.valid = static_cast<std::int64_t>(ingested.valid);
  report.quarantined = static_cast<std::int64_t>(ingested.quarantined);
  report.blank = static_cast<std::int64_t>(ingested.blank);
  report.quarantined_by_reason = std::move(ingested.quarantined_by_reason);
  report.sources_taken = static_cast<std::int64_t>(ingested.sources_taken);
  report.sources_skipped = static_cast<std::int64_t>(ingested.skipped_sources);
  report.problems = std::move(ingested.problems);
  report.failed = ingested.exit_failed;
  report.bytes_in = static_cast<std::int64_t>(ingested.bytes_in);
  report.bytes_out = static_cast<std::int64_t>(ingested.bytes_out);
  return report;
}

}  // namespace

void add_reasons(const ReasonCounts& from, ReasonCounts* to) {
  for (const auto& [reason, count] : from) {
    const auto same = std::find_if(to->begin(), to->end(),
                                   [&, &why = reason](const auto& r) { return r.first == why; });
    if (same == to->end()) {
      to->emplace_back(reason, count);
    } else {
      same->second += count;
    }
  }
}

void add_up(RunReport from, RunReport* to) {
  to->transformed |= from.transformed;
  to->records_read += from.records_read;
  to->accepted += from.accepted;
  to->duplicate += from.duplicate;
  to->valid += from.valid;
  to->quarantined += from.quarantined;
  to->blank += from.blank;
  to->replaced += from.replaced;
  to->matches += from.matches;
  for (auto& problem : from.rule_problems) to->rule_problems.push_back(std::move(problem));
  to->untyped_promoted += from.untyped_promoted;
  to->mart_problems = std::move(from.mart_problems);
  to->symlink_problem = std::move(from.symlink_problem);
  add_reasons(from.quarantined_by_reason, &to->quarantined_by_reason);
  to->rows = std::move(from.rows);
  for (auto& problem : from.problems) to->problems.push_back(std::move(problem));
  to->sources_taken += from.sources_taken;
  to->sources_skipped += from.sources_skipped;
  to->swept_files += from.swept_files;
  to->bytes_in += from.bytes_in;
  to->bytes_out += from.bytes_out;
  to->seconds += from.seconds;
  to->peak_memory_bytes = from.peak_memory_bytes;
  to->failed |= from.failed;
  if (!from.ingest_batch.empty()) to->ingest_batch = from.ingest_batch;
  if (!from.transform_batch.empty()) to->transform_batch = from.transform_batch;
}

Result<RunReport> run_ingest(Catalog& catalog, const RunOptions& options, SourceListing listing,
                             RunProgress* progress) {
  return with_report(catalog, options, [&] {
    return ingest_sources(catalog, options, std::move(listing), progress);
  });
}

Result<RunReport> run_transform(Catalog& catalog, const RunOptions& options,
                                RunProgress* progress) {
  return with_report(catalog, options,
                     [&] { return TransformBatch(catalog, options, progress).run({}); });
}

Result<RunReport> replay_batch(Catalog& catalog, const RunOptions& options, const ReplayPlan& plan,
                               RunProgress* progress) {
  return with_report(catalog, options,
                     [&] { return TransformBatch(catalog, options, progress).replay(plan); });
}

Result<RunReport> run_all(Catalog& catalog, const RunOptions& options, SourceListing listing,
                          RunProgress* progress) {
  return with_report(catalog, options, [&]() -> Result<RunReport> {
    if (options.in_place) {
      ASSIGN_OR_RETURN(InPlaceFiles files, new_in_place_files(catalog, &listing));
      ASSIGN_OR_RETURN(RunReport report,
                       TransformBatch(catalog, options, progress).run(files.sources));
      report.sources_skipped = files.skipped;
      for (SourceProblem& problem : listing.problems) report.problems.push_back(std::move(problem));
      return report;
    }
    ASSIGN_OR_RETURN(RunReport report,
                     ingest_sources(catalog, options, std::move(listing), progress));
    ASSIGN_OR_RETURN(RunReport star, TransformBatch(catalog, options, progress).run({}));
    // What ingest refused and what transform made of the rest: each record is counted once.
    star.ingest_batch = report.ingest_batch;
    star.records_read += report.quarantined + report.blank;
    star.quarantined += report.quarantined;
    star.blank += report.blank;
    add_reasons(report.quarantined_by_reason, &star.quarantined_by_reason);
    star.problems.insert(star.problems.begin(), report.problems.begin(), report.problems.end());
    star.sources_taken = report.sources_taken;
    star.sources_skipped = report.sources_skipped;
    star.bytes_in = report.bytes_in;
    star.bytes_out += report.bytes_out;
    star.failed |= report.failed;
    return star;
  });
}

}  // namespace clicklake
