#include "ingest/ingest.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>

#include "base/uuid.h"
#include "format/quarantine_writer.h"
#include "ingest/block_router.h"
#include "ingest/hour_layout.h"
#include "ingest/new_sources.h"
#include "ingest/parallel_reader.h"
#include "ingest/raw_writer.h"
#include "ingest/sweep.h"
#include "objstore/durable_file.h"

namespace clicklake {
namespace {

namespace fs = std::filesystem;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// One batch from its beginning to its publication.
class IngestBatch {
 public:
  IngestBatch(Catalog& catalog, const IngestOptions& options, std::vector<Source> sources,
              const std::function<void(const IngestProgress&)>& progress)
      : catalog_(catalog),
        options_(options),
        sources_(std::move(sources)),
        progress_(progress),
        started_us_(now_us()),
        batch_id_(make_uuid7(started_us_ / 1000)),
        quarantine_path_(options.lake / "quarantine" / (batch_id_ + ".ndjson")),
        valid_by_source_(sources_.size()) {}

  /// Adds to `report` what the batch did. On an error, and where there is nothing to publish,
  /// nothing of it stays.
  Status run(IngestReport* report) {
    RETURN_IF_ERROR(catalog_.begin_batch({batch_id_, BatchKind::kIngest, started_us_, 0, {}}));
    const Result<bool> published = read_and_publish(report);
    if (published && *published) {
      report->batch_id = batch_id_;
      return {};
    }
    if (published) {  // nothing new after all: all that was written has a temporary name still
      raw_.reset();
      quarantine_.reset();
      return catalog_.abandon_batch(batch_id_);
    }
    // The files are removed only where the catalog still calls the batch open. What fails here, the
    // next sweep does. Closing them first lets a full disk have their room back.
    raw_->keep();
    raw_.reset();
    quarantine_.reset();
    (void)remove_batch(catalog_, options_.lake, batch_id_);
    return published.error();
  }

 private:
  /// False where there was nothing to publish.
  Result<bool> read_and_publish(IngestReport* report) {
    RawWriterOptions raw_options;
    raw_options.target_file_bytes = options_.target_file_bytes;
    raw_options.buffer_bytes = options_.buffer_bytes;
    raw_options.threads = options_.threads;
    raw_ = std::make_unique<RawWriter>(options_.lake, batch_id_, raw_options);
    quarantine_ = std::make_unique<QuarantineWriter>(quarantine_path_);
    routers_.resize(static_cast<std::size_t>(std::max(options_.threads, 1)));
    for (auto& router : routers_) router = std::make_unique<BlockRouter>(options_.count_keys);

    ParallelReadOptions reading;
    reading.threads = options_.threads;
    reading.lines.max_line_bytes = options_.max_line_bytes;
    reading.stop = options_.stop;
    if (progress_) {
      reading.progress = [this](const ReadProgress& read) {
        progress_({read.bytes_done, read.bytes_total, records_read_});
      };
    }
    ASSIGN_OR_RETURN(outcomes_, read_sources(sources_, reading,
                                             [this](std::size_t worker, std::size_t source,
                                                    const LineBlock& block) {
                                               return take(worker, source, block);
                                             }));
    BatchCommit commit;
    commit.batch_id = batch_id_;
    note_outcomes(report, &commit);
    if (commit.sources.empty()) return false;
    ASSIGN_OR_RETURN(const bool known, is_known_stream(commit));
    if (known) {
      ++report->skipped_sources;
      return false;
    }
    RETURN_IF_ERROR(check_ratio());
    RETURN_IF_ERROR(finish_files(&commit));
    count(&commit);
    RETURN_IF_ERROR(catalog_.commit_batch(commit));
    raw_->keep();
    fill(commit, report);
    return true;
  }

  Status take(std::size_t worker, std::size_t source, const LineBlock& block) {
    BlockRouter& router = *routers_[worker];
    ASSIGN_OR_RETURN(
        const LineCounts counts,
        router.route(block, sources_[source].shown, source, !options_.in_place,
                     [this](const RejectedRow& row) { return quarantine_->add(row); }));
    for (const HourLines& lines : router.hours()) {
      RETURN_IF_ERROR(
          raw_->append(lines.hour, lines.pieces, lines.records, arrived_us(sources_[source])));
    }
    records_read_ += counts.read();
    valid_ += counts.valid;
    blank_ += counts.blank;
    valid_by_source_[source] += static_cast<std::int64_t>(counts.valid);
    return {};
  }

  std::int64_t arrived_us(const Source& source) const {
    if (options_.arrived_at_us) return *options_.arrived_at_us;
    return source.stream ? started_us_ : source.mtime_us;
  }

  /// Sorts the outcomes into sources that were taken and problems.
  void note_outcomes(IngestReport* report, BatchCommit* commit) {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const Source& source = sources_[i];
      const ReadOutcome& outcome = outcomes_[i];
      if (const std::optional<ProblemKind> kind = problem_of(outcome)) {
        report->problems.push_back(
            {*kind, source.shown, outcome.error ? outcome.error->message : outcome.end.detail});
      }
      if (!outcome.opened) continue;
      SourceFile& file = commit->sources.emplace_back();
      file.path = source.stream ? "-" : source.absolute;
      // As read, not as listed: a copy of what was read is known by its content then.
      file.size = outcome.error ? source.size : static_cast<std::int64_t>(outcome.bytes_read);
      file.mtime_us = source.mtime_us;
      file.content_hash = outcome.content_hash;
      file.torn = outcome.error.has_value() || outcome.end.torn || outcome.end.grew;
      commit->counts.bytes_in += static_cast<std::int64_t>(outcome.bytes_read);
      if (options_.in_place) register_file(i, commit);
    }
  }

  static std::optional<ProblemKind> problem_of(const ReadOutcome& outcome) {
    if (outcome.error) {
      if (outcome.error->code == ErrorCode::kInvalidData) return ProblemKind::kDamaged;
      return outcome.error->code == ErrorCode::kNotFound ? ProblemKind::kVanished
                                                         : ProblemKind::kUnreadable;
    }
    if (outcome.end.torn) return ProblemKind::kTorn;
    if (outcome.end.grew) return ProblemKind::kGrew;
    return std::nullopt;
  }

  void register_file(std::size_t index, BatchCommit* commit) const {
    const Source& source = sources_[index];
    RawFile& file = commit->raw_files.emplace_back();
    file.batch_id = batch_id_;
    file.path = source.absolute;
    file.in_place = true;
    file.hour = hour_of_layout(source.absolute);
    file.size = source.size;
    file.mtime_us = source.mtime_us;
    file.records = valid_by_source_[index];
    file.validated = true;
    file.max_line_bytes = static_cast<std::int64_t>(options_.max_line_bytes);
    file.arrivals = {{arrived_us(source), -1}};
  }

  /// Whether the batch is one stream whose content was taken before: its records are not written
  /// again.
  Result<bool> is_known_stream(const BatchCommit& commit) {
    if (sources_.size() != 1 || !sources_[0].stream || commit.sources[0].torn) return false;
    return catalog_.content_taken(commit.sources[0].content_hash);
  }

  Status check_ratio() const {
    const auto quarantined = static_cast<double>(quarantine_->total());
    const auto read = static_cast<double>(records_read_.load());
    if (read == 0 || quarantined / read <= options_.max_quarantine_ratio) return {};
    char figures[160];
    std::snprintf(
        figures, sizeof figures,
        "%.0f of %.0f records are bad (%.2f %%), more than max_quarantine_ratio %g allows",
        quarantined, read, 100 * quarantined / read, options_.max_quarantine_ratio);
    return Error{ErrorCode::kInvalidData,
                 std::string(figures) + ": nothing was published; the first: " +
                     quarantine_->first_row() + "; correct the sources or raise the ratio"};
  }

  Status finish_files(BatchCommit* commit) {
    if (!options_.in_place) {
      ASSIGN_OR_RETURN(commit->raw_files, raw_->finish());
    }
    if (quarantine_->total() == 0) return {};
    RETURN_IF_ERROR(quarantine_->finish());
    commit->quarantine_hash = quarantine_->content_hash();
    commit->quarantine_file = quarantine_path_.lexically_relative(options_.lake).string();
    return sync_folders_up_to(quarantine_path_.parent_path(), options_.lake);
  }

  void count(BatchCommit* commit) const {
    BatchCounts& counts = commit->counts;
    counts.records_read = static_cast<std::int64_t>(records_read_.load());
    counts.valid = static_cast<std::int64_t>(valid_.load());
    counts.quarantined = static_cast<std::int64_t>(quarantine_->total());
    counts.blank = static_cast<std::int64_t>(blank_.load());
    counts.bytes_out = static_cast<std::int64_t>(raw_->bytes_written());
    std::vector<KeyCount> keys;
    for (const auto& router : routers_) {
      for (KeyCount& key :
           router->key_counts([this](std::uint32_t source) { return sources_[source].shown; }))
        keys.push_back(std::move(key));
    }
    commit->key_counts = add_up(std::move(keys));
    const RejectCounts by_reason = quarantine_->counts();
    for (std::size_t i = 0; i < by_reason.size(); ++i) {
      if (by_reason[i] == 0) continue;
      counts.quarantined_by_reason.emplace_back(to_string(static_cast<RejectReason>(i)),
                                                static_cast<std::int64_t>(by_reason[i]));
    }
  }

  static void fill(const BatchCommit& commit, IngestReport* report) {
    const BatchCounts& counts = commit.counts;
    report->records_read = static_cast<std::uint64_t>(counts.records_read);
    report->valid = static_cast<std::uint64_t>(counts.valid);
    report->quarantined = static_cast<std::uint64_t>(counts.quarantined);
    report->blank = static_cast<std::uint64_t>(counts.blank);
    report->quarantined_by_reason = counts.quarantined_by_reason;
    report->sources_taken = commit.sources.size();
    report->bytes_in = static_cast<std::uint64_t>(counts.bytes_in);
    report->bytes_out = static_cast<std::uint64_t>(counts.bytes_out);
    report->raw_files = commit.raw_files.size();
    report->quarantine_file = commit.quarantine_file;
  }

  Catalog& catalog_;
  const IngestOptions& options_;
  const std::vector<Source> sources_;
  const std::function<void(const IngestProgress&)>& progress_;
  const std::int64_t started_us_;
  const std::string batch_id_;
  const fs::path quarantine_path_;
  std::unique_ptr<RawWriter> raw_;
  std::unique_ptr<QuarantineWriter> quarantine_;
  std::vector<std::unique_ptr<BlockRouter>> routers_;  ///< one a worker
  std::vector<ReadOutcome> outcomes_;
  std::atomic<std::uint64_t> records_read_{0};
  std::atomic<std::uint64_t> valid_{0};
  std::atomic<std::uint64_t> blank_{0};
  std::vector<std::atomic<std::int64_t>> valid_by_source_;
};

/// Leaves out of `sources` what can't be registered in place.
void keep_hourly_files(std::vector<Source>* sources, std::vector<SourceProblem>* problems) {
  std::erase_if(*sources, [&](const Source& source) {
    if (!source.stream && hour_of_layout(source.absolute)) return false;
    const std::string why =
        source.stream
            ? " is a stream: it can't be registered in place; leave out --in-place"
            : " does not lie in an hour's folder (year=YYYY/month=MM/day=DD/hour=HH/ or "
              "YYYY/MM/DD/HH/): it can't be registered in place; move it, or leave out --in-place";
    problems->push_back({ProblemKind::kOutOfLayout, source.shown, source.shown + why});
    return true;
  });
}

}  // namespace

Result<IngestReport> ingest(Catalog& catalog, const IngestOptions& options, SourceListing listing,
                            const std::function<void(const IngestProgress&)>& progress) {
  const auto start = std::chrono::steady_clock::now();
  IngestReport report;
  report.problems = std::move(listing.problems);
  if (options.in_place) keep_hourly_files(&listing.sources, &report.problems);
  ASSIGN_OR_RETURN(NewSources sources,
                   find_new_sources(catalog, std::move(listing.sources), options.threads));
  report.skipped_sources = sources.taken.size();
  if (!sources.fresh.empty()) {
    IngestBatch batch(catalog, options, std::move(sources.fresh), progress);
    RETURN_IF_ERROR(batch.run(&report));
  }
  report.exit_failed =
      std::any_of(report.problems.begin(), report.problems.end(),
                  [](const SourceProblem& problem) { return problem.kind != ProblemKind::kGrew; });
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace clicklake
